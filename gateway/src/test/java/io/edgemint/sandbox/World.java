package io.edgemint.sandbox;

import io.edgemint.KeyPairs;
import io.edgemint.sandbox.Distribution.Origin;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Everything outside of the gateway: the S3 server with the sample firmware, a distribution for
 * each organisation that has one, the token issuers, and the files that tell a gateway of them.
 */
public final class World implements AutoCloseable {
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final KeyPair acmeKey = KeyPairs.rsa(2048);
  private final KeyPair globexKey = KeyPairs.ec("secp256r1");
  private final S3Server s3;
  private final Distribution acmeCdn;
  private final Distribution globexCdn;
  private final IssuerServer issuer;
  private final IssuerServer globexIssuer;
  private final IssuerServer staffIssuer;
  private final WorldFiles files;

  private World(Vertx vertx, Ports ports, InstantSource clock, Path folder) {
    try {
      s3 = part(S3Server.start(vertx, ports.s3(), clock, accounts()));
      // One distribution with the prefix in its URLs, the other with it as its origin path.
      acmeCdn = cdn(vertx, ports.acmeCdn(), clock, Tenant.ACME, "");
      acmeCdn.trust(Tenant.ACME.publicKeyId(), KeyPairs.pem(acmeKey.getPublic()));
      globexCdn = cdn(vertx, ports.globexCdn(), clock, Tenant.GLOBEX, "/releases");
      globexCdn.trust(Tenant.GLOBEX.publicKeyId(), KeyPairs.pem(globexKey.getPublic()));
      issuer = part(IssuerServer.start(vertx, ports.issuer(), clock));
      globexIssuer = part(IssuerServer.start(vertx, 0, clock));
      staffIssuer = part(IssuerServer.start(vertx, 0, clock));
      seed();
      files = WorldFiles.write(folder, this, ports);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts it all and writes the files into the folder, in place of what was there.
   *
   * @param clock decides what has expired, save for S3Proxy, which goes by the real time
   */
  public static World start(Vertx vertx, Ports ports, InstantSource clock, Path folder) {
    return new World(vertx, ports, clock, folder);
  }

  /** The S3 server of all organisations and of default storage. */
  public S3Server s3() {
    return s3;
  }

  /** The distribution of {@link Tenant#ACME}, with an RSA key. */
  public Distribution acmeCdn() {
    return acmeCdn;
  }

  /** The distribution of {@link Tenant#GLOBEX}, with an ECDSA key. */
  public Distribution globexCdn() {
    return globexCdn;
  }

  /** The platform's token issuer. */
  public IssuerServer issuer() {
    return issuer;
  }

  /** The token issuer of {@link Tenant#GLOBEX}, whose keys stand in that organisation's file. */
  public IssuerServer globexIssuer() {
    return globexIssuer;
  }

  /** The token issuer of administrators. */
  public IssuerServer staffIssuer() {
    return staffIssuer;
  }

  /** Settings, organisations' files and tokens. */
  public WorldFiles files() {
    return files;
  }

  KeyPair acmeKey() {
    return acmeKey;
  }

  KeyPair globexKey() {
    return globexKey;
  }

  private static Account[] accounts() {
    return Stream.concat(Tenant.ALL.stream(), Stream.of(Tenant.PLATFORM))
        .map(Tenant::account)
        .toArray(Account[]::new);
  }

  private Distribution cdn(
      Vertx vertx, int port, InstantSource clock, Tenant tenant, String originPath) {
    var origin = new Origin(tenant.account(), tenant.bucket(), originPath);
    return part(Distribution.start(vertx, port, clock, s3, origin));
  }

  private void seed() {
    for (Tenant tenant : Tenant.ALL) {
      try (S3Client client = s3.client(tenant.account())) {
        client.createBucket(b -> b.bucket(tenant.bucket()));
        if (!tenant.equals(Tenant.UMBRELLA)) {
          put(client, tenant, tenant.prefix(), tenant.id());
        }
      }
    }
    try (S3Client client = s3.client(Tenant.PLATFORM.account())) {
      client.createBucket(b -> b.bucket(Tenant.PLATFORM.bucket()));
      String prefix = Tenant.PLATFORM.prefix() + Tenant.UMBRELLA.id() + '/';
      put(client, Tenant.PLATFORM, prefix, Tenant.UMBRELLA.id());
    }
  }

  private static void put(S3Client client, Tenant owner, String prefix, String org) {
    for (Firmware firmware : Firmware.ALL) {
      client.putObject(
          b -> b.bucket(owner.bucket()).key(prefix + firmware.key()),
          RequestBody.fromBytes(firmware.bytes(org)));
    }
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.add(part);
    return part;
  }

  @Override
  public void close() {
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        System.getLogger(World.class.getName())
            .log(System.Logger.Level.WARNING, "while closing: {0}", e.toString());
      }
    }
    parts.clear();
  }
}
