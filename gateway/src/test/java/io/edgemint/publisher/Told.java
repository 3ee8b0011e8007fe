package io.edgemint.publisher;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Listens to how an upload goes. */
final class Told implements Progress {
  final List<String> notes = new CopyOnWriteArrayList<>();
  final AtomicLong done = new AtomicLong();
  volatile long total;

  @Override
  public void begin(Step step, long bytes, long before) {
    total = bytes;
    done.set(before);
  }

  @Override
  public void moved(long bytes) {
    done.addAndGet(bytes);
  }

  @Override
  public void note(String text) {
    notes.add(text);
  }
}
