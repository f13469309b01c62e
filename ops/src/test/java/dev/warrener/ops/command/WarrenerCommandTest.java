package dev.warrener.ops.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.screen.TerminalStreams;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class WarrenerCommandTest {
  private static final String EXIT_STATUSES =
      """
      exit status:
        0     done; of a kill: everyone expected has confirmed
        1     a bug
        2     wrong usage, or a confirmation that nobody could give
        3     everyone answered and something failed
        4     unknown target
        5     declined at the prompt
        6     done in part: a limit, or another program, has left something
        69    the broker can't be reached
        77    not allowed
        78    bad configuration
        124   somebody did not answer: unknown there
        130   interrupted (the order stays in force)
      """;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private int run(Map<String, String> environment, String... arguments) {
    return WarrenerCommand.run(
        arguments,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        TerminalStreams.NONE,
        environment);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  static Stream<String> commands() {
    var names = new ArrayList<String>();
    collect(WarrenerCommand.forDocuments(), names);
    return names.stream();
  }

  private static void collect(CommandLine line, List<String> names) {
    names.add(line.getCommandSpec().qualifiedName());
    line.getSubcommands().values().forEach(sub -> collect(sub, names));
  }

  private static String[] words(String command, String last) {
    var words = new ArrayList<>(List.of(command.split(" ", -1)));
    words.removeFirst();
    words.add(last);
    return words.toArray(String[]::new);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyHelpEndsWithTheContractsExitStatuses(String command) {
    assertThat(run(words(command, "--help"))).isZero();

    assertThat(out()).startsWith("usage: " + command).endsWith(EXIT_STATUSES);
    assertThat(err()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noHelpIsWiderThanATerminal(String command) {
    run(words(command, "--help"));

    assertThat(out().lines()).allMatch(line -> line.length() <= 80, "fits into 80 columns");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasADescription(String command) {
    run(words(command, "--help"));

    assertThat(out().lines().skip(2).findFirst().orElse("")).isNotBlank();
  }

  @Test
  void exitStatusesAreTheContracts() {
    assertThat(
            Stream.of(ExitStatus.values())
                .map(status -> Integer.toString(status.code()))
                .collect(Collectors.joining(" ")))
        .isEqualTo("0 1 2 3 4 5 6 69 77 78 124 130");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kil --all | error: warrener has no command \"kil\"; did you mean kill? | warrener",
        "kill --al | error: warrener kill has no option --al; did you mean --all? | warrener kill",
        "queue | error: warrener queue needs a command: list, show, create, purge | warrener queue",
        "kill | error: kill needs to know what: --all, or --controller, --queue, --batch, --task or"
            + " --worker | warrener kill",
        "kill --all --queue q | error: --all means everything: leave it out, or leave out what"
            + " narrows it | warrener kill",
        "kill --task t --attempt x | error: --attempt: 'x' is not an int | warrener kill",
        "kill --queue q --attempt 2 | error: --attempt goes with exactly one --task | warrener kill",
        "kill --all --in-flight drop | error: --in-flight: unknown fate of in-flight tasks \"drop\":"
            + " use requeue, purge, dead-letter | warrener kill",
        "kill --all --grace 5 | error: --grace: \"5\" is no duration: write 500ms, 10s, 5m, 1h30m or"
            + " 2d | warrener kill",
        "kill --all --id 7 | error: id \"7\" is not a UUID | warrener kill",
        "kill --all | error: nobody can be asked here: add --confirm warrener (or --yes), or look"
            + " first with --dry-run | warrener kill",
        "kill --queue a.dead -y | error: queue \"a.dead\" can't be used: names that end in .dead or"
            + " .retry.N belong to a queue's own dead letters and retries | warrener kill",
        "kill --worker web-1 -y | error: worker \"web-1\" is not a worker's id: use CONTROLLER/SLOT,"
            + " as warrener ps shows it | warrener kill",
        "status -o yaml | error: --output: there is no format \"yaml\": use table, json, jsonl or name"
            + " | warrener status",
        "publish q h null --wait --timeout 0s | error: --timeout must be longer than 0: to wait for no"
            + " result, leave --wait out | warrener publish",
        "top --times 0 | error: --times must be 1 or more, not 0 | warrener top",
        "top --every 0s | error: --every must be longer than 0 | warrener top",
        "ps --watch=0s | error: --watch must be longer than 0 | warrener ps",
        "controller --queue q --workers 0 | error: --workers must be 1 or more, not 0 | warrener"
            + " controller",
        "controller --queue q=1 --queue q=2 | error: --queue q is given twice: say it once, with all"
            + " its workers | warrener controller",
        "controller --queue q --set lease | error: --set lease: write KEY=VALUE | warrener controller",
        "controller --queue q=many | error: --queue q=many: write NAME or NAME=WORKERS | warrener"
            + " controller",
        "controller --queue q list | error: --queue goes with running a controller, not with list |"
            + " warrener controller list",
        "controller lst | error: warrener controller has no command \"lst\"; did you mean list? |"
            + " warrener controller",
        "broker --broker amqp://rabbit.example | error: the embedded broker can't be"
            + " amqp://guest@rabbit.example:5672/: it serves this host alone, without TLS, and has one"
            + " virtual host; name amqp://localhost or amqp://localhost:PORT | warrener broker",
        "hold --queue q -x | error: warrener hold has no option -x | warrener hold",
        "kill -9 --all | error: warrener kill has no option -9: it kills with SIGKILL at once; --grace"
            + " TIME asks with SIGTERM first | warrener kill",
        "kill 0193-t | error: warrener kill takes no \"0193-t\": name what it is, as in --task"
            + " 0193-t, --batch, --queue, --controller or --worker | warrener kill",
        "kill c1/2 | error: warrener kill takes no \"c1/2\": did you mean --worker c1/2? | warrener"
            + " kill",
        "kill --batch b --in-flight requeue --backlog purge -y | error: --in-flight requeue and"
            + " --backlog purge contradict each other for --task and --batch: a requeued task waits"
            + " again; give both the same fate | warrener kill",
        "controller --exec run --queue=q | error: --exec takes the rest of the line, so --queue=q"
            + " went to the command: put what is meant for the controller before --exec | warrener"
            + " controller",
        "publish q h {\"a\": | error: the input is no JSON: Unexpected end-of-input within/between"
            + " Object entries; quote it as JSON, or say what it is with --content-type | warrener publish",
        "publish q h @pom.xml | error: the input is no JSON: Unexpected character ('@' (code 64)):"
            + " expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or"
            + " 'false'); quote it as JSON, or say what it is with --content-type; to send the file"
            + " pom.xml, write -d @pom.xml | warrener publish",
        "top --times -1 | error: --times must be 1 or more, not -1 | warrener top",
        "dead show mail | error: missing required parameter: 'ID' | warrener dead show",
        "queue create | error: missing required parameter: 'QUEUE' | warrener queue create",
        "kill --task t --in-flight requeue --backlog dead-letter -y | error: --in-flight requeue and"
            + " --backlog dead-letter contradict each other for --task and --batch: a requeued task"
            + " waits again; give both the same fate | warrener kill",
        "kill --task t --then exit -y | error: then exit ends whole controllers, so it can't follow a"
            + " kill of single workers, tasks or batches: use hold or respawn | warrener kill",
        "kill --worker c1/1 --backlog purge -y | error: tasks wait in queues, not at workers or"
            + " controllers: name the queues whose backlog is meant and no workers, or keep it |"
            + " warrener kill",
      })
  void wrongUsageIsOneSentenceAndAHint(String arguments, String sentence, String command) {
    assertThat(run(arguments.split(" ", -1))).isEqualTo(2);

    assertThat(err()).isEqualTo(sentence + "\nTry '" + command + " --help'.\n");
    assertThat(out()).isEmpty();
  }

  @Test
  void brokerThatCantBeReachedIsSaidInOneSentence() {
    assertThat(run("--broker", "amqp://127.0.0.1:1", "dead", "list", "mail")).isEqualTo(69);

    assertThat(err()).startsWith("error: ").contains("127.0.0.1:1");
    assertThat(err().lines()).hasSize(1);
  }

  @Test
  void globalOptionsStandBeforeOrAfterTheCommand() {
    assertThat(run("--broker", "amqp://u:p@h", "kill", "--all", "-y")).isEqualTo(2);
    assertThat(run("kill", "--all", "-y", "--broker", "amqp://u:p@h")).isEqualTo(2);

    assertThat(err().lines().filter(line -> line.contains("--broker carries a password")))
        .hasSize(2);
  }
}
