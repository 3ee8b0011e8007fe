package io.edgemint.loadtest;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.Org;
import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * 10,000 organisations, half behind CloudFront with a P-256 key and half with a bucket, share a
 * gateway as in life: a few have most of the devices (Zipf: the second half as many as the first,
 * the third a third), and many are hardly heard of. Each device asks for one of 100 objects.
 *
 * <p>System properties: {@code rate} (requests per second, 500), {@code seconds}, {@code target}
 * and {@code tokens} ({@code edgemint token --orgs} makes them). Without a target a gateway is
 * started, alone in its process.
 */
public final class ManyOrgs extends Simulation {
  private static final int ORGS = 10_000;
  private static final int RATE = Load.rate(500);

  /** In the first third of the time from a fifth of the rate up to it, for all is new at first. */
  private static final int REQUESTS = RATE * Load.SECONDS * 13 / 15;

  private static final int DEVICES = REQUESTS / 2;

  private final Fleet fleet = Fleet.of(DEVICES, ManyOrgs::start);

  private final ScenarioBuilder device =
      scenario("device")
          .feed(fleet.feeder().circular())
          .exec(Load.link("link", "fw/#{randomInt(0,100)}.bin"));

  private static Fleet start(int devices) throws Exception {
    Platform platform = Platform.create("");
    List<Org> orgs =
        IntStream.range(0, ORGS)
            .parallel()
            .mapToObj(
                i ->
                    i % 2 == 0
                        ? platform.cloudFront(id(i), Platform.key(KeyAlgorithm.ECDSA_P256))
                        : platform.keyPair(id(i)))
            .toList();
    return platform.start(orgs, zipf(devices)).warmedUp();
  }

  private static String id(int i) {
    return "org-%05d".formatted(i);
  }

  /** The same in every run. */
  private static List<String> zipf(int devices) {
    double[] sums = new double[ORGS];
    double sum = 0;
    for (int i = 0; i < ORGS; i++) {
      sum += 1.0 / (i + 1);
      sums[i] = sum;
    }
    SplittableRandom random = new SplittableRandom(1);
    List<String> orgs = new ArrayList<>(devices);
    for (int i = 0; i < devices; i++) {
      int found = Arrays.binarySearch(sums, random.nextDouble(sum));
      orgs.add(id(found < 0 ? -found - 1 : found));
    }
    return orgs;
  }

  /** Lets every device ask twice, and none of them fail. */
  public ManyOrgs() {
    setUp(
            device.injectOpen(
                rampUsersPerSec(RATE / 5.0).to(RATE).during(Load.SECONDS / 3),
                constantUsersPerSec(RATE).during(Load.SECONDS - Load.SECONDS / 3)))
        .protocols(Load.sharedConnections(fleet))
        .maxDuration(Load.LONGEST)
        .assertions(
            Load.noneFailed("link"),
            Load.allCame("link", REQUESTS),
            global().requestsPerSec().gte(0.95 * REQUESTS / Load.SECONDS));
  }

  @Override
  public void after() {
    fleet.close();
  }
}
