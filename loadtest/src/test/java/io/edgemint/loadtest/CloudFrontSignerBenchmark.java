package io.edgemint.loadtest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Samples;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Signs CloudFront links, and the same number of bytes with the bare signature of the provider. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class CloudFrontSignerBenchmark {
  @Param({"RSA_2048", "ECDSA_P256"})
  KeyAlgorithm algorithm = KeyAlgorithm.ECDSA_P256;

  @Param({"SHA1", "SHA256"})
  Hash hash = Hash.SHA256;

  private final ObjectKey key = Samples.key(Sample.KEY);
  private long expiry = 1_800_000_000;
  private byte[] policy;
  private Signing signing;
  private Signature raw;

  /** Makes one key, for both. */
  @Setup
  public void makeKey() throws GeneralSecurityException {
    SigningKeyPair pair = new SigningKeys(Sample.crypto()).generate(algorithm);
    signing = Sample.cloudFront(pair, hash);
    String url = signing.link(key, null, 0, expiry);
    String resource = url.substring(0, url.indexOf('?'));
    policy = canned(resource, expiry).getBytes(US_ASCII);
    boolean rsa = algorithm == KeyAlgorithm.RSA_2048;
    raw = Signature.getInstance(hash + (rsa ? "withRSA" : "withECDSA"));
    raw.initSign(
        KeyFactory.getInstance(rsa ? "RSA" : "EC")
            .generatePrivate(new PKCS8EncodedKeySpec(pair.pkcs8())));
  }

  /** "Create a signed URL using a canned policy", Amazon CloudFront developer guide. */
  private static String canned(String resource, long expiry) {
    return "{\"Statement\":[{\"Resource\":\"%s\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%d}}}]}"
        .formatted(resource, expiry);
  }

  @Benchmark
  public String ours() {
    expiry++;
    return signing.link(key, null, 0, expiry);
  }

  @Benchmark
  public byte[] raw() throws GeneralSecurityException {
    raw.update(policy);
    return raw.sign();
  }
}
