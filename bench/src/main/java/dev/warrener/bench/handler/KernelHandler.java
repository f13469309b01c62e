package dev.warrener.bench.handler;

import dev.warrener.worker.TaskContext;
import dev.warrener.worker.TaskHandler;
import dev.warrener.worker.TaskResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A handler that computes: it multiplies matrices of floating-point numbers, without a library. The
 * input is the file to which it appends when it began and when it ended, see {@link Stamps}.
 */
public final class KernelHandler implements TaskHandler {
  /** The name of this handler. */
  public static final String NAME = "bench-kernel";

  private static final int SIZE = 256;
  private static final int TIMES = 60;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TaskResult handle(TaskContext context, byte[] input) {
    long begin = System.nanoTime();
    var left = filled(1.1);
    var right = filled(0.9);
    var product = new double[SIZE][SIZE];
    for (int i = 0; i < TIMES; i++) {
      multiply(left, right, product);
    }
    var file = Path.of(new String(input, StandardCharsets.UTF_8).strip());
    Stamps.write(System.nanoTime(), Stamps.input(begin, file, 0));
    return TaskResult.json(Double.toString(product[SIZE - 1][SIZE - 1]));
  }

  private static double[][] filled(double first) {
    var matrix = new double[SIZE][SIZE];
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        matrix[row][column] = first + row - column;
      }
    }
    return matrix;
  }

  private static void multiply(double[][] left, double[][] right, double[][] product) {
    for (int row = 0; row < SIZE; row++) {
      for (int k = 0; k < SIZE; k++) {
        double factor = left[row][k];
        for (int column = 0; column < SIZE; column++) {
          product[row][column] += factor * right[k][column];
        }
      }
    }
  }
}
