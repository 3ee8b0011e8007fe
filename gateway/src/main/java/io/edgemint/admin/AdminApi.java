package io.edgemint.admin;

import io.edgemint.backend.Backend;
import io.edgemint.backend.BackendStore;
import io.edgemint.backend.CloudFront.Hash;
import io.edgemint.backend.CloudFront.KeyAlgorithm;
import io.edgemint.backend.CloudFront.SigningKey;
import io.edgemint.backend.History;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.config.Field;
import io.edgemint.config.Secret;
import io.edgemint.config.Section;
import io.edgemint.config.SettingsFile;
import io.edgemint.onboarding.Apply;
import io.edgemint.onboarding.Onboarding;
import io.edgemint.onboarding.Order;
import io.edgemint.onboarding.OrgFile;
import io.edgemint.onboarding.SigningKeyRotation.NewKey;
import io.edgemint.onboarding.SigningKeyRotation.Promotion;
import io.edgemint.setup.Setup;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.CharBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The calls under {@code /admin/v1}, each a few lines: what is asked for, what is done, what is
 * shown. Calls wait for disk and network, so they run on threads of their own.
 */
final class AdminApi {
  static final int MAX_BODY = 256 * 1024;

  /** Under which name a request carries the mandate of its sender. */
  static final String MANDATE = "mandate";

  private static final int THREADS = 8;
  private static final int PAGE = 100;

  private final Administration parts;
  private final FrontDoor door;
  private final WorkerExecutor worker;
  private final WorkerExecutor probing;
  private final WorkerExecutor revoking;

  AdminApi(Vertx vertx, Administration parts, FrontDoor door) {
    this.parts = parts;
    this.door = door;
    this.worker = vertx.createSharedWorkerExecutor("admin", THREADS);
    this.probing = vertx.createSharedWorkerExecutor("admin-probing", THREADS);
    this.revoking = vertx.createSharedWorkerExecutor("admin-revoking", THREADS);
  }

  /** Adds every route. */
  void install(Router router) {
    RevocationCalls revocations = new RevocationCalls(parts.revoker());
    AuthorityCalls authority = new AuthorityCalls(parts);
    DestinationCalls destination = new DestinationCalls(parts);
    router.get("/admin/v1/openapi.json").handler(this::openApi);
    router.route("/admin/*").handler(this::authenticate);
    router.route("/admin/*").handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    String org = "/admin/v1/orgs/:org";
    String backend = org + "/backends/:backend";
    String key = backend + "/signing-keys/:key";
    String authorities = org + "/certificate-authorities";
    String destinations = org + "/destinations";
    router.get("/admin/v1/orgs").handler(does(this::orgs));
    router.get(org).handler(does(this::org));
    router.put(org).handler(does(this::putOrg));
    router.delete(org).handler(does(this::deleteOrg));
    router.get(org + "/explain").handler(does(this::explain));
    router.get(org + "/revocations").handler(does(revocations::show));
    router.post(org + "/revocations").handler(on(revoking, revocations::revoke));
    router.delete(org + "/revocations").handler(on(revoking, revocations::lift));
    router.get("/admin/v1/audit").handler(does(this::audit));
    router.get(backend).handler(does(this::backend));
    router.put(backend).handler(does(this::putBackend));
    router.delete(backend).handler(does(this::deleteBackend));
    router.get(backend + "/setup").handler(does(this::setup));
    router.post(backend + "/validate").handler(tries(this::validate));
    router.post(backend + "/activate").handler(tries(this::activate));
    router.post(backend + "/rollback").handler(does(this::rollback));
    router.post(backend + "/suspend").handler(does(call -> suspend(call, true)));
    router.post(backend + "/resume").handler(does(call -> suspend(call, false)));
    router.post(backend + "/failover").handler(tries(this::failover));
    router.post(backend + "/signing-keys").handler(does(this::addKey));
    router.post(key + "/register").handler(does(this::registerKey));
    router.post(key + "/promote").handler(tries(this::promoteKey));
    router.post(key + "/retire").handler(does(this::retireKey));
    router.get(authorities).handler(does(authority::list));
    router.post(authorities + "/challenge").handler(does(authority::challenge));
    router.get(authorities + "/:authority").handler(does(authority::get));
    router.put(authorities + "/:authority").handler(does(authority::put));
    router.put(authorities + "/:authority/crl").handler(does(authority::putCrl));
    router.delete(authorities + "/:authority").handler(does(authority::remove));
    router.get(destinations).handler(does(destination::list));
    router.get(destinations + "/:destination").handler(does(destination::get));
    router.delete(destinations + "/:destination").handler(does(destination::remove));
    router.get(destinations + "/:destination/setup").handler(does(destination::setup));
    router.post(destinations + "/:destination/validate").handler(tries(destination::validate));
    router.route("/admin/*").handler(AdminAnswers::unknown);
    router.route("/admin/*").failureHandler(AdminAnswers::failed);
  }

