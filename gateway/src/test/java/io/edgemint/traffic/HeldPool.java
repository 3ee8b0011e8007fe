package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.OrgId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A pool whose only thread is always at work and takes up the next piece when it is told to. */
final class HeldPool implements AutoCloseable {
  final FairPool pool;

  /** What was refused, in order: the organisation and how many it had sent before. */
  final List<String> refused = new ArrayList<>();

  private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
  private final Semaphore go = new Semaphore(0);
  private final Map<String, Integer> sent = new HashMap<>();

  HeldPool(int places) throws InterruptedException {
    this.pool = new FairPool("held", 1, places);
    send("first");
    assertThat(begun()).isEqualTo("first 0");
  }

  /** One piece of work arrives; returns its name. */
  String send(String org) {
    String name = org + " " + (sent.merge(org, 1, Integer::sum) - 1);
    pool.execute(
        new OrgId(org),
        () -> {
          begun.add(name);
          go.acquireUninterruptibly();
        },
        () -> refused.add(name));
    return name;
  }

  void send(String org, int times) {
    for (int i = 0; i < times; i++) {
      send(org);
    }
  }

  /** Lets what runs end; returns what is taken up next. */
  String serve() throws InterruptedException {
    go.release();
    return begun();
  }

  List<String> serve(int times) throws InterruptedException {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      names.add(serve());
    }
    return names;
  }

  private String begun() throws InterruptedException {
    @Nullable String name = begun.poll(30, TimeUnit.SECONDS);
    assertThat(name).as("what is taken up within half a minute").isNotNull();
    return String.valueOf(name);
  }

  /** Closes the pool, which refuses what waits; only then does what runs end, if there is room. */
  @Override
  public void close() {
    pool.execute(new OrgId("last"), () -> {}, () -> go.release(Integer.MAX_VALUE));
    pool.close();
  }
}
