package io.edgemint.signing;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cryptography that the process uses: Amazon Corretto Crypto Provider, which signs three to
 * nine times as fast, where it loads and its self-tests pass, and the JDK otherwise.
 */
public final class CryptoProvider {
  private static final String NAME = "Amazon Corretto Crypto Provider";

  private final @Nullable Provider corretto;
  private final String sentence;

  private CryptoProvider(@Nullable Provider corretto, String sentence) {
    this.corretto = corretto;
    this.sentence = sentence;
  }

  /**
   * Makes a choice for the whole process: the provider that is chosen stands first in the JCA's
   * list, so that libraries use it too. Takes half a second, once, for the self-tests.
   */
  public static CryptoProvider install(Choice choice) {
    return switch (choice) {
      case JDK -> new CryptoProvider(null, "Cryptography: the JDK's own, as the settings ask.");
      case AUTO -> install(() -> AmazonCorrettoCryptoProvider.INSTANCE);
    };
  }

  static CryptoProvider install(Supplier<AmazonCorrettoCryptoProvider> library) {
    AmazonCorrettoCryptoProvider corretto;
    try {
      corretto = library.get();
    } catch (LinkageError e) {
      return without("did not load: " + e);
    }
    if (corretto.getLoadingError() != null) {
      return without("did not load: " + corretto.getLoadingError());
    }
    if (corretto.runSelfTests() != SelfTestStatus.PASSED) {
      return without("failed its self-tests");
    }
    Security.insertProviderAt(corretto, 1);
    return new CryptoProvider(
        corretto,
        "Cryptography: " + NAME + " " + corretto.getVersionStr() + ", self-tests passed.");
  }

  private static CryptoProvider without(String reason) {
    return new CryptoProvider(
        null, "Cryptography: the JDK's own, for " + NAME + " " + reason + ".");
  }

  /** One sentence that says which cryptography is used and why. */
  public String sentence() {
    return sentence;
  }

  /** The provider of a service, for example {@code Signature} and {@code SHA256withRSA}. */
  Provider of(String service, String algorithm) throws NoSuchAlgorithmException {
    if (corretto != null) {
      return corretto;
    }
    return Arrays.stream(Security.getProviders())
        .filter(provider -> !(provider instanceof AmazonCorrettoCryptoProvider))
        .filter(provider -> provider.getService(service, algorithm) != null)
        .findFirst()
        .orElseThrow(() -> new NoSuchAlgorithmException(service + " " + algorithm));
  }

  /** What the settings can ask for. */
  public enum Choice {
    /** The fastest that works. */
    AUTO,
    /** The JDK's own. */
    JDK
  }
}
