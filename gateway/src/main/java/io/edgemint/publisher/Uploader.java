package io.edgemint.publisher;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Uploads sources, several parts of one at a time; what was begun and not finished is resumed by
 * the next call for the same source and key. Its methods wait.
 */
public final class Uploader {
  private static final Duration STALL = Duration.ofSeconds(60);

  private final GatewayClient gateway;
  private final Journal journal;
  private final int parallel;
  private final Storage storage;
  private final Backoff backoff;
  private final InstantSource clock;

  /** Sends that many parts beside each other. */
  public Uploader(GatewayClient gateway, Journal journal, int parallel) {
    this(
        gateway,
        journal,
        parallel,
        new Storage(Wire.client(), STALL),
        new Backoff(RandomGenerator.getDefault(), Thread::sleep),
        InstantSource.system());
  }

  Uploader(
      GatewayClient gateway,
      Journal journal,
      int parallel,
      Storage storage,
      Backoff backoff,
      InstantSource clock) {
    this.gateway = gateway;
    this.journal = journal;
    this.parallel = parallel;
    this.storage = storage;
    this.backoff = backoff;
    this.clock = clock;
  }

  /**
   * Uploads a source, or what an earlier run left of it, and compares what the gateway confirms.
   *
   * @param afresh whether an earlier run is ended instead of resumed
   * @throws PublishingFailed when it is not there afterwards
   * @throws InterruptedException when the thread was interrupted; the next call resumes
   */
  public Published upload(Order order, Source source, boolean afresh, Progress progress)
      throws InterruptedException {
    return explained(() -> run(order, source, progress).upload(afresh));
  }

  /**
   * Ends what earlier runs began, so that nothing is left of it; what has arrived as a whole stays.
   *
   * @param sourceName the name that the source had
   * @return how many uploads that were
   */
  public int abort(Order order, String sourceName, Progress progress) throws InterruptedException {
    return explained(
        () -> {
          List<Journal.Entry> entries = journal.find(place(order), sourceName);
          int ended = 0;
          for (Journal.Entry entry : entries) {
            ended += gateway.end(entry.uploadId(), entry.size(), progress) ? 1 : 0;
            journal.forget(entry);
          }
          return ended;
        });
  }

  private UploadRun run(Order order, Source source, Progress progress) {
    var sending =
        new PartSender(gateway, storage, backoff, clock, parallel, order, source, progress);
    return new UploadRun(gateway, journal, sending, place(order), order, source, progress);
  }

  /** Everything about where it goes, on one line. */
  private String place(Order order) {
    return gateway.address() + " " + order.key() + " " + new TreeMap<>(order.more());
  }

  @FunctionalInterface
  private interface Task<T> {
    T run() throws IOException, InterruptedException;
  }

  private static <T> T explained(Task<T> task) throws InterruptedException {
    try {
      return task.run();
    } catch (IOException e) {
      throw new PublishingFailed("cannot read or write: " + e.getMessage());
    }
  }
}