  private void openApi(RoutingContext request) {
    request
        .vertx()
        .fileSystem()
        .readFile("openapi.json")
        .onSuccess(
            document ->
                AdminAnswers.show(request, new Shown(200, null, "application/json", document)))
        .onFailure(request::fail);
  }

  private void authenticate(RoutingContext request) {
    // A token may wait for its issuer's keys, and the body must not be lost meanwhile.
    request.request().pause();
    door.open(request.request())
        .onComplete(
            opened -> {
              request.request().resume();
              if (opened.succeeded()) {
                request.put(MANDATE, opened.result());
                request.next();
              } else {
                request.fail(opened.cause());
              }
            });
  }

  /** Runs a call off the event loop and writes what it answers, or what went wrong. */
  private Handler<RoutingContext> does(Function<AdminCall, Shown> work) {
    return on(worker, work);
  }

  /** The same for what waits minutes for storages: others must not wait for those. */
  private Handler<RoutingContext> tries(Function<AdminCall, Shown> work) {
    return on(probing, work);
  }

  /** What is refused costs nobody a thread. */
  private static Handler<RoutingContext> on(
      WorkerExecutor threads, Function<AdminCall, Shown> work) {
    return request -> {
      Mandate mandate = Objects.requireNonNull(request.get(MANDATE));
      AdminProblem refusal = Rights.refusal(request, mandate);
      if (refusal != null) {
        request.fail(refusal);
        return;
      }
      threads
          .executeBlocking(() -> work.apply(new AdminCall(request, mandate)), false)
          .onSuccess(shown -> AdminAnswers.show(request, shown))
          .onFailure(request::fail);
    };
  }

  /**
   * What a call answers.
   *
   * @param status 200 or 201
   * @param version that of the organisation, for the ETag; null where there is none
   * @param type the media type
   */
  record Shown(int status, @Nullable Long version, String type, Buffer body) {
    Shown(int status, @Nullable Long version, JsonObject body) {
      this(status, version, "application/json", Buffer.buffer(body.encodePrettily() + "\n"));
    }

    static Shown of(Org org, JsonObject body) {
      return new Shown(200, org.version(), body);
    }

    static Shown of(JsonObject body) {
      return new Shown(200, null, body);
    }

    static Shown text(String type, String text) {
      return new Shown(200, null, type, Buffer.buffer(text));
    }
  }

  private Shown orgs(AdminCall call) {
    boolean failing = "failing".equals(call.query("state"));
    String after = Optional.ofNullable(call.query("after")).orElse("");
    List<JsonObject> page =
        parts.orgs().get().orgs().stream()
            .filter(org -> call.mandate().sees(org.id()))
            .filter(org -> org.id().value().compareTo(after) > 0)
            .sorted(Comparator.comparing(org -> org.id().value()))
            .map(parts.explain().summaries())
            .filter(summary -> !failing || !summary.getJsonArray("problems").isEmpty())
            .limit(PAGE + 1L)
            .toList();
    JsonObject body =
        new JsonObject().put("orgs", new JsonArray(page.subList(0, Math.min(PAGE, page.size()))));
    return Shown.of(
        page.size() > PAGE ? body.put("next", page.get(PAGE - 1).getString("org")) : body);
  }

