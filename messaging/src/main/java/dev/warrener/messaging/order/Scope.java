package dev.warrener.messaging.order;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.warrener.messaging.Names;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a fleet that an order covers: everything, or the intersection of all lists that are
 * not empty.
 *
 * @param all whether the scope is everything
 * @param controllers ids of controllers; empty for any
 * @param queues names of queues; empty for any
 * @param batches names of batches; empty for any
 * @param tasks tasks; empty for any
 * @param workers workers; empty for any
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Scope(
    boolean all,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> controllers,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> queues,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> batches,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TaskTarget> tasks,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<WorkerTarget> workers) {

  /** Everything. */
  public static final Scope ALL =
      new Scope(true, List.of(), List.of(), List.of(), List.of(), List.of());

  public Scope {
    controllers = List.copyOf(controllers);
    queues = List.copyOf(queues);
    batches = List.copyOf(batches);
    tasks = List.copyOf(tasks);
    workers = List.copyOf(workers);
    boolean narrowed =
        !(controllers.isEmpty()
            && queues.isEmpty()
            && batches.isEmpty()
            && tasks.isEmpty()
            && workers.isEmpty());
    if (all && narrowed) {
      throw new IllegalArgumentException(
          "a scope is either {\"all\":true} or names controllers, queues, batches, tasks or"
              + " workers, not both");
    }
    if (!all && !narrowed) {
      throw new IllegalArgumentException(
          "an empty scope: say {\"all\":true}, or name controllers, queues, batches, tasks or"
              + " workers");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  static Scope read(
      @Nullable Boolean all,
      @Nullable List<String> controllers,
      @Nullable List<String> queues,
      @Nullable List<String> batches,
      @Nullable List<TaskTarget> tasks,
      @Nullable List<WorkerTarget> workers) {
    return new Scope(
        Boolean.TRUE.equals(all),
        orEmpty(controllers),
        orEmpty(queues),
        orEmpty(batches),
        orEmpty(tasks),
        orEmpty(workers));
  }

  /**
   * Checks that everything that the scope names could exist. A name with a space or a line feed in
   * it covers nothing, and would only forge lines of a log.
   *
   * @throws IllegalArgumentException if a name breaks the contract; the message says which
   */
  void requireNames() {
    controllers.forEach(id -> Names.require("controller", id));
    queues.forEach(Names::requireQueue);
    batches.forEach(name -> Names.require("batch", name));
    tasks.forEach(TaskTarget::requireName);
    workers.forEach(WorkerTarget::requireName);
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  /** Returns the scope of one queue. */
  public static Scope ofQueue(String queue) {
    return new Scope(false, List.of(), List.of(queue), List.of(), List.of(), List.of());
  }

  /** Returns the scope of one batch. */
  public static Scope ofBatch(String batch) {
    return new Scope(false, List.of(), List.of(), List.of(batch), List.of(), List.of());
  }

  /** Returns the scope of one task, whatever its attempt. */
  public static Scope ofTask(String task) {
    return new Scope(
        false, List.of(), List.of(), List.of(), List.of(new TaskTarget(task, null)), List.of());
  }

  /** Returns the scope of one task of a queue, whatever its attempt. */
  public static Scope ofTask(String task, String queue) {
    return new Scope(
        false,
        List.of(),
        List.of(queue),
        List.of(),
        List.of(new TaskTarget(task, null)),
        List.of());
  }

  /**
   * Whether the waiting tasks of a scope can be dropped. They belong to queues, not to a worker or
   * a controller that could take them.
   */
  public boolean canHaveBacklog() {
    return (all || !queues.isEmpty() || namesTasks()) && workers.isEmpty();
  }

  /** Returns whether the scope names tasks, by id or by batch. */
  public boolean namesTasks() {
    return !batches.isEmpty() || !tasks.isEmpty();
  }

  /** Returns whether the controller {@code id} can have anything in scope. */
  public boolean coversController(String id) {
    if (!controllers.isEmpty() && !controllers.contains(id)) {
      return false;
    }
    return workers.isEmpty()
        || workers.stream().anyMatch(worker -> worker.id().startsWith(id + "/"));
  }

  /** Returns whether the scope names {@code queue}, or names no queue. */
  public boolean coversQueue(String queue) {
    return queues.isEmpty() || queues.contains(queue);
  }

  /** Returns whether the scope names the worker {@code id}, or names no worker. */
  public boolean coversWorker(String id) {
    return workers.isEmpty() || workers.stream().anyMatch(worker -> worker.id().equals(id));
  }

  /**
   * Returns whether the scope names the task, or names no task, and the same of its batch. An
   * attempt in the scope is ignored.
   */
  public boolean coversTask(String id, @Nullable String batch) {
    if (!batches.isEmpty() && (batch == null || !batches.contains(batch))) {
      return false;
    }
    return tasks.isEmpty() || tasks.stream().anyMatch(task -> task.id().equals(id));
  }

  /**
   * Returns whether the scope covers one run of a task. As {@link #coversTask}, but a target with
   * an attempt covers that attempt only.
   */
  public boolean coversRun(String id, int attempt, @Nullable String batch) {
    if (!batches.isEmpty() && (batch == null || !batches.contains(batch))) {
      return false;
    }
    return tasks.isEmpty()
        || tasks.stream()
            .anyMatch(task ->
                task.id().equals(id) && (task.attempt() == null || task.attempt() == attempt));
  }

  /** Returns a copy without attempts and incarnations. */
  public Scope withoutFences() {
    return new Scope(
        all,
        controllers,
        queues,
        batches,
        tasks.stream().map(task -> new TaskTarget(task.id(), null)).toList(),
        workers.stream().map(worker -> new WorkerTarget(worker.id(), null)).toList());
  }

  /** Returns a copy that names no controller: what the scope means at one of them. */
  public Scope withoutControllers() {
    boolean namesOthers =
        !(queues.isEmpty() && batches.isEmpty() && tasks.isEmpty() && workers.isEmpty());
    return namesOthers ? new Scope(false, List.of(), queues, batches, tasks, workers) : ALL;
  }

  /** Returns whether everything in {@code other} is in this scope, too. */
  public boolean includes(Scope other) {
    if (all) {
      return true;
    }
    return includes(controllers, other.controllers)
        && includes(queues, other.queues)
        && includes(batches, other.batches)
        && includes(
            tasks.stream().map(TaskTarget::id).toList(),
            other.tasks.stream().map(TaskTarget::id).toList())
        && includes(
            workers.stream().map(WorkerTarget::id).toList(),
            other.workers.stream().map(WorkerTarget::id).toList());
  }

  private static boolean includes(List<String> mine, List<String> others) {
    return mine.isEmpty() || (!others.isEmpty() && mine.containsAll(others));
  }

  /** Returns whether anything could be in this scope and in {@code other}, too. */
  public boolean overlaps(Scope other) {
    return overlaps(controllers, other.controllers)
        && overlaps(queues, other.queues)
        && overlaps(batches, other.batches)
        && overlaps(
            tasks.stream().map(TaskTarget::id).toList(),
            other.tasks.stream().map(TaskTarget::id).toList())
        && overlaps(
            workers.stream().map(WorkerTarget::id).toList(),
            other.workers.stream().map(WorkerTarget::id).toList());
  }

  private static boolean overlaps(List<String> mine, List<String> others) {
    return mine.isEmpty() || others.isEmpty() || mine.stream().anyMatch(others::contains);
  }

  /** Returns the scope as options of the command line: {@code --all}, {@code --queue mail}. */
  public String describe() {
    if (all) {
      return "--all";
    }
    var words = new ArrayList<String>();
    controllers.forEach(id -> words.add("--controller " + id));
    queues.forEach(queue -> words.add("--queue " + queue));
    batches.forEach(batch -> words.add("--batch " + batch));
    tasks.forEach(task -> words.add("--task " + task.id()));
    workers.forEach(worker -> words.add("--worker " + worker.id()));
    return String.join(" ", words);
  }
}
