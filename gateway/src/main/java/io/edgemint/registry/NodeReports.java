package io.edgemint.registry;

import io.edgemint.backend.Nodes;
import io.edgemint.backend.Nodes.Node;
import io.edgemint.backend.OrgDirectory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells the registry which version this gateway serves from: whenever that has changed, and every
 * ten seconds otherwise. It does so after a read of the registry that succeeded, on a thread of its
 * own and once at a time, so that it delays no read and asks nothing of a registry that is away.
 */
public final class NodeReports implements AutoCloseable {
  static final Duration PERIOD = Duration.ofSeconds(10);

  private static final System.Logger LOG = System.getLogger(NodeReports.class.getName());
  private static final long END_SECONDS = 1;

  private final Nodes nodes;
  private final String id;
  private final OrgDirectory directory;
  private final ExecutorService reporter;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private String host = "";

  // Guarded by this.
  private boolean reporting;
  private boolean reported;
  private boolean failing;
  private long version;
  private long triedAt;

  /**
   * Reports nothing until it is told to look.
   *
   * @param id names this process
   */
  public NodeReports(Nodes nodes, String id, OrgDirectory directory, InstantSource clock) {
    this(
        nodes,
        id,
        directory,
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("registry-report").daemon().factory()),
        clock,
        System::nanoTime);
  }

  NodeReports(
      Nodes nodes,
      String id,
      OrgDirectory directory,
      ExecutorService reporter,
      InstantSource clock,
      LongSupplier nanos) {
    this.nodes = nodes;
    this.id = id;
    this.directory = directory;
    this.reporter = reporter;
    this.clock = clock;
    this.nanos = nanos;
    this.triedAt = nanos.getAsLong() - PERIOD.toNanos();
  }

  /** Reports if it is time to, after a read that succeeded; returns at once. */
  public void look() {
    synchronized (this) {
      if (reporting || !isDue()) {
        return;
      }
      reporting = true;
      triedAt = nanos.getAsLong();
    }
    try {
      reporter.execute(this::report);
    } catch (RejectedExecutionException e) {
      // This process ends.
    }
  }

  private synchronized boolean isDue() {
    boolean changed = reported && !failing && version != directory.snapshot().version();
    return changed || nanos.getAsLong() - triedAt >= PERIOD.toNanos();
  }

  private void report() {
    long serving = directory.snapshot().version();
    String problem = "";
    try {
      nodes.report(new Node(id, host(), serving, clock.millis()));
    } catch (RuntimeException e) {
      problem = String.valueOf(e.getMessage());
    }
    synchronized (this) {
      if (!problem.isEmpty() && !failing) {
        LOG.log(
            System.Logger.Level.WARNING,
            "this gateway cannot tell the registry what it serves from: {0}",
            problem);
      }
      failing = !problem.isEmpty();
      reported |= !failing;
      version = serving;
      reporting = false;
    }
  }

  /** Asked for here, since it may take a name server's time. */
  private String host() {
    if (host.isEmpty()) {
      try {
        host = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        host = "unknown";
      }
    }
    return host;
  }

  /** Says farewell, unless the registry takes more than a second for it. */
  @Override
  public void close() {
    synchronized (this) {
      if (reported && !failing) {
        reporter.execute(this::leave);
      }
    }
    reporter.shutdown();
    try {
      if (!reporter.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(System.Logger.Level.DEBUG, "the registry does not take the farewell in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void leave() {
    try {
      nodes.leave(id);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "no farewell: {0}", e.getMessage());
    }
  }
}
