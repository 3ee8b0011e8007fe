package io.edgemint.registry;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.CUSTOM;
import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_DEFAULT;
import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_EMPTY;
import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.edgemint.backend.Backend;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Download;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.SealedSecret;
import io.edgemint.backend.Verification;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of an organisation in the registry: the components of its records under their own
 * names, {@code kind} where there is a choice, durations as ISO 8601, sets in alphabetical order.
 * Renaming a component changes what is stored and needs a migration; a test holds the names.
 */
final class OrgDocument {
  /** Stands for the value of every {@link Later} flag that a document does not have. */
  private static final String LATER = "later";

  /** Stands for the value of every later number that a document does not have. */
  private static final String ZERO = "zero";

  /** Stands for a standby, where a document names none. */
  private static final String STANDBY = "standby";

  /** Stands for how a revision was switched, where a document does not say it. */
  private static final String SERVICE = "service";

  /** Stands for what is asked and known of objects, where a document does not say it. */
  private static final String OBJECTS = "objects";

  /** Stands for certificate authorities, where a document names none. */
  private static final String AUTHORITIES = "authorities";

  /** Stands for destinations, where a document names none. */
  private static final String DESTINATIONS = "destinations";

  /** Stands for a duration that a document does not have. */
  private static final String NEVER = "never";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addMixIn(OrgId.class, PlainText.class)
          .addMixIn(Issuer.KeySource.class, KeySourceKinds.class)
          .addMixIn(Download.class, DownloadKinds.class)
          .addMixIn(Org.class, OrgMembers.class)
          .addMixIn(Policy.class, PolicyMembers.class)
          .addMixIn(Backend.class, BackendMembers.class)
          .addMixIn(CloudFront.SigningKey.class, SigningKeyMembers.class)
          .addMixIn(S3Storage.Endpoint.class, EndpointMembers.class)
          .addMixIn(S3Storage.Credentials.class, CredentialKinds.class)
          .addMixIn(S3Storage.Encryption.class, EncryptionKinds.class)
          .addModule(
              new SimpleModule()
                  .addSerializer(new SortedSet())
                  .addSerializer(Duration.class, ToStringSerializer.instance)
                  .addDeserializer(Duration.class, new IsoDuration()))
          .injectableValues(
              new InjectableValues.Std()
                  .addValue(LATER, false)
                  .addValue(ZERO, 0L)
                  .addValue(STANDBY, null)
                  .addValue(NEVER, null)
                  .addValue(AUTHORITIES, List.of())
                  .addValue(DESTINATIONS, List.of())
                  .addValue(SERVICE, Backend.Service.NONE)
                  .addValue(OBJECTS, Backend.Objects.NONE))
          .build();

  private OrgDocument() {}

