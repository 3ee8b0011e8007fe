package io.edgemint.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The publisher's calls of a gateway; what failed for a while is tried again. Its methods wait, and
 * may be called by several threads at once.
 */
public final class GatewayClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A storage puts the parts of a large object together while the gateway waits for it. */
  private static final Duration PATIENCE_AT_THE_END = Duration.ofMinutes(10);

  /** RFC 6750, b64token: anything else would be shown in an exception of the HTTP client. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1]|\\[0:0:0:0:0:0:0:1]");
  private static final JsonMapper JSON = new JsonMapper();

  private final URI gateway;
  private final Supplier<String> token;
  private final Backoff backoff;
  private final Answers answers;
  private final HttpClient http;
  private final Duration patience;

  GatewayClient(
      URI gateway,
      Supplier<String> token,
      Backoff backoff,
      InstantSource clock,
      HttpClient http,
      Duration patience) {
    this.patience = patience;
    this.gateway = gateway;
    this.token = token;
    this.backoff = backoff;
    this.answers = new Answers(clock);
    this.http = http;
  }

  /**
   * A client of the gateway at an address.
   *
   * @param token is asked before each call, so that it may change meanwhile; only the gateway sees
   *     it
   * @param clearText whether {@code http} is fine although it leaves this machine
   * @throws PublishingFailed when the address cannot be used
   */
  public static GatewayClient of(String address, Supplier<String> token, boolean clearText) {
    Backoff backoff = new Backoff(RandomGenerator.getDefault(), Thread::sleep);
    return new GatewayClient(
        checked(address, clearText),
        token,
        backoff,
        InstantSource.system(),
        Wire.client(),
        PATIENCE);
  }

  /** The address as it is used, and the reason why it is not. */
  static URI checked(String address, boolean clearText) {
    URI uri;
    try {
      uri = URI.create(address.replaceFirst("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw PublishingFailed.hopeless("the gateway's address is no URL");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    String host = uri.getHost() == null ? "" : uri.getHost();
    boolean http = scheme.equalsIgnoreCase("http");
    if (host.isEmpty() || !(http || scheme.equalsIgnoreCase("https"))) {
      throw PublishingFailed.hopeless(
          "the gateway's address must look like https://gateway.example.com");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getUserInfo() != null) {
      throw PublishingFailed.hopeless(
          "the gateway's address has no user, query or fragment; tokens are not part of it");
    }
    if (http && !clearText && !LOOPBACK.matcher(host).matches()) {
      throw PublishingFailed.hopeless(
          "http://%s would carry the token over the network in clear text; use https://, or"
                  .formatted(host)
              + " --insecure-http if something else encrypts the way");
    }
    return uri;
  }

  /** Which gateway it is, as in {@code https://gateway.example.com}. */
  public String address() {
    return gateway.toString();
  }

  /** Begins an upload; the answer is a plan, or that there is such an object already. */
  Answer begin(Order order, Source source, String sha256, Progress progress)
      throws InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    order.more().forEach(body::put);
    body.put("key", order.key())
        .put("size", source.size())
        .put("sha256", sha256)
        .put("content_type", source.contentType())
        .put("part_digests", true);
    return call("POST", "/v1/uploads", body, progress);
  }

  Plan plan(Answer answer, long size) {
    return answers.plan(ok(answer), size);
  }

  /** What has not arrived, from a part on. */
  Plan missing(String id, int from, long size, Progress progress)
      throws InterruptedException, UploadGone {
    String path = "/v1/uploads/" + encoded(id) + "/parts?from=" + from;
    return answers.plan(known(call("GET", path, null, progress)), size);
  }

  /** A link for one part, whose digest is signed with it. */
  Link link(Plan plan, int number, String sha256, Progress progress)
      throws InterruptedException, UploadGone {
    ObjectNode body = JSON.createObjectNode();
    body.putObject("sha256").put(Integer.toString(number), sha256);
    String path = "/v1/uploads/" + encoded(plan.id()) + "/parts";
    return answers.link(known(call("POST", path, body, progress)), plan.parts(), number);
  }

  /** What the gateway found when it looked at what has arrived. */
  Answer complete(String id, Progress progress) throws InterruptedException {
    return call("POST", "/v1/uploads/" + encoded(id) + "/complete", null, progress);
  }

  /** Ends an upload, which need not be there any more. */
  void abort(String id, Progress progress) throws InterruptedException {
    Answer answer = call("DELETE", "/v1/uploads/" + encoded(id), null, progress);
    if (answer.status() != 404) {
      ok(answer);
    }
  }

  /**
   * Ends an upload that an earlier run began, unless it has arrived as a whole: devices may be
   * reading it by now, so it stays.
   *
   * @return whether nothing is left of it
   */
  boolean end(String id, long size, Progress progress) throws InterruptedException {
    try {
      Plan plan = missing(id, 1, size, progress);
      boolean arrived = plan.whole() && plan.put() == null;
      if (arrived && complete(id, progress).status() / 100 == 2) {
        progress.note("what an earlier run sent has arrived as a whole, and stays");
        return false;
      }
    } catch (UploadGone e) {
      return true;
    }
    abort(id, progress);
    return true;
  }

  /** Size and digest of an object, null when they are not told. */
  Answers.@Nullable Facts facts(String key, Progress progress) throws InterruptedException {
    return Answers.facts(call("HEAD", "/v1/downloads/" + encodedKey(key), null, progress));
  }

  /** One of the organisation's objects; null for what the gateway does not say. */
  public record Listed(String key, long size, @Nullable String etag, @Nullable String modified) {}

  /** A page of objects and where the next one begins, which is null after the last. */
  public record Page(List<Listed> objects, @Nullable String next) {}

  /** Objects by prefix, in the order of their keys, from the beginning or a page's {@code next}. */
  public Page list(String prefix, @Nullable String from, Progress progress)
      throws InterruptedException {
    return list(prefix, from, Map.of(), progress);
  }

  /** The same with more of a query, such as a destination. */
  public Page list(
      String prefix, @Nullable String from, Map<String, String> more, Progress progress)
      throws InterruptedException {
    Map<String, String> query = new TreeMap<>(more);
    query.put("prefix", prefix);
    if (from != null) {
      query.put("after", from);
    }
    Page page = Answers.page(ok(call("GET", "/v1/binaries" + query(query), null, progress)));
    if (from != null && page.next() != null && !isAfter(page.next(), from)) {
      throw new PublishingFailed("the gateway's pages of objects do not end");
    }
    return page;
  }

  /** Keys come in the order of their bytes. */
  private static boolean isAfter(String key, String other) {
    return Arrays.compareUnsigned(key.getBytes(UTF_8), other.getBytes(UTF_8)) > 0;
  }

  private static String query(Map<String, String> parameters) {
    return parameters.isEmpty()
        ? ""
        : parameters.entrySet().stream()
            .map(it -> it.getKey() + '=' + encoded(it.getValue()))
            .collect(Collectors.joining("&", "?", ""));
  }

  /** Deletes an object, and tells whether there was one. */
  public boolean delete(String key, Progress progress) throws InterruptedException {
    return delete(key, Map.of(), progress);
  }

  /** The same with a query, such as a destination. */
  public boolean delete(String key, Map<String, String> more, Progress progress)
      throws InterruptedException {
    String path = "/v1/binaries/" + encodedKey(key) + query(more);
    Answer answer = call("DELETE", path, null, progress);
    if (answer.status() == 404 && answer.code().equals("object_missing")) {
      return false;
    }
    ok(answer);
    return true;
  }

  /** What the gateway answered; its body is an empty object when there is none. */
  record Answer(int status, HttpResponse<byte[]> response, JsonNode body) {
    String code() {
      return body.path("code").asText("");
    }
  }

  /** Calls until there is an answer that trying again would not change. */
  private Answer call(String method, String path, @Nullable JsonNode body, Progress progress)
      throws InterruptedException {
    for (int failures = 1; ; failures++) {
      String why;
      Duration asked = null;
      try {
        HttpRequest request = request(method, path, body);
        Duration longest = path.endsWith("/complete") ? PATIENCE_AT_THE_END : patience;
        HttpResponse<byte[]> response = Wire.send(http, request, longest, () -> 0);
        int status = response.statusCode();
        if (status != 429 && (status < 500 || status == 501)) {
          return new Answer(status, response, json(response));
        }
        why = "the gateway answered " + said(new Answer(status, response, json(response)));
        asked = Wire.retryAfter(response.headers());
      } catch (IOException e) {
        if (Wire.isFinal(e)) {
          throw PublishingFailed.hopeless("the gateway: " + Wire.reason(e));
        }
        why = "the gateway: " + Wire.reason(e);
      }
      backoff.afterFailure(failures, asked, why, progress);
    }
  }

  private HttpRequest request(String method, String path, @Nullable JsonNode body) {
    String bearer = token.get().strip();
    if (!TOKEN.matcher(bearer).matches()) {
      throw PublishingFailed.hopeless(
          "the token is empty or holds characters that no token has (RFC 6750)");
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway + path))
            .header("authorization", "Bearer " + bearer);
    if (body == null) {
      return request.method(method, BodyPublishers.noBody()).build();
    }
    return request
        .header("content-type", "application/json")
        .method(method, BodyPublishers.ofString(body.toString()))
        .build();
  }

  private static JsonNode json(HttpResponse<byte[]> response) {
    try {
      JsonNode body = JSON.readTree(response.body());
      return body == null || !body.isObject() ? JSON.createObjectNode() : body;
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The answer's body, or what it refuses. */
  static JsonNode ok(Answer answer) {
    if (answer.status() / 100 == 2) {
      return answer.body();
    }
    if (answer.status() / 100 == 3) {
      throw PublishingFailed.hopeless(
          "the gateway answered "
              + answer.status()
              + ", which leads elsewhere and is not followed with a token; give the address that"
              + " answers by itself");
    }
    boolean hopeless = answer.status() == 401 || answer.code().equals("scope_missing");
    throw new PublishingFailed("the gateway answered " + said(answer), answer.code(), hopeless);
  }

  private static JsonNode known(Answer answer) throws UploadGone {
    if (answer.code().equals("upload_unknown")) {
      throw new UploadGone();
    }
    return ok(answer);
  }

  private static String said(Answer answer) {
    String text = answer.status() + " " + answer.code();
    String detail = answer.body().path("detail").asText(answer.body().path("title").asText(""));
    String said = detail.isEmpty() ? text.strip() : text.strip() + ": " + detail;
    return answer.code().equals("token_expired")
        ? said + " (get a new token and run the same command again)"
        : said;
  }

  private static String encodedKey(String key) {
    List<String> segments = new ArrayList<>();
    for (String segment : key.split("/", -1)) {
      segments.add(encoded(segment));
    }
    return String.join("/", segments);
  }

  /** RFC 3986, as a path segment or the value of a query. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("%7E", "~");
  }
}
