package io.edgemint.sandbox;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * STS and IAM as AWS has them, before RADOS Gateway. Each call goes on byte for byte, so that its
 * signature is judged there; then trust policies are judged here, with the external id; and what
 * {@link RadosWords} says in other words is sent again in those, signed with the caller's own key.
 */
final class IamFront {
  private static final Pattern SIGNER =
      Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/[0-9]{8}/([a-z0-9-]+)/(sts|iam)/.*");
  private static final Pattern ROLE = Pattern.compile("arn:aws:iam::([0-9]{12}):role/.+");

  private final HttpClient client;
  private final int port;
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final Map<String, TrustPolicy> roles = new ConcurrentHashMap<>();
  private final List<Assumption> assumptions = new CopyOnWriteArrayList<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean silent;
  private volatile int longest = 3600;

  IamFront(Vertx vertx, int port) {
    this.client = vertx.createHttpClient();
    this.port = port;
  }

  /** Makes a user known, with whose key calls can be signed again. */
  void addUser(String account, String name, String accessKeyId, String secretAccessKey) {
    String arn = "arn:aws:iam::" + account + ":user/" + name;
    callers.put(accessKeyId, new Caller(accessKeyId, secretAccessKey, null, account, arn, null));
  }

  /** All calls of AssumeRole with a good signature, in order. */
  List<Assumption> assumptions() {
    return List.copyOf(assumptions);
  }

  /** Whose key an id is that signs: the account of a user, or of the role of a session. */
  String account(String accessKeyId) {
    Caller caller = callers.get(accessKeyId);
    return caller == null ? "" : caller.account;
  }

  /** Takes calls from now on and answers none, or answers again; what hangs then stays so. */
  void silent(boolean silent) {
    this.silent = silent;
  }

  /** How many calls have been left without an answer. */
  int unanswered() {
    return unanswered.get();
  }

  /** Lets new sessions live for so many seconds at most. */
  void longest(int seconds) {
    longest = seconds;
  }

  /** Answers a request. */
  void handle(HttpServerRequest request) {
    if (silent) {
      unanswered.incrementAndGet();
      return;
    }
    request
        .body()
        .compose(body -> answer(call(request, body)))
        .otherwise(e -> refusal(500, "InternalFailure", e.toString()))
        .onSuccess(
            answer ->
                request
                    .response()
                    .setStatusCode(answer.status)
                    .putHeader("Content-Type", "text/xml")
                    .end(answer.body));
  }

  private Call call(HttpServerRequest request, Buffer body) {
    String authorization = request.getHeader("Authorization");
    Matcher signer = SIGNER.matcher(authorization == null ? "" : authorization);
    boolean signed = signer.matches();
    return new Call(
        Relay.endToEnd(request.headers()),
        body,
        form(body.toString()),
        String.valueOf(request.getHeader("Host")),
        signed ? signer.group(2) : "",
        signed ? signer.group(3) : "",
        signed ? callers.get(signer.group(1)) : null);
  }

  private Future<Answer> answer(Call call) {
    return send(call.headers, call.body)
        .compose(first -> onwards(call, first))
        .map(answer -> remembered(call, answer));
  }

  /** What becomes of a call whose signature RADOS Gateway has judged. */
  private Future<Answer> onwards(Call call, Answer first) {
    Caller caller = call.caller;
    if (caller == null || first.status == 403) {
      return Future.succeededFuture(shaped(call, first));
    }
    Answer refusal = refusal(call, caller);
    Map<String, String> words = RadosWords.of(call.form);
    words.computeIfPresent(
        "DurationSeconds",
        (name, asked) -> String.valueOf(Math.min(longest, Integer.parseInt(asked))));
    if (refusal != null || words.equals(call.form)) {
      return Future.succeededFuture(refusal == null ? shaped(call, first) : refusal);
    }
    if (first.status == 200 && call.is("CreateRole")) {
      return send(call, caller, trustOf(words))
          .map(second -> second.status == 200 ? first : second);
    }
    return send(call, caller, words).map(second -> shaped(call, second));
  }

  private static Map<String, String> trustOf(Map<String, String> role) {
    return Map.of(
        "Action",
        "UpdateAssumeRolePolicy",
        "Version",
        role.getOrDefault("Version", "2010-05-08"),
        "RoleName",
        role.getOrDefault("RoleName", ""),
        "PolicyDocument",
        role.getOrDefault("AssumeRolePolicyDocument", ""));
  }

  private @Nullable Answer refusal(Call call, Caller caller) {
    if (call.is("AssumeRole")) {
      String role = call.form.getOrDefault("RoleArn", "");
      String externalId = call.form.get("ExternalId");
      assumptions.add(new Assumption(caller.arn, role, externalId));
      TrustPolicy trust = roles.get(role);
      boolean admitted =
          trust != null
              && trust.admits(caller.account, caller.arn, externalId)
              && caller.mayAssume(role);
      return admitted ? null : denied(caller, role);
    }
    TrustPolicy trust = call.trust();
    String unknown =
        trust == null
            ? null
            : trust.principals().stream().filter(it -> !exists(it)).findFirst().orElse(null);
    return unknown == null
        ? null
        : refusal(
            400,
            "MalformedPolicyDocument",
            "Invalid principal in policy: \"AWS\":\"" + unknown + '"');
  }

  private boolean exists(String principal) {
    return roles.containsKey(principal)
        || callers.values().stream().anyMatch(caller -> caller.arn.equals(principal));
  }

