package io.edgemint.onboarding;

import io.edgemint.backend.CloudFront;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.KeyState;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Secrets;
import io.edgemint.config.Field;
import io.edgemint.config.Secret;
import io.edgemint.config.Section;
import io.edgemint.signing.SigningKeyPair;
import io.edgemint.signing.SigningKeys;
import java.nio.CharBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the word {@code cloudfront} of a backend or of default storage. */
final class CloudFrontReader {
  private static final Pattern HOST =
      Pattern.compile(
          "([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:[0-9]{1,5})?");
  private static final Pattern KEY_ID = Pattern.compile("[A-Z0-9]{10,32}");
  private static final Pattern KEY_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  private final Secrets secrets;
  private final SigningKeys keys;
  private final Predicate<String> listed;

  CloudFrontReader(Secrets secrets, SigningKeys keys, Predicate<String> listed) {
    this.secrets = secrets;
    this.keys = keys;
    this.listed = listed;
  }

  /** A distribution; the names of keys that were generated just now are added to a set. */
  Field<CloudFront> read(Section section, OrgId org, String backend, Set<String> generated) {
    Field<String> host = section.field("host", CloudFrontReader::host);
    Scheme scheme = section.oneOf("scheme", Scheme.HTTPS);
    Field<Optional<String>> prefix = section.optional("path_prefix", S3Reader::prefix);
    Duration ttl = section.duration("ttl", Lives.DEFAULT, Lives.LEAST, Lives.LONGEST);
    List<Field<SigningKey>> fields = new ArrayList<>();
    for (Section key : section.sections("signing_keys")) {
      fields.add(key(key, org, backend, fields.isEmpty(), generated));
    }
    return section.build(
        () -> {
          List<SigningKey> all = fields.stream().map(Field::get).toList();
          check(all);
          String word = scheme == Scheme.HTTPS ? "https" : "http";
          S3Reader.requireTls(word, host.get(), listed);
          return new CloudFront(word, host.get(), prefix.get().orElse(""), all, ttl);
        });
  }

  private static void check(List<SigningKey> all) {
    if (all.isEmpty()) {
      throw new IllegalArgumentException("signing_keys has no key; add one");
    }
    if (all.stream().map(SigningKey::name).distinct().count() != all.size()) {
      throw new IllegalArgumentException("two signing_keys have the same name");
    }
  }

  private Field<SigningKey> key(
      Section section, OrgId org, String backend, boolean first, Set<String> generated) {
    Field<String> name = section.field("name", CloudFrontReader::keyName);
    Field<Optional<String>> id = section.optional("id", CloudFrontReader::keyId);
    boolean named = section.has("algorithm");
    KeyAlgorithm algorithm = section.oneOf("algorithm", KeyAlgorithm.ECDSA_P256);
    Hash hash = section.oneOf("hash", Hash.SHA256);
    boolean generate = isToBeMade(section);
    Field<Optional<Secret>> pem =
        generate ? section.build(Optional::empty) : section.optionalSecret("private_key");
    return section.build(
        () -> {
          SigningKeyPair pair = generate ? keys.generate(algorithm) : read(pem.get());
          if (generate) {
            generated.add(backend + "/" + name.get());
          } else if (named && pair.algorithm() != algorithm) {
            throw new IllegalArgumentException(
                "private_key is of another algorithm; correct 'algorithm' or leave it out");
          }
          KeyState state = first ? KeyState.ACTIVE : KeyState.NEXT;
          return sealed(
              secrets, pair, name.get(), id.get().orElse(null), hash, state, org, backend);
        });
  }

  private static boolean isToBeMade(Section key) {
    if (key.hasText("private_key")) {
      return false;
    }
    Section source = key.section("private_key");
    return source.flag("generate", false) && !source.has("file") && !source.has("env");
  }

  /** The record of a key, with its private half sealed. */
  static SigningKey sealed(
      Secrets secrets,
      SigningKeyPair pair,
      String name,
      @Nullable String id,
      Hash hash,
      KeyState state,
      OrgId org,
      String backend) {
    byte[] pkcs8 = pair.pkcs8();
    try {
      var purpose = Secrets.Purpose.signingKey(org, backend, name);
      SealedSecret privateKey = secrets.seal(pkcs8, purpose, 1);
      return new SigningKey(name, id, pair.algorithm(), hash, state, privateKey, pair.publicPem());
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  private SigningKeyPair read(Optional<Secret> pem) {
    if (pem.isEmpty()) {
      throw new IllegalArgumentException(
          "private_key is missing; write {file: path}, {env: NAME} or {generate: true}");
    }
    char[] text = pem.get().chars();
    try {
      return keys.read(CharBuffer.wrap(text));
    } finally {
      Arrays.fill(text, '\0');
    }
  }

  private static String host(String text) {
    if (text.length() > 253 || !HOST.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a host is a lower-case DNS name without scheme or path: d111111abcdef8.cloudfront.net");
    }
    return text;
  }

  static String keyName(String text) {
    if (!KEY_NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("a key's name is 1 to 32 characters of a-z, 0-9 and '-'");
    }
    return text;
  }

  static String keyId(String text) {
    if (!KEY_ID.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "this is not the id of a public key, which looks like K2JCJMDEHXQW5F; the id of the key"
              + " group does not sign");
    }
    return text;
  }

  private enum Scheme {
    HTTPS,
    HTTP
  }
}
