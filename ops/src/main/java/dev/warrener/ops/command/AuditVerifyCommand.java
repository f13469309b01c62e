package dev.warrener.ops.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.controller.audit.AuditChain;
import dev.warrener.operator.text.Phrases;
import dev.warrener.ops.invocation.CommandFailure;
import dev.warrener.ops.invocation.ExitStatus;
import dev.warrener.ops.invocation.FleetCommand;
import dev.warrener.ops.invocation.Invocation;
import dev.warrener.ops.screen.Screen;
import dev.warrener.ops.screen.Style.Tone;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code warrener audit verify}. */
@Command(
    name = "verify",
    description = {
      "Whether an audit log is whole: no line was changed, taken out or put in.",
      "",
      "Lines that were cut off at the end leave no trace in the file itself. The command prints the"
          + " mark of the last line: keep it elsewhere, and give it with --mark the next time."
    })
public final class AuditVerifyCommand extends FleetCommand {
  @Parameters(
      paramLabel = "FILE",
      description = "The log: audit.jsonl in the controller's state directory.")
  private Path file = Path.of("");

  @Option(
      names = "--mark",
      paramLabel = "SEQ:SHA256",
      converter = MarkConverter.class,
      description = "A line that must be there, as an earlier verify printed it.")
  private AuditChain.@Nullable Mark mark;

  public AuditVerifyCommand(Invocation invocation) {
    super(invocation);
  }

  /** The account as JSON. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record AccountJson(
      int version,
      String type,
      String file,
      boolean holds,
      long lines,
      @Nullable String firstAt,
      @Nullable String lastAt,
      @Nullable String mark,
      List<AuditChain.Problem> problems,
      List<String> notes) {
    static AccountJson of(Path file, AuditChain.Account account) {
      return new AccountJson(
          1,
          "audit.verified",
          file.toString(),
          account.holds(),
          account.lines(),
          account.firstAt().orElse(null),
          account.lastAt().orElse(null),
          account.head().map(AuditChain.Mark::toString).orElse(null),
          account.problems(),
          account.notes());
    }
  }

  @Override
  public ExitStatus run() {
    var screen = invocation().screen();
    var account = read();
    switch (screen.format()) {
      case TABLE -> show(screen, account);
      case JSON, JSONL -> screen.resultJson(AccountJson.of(file, account));
      case NAME -> account.head().ifPresent(head -> screen.resultName(head.toString()));
    }
    return account.holds() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private AuditChain.Account read() {
    try {
      return AuditChain.verify(file, mark);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(ExitStatus.UNKNOWN_TARGET, "there is no file " + file, e);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitStatus.NOT_ALLOWED, "the file " + file + " can't be read: " + e.getMessage(), e);
    }
  }

  private void show(Screen screen, AuditChain.Account account) {
    String lines = Phrases.count(account.lines(), "line");
    String time =
        account.firstAt().isEmpty()
            ? ""
            : ", " + account.firstAt().get() + " to " + account.lastAt().orElse("");
    screen.result(
        (account.holds()
                ? screen.outStyle().paint(Tone.GOOD, "HOLDS")
                : screen.outStyle().paint(Tone.BAD, "BROKEN"))
            + "  "
            + lines
            + time);
    for (var problem : account.problems()) {
      screen.result("line " + problem.line() + ": " + problem.what());
    }
    account.notes().forEach(screen::say);
    account.head().ifPresent(head -> screen.result("mark " + head));
  }

  /** Reads a mark. */
  static final class MarkConverter implements ITypeConverter<AuditChain.Mark> {
    @Override
    public AuditChain.Mark convert(String text) {
      try {
        return AuditChain.Mark.of(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
