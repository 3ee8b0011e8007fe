package io.edgemint.sandbox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.edgemint.canary.Canaries;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An STS on loopback that answers AssumeRole as AWS does: it looks at who signed, whom the role
 * trusts and with which external id, and remembers each call. It reads who signed, but does not
 * verify the signature.
 */
public final class StsServer implements AutoCloseable {
  private static final Pattern SIGNER =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/[0-9]{8}/([a-z0-9-]+)/sts/aws4_request,"
              + " ?SignedHeaders=[a-z0-9;-]+, ?Signature=[0-9a-f]{64}");

  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private final Map<String, Trust> roles = new ConcurrentHashMap<>();
  private final Map<String, Issued> issued = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Object mood = new Object();
  private final Queue<Mood> next = new ConcurrentLinkedQueue<>();
  private Mood current = Mood.WELL;
  private volatile Duration longestLife = Duration.ofHours(12);

  private StsServer(InstantSource clock) throws IOException {
    this.clock = clock;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Starts on a free port; sessions begin at the time of the clock. */
  public static StsServer start(InstantSource clock) throws IOException {
    return new StsServer(clock);
  }

  /** Where it listens. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Adds a role, or replaces it.
   *
   * @param caller whom it trusts: an access key id, or the ARN of another role
   * @param externalId what a caller must bring, {@code *} for anything, or null
   */
  public void trust(String roleArn, String caller, @Nullable String externalId) {
    roles.put(roleArn, new Trust(caller, externalId));
  }

  /** Cuts the sessions that roles may have from now on. */
  public void limitLife(Duration longest) {
    longestLife = longest;
  }

  /** Changes how it answers; calls that hang go on when it no longer hangs. */
  public void feel(Mood next) {
    synchronized (mood) {
      current = next;
      mood.notifyAll();
    }
  }

  /** Answers the next calls in these moods, one each, and then as before. */
  public void feelNext(Mood... moods) {
    next.addAll(List.of(moods));
  }

  /** All calls that arrived, in order. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public void close() {
    feel(Mood.WELL);
    server.stop(0);
    threads.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Answer answer = answer(exchange, form(body));
      byte[] xml = answer.xml.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/xml");
      exchange.sendResponseHeaders(answer.status, xml.length);
      exchange.getResponseBody().write(xml);
    }
  }

  private Answer answer(HttpExchange exchange, Map<String, String> form) {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher signer = SIGNER.matcher(authorization == null ? "" : authorization);
    if (!signer.matches()) {
      return refusal(403, "MissingAuthenticationToken", "Request is missing a signature");
    }
    String token = exchange.getRequestHeaders().getFirst("X-Amz-Security-Token");
    Call call = new Call(signer.group(1), token, signer.group(2), Map.copyOf(form));
    calls.add(call);
    return switch (awaitMood()) {
      case THROTTLING -> refusal(400, "Throttling", "Rate exceeded");
      case BROKEN -> refusal(500, "InternalFailure", "Try again");
      case WELL, HANGING -> assumeRole(call);
    };
  }

  private Mood awaitMood() {
    Mood once = next.poll();
    if (once != null) {
      return once;
    }
    synchronized (mood) {
      try {
        while (current == Mood.HANGING) {
          mood.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return current;
    }
  }

  private Answer assumeRole(Call call) {
    Issued caller = issued.get(call.accessKeyId);
    if (caller != null && !caller.token.equals(call.token)) {
      return refusal(403, "InvalidClientTokenId", "The security token is invalid");
    }
    int seconds = Integer.parseInt(call.form.getOrDefault("DurationSeconds", "3600"));
    if (caller != null && seconds > 3600) {
      return refusal(
          400, "ValidationError", "DurationSeconds exceeds the limit set by role chaining");
    }
    if (call.form.getOrDefault("Policy", "").length() > 2048) {
      return refusal(400, "ValidationError", "Policy is longer than 2048");
    }
    String role = call.form.getOrDefault("RoleArn", "");
    Trust trust = roles.get(role);
    String who = caller == null ? call.accessKeyId : caller.role;
    if (trust == null || !trust.admits(who, call.form.get("ExternalId"))) {
      return refusal(
          403, "AccessDenied", "Not authorized to perform: sts:AssumeRole on resource: " + role);
    }
    return issue(role, Math.min(seconds, longestLife.toSeconds()));
  }

  private Answer issue(String role, long seconds) {
    String id = "ASIA" + (1_000_000 + issued.size());
    // Real tokens hold all of base64, so that links must encode them.
    String token =
        Base64.getEncoder().encodeToString((id + "??>>~~" + role).getBytes(StandardCharsets.UTF_8));
    issued.put(id, new Issued(role, token));
    Canaries.mark("session token", token.getBytes(StandardCharsets.UTF_8));
    Canaries.mark("session key", ("secret-of-" + id).getBytes(StandardCharsets.UTF_8));
    Instant end = clock.instant().plusSeconds(seconds);
    return new Answer(
        200,
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleResult>
            <Credentials>
              <AccessKeyId>%s</AccessKeyId>
              <SecretAccessKey>secret-of-%s</SecretAccessKey>
              <SessionToken>%s</SessionToken>
              <Expiration>%s</Expiration>
            </Credentials>
          </AssumeRoleResult>
          <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>
        </AssumeRoleResponse>
        """
            .formatted(id, id, token, end, id));
  }

  private static Answer refusal(int status, String code, String message) {
    return new Answer(
        status,
        """
        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
          <RequestId>00000000-0000-0000-0000-000000000000</RequestId>
        </ErrorResponse>
        """
            .formatted(code, message));
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(pair.substring(0, equals), decode(pair.substring(equals + 1)));
      }
    }
    return form;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** How the server answers. */
  public enum Mood {
    WELL,
    THROTTLING,
    BROKEN,
    HANGING
  }

  /**
   * A call that arrived.
   *
   * @param accessKeyId who signed
   * @param token the session token that came with it
   * @param region the region in the scope of the signature
   * @param form the parameters by name
   */
  public record Call(
      String accessKeyId, @Nullable String token, String region, Map<String, String> form) {}

  private record Trust(String caller, @Nullable String externalId) {
    boolean admits(String who, @Nullable String broughtId) {
      boolean bringsAny = "*".equals(externalId) && broughtId != null;
      return caller.equals(who)
          && (externalId == null || bringsAny || externalId.equals(broughtId));
    }
  }

  private record Issued(String role, String token) {}

  private record Answer(int status, String xml) {}
}
