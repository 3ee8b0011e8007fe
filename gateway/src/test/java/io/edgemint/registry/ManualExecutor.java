package io.edgemint.registry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Runs what it is given at once, or when a test lets it. */
final class ManualExecutor extends AbstractExecutorService {
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean held;
  private boolean down;

  void hold() {
    held = true;
  }

  /** Runs what waits, and from then on at once. */
  void release() {
    held = false;
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  int waiting() {
    return waiting.size();
  }

  @Override
  public void execute(Runnable task) {
    if (down) {
      throw new RejectedExecutionException("it is down");
    }
    if (held) {
      waiting.add(task);
    } else {
      task.run();
    }
  }

  @Override
  public void shutdown() {
    down = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    down = true;
    return List.copyOf(waiting);
  }

  @Override
  public boolean isShutdown() {
    return down;
  }

  @Override
  public boolean isTerminated() {
    return down && waiting.isEmpty();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return waiting.isEmpty();
  }
}
