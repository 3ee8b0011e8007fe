package io.edgemint.loadtest;

import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Samples;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.services.s3.presigner.model.PresignedGetObjectRequest;

/** Signs S3 links from scratch, with our signer and with the SDK's, each with a session token. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class S3SignerBenchmark {
  private final Signing signing = Sample.s3();
  private final ObjectKey key = Samples.key(Sample.KEY);
  private final S3Presigner presigner =
      S3Presigner.builder()
          .region(Region.of(Sample.REGION))
          .credentialsProvider(StaticCredentialsProvider.create(Sample.SESSION))
          .build();
  private long date = InstantSource.system().millis() / 86_400_000 * 86_400;

  /** Each link has a date of its own, within one day. */
  @Benchmark
  public String ours() {
    date = date % 86_400 == 86_399 ? date - 86_399 : date + 1;
    return signing.link(key, null, date, date + Sample.TTL.toSeconds());
  }

  @Benchmark
  public PresignedGetObjectRequest sdk() {
    return presigner.presignGetObject(
        presign ->
            presign
                .signatureDuration(Sample.TTL)
                .getObjectRequest(get -> get.bucket(Sample.BUCKET).key(Sample.KEY)));
  }
}