  static String write(Org org) {
    try {
      return MAPPER.writeValueAsString(org);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("organisation " + org.id() + " has no JSON form", e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalStateException if a newer version of this program wrote it, or nobody did
   */
  static Org read(String id, String document) {
    try {
      return MAPPER.readValue(document, Org.class);
    } catch (UnrecognizedPropertyException
        | InvalidTypeIdException
        | InvalidFormatException unknown) {
      throw new IllegalStateException(
          "organisation %s was written to the registry by a newer Edgemint (%s is new): run that one"
              .formatted(id, place(unknown)));
    } catch (JsonMappingException e) {
      throw new IllegalStateException(
          "organisation %s is damaged in the registry at '%s'".formatted(id, place(e)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "organisation " + id + " is damaged in the registry: no JSON");
    }
  }

  /** Where in the document; never what stands there. */
  private static String place(JsonMappingException e) {
    return e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName())
        .collect(Collectors.joining("."));
  }

  /** An identifier is its text alone. */
  private abstract static class PlainText {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    PlainText(String unused) {}

    @JsonValue
    abstract String value();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Issuer.KeySource.Pem.class, name = "pem"),
    @JsonSubTypes.Type(value = Issuer.KeySource.Jwks.class, name = "jwks"),
    @JsonSubTypes.Type(value = Issuer.KeySource.JwksUrl.class, name = "jwks-url"),
    @JsonSubTypes.Type(value = Issuer.KeySource.SharedSecret.class, name = "shared-secret")
  })
  private interface KeySourceKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = S3Storage.class, name = "s3"),
    @JsonSubTypes.Type(value = CloudFront.class, name = "cloudfront")
  })
  private interface DownloadKinds {}

  /** A flag that older programs do not know: false where it is absent, absent where it is false. */
  @JacksonAnnotationsInside
  @JacksonInject(value = LATER, useInput = OptBoolean.TRUE)
  @JsonInclude(NON_DEFAULT)
  @Retention(RUNTIME)
  private @interface Later {}

  private abstract static class EndpointMembers {
    @JsonCreator
    EndpointMembers(
        @JsonProperty("uri") URI unused,
        @JsonProperty("pathStyle") boolean unusedPathStyle,
        @JsonProperty("dualStack") @Later boolean unusedDualStack,
        @JsonProperty("fips") @Later boolean unusedFips,
        @JsonProperty("accelerate") @Later boolean unusedAccelerate) {}
  }

  private abstract static class OrgMembers {
    @JsonCreator
    OrgMembers(
        @JsonProperty("id") OrgId unused,
        @JsonProperty("version") long unusedVersion,
        @JsonProperty("policy") Policy unusedPolicy,
        @JsonProperty("revocations") Revocations unusedRevocations,
        @JsonProperty("issuers") List<Issuer> unusedIssuers,
        @JsonProperty("backends") List<Backend> unusedBackends,
        @JsonProperty("authorities")
            @JacksonInject(value = AUTHORITIES, useInput = OptBoolean.TRUE)
            @JsonInclude(NON_EMPTY)
            List<CertificateAuthority> unusedAuthorities,
        @JsonProperty("destinations")
            @JacksonInject(value = DESTINATIONS, useInput = OptBoolean.TRUE)
            @JsonInclude(NON_EMPTY)
            List<Destination> unusedDestinations) {}
  }

  private abstract static class PolicyMembers {
    @JsonCreator
    PolicyMembers(
        @JsonProperty("entitlement") Entitlement unused,
        @JsonProperty("allowedRegions") Set<String> unusedRegions,
        @JsonProperty("tokenLimited") boolean unusedTokenLimited,
        @JsonProperty("refuseFailing") @Later boolean unusedRefuseFailing,
        @JsonProperty("maxStaleness")
            @JacksonInject(value = NEVER, useInput = OptBoolean.TRUE)
            @JsonInclude(NON_NULL)
            @Nullable Duration unusedMaxStaleness,
        @JsonProperty("replaceObjects") @Later boolean unusedReplaceObjects) {}
  }

  private abstract static class BackendMembers {
    @JsonCreator
    BackendMembers(
        @JsonProperty("name") String unused,
        @JsonProperty("revision") int unusedRevision,
        @JsonProperty("state") Backend.State unusedState,
        @JsonProperty("upload") S3Storage unusedUpload,
        @JsonProperty("download") Download unusedDownload,
        @JsonProperty("uploadSide") Verification unusedUploadSide,
        @JsonProperty("downloadSide") Verification unusedDownloadSide,
        @JsonProperty("standby")
            @JacksonInject(value = STANDBY, useInput = OptBoolean.TRUE)
            @JsonInclude(NON_NULL)
            Backend.@Nullable Standby unusedStandby,
        @JsonProperty("service")
            @JacksonInject(value = SERVICE, useInput = OptBoolean.TRUE)
            @JsonInclude(value = CUSTOM, valueFilter = NeverSwitched.class)
            Backend.Service unusedService,
        @JsonProperty("objects")
            @JacksonInject(value = OBJECTS, useInput = OptBoolean.TRUE)
            @JsonInclude(value = CUSTOM, valueFilter = NothingOfObjects.class)
            Backend.Objects unusedObjects) {}
  }

  /** Equal to what is left out. */
  private static final class NothingOfObjects {
    @Override
    public boolean equals(@Nullable Object other) {
      return Backend.Objects.NONE.equals(other);
    }

    @Override
    public int hashCode() {
      return Backend.Objects.NONE.hashCode();
    }
  }

  /** Equal to what is left out. */
  private static final class NeverSwitched {
    @Override
    public boolean equals(@Nullable Object other) {
      return Backend.Service.NONE.equals(other);
    }

    @Override
    public int hashCode() {
      return Backend.Service.NONE.hashCode();
    }
  }

  private abstract static class SigningKeyMembers {
    @JsonCreator
    SigningKeyMembers(
        @JsonProperty("name") String unused,
        @JsonProperty("id") @Nullable String unusedId,
        @JsonProperty("algorithm") CloudFront.KeyAlgorithm unusedAlgorithm,
        @JsonProperty("hash") CloudFront.Hash unusedHash,
        @JsonProperty("state") CloudFront.KeyState unusedState,
        @JsonProperty("privateKey") SealedSecret unusedPrivateKey,
        @JsonProperty("publicKey") String unusedPublicKey,
        @JsonProperty("linksUntil")
            @JacksonInject(value = ZERO, useInput = OptBoolean.TRUE)
            @JsonInclude(NON_DEFAULT)
            long unusedLinksUntil) {}
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = S3Storage.Credentials.Role.class, name = "role"),
    @JsonSubTypes.Type(value = S3Storage.Credentials.StaticKey.class, name = "static"),
    @JsonSubTypes.Type(value = S3Storage.Credentials.Ambient.class, name = "ambient")
  })
  private interface CredentialKinds {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = S3Storage.Encryption.BucketDefault.class, name = "bucket-default"),
    @JsonSubTypes.Type(value = S3Storage.Encryption.SseS3.class, name = "sse-s3"),
    @JsonSubTypes.Type(value = S3Storage.Encryption.SseKms.class, name = "sse-kms")
  })
  private interface EncryptionKinds {}

  /** Java's immutable sets have another order in every process. */
  private static final class SortedSet extends StdSerializer<Set<?>> {
    private static final long serialVersionUID = 1L;

    private SortedSet() {
      super(Set.class, false);
    }

    @Override
    public void serialize(Set<?> set, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartArray(set, set.size());
      for (String item : set.stream().map(String::valueOf).sorted().toList()) {
        json.writeString(item);
      }
      json.writeEndArray();
    }
  }

  /** Jackson alone reads nothing of java.time. */
  private static final class IsoDuration extends StdScalarDeserializer<Duration> {
    private static final long serialVersionUID = 1L;

    private IsoDuration() {
      super(Duration.class);
    }

    @Override
    public Duration deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      String text = json.getText();
      try {
        return Duration.parse(text);
      } catch (DateTimeParseException e) {
        throw context.weirdStringException(text, Duration.class, "not ISO 8601");
      }
    }
  }
}
