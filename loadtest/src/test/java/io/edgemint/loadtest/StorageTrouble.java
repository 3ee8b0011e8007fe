package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Org;
import io.edgemint.sandbox.StsServer;
import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A third of the time all is well. Then the registry is lost and STS hangs, and in the last third
 * STS fails at once; and all the time one organisation's role lets nobody in. Devices of the
 * healthy organisations (by CloudFront, key pair and role, ten of each) notice nothing, though
 * every other link is one that must be signed anew. Those of the broken one, and of one whose role
 * was never assumed before STS failed, are told to wait.
 *
 * <p>System properties: {@code rate} (healthy requests per second, 200), {@code seconds}.
 */
public final class StorageTrouble extends Simulation {
  private static final int RATE = Load.rate(200);
  private static final long THIRD = Load.SECONDS / 3;
  private static final int OF_EACH_KIND = 10;
  private static final int DEVICES_OF_EACH = 20;
  private static final int HEALTHY = 3 * OF_EACH_KIND * DEVICES_OF_EACH;

  private final StsServer sts = sts();
  private final Platform platform = platform();
  private final Fleet fleet = start();

  private static StsServer sts() {
    try {
      return StsServer.start(InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Platform platform() {
    try {
      return Platform.create(
          "sessions: {sts_endpoint: '%s', sts_timeout: 1s}%n".formatted(sts.endpoint()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Fleet start() {
    List<Org> orgs = new ArrayList<>();
    for (int i = 0; i < OF_EACH_KIND; i++) {
      orgs.add(platform.cloudFront("cdn-" + i, Platform.key(KeyAlgorithm.ECDSA_P256)));
      orgs.add(platform.keyPair("pair-" + i));
      orgs.add(platform.role("role-" + i));
    }
    List<String> turns = new ArrayList<>();
    for (int i = 0; i < DEVICES_OF_EACH; i++) {
      orgs.forEach(org -> turns.add(org.id().value()));
    }
    turns.addAll(List.of("broken", "late"));
    orgs.addAll(List.of(platform.role("broken"), platform.role("late")));
    for (Org org : orgs) {
      String id = org.id().value();
      sts.trust(
          Platform.roleArn(id),
          id.equals("broken") ? "AKIASTRANGER" : GatewayServer.IDENTITY,
          null);
    }
    try {
      return platform.start(orgs, turns).warmedUp();
    } catch (Exception e) {
      throw new IllegalStateException("no gateway to ask", e);
    }
  }

  private ScenarioBuilder healthy(String name) {
    return scenario(name)
        .feed(fleet.feeder(0, HEALTHY).circular())
        .exec(Load.link(name, Load.KEY))
        .exec(Load.link(name, "fw/#{randomUuid()}.bin"));
  }

  private ScenarioBuilder told(String name, int device) {
    FeederBuilder<Object> one = fleet.feeder(device, device + 1).circular();
    return scenario(name)
        .feed(one)
        .exec(
            Load.refused(Load.ask(name, Load.KEY), 503, "backend_unavailable")
                .check(header("Retry-After").exists()));
  }

  private ScenarioBuilder trouble(String name, StsServer.Mood mood) {
    return scenario(name)
        .exec(
            session -> {
              sts.feel(mood);
              lose();
              return session;
            });
  }

  private void lose() {
    try {
      platform.loseRegistry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets trouble come while devices go on asking. */
  public StorageTrouble() {
    setUp(
            healthy("before").injectOpen(constantUsersPerSec(RATE / 2.0).during(THIRD)),
            healthy("in trouble")
                .injectOpen(nothingFor(THIRD), constantUsersPerSec(RATE / 2.0).during(2 * THIRD)),
            told("broken role", HEALTHY).injectOpen(constantUsersPerSec(0.5).during(3 * THIRD)),
            told("late role", HEALTHY + 1)
                .injectOpen(nothingFor(THIRD + 1), constantUsersPerSec(0.5).during(2 * THIRD - 1)),
            trouble("lost and hanging", StsServer.Mood.HANGING)
                .injectOpen(nothingFor(THIRD), atOnceUsers(1)),
            trouble("lost and failing", StsServer.Mood.BROKEN)
                .injectOpen(nothingFor(2 * THIRD), atOnceUsers(1)))
        .protocols(Load.sharedConnections(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            Load.noneFailed("before"),
            Load.noneFailed("in trouble"),
            Load.noneFailed("broken role"),
            Load.noneFailed("late role"),
            Load.allCame("before", RATE * THIRD),
            Load.allCame("in trouble", 2L * RATE * THIRD),
            details("in trouble").requestsPerSec().gte(0.95 * RATE * 2 / 3));
  }

  @Override
  public void after() {
    fleet.close();
    sts.close();
  }
}
