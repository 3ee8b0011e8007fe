package io.edgemint.http;

import io.edgemint.backend.Samples;
import io.edgemint.objects.ObjectFact;
import io.edgemint.objects.StoredObject;
import io.edgemint.objects.StoredObject.DigestState;
import java.time.Instant;

/** An edge whose storage knows one object, or tells nothing, for benchmarks in other modules. */
public final class FactsEdge implements AutoCloseable {
  /** What its devices ask for. */
  public static final String PATH = "/v1/links/fw/gateway/1.2.3.bin";

  private static final ObjectFact STORED =
      new ObjectFact.Found(
          new StoredObject(
              Samples.key("fw/gateway/1.2.3.bin"),
              1 << 20,
              "\"0123456789abcdef0123456789abcdef\"",
              "3sL4kqtJlcpXroDTDmJrmSpXd3dIbrHY",
              "0123456789abcdef".repeat(4),
              DigestState.VERIFIED,
              "STANDARD",
              Instant.parse("2026-11-05T12:00:00Z"),
              false));

  private final EdgeWorld world;

  /** What is known of the object. */
  public enum Facts {
    /** The storage tells nothing. */
    UNKNOWN,
    /** It stands in the answers. */
    TOLD,
    /** Links are made only because it is there. */
    CHECKED
  }

  /**
   * Starts it.
   *
   * @param remembered whether answers may be given again
   */
  public FactsEdge(Facts facts, boolean remembered) {
    world = new EdgeWorld(EdgeWorld.org("acme", !remembered));
    if (facts != Facts.UNKNOWN) {
      world.stored = (org, backend, storage, key, version) -> STORED;
    }
    if (facts == Facts.CHECKED) {
      world.checkObjects = true;
      world.serve(world.grants(Runnable::run), world.clock);
    }
  }

  public int port() {
    return world.port;
  }

  /** The token of a device that may read the object. */
  public String token() {
    return world.token("acme", "device-1");
  }

  @Override
  public void close() {
    world.close();
  }
}
