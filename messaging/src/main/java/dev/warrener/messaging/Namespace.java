package dev.warrener.messaging;

import java.util.List;

/**
 * The namespace of a fleet, and the names of the fleet's exchanges and queues in it. Two fleets
 * with different namespaces can share a vhost. The default is {@code warrener}.
 *
 * @param name the prefix of the names of all the fleet's exchanges and queues
 */
public record Namespace(String name) {
  /** The namespace {@code warrener}. */
  public static final Namespace DEFAULT = new Namespace("warrener");

  /** The delays, in seconds, for which each queue has a retry queue, shortest first. */
  public static final List<Integer> RETRY_SECONDS = List.of(1, 5, 30, 120, 600);

  public Namespace {
    Names.require("namespace", name);
  }

  /** The direct exchange for tasks; the routing key is the queue's name. */
  public String tasksExchange() {
    return name + ".tasks";
  }

  /** The fanout exchange that carries orders to every controller that listens now. */
  public String killExchange() {
    return name + ".kill";
  }

  /** The fanout exchange that feeds {@link #ordersStream} and nothing else. */
  public String logExchange() {
    return name + ".log";
  }

  /** The topic exchange for reports, presence and events, which controllers publish. */
  public String reportsExchange() {
    return name + ".reports";
  }

  /** The direct exchange for results and replies; the routing key is the reply queue's name. */
  public String resultsExchange() {
    return name + ".results";
  }

  /** The stream that keeps every order. */
  public String ordersStream() {
    return name + ".orders";
  }

  /** The stream that keeps the reports about orders. */
  public String outcomesStream() {
    return name + ".outcomes";
  }

  /** The fanout exchange that feeds {@link #queuesStream} and nothing else. */
  public String registryExchange() {
    return name + ".registry";
  }

  /** The stream that keeps the names of the queues of tasks. */
  public String queuesStream() {
    return name + ".queues";
  }

  /** The queue of live orders for one controller. */
  public String controllerQueue(String controller) {
    return name + ".controller." + controller;
  }

  /** The tripwire: its deletion means kill all, requeue, hold. */
  public String armedQueue() {
    return name + ".armed";
  }

  /** The queue that a controller consumes from for as long as any process of its workers lives. */
  public String runningQueue() {
    return name + ".running";
  }

  /** The broker's name for the queue of tasks {@code queue}. */
  public String taskQueue(String queue) {
    return name + ".q." + queue;
  }

  /** The broker's name for the dead letters of {@code queue}. */
  public String deadQueue(String queue) {
    return taskQueue(deadKey(queue));
  }

  /** The routing key by which {@link #tasksExchange} reaches the dead letters of {@code queue}. */
  public String deadKey(String queue) {
    return queue + ".dead";
  }

  /**
   * The broker's name for the queue that gives tasks back to {@code queue} after {@code seconds}.
   */
  public String retryQueue(String queue, int seconds) {
    return taskQueue(retryKey(queue, seconds));
  }

  /** The routing key by which {@link #tasksExchange} reaches {@link #retryQueue}. */
  public String retryKey(String queue, int seconds) {
    return queue + ".retry." + seconds;
  }

  /** The exclusive queue for the replies to one command or one publisher. */
  public String replyQueue(String user, String unique) {
    return name + ".reply." + user + "." + unique;
  }
}
