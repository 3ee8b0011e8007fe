package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Org;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Samples;
import io.edgemint.http.RawClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever a caller sends, a link leads below its own organisation's prefix or does not exist. */
class CrossOrgPropertyTest {
  private static final int ROUNDS = 1_000;
  private static final int REQUESTS = 100;
  private static final List<String> ORGS = List.of("acme", "globex");
  private static final Pattern URL = Pattern.compile("https://s3\\.test/[^\"\\s]*");
  private static final Pattern OWN_KEY =
      Pattern.compile("https://s3\\.test/platform/orgs/([a-z]+)/([A-Za-z0-9._~/%-]+)\\?X-Amz-.*");
  private static final List<String> FRAGMENTS =
      List.of(
          "fw/",
          "a.bin",
          "..",
          "%2e%2e",
          "%2E.",
          "../",
          "..%2f",
          "%2f",
          "//",
          "/",
          "./",
          "\\",
          "%5c",
          "..;/",
          "%c0%ae",
          "%252e",
          "%00",
          "?",
          "#",
          "&",
          "=",
          "%3f",
          "%23",
          "orgs/",
          "globex",
          "acme",
          "globex/",
          "acme/",
          "platform",
          "@",
          ":",
          "%0d%0a",
          "%EF%BC%8F",
          "%EF%BC%8E",
          "%C2%A0",
          "~",
          "*",
          "+",
          "%20",
          "X-Amz-Signature=",
          "versionId=");
  private static final List<String> QUERIES =
      List.of(
          "",
          "?org=globex",
          "?org=acme",
          "?ttl=60",
          "?ttl=60&org=globex",
          "?version=globex",
          "?version=../globex",
          "?prefix=orgs/globex/",
          "?backend=default",
          "?max_url_bytes=100000",
          "?ttl=60&ttl=61",
          "?X-Amz-Security-Token=x",
          "??",
          "?%6frg=globex",
          "?versionId=1");
  private static final List<String> HEADERS =
      List.of(
          "",
          "X-Org: globex\r\n",
          "X-Forwarded-Host: globex.test\r\n",
          "Org: acme\r\n",
          "X-Original-URL: /v1/links/globex\r\n",
          "X-Http-Method-Override: PUT\r\n",
          "Cookie: org=globex\r\n",
          "Referer: https://s3.test/platform/orgs/globex/\r\n");

  @Test
  void anyRequest_givesNoLinkOutsideTheCallersOrg() {
    Policy everything = new Policy(new Entitlement(List.of("")), Set.of(), false);
    Org[] orgs = {Samples.org("acme", everything), Samples.org("globex", everything)};
    int[] links = new int[1];
    try (EdgeWorld world = new EdgeWorld(orgs);
        RawClient client = world.client()) {
      List<String> tokens = ORGS.stream().map(org -> world.token(org, "device")).toList();
      Seeded.run(ROUNDS, random -> links[0] += round(random, client, tokens));
    }
    // Otherwise the property would hold because nothing is ever granted.
    assertThat(links[0]).isGreaterThan(ROUNDS * REQUESTS / 20);
  }

  private static int round(RandomGenerator random, RawClient client, List<String> tokens) {
    StringBuilder requests = new StringBuilder();
    List<String> callers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      int caller = random.nextInt(2);
      callers.add(ORGS.get(caller));
      requests.append(request(random, tokens.get(caller)));
    }
    client.write(requests.toString());
    int links = 0;
    for (String caller : callers) {
      links += check(caller, client.read());
    }
    return links;
  }

  private static String request(RandomGenerator random, String token) {
    String authorization = "Host: x\r\nAuthorization: Bearer " + token + "\r\n";
    String header = Seeded.pick(random, HEADERS);
    if (random.nextInt(10) == 0) {
      String body = "{\"keys\":[\"" + key(random).replace("\\", "\\\\") + "\"]}";
      return "POST /v1/links HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s"
          .formatted(authorization, header, body.length(), body);
    }
    String route = random.nextBoolean() ? "/v1/links/" : "/v1/downloads/";
    String target = route + key(random) + Seeded.pick(random, QUERIES);
    return "GET " + target + " HTTP/1.1\r\n" + authorization + header + "\r\n";
  }

  private static String key(RandomGenerator random) {
    StringBuilder key = new StringBuilder();
    int parts = random.nextInt(1, 6);
    for (int i = 0; i < parts; i++) {
      key.append(Seeded.pick(random, FRAGMENTS));
    }
    return key.toString();
  }

  private static int check(String caller, Answer answer) {
    assertThat(answer.status()).as(answer.body()).isIn(200, 307, 400, 403, 409);
    Matcher url = URL.matcher(answer.headers().getOrDefault("location", answer.body()));
    int links = 0;
    while (url.find()) {
      Matcher own = OWN_KEY.matcher(url.group());
      assertThat(own.matches()).as(url.group()).isTrue();
      assertThat(own.group(1)).as(url.group()).isEqualTo(caller);
      assertThat("/" + own.group(2) + "/").doesNotContain("/../", "/./", "//");
      links++;
    }
    return links;
  }
}