  private Shown org(AdminCall call) {
    Org org = parts.standing(call.org());
    return Shown.of(org, OrgJson.org(org));
  }

  private Shown putOrg(AdminCall call) {
    OrgId id = call.org();
    OrgFile file =
        SettingsFile.readRequest(call.body(), root -> parts.reader().read(root, id).get());
    return put(call, file, standing -> {});
  }

  private Shown put(AdminCall call, OrgFile file, Consumer<@Nullable Org> more) {
    Order order = call.orderWithVersion();
    return shown(
        parts
            .apply()
            .put(
                file,
                order,
                standing -> {
                  requireAllowed(call.mandate(), order, standing, file);
                  more.accept(standing);
                }));
  }

  /** Whoever is no operator changes what stands, and nothing of the platform's. */
  private void requireAllowed(Mandate mandate, Order order, @Nullable Org standing, OrgFile file) {
    if (mandate.operates()) {
      return;
    }
    if (standing == null || Objects.equals(order.version(), 0L)) {
      throw AdminProblem.scopeInsufficient(
          Mandate.OPERATOR, "an organisation is made by an operator alone");
    }
    // Of another version than the one that was seen nothing is written anyway.
    String touched = parts.platform().touched(standing, file);
    if (touched != null && Objects.equals(order.version(), standing.version())) {
      throw AdminProblem.scopeInsufficient(Mandate.OPERATOR, touched);
    }
  }

  /** The file of a backend repeats the rest of the record, which must not have changed by then. */
  private static void requireSame(Org read, @Nullable Org standing) {
    if (!read.equals(standing)) {
      throw new BackendStore.Conflict("somebody else wrote meanwhile; read the organisation again");
    }
  }

  private static Shown shown(Apply.Put put) {
    JsonObject body =
        OrgJson.org(put.org())
            .put("outcome", OrgJson.word(put.result().outcome()))
            .put("changes", new JsonArray(put.result().changes()));
    int status = put.result().outcome() == Apply.Outcome.CREATED ? 201 : 200;
    return new Shown(status, put.org().version(), body);
  }

  private Shown deleteOrg(AdminCall call) {
    parts.onboarding().delete(call.org(), call.orderWithVersion());
    return Shown.of(new JsonObject().put("org", call.org().value()).put("outcome", "deleted"));
  }

  private Shown explain(AdminCall call) {
    Org org = parts.orgs().get().org(call.org());
    if (org == null) {
      throw AdminProblem.orgMissing(call.org());
    }
    return Shown.of(org, parts.explain().explain(org, call.required("key"), call.query("subject")));
  }

  /** A page of the audit trail, newest first; one organisation's admin gets its own alone. */
  private Shown audit(AdminCall call) {
    int limit = (int) call.number("limit", PAGE, 10L * PAGE);
    long before = call.number("before", Long.MAX_VALUE, Long.MAX_VALUE);
    OrgId org = call.queriedOrg();
    if (!call.mandate().views()) {
      OrgId own = Objects.requireNonNull(call.mandate().org());
      if (org != null && !org.equals(own)) {
        throw AdminProblem.orgUnseen();
      }
      org = own;
    }
    List<History.Entry> entries = parts.history().entries(org, before, limit + 1);
    List<History.Entry> page = entries.subList(0, Math.min(limit, entries.size()));
    JsonObject body = new JsonObject().put("entries", OrgJson.array(page, OrgJson::entry));
    return Shown.of(entries.size() > limit ? body.put("next", page.getLast().version()) : body);
  }

  private Shown backend(AdminCall call) {
    Org org = parts.standing(call.org());
    List<Backend> revisions =
        org.backends().stream().filter(it -> it.name().equals(call.backend())).toList();
    if (revisions.isEmpty()) {
      throw AdminProblem.backendMissing(org, call.backend());
    }
    return Shown.of(
        org, new JsonObject().put("revisions", OrgJson.array(revisions, OrgJson::backend)));
  }

  private Shown putBackend(AdminCall call) {
    Org org = parts.standing(call.org());
    OrgFile file =
        SettingsFile.readRequest(
            call.body(), root -> parts.reader().readBackend(root, org, call.backend()).get());
    return put(call, file, standing -> requireSame(org, standing));
  }

