package io.edgemint.loadtest;

import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.loadtest.Limits.Verdict;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks for a moment each and compares what they allocate with the limits in a file;
 * exits with 1 if one is broken. Bytes per operation and counts are the same on a slow and on a
 * busy machine; of speeds only ratios are judged, and those by CPU time.
 */
final class Guard {
  private static final int OPERATIONS = 10_000;

  private Guard() {}

  /** Takes the file with the limits, and the program as it is delivered. */
  public static void main(String[] args) throws Exception {
    Limits limits = Limits.read(Path.of(args[0]));
    List<Verdict> verdicts =
        limits.judge(bytes(limits), Counts.of(Path.of(args[1])), speeds(limits));
    verdicts.forEach(System.out::println);
    List<Verdict> broken = verdicts.stream().filter(verdict -> !verdict.kept()).toList();
    if (!broken.isEmpty()) {
      String names = broken.stream().map(Verdict::name).collect(Collectors.joining(", "));
      System.err.println("Limits of " + args[0] + " are broken: " + names);
      System.exit(1);
    }
  }

  private static Map<String, Double> bytes(Limits limits) throws RunnerException {
    // Its lock is there for times, and other processes change no bytes.
    System.setProperty("jmh.ignoreLock", "true");
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .addProfiler(GCProfiler.class)
            // Compiled after as many calls on every machine, and never behind the code's back.
            .jvmArgsAppend("-Xbatch")
            .mode(Mode.SingleShotTime)
            .warmupBatchSize(OPERATIONS)
            .measurementBatchSize(OPERATIONS)
            .forks(1)
            .warmupIterations(4)
            .measurementIterations(3)
            .param("algorithm", KeyAlgorithm.ECDSA_P256.name())
            .timeout(TimeValue.minutes(3))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    for (String benchmark : limits.benchmarks()) {
      options.include("\\." + benchmark.replace(".", "\\.") + "$");
    }
    Map<String, Double> bytes = new TreeMap<>();
    for (RunResult result : new Runner(options.build()).run()) {
      Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
      if (allocated != null) {
        // JMH counts a batch as one operation.
        bytes.put(name(result.getParams()), allocated.getScore() / OPERATIONS);
      }
    }
    return bytes;
  }

  /** Such as {@code TokenBenchmark.library} or {@code CloudFrontSignerBenchmark.ours[RSA.SHA1]}. */
  private static String name(BenchmarkParams params) {
    String method = params.getBenchmark().substring(Guard.class.getPackageName().length() + 1);
    String values =
        params.getParamsKeys().stream()
            .sorted()
            .map(params::getParam)
            .collect(Collectors.joining("."));
    return values.isEmpty() ? method : method + "[" + values + "]";
  }

  private static Map<String, Double> speeds(Limits limits) throws Exception {
    Map<String, Double> speeds = new TreeMap<>();
    for (Map.Entry<String, Contest> contest : contests().entrySet()) {
      if (limits.hasContest(contest.getKey())) {
        speeds.put(contest.getKey(), contest.getValue().run().median());
      }
    }
    return speeds;
  }

  private static Map<String, Contest> contests() throws GeneralSecurityException {
    Map<String, Contest> contests = new TreeMap<>();
    var s3 = new S3SignerBenchmark();
    contests.put("s3", new Contest(s3::ours, s3::sdk));
    for (KeyAlgorithm algorithm : KeyAlgorithm.values()) {
      for (Hash hash : Hash.values()) {
        var cloudFront = new CloudFrontSignerBenchmark();
        cloudFront.algorithm = algorithm;
        cloudFront.hash = hash;
        cloudFront.makeKey();
        contests.put(
            "cloudfront." + algorithm + "." + hash, new Contest(cloudFront::ours, cloudFront::raw));
      }
    }
    return contests;
  }
}
