package io.edgemint.publisher;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Sends parts of a source, several at a time, each until it has arrived or cannot. */
final class PartSender {
  private static final int MOST_LINKS = 3;
  private static final int MOST_DAMAGED = 3;

  private final GatewayClient gateway;
  private final Storage storage;
  private final Backoff backoff;
  private final InstantSource clock;
  private final int parallel;
  private final Order order;
  private final Source source;
  private final Progress progress;

  PartSender(
      GatewayClient gateway,
      Storage storage,
      Backoff backoff,
      InstantSource clock,
      int parallel,
      Order order,
      Source source,
      Progress progress) {
    this.gateway = gateway;
    this.storage = storage;
    this.backoff = backoff;
    this.clock = clock;
    this.parallel = parallel;
    this.order = order;
    this.source = source;
    this.progress = progress;
  }

  /**
   * Sends parts, and returns when all have arrived.
   *
   * @param sha256 of the whole
   */
  void send(Plan plan, List<Integer> numbers, String sha256)
      throws IOException, InterruptedException, UploadGone {
    long bytes = numbers.stream().mapToLong(plan.parts()::size).sum();
    progress.begin(Progress.Step.SENDING, source.size(), source.size() - bytes);
    Queue<Integer> left = new ConcurrentLinkedQueue<>(numbers);
    int workers = Math.min(parallel, numbers.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var ends = new ExecutorCompletionService<@Nullable Void>(threads);
      try {
        for (int i = 0; i < workers; i++) {
          ends.submit(
              () -> {
                for (Integer number = left.poll(); number != null; number = left.poll()) {
                  new Part(plan, number, sha256).send();
                }
                return null;
              });
        }
        for (int i = 0; i < workers; i++) {
          ends.take().get();
        }
      } catch (ExecutionException e) {
        throw failure(e.getCause());
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause)
      throws IOException, InterruptedException, UploadGone {
    return switch (cause) {
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case UploadGone e -> throw e;
      case RuntimeException e -> e;
      case null, default -> new IllegalStateException(cause);
    };
  }

  /** One part until it has arrived. */
  private final class Part {
    private final Plan plan;
    private final int number;
    private final long offset;
    private final long size;
    private final String whole;
    private String digest = "";
    private @Nullable Link link;
    private int failures;
    private int endedLinks;
    private int damaged;

    Part(Plan plan, int number, String whole) {
      this.plan = plan;
      this.number = number;
      this.whole = whole;
      offset = plan.parts().offset(number);
      size = plan.parts().size(number);
      link = plan.put();
    }

    void send() throws IOException, InterruptedException, UploadGone {
      digest = plan.whole() ? whole : read();
      while (true) {
        source.checkUnchanged();
        Link now = link();
        if (now == null || put(now)) {
          return;
        }
      }
    }

    private String read() throws IOException, InterruptedException {
      return Digest.of(source, offset, size, bytes -> {});
    }

    /** A link that still holds; null when the gateway has the bytes already. */
    private @Nullable Link link() throws InterruptedException, UploadGone {
      Link known = link;
      if (known == null || known.ending(clock.instant())) {
        known =
            plan.whole()
                ? gateway.missing(plan.id(), 1, source.size(), progress).put()
                : gateway.link(plan, number, digest, progress);
        link = known;
      }
      return known;
    }

    /** Sends it once, and tells whether it has arrived. */
    private boolean put(Link now) throws IOException, InterruptedException, UploadGone {
      AtomicLong moved = new AtomicLong();
      boolean arrived = false;
      try {
        Storage.Outcome outcome =
            storage.put(
                now,
                source,
                offset,
                size,
                bytes -> {
                  moved.addAndGet(bytes);
                  progress.moved(bytes);
                });
        arrived = arrived(outcome);
        return arrived;
      } finally {
        if (!arrived) {
          progress.moved(-moved.get());
        }
      }
    }

    private boolean arrived(Storage.Outcome outcome)
        throws IOException, InterruptedException, UploadGone {
      switch (outcome.verdict()) {
        // The bytes of an earlier try whose answer was lost, or of somebody else: completing tells.
        case ARRIVED, EXISTS -> {
          return true;
        }
        case AGAIN -> backoff.afterFailure(++failures, outcome.after(), why(outcome), progress);
        case LINK_ENDED -> {
          link = null;
          if (++endedLinks > MOST_LINKS) {
            throw refused(outcome, "although its link was fresh");
          }
        }
        case DAMAGED -> {
          if (!read().equals(digest)) {
            throw new SourceChanged(source.name());
          }
          progress.note(
              why(outcome) + ": the bytes did not arrive as they are; sending them again");
          if (++damaged == MOST_DAMAGED) {
            throw refused(outcome, "as other bytes than were announced, " + damaged + " times");
          }
        }
        case UPLOAD_GONE -> throw new UploadGone();
        case REFUSED -> throw refused(outcome, "");
      }
      return false;
    }

    private String why(Storage.Outcome outcome) {
      return plan.whole() ? outcome.why() : "part " + number + ": " + outcome.why();
    }

    private PublishingFailed refused(Storage.Outcome outcome, String how) {
      return new PublishingFailed(
          (order.key() + ": " + why(outcome) + " " + how).strip()
              + "; what has arrived is kept, and the same command resumes");
    }
  }
}
