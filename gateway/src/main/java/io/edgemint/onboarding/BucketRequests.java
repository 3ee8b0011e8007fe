package io.edgemint.onboarding;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.Session;
import io.edgemint.signing.S3Address;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Signs the requests that write into a storage, with the SDK, which needs no network for it. They
 * are dated by the system's clock: the presigner takes no other.
 */
final class StorageWriter implements AutoCloseable {
  private static final Duration LIFE = Duration.ofMinutes(5);

  private final S3Storage storage;
  private final S3Presigner presigner;

  /**
   * Writes with a session.
   *
   * @throws IllegalArgumentException if the storage has no address; the message says why
   */
  StorageWriter(S3Storage storage, Session session) {
    this.storage = storage;
    S3Address address = S3Address.of(storage);
    // Written where links read, whatever the environment tells the SDK about FIPS, dual-stack and
    // the global endpoint of us-east-1.
    this.presigner =
        S3Presigner.builder()
            .region(Region.of(storage.region()))
            .credentialsProvider(StaticCredentialsProvider.create(credentials(session)))
            .endpointOverride(URI.create(address.scheme() + "://" + address.endpoint()))
            .fipsEnabled(false)
            .dualstackEnabled(false)
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(address.pathStyle()).build())
            .build();
  }

  /** A request with its signature in the URL and the headers that must go with it. */
  record Signed(String method, URI uri, Map<String, String> headers) {
    /** Leaves out the query and the headers: whoever has them can write. */
    @Override
    public String toString() {
      return method + " " + uri.getHost() + uri.getRawPath();
    }
  }

  /** Puts an object with the encryption that the storage asks for. */
  Signed put(ObjectKey key, long size) {
    Map<String, String> encryption = storage.encryption().headers();
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(storage.bucket())
            .key(storage.prefix() + key.value())
            .contentLength(size)
            .contentType("application/octet-stream");
    if (!encryption.isEmpty()) {
      request
          .serverSideEncryption(encryption.get("x-amz-server-side-encryption"))
          .ssekmsKeyId(encryption.get("x-amz-server-side-encryption-aws-kms-key-id"));
    }
    return signed(
        presigner.presignPutObject(
            put -> put.signatureDuration(LIFE).putObjectRequest(request.build())));
  }

  /** Deletes an object. */
  Signed delete(ObjectKey key) {
    DeleteObjectRequest request =
        DeleteObjectRequest.builder()
            .bucket(storage.bucket())
            .key(storage.prefix() + key.value())
            .build();
    return signed(
        presigner.presignDeleteObject(
            delete -> delete.signatureDuration(LIFE).deleteObjectRequest(request)));
  }

  private static Signed signed(PresignedRequest request) {
    Map<String, String> headers = new HashMap<>();
    request
        .signedHeaders()
        .forEach(
            (name, values) -> {
              // The client sends these by itself.
              if (!name.equalsIgnoreCase("host") && !name.equalsIgnoreCase("content-length")) {
                headers.put(name, String.join(",", values));
              }
            });
    return new Signed(
        request.httpRequest().method().name(), URI.create(request.url().toString()), headers);
  }

  private static AwsCredentials credentials(Session session) {
    String token = session.sessionToken();
    return token == null
        ? AwsBasicCredentials.create(session.accessKeyId(), session.secretAccessKey())
        : AwsSessionCredentials.create(session.accessKeyId(), session.secretAccessKey(), token);
  }

  @Override
  public void close() {
    presigner.close();
  }
}