  /** Learns from an answer: trust policies, and whose the keys of new sessions are. */
  private Answer remembered(Call call, Answer answer) {
    Caller caller = call.caller;
    if (caller == null || answer.status != 200) {
      return answer;
    }
    TrustPolicy trust = call.trust();
    String role = "arn:aws:iam::" + caller.account + ":role/" + call.form.get("RoleName");
    if (trust != null) {
      roles.put(role, trust);
    } else if (call.is("DeleteRole")) {
      roles.remove(role);
    } else if (call.is("AssumeRole")) {
      String arn = call.form.getOrDefault("RoleArn", "");
      Matcher account = ROLE.matcher(arn);
      String id = answer.element("AccessKeyId");
      callers.put(
          id,
          new Caller(
              id,
              answer.element("SecretAccessKey"),
              answer.element("SessionToken"),
              account.matches() ? account.group(1) : "",
              arn,
              call.form.get("Policy")));
    }
    return answer;
  }

  private Future<Answer> send(MultiMap headers, Buffer body) {
    var options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setHost("127.0.0.1")
            .setPort(port)
            .setURI("/")
            .setHeaders(headers);
    return client
        .request(options)
        .compose(request -> request.send(body))
        .compose(in -> in.body().map(it -> new Answer(in.statusCode(), it.toString())));
  }

  private Future<Answer> send(Call call, Caller caller, Map<String, String> form) {
    byte[] body = text(form).getBytes(StandardCharsets.UTF_8);
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(URI.create("https://" + call.host + '/'))
            .putHeader("Host", call.host)
            .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
            .build();
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    AwsV4HttpSigner.create()
        .sign(
            it ->
                it.identity(caller.identity())
                    .request(request)
                    .payload(ContentStreamProvider.fromByteArray(body))
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, call.service)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, call.region))
        .request()
        .headers()
        .forEach(headers::add);
    return send(headers, Buffer.buffer(body));
  }

  /** Errors in the shape of AWS, and names of roles as the caller wrote them. */
  private static Answer shaped(Call call, Answer answer) {
    if (answer.status == 200) {
      String name = call.form.getOrDefault("RoleName", "");
      return new Answer(
          200, answer.body.replace(RadosWords.of(call.form).getOrDefault("RoleName", name), name));
    }
    String code = answer.element("Code");
    return code.equals("AccessDenied") && call.caller != null && call.is("AssumeRole")
        ? denied(call.caller, call.form.getOrDefault("RoleArn", ""))
        : refusal(answer.status, code, code);
  }

  private static Answer denied(Caller caller, String role) {
    return refusal(
        403,
        "AccessDenied",
        "User: %s is not authorized to perform: sts:AssumeRole on resource: %s"
            .formatted(caller.arn, role));
  }

  private static Answer refusal(int status, String code, String message) {
    String text = message.replace("&", "&amp;").replace("<", "&lt;");
    return new Answer(
        status,
        """
        <ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>\
        <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>
        """
            .formatted(code, text));
  }

  private static Map<String, String> form(String body) {
    Map<String, String> form = new LinkedHashMap<>();
    for (String pair : body.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }

  /** With a space as %20, for RADOS Gateway reads no plus sign as one. */
  private static String text(Map<String, String> form) {
    return form.entrySet().stream()
        .map(
            it ->
                it.getKey()
                    + '='
                    + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("&"));
  }

  /**
   * A call of AssumeRole.
   *
   * @param callerArn the user or role that asked
   */
  record Assumption(String callerArn, String roleArn, @Nullable String externalId) {}

  /**
   * Who signs: a user, or a role by one of its sessions.
   *
   * @param policy what the session is narrowed to, or null
   */
  private record Caller(
      String accessKeyId,
      String secretAccessKey,
      @Nullable String token,
      String account,
      String arn,
      @Nullable String policy) {
    AwsCredentialsIdentity identity() {
      return token == null
          ? AwsCredentialsIdentity.create(accessKeyId, secretAccessKey)
          : AwsSessionCredentialsIdentity.create(accessKeyId, secretAccessKey, token);
    }

    boolean mayAssume(String role) {
      return policy == null
          || TrustPolicy.statements(new JsonObject(policy))
              .filter(it -> "Allow".equals(it.getString("Effect")))
              .filter(
                  it -> TrustPolicy.texts(it.getValue("Action")).anyMatch("sts:AssumeRole"::equals))
              .anyMatch(it -> TrustPolicy.texts(it.getValue("Resource")).anyMatch(role::equals));
    }

    @Override
    public String toString() {
      return arn;
    }
  }

  private record Call(
      MultiMap headers,
      Buffer body,
      Map<String, String> form,
      String host,
      String region,
      String service,
      @Nullable Caller caller) {
    boolean is(String action) {
      return action.equals(form.get("Action"));
    }

    /** The trust policy that it gives to a role, or null. */
    @Nullable TrustPolicy trust() {
      String document =
          is("CreateRole")
              ? form.get("AssumeRolePolicyDocument")
              : is("UpdateAssumeRolePolicy") ? form.get("PolicyDocument") : null;
      return document == null ? null : new TrustPolicy(new JsonObject(document));
    }
  }

  private record Answer(int status, String body) {
    /** What stands in the first element of a name, or nothing. */
    String element(String name) {
      int from = body.indexOf('<' + name + '>');
      return from < 0
          ? ""
          : body.substring(from + name.length() + 2, body.indexOf("</" + name + '>', from));
    }
  }
}
