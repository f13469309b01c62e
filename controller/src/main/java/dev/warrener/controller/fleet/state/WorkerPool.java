package dev.warrener.controller.fleet.state;

import dev.warrener.controller.death.WorkerKey;
import java.time.Instant;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The slots of all workers, by number and by queue. Immutable.
 *
 * <p>The slots of a queue have consecutive numbers, and no slot is ever added: so the pool is an
 * array that is copied at each change, and what concerns one queue looks at a section of it.
 */
public final class WorkerPool {
  private final Slot[] slots;
  private final Map<String, Section> sections;
  private final boolean watchesAhead;

  /** The slots of a queue: those from an index up to another, without the latter. */
  private record Section(int from, int to) {
    private static final Section EMPTY = new Section(0, 0);
  }

  private WorkerPool(Slot[] slots, Map<String, Section> sections, boolean watchesAhead) {
    this.slots = slots;
    this.sections = sections;
    this.watchesAhead = watchesAhead;
  }

  /** Returns a pool of empty slots for all queues, numbered from 1. */
  public static WorkerPool of(List<Settings.QueueSettings> queues, Instant now) {
    int size = queues.stream().mapToInt(Settings.QueueSettings::processes).sum();
    var slots = new Slot[size];
    var sections = new HashMap<String, Section>();
    int next = 0;
    for (var queue : queues) {
      int from = next;
      for (; next < from + queue.processes(); next++) {
        slots[next] = new Slot(next + 1, queue.name(), 0, new Slot.None(now), 0, null, false);
      }
      sections.put(queue.name(), new Section(from, next));
    }
    return new WorkerPool(slots, Map.copyOf(sections), false);
  }

  /** Returns all slots, by number. */
  public List<Slot> slots() {
    return new Slots(slots, 0, slots.length);
  }

  /** Returns the slots of a queue, by number; empty if the queue is not served here. */
  public List<Slot> ofQueue(String queue) {
    var section = sections.getOrDefault(queue, Section.EMPTY);
    return new Slots(slots, section.from, section.to);
  }

  /** Returns the slot with a number, or null. */
  public @Nullable Slot find(int number) {
    return number >= 1 && number <= slots.length ? slots[number - 1] : null;
  }

  /** Returns the slot of a worker, or null if the slot has had another process since. */
  public @Nullable Slot find(WorkerKey worker) {
    var slot = find(worker.slot());
    return slot != null && slot.incarnation() == worker.incarnation() ? slot : null;
  }

  /** Whether a worker runs a task, or was handed it to start later. */
  public boolean has(TaskKey task) {
    for (var slot : slots) {
      if (slot.queue().equals(task.queue()) && slot.find(task.task()) != null) {
        return true;
      }
    }
    return false;
  }

  /** Whether any slot has a process. */
  public boolean anyLive() {
    for (var slot : slots) {
      if (slot.isLive()) {
        return true;
      }
    }
    return false;
  }

  /** Whether any worker has a task. */
  public boolean anyBusy() {
    for (var slot : slots) {
      if (slot.run() != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether as many workers of a queue have a task as the queue is to have workers. The others are
   * spares, and get none.
   */
  public boolean hasOnlySparesFree(Settings.QueueSettings queue) {
    if (queue.spares() == 0) {
      return false;
    }
    int busy = 0;
    for (var slot : ofQueue(queue.name())) {
      busy += slot.run() != null ? 1 : 0;
    }
    return busy >= queue.workers();
  }

  /** Whether a timer is set that looks after the tasks that were handed to busy workers. */
  public boolean watchesAhead() {
    return watchesAhead;
  }

  /** Returns a copy with another state of a slot. */
  public WorkerPool with(Slot slot) {
    var next = slots.clone();
    next[slot.number() - 1] = slot;
    return new WorkerPool(next, sections, watchesAhead);
  }

  /** Returns a copy for which such a timer is set, or not. */
  public WorkerPool watchingAhead(boolean now) {
    return new WorkerPool(slots, sections, now);
  }

  /** Whether the slots of two pools are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof WorkerPool pool && Arrays.equals(slots, pool.slots);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(slots);
  }

  @Override
  public String toString() {
    return slots().toString();
  }

  private static final class Slots extends AbstractList<Slot> implements RandomAccess {
    private final Slot[] all;
    private final int from;
    private final int size;

    Slots(Slot[] all, int from, int to) {
      this.all = all;
      this.from = from;
      size = to - from;
    }

    @Override
    public Slot get(int index) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException(index);
      }
      return all[from + index];
    }

    @Override
    public int size() {
      return size;
    }
  }
}