  private Shown deleteBackend(AdminCall call) {
    Org org = parts.onboarding().deleteBackend(call.org(), call.backend(), call.orderWithVersion());
    return Shown.of(org, OrgJson.org(org));
  }

  private Shown setup(AdminCall call) {
    return setup(call, parts.setup().of(call.org(), call.backend(), call.order()));
  }

  /** A set-up in the form that the query asks for. */
  static Shown setup(AdminCall call, Setup setup) {
    return switch (Optional.ofNullable(call.query("format")).orElse("json")) {
      case "json" -> Shown.text("application/json", setup.json());
      case "cli" -> Shown.text("text/x-shellscript; charset=utf-8", setup.cli());
      case "terraform" -> Shown.text("text/plain; charset=utf-8", setup.terraform());
      default -> throw new AdminProblem(400, "query_invalid", "format is json, cli or terraform");
    };
  }

  private Shown validate(AdminCall call) {
    Onboarding.Findings findings =
        parts.onboarding().validate(call.org(), call.backend(), call.order(), check -> {});
    return Shown.of(
        OrgJson.backend(findings.backend())
            .put("verified", findings.backend().verified())
            .put("checks", OrgJson.array(findings.checks(), OrgJson::check)));
  }

  private Shown activate(AdminCall call) {
    return switched(
        parts
            .onboarding()
            .activate(call.org(), call.backend(), call.flag("accept_missing"), call.order()));
  }

  private Shown rollback(AdminCall call) {
    return switched(parts.onboarding().rollback(call.org(), call.backend(), call.order()));
  }

  private Shown suspend(AdminCall call, boolean suspended) {
    return switched(
        parts.onboarding().suspend(call.org(), call.backend(), suspended, call.order()));
  }

  private Shown failover(AdminCall call) {
    boolean standby =
        SettingsFile.readRequest(
            call.body(),
            root -> {
              Field<Target> to = root.word("to", Target.class);
              return root.build(() -> to.get() == Target.STANDBY).get();
            });
    return switched(parts.onboarding().failover(call.org(), call.backend(), standby, call.order()));
  }

  private enum Target {
    STANDBY,
    FIRST
  }

  private static Shown switched(Backend serving) {
    return Shown.of(new JsonObject().put("serving", OrgJson.backend(serving)));
  }

  private Shown addKey(AdminCall call) {
    SigningKey key = SettingsFile.readRequest(call.body(), root -> addKey(call, root));
    return new Shown(201, null, OrgJson.signingKey(key));
  }

  private SigningKey addKey(AdminCall call, Section root) {
    Field<String> name = root.field("name", text -> text);
    KeyAlgorithm algorithm = root.oneOf("algorithm", KeyAlgorithm.ECDSA_P256);
    Hash hash = root.oneOf("hash", Hash.SHA256);
    Field<Optional<Secret>> given = root.optionalSecret("private_key");
    return root.build(
            () -> {
              CharBuffer pem = given.get().map(Secret::chars).map(CharBuffer::wrap).orElse(null);
              NewKey wanted = new NewKey(name.get(), algorithm, hash, pem);
              return parts.rotation().add(call.org(), call.backend(), wanted, call.order());
            })
        .get();
  }

  private Shown registerKey(AdminCall call) {
    String id = call.text("id");
    return Shown.of(
        OrgJson.signingKey(
            parts.rotation().register(call.org(), call.backend(), call.key(), id, call.order())));
  }

  private Shown promoteKey(AdminCall call) {
    Promotion promotion =
        parts.rotation().promote(call.org(), call.backend(), call.key(), call.order(), check -> {});
    return Shown.of(
        new JsonObject()
            .put("promoted", promotion.promoted())
            .put("checks", OrgJson.array(promotion.checks(), OrgJson::check)));
  }

  private Shown retireKey(AdminCall call) {
    parts.rotation().retire(call.org(), call.backend(), call.key(), call.order());
    return Shown.of(new JsonObject().put("retired", call.key()));
  }

  void close() {
    worker.close();
    probing.close();
    revoking.close();
  }
}
