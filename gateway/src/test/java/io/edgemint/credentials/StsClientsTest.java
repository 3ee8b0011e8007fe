package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

class StsClientsTest {
  private final List<String> hosts = new ArrayList<>();

  private StsClients clients(@Nullable URI endpoint) {
    return new StsClients(
        new SessionSettings(endpoint, Duration.ofSeconds(5), 100, 1, Map.of(), null, null),
        StaticCredentialsProvider.create(AwsBasicCredentials.create("AKID", "secret")),
        new Nowhere());
  }

  private void ask(StsClients clients, String region, boolean fips) {
    assertThatThrownBy(
            () ->
                clients
                    .of(region, fips)
                    .assumeRole(
                        ask ->
                            ask.roleArn("arn:aws:iam::123456789012:role/x").roleSessionName("xx")))
        .hasStackTraceContaining("nowhere");
  }

  @ParameterizedTest
  @CsvSource({
    "us-east-1, true, sts-fips.us-east-1.amazonaws.com",
    "us-east-1, false, sts.us-east-1.amazonaws.com",
    "us-gov-west-1, true, sts.us-gov-west-1.amazonaws.com",
    "cn-north-1, false, sts.cn-north-1.amazonaws.com.cn"
  })
  void of_regionAndFips_asksThatEndpoint(String region, boolean fips, String host) {
    try (StsClients clients = clients(null)) {
      ask(clients, region, fips);
    }

    assertThat(hosts).containsOnly(host);
  }

  @Test
  void of_operatorsEndpoint_goesBefore() {
    try (StsClients clients = clients(URI.create("https://sts.internal"))) {
      ask(clients, "us-east-1", true);
    }

    assertThat(hosts).containsOnly("sts.internal");
  }

  @Test
  void of_samePlace_isOneClient() {
    try (StsClients clients = clients(null)) {
      assertThat(clients.of("us-east-1", true)).isSameAs(clients.of("us-east-1", true));
      assertThat(clients.of("us-east-1", true)).isNotSameAs(clients.of("us-east-1", false));
    }
  }

  /** Writes down who was asked, and answers nothing. */
  private final class Nowhere implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      hosts.add(request.httpRequest().host());
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() throws IOException {
          throw new IOException("nowhere");
        }

        @Override
        public void abort() {}
      };
    }

    @Override
    public void close() {}
  }
}
