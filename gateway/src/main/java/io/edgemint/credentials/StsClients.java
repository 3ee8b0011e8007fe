package io.edgemint.credentials;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** One client for each STS that is asked as the gateway itself. */
final class StsClients implements AutoCloseable {
  private final SessionSettings settings;
  private final AwsCredentialsProvider identity;
  private final SdkHttpClient http;
  private final Map<Place, StsClient> clients = new ConcurrentHashMap<>();

  StsClients(SessionSettings settings, AwsCredentialsProvider identity, SdkHttpClient http) {
    this.settings = settings;
    this.identity = identity;
    this.http = http;
  }

  /** The client of a region, at the endpoint validated by FIPS 140 if that is asked for. */
  StsClient of(String region, boolean fips) {
    return clients.computeIfAbsent(new Place(region, fips), this::client);
  }

  private StsClient client(Place place) {
    var builder =
        StsClient.builder()
            .region(Region.of(place.region))
            .credentialsProvider(identity)
            .httpClient(http)
            // Whatever the environment tells the SDK; STS is also asked where S3 is.
            .dualstackEnabled(false)
            .overrideConfiguration(
                // One try: whoever waits would rather know, and the next one backs off.
                options ->
                    options
                        .apiCallTimeout(settings.stsTimeout())
                        .retryStrategy(retry -> retry.maxAttempts(1)));
    if (settings.stsEndpoint() == null) {
      builder.fipsEnabled(place.fips);
    } else {
      // The operator's word goes before; the SDK takes no endpoint together with FIPS.
      builder.endpointOverride(settings.stsEndpoint()).fipsEnabled(false);
    }
    return builder.build();
  }

  @Override
  public void close() {
    clients.values().forEach(StsClient::close);
    http.close();
  }

  private record Place(String region, boolean fips) {}
}
