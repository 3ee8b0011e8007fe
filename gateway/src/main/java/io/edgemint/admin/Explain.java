package io.edgemint.admin;

import io.edgemint.backend.ActiveBackends;
import io.edgemint.backend.Backend;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.KeyProblem;
import io.edgemint.backend.KeyResult;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.ReadyBackend;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Verification;
import io.edgemint.backend.Verification.Verdict;
import io.edgemint.caller.Access;
import io.edgemint.caller.AuthorityHealth;
import io.edgemint.caller.Caller;
import io.edgemint.credentials.Ailment;
import io.edgemint.credentials.SessionHealth;
import io.edgemint.credentials.Sessions;
import io.edgemint.onboarding.Onboarding;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what a device would get on this gateway and why, and what ails organisations. Never makes a
 * link. Waits for what is not at hand, so never on an event loop.
 */
public final class Explain {
  private static final long SECONDS = 10;

  private final ActiveBackends backends;
  private final Sessions sessions;
  private final Function<Org, List<String>> locked;
  private final InstantSource clock;

  /**
   * Explains what these backends would do, with these sessions.
   *
   * @param locked says which secrets of an organisation cannot be opened here, in sentences
   */
  public Explain(
      ActiveBackends backends,
      Sessions sessions,
      Function<Org, List<String>> locked,
      InstantSource clock) {
    this.backends = backends;
    this.sessions = sessions;
    this.locked = locked;
    this.clock = clock;
  }

  /** Gives the line of an organisation in their list, with what ails it at this moment. */
  Function<Org, JsonObject> summaries() {
    Map<OrgId, List<SessionHealth>> ailing =
        sessions.health().stream()
            .filter(health -> health.ailment() != null)
            .collect(Collectors.groupingBy(SessionHealth::org));
    return org -> summary(org, ailing.getOrDefault(org.id(), List.of()));
  }

  private JsonObject summary(Org org, List<SessionHealth> ailing) {
    Backend active = org.active();
    return new JsonObject()
        .put("org", org.id().value())
        .put("version", org.version())
        .put("serving", active == null ? "default" : active.label())
        .put("problems", problems(org, ailing));
  }

  private JsonArray problems(Org org, List<SessionHealth> ailing) {
    JsonArray problems = new JsonArray(new ArrayList<>(locked.apply(org)));
    for (CertificateAuthority authority : org.authorities()) {
      AuthorityHealth.problem(authority, clock.instant()).ifPresent(problems::add);
    }
    for (Backend backend : org.backends()) {
      boolean counts =
          backend.state() != Backend.State.REPLACED || backend.equals(org.newest(backend.name()));
      if (counts) {
        note(problems, backend, "upload", backend.uploadSide());
        note(problems, backend, "download", backend.downloadSide());
      }
    }
    for (Destination destination : org.destinations()) {
      if (destination.verification().verdict() == Verdict.FAILED) {
        problems.add(
            "destination %s: failed: %s"
                .formatted(destination.label(), destination.verification().code()));
      }
    }
    Backend active = org.active();
    if (active != null && active.service().suspended()) {
      problems.add("backend %s: suspended".formatted(active.name()));
    }
    if (active != null && active.service().failedOver()) {
      problems.add("backend %s: the standby serves".formatted(active.name()));
    }
    for (SessionHealth health : ailing) {
      Ailment ailment = health.ailment();
      if (ailment != null) {
        problems.add(
            "role %s: %s since %s%s"
                .formatted(
                    health.roleArn(),
                    ailment.code(),
                    health.since(),
                    health.serving() ? "; a valid session serves until its end" : ""));
      }
    }
    return problems;
  }

  private static void note(JsonArray problems, Backend backend, String side, Verification found) {
    if (found.verdict() == Verdict.FAILED) {
      problems.add(
          "backend %s@%d: %s failed: %s"
              .formatted(backend.name(), backend.revision(), side, found.code()));
    }
  }

  /**
   * What becomes of a key.
   *
   * @param text the key, not percent-encoded
   * @param subject the device that would ask, or null for one of which nothing is known
   */
  public JsonObject explain(Org org, String text, @Nullable String subject) {
    JsonObject answer = summaries().apply(org).put("key", text);
    if (subject != null) {
      answer.put("subject", subject);
    }
    answer.put("access", access(org, ObjectKey.of(text), subject));
    Backend active = org.active();
    answer.put("why", why(active));
    try {
      ReadyBackend ready = await(backends.of(org));
      JsonObject life =
          new JsonObject()
              .put("backend", ready.ttl() + "s")
              .put("token", org.policy().tokenLimited() ? "limits" : "does not limit");
      var signing = ready.signer().current();
      if (signing == null) {
        life.put("session", "none yet; the next link fetches one");
      } else if (signing.notAfter() != Long.MAX_VALUE) {
        life.put("session", "ends at " + Instant.ofEpochSecond(signing.notAfter()));
      }
      answer.put("backend", ready.name()).put("via", ready.via()).put("life", life);
    } catch (Refused e) {
      answer.put(
          "refused", new JsonObject().put("code", e.refusal().code()).put("detail", e.detail()));
    }
    return answer;
  }

  private static String access(Org org, KeyResult key, @Nullable String subject) {
    return switch (key) {
      case KeyProblem problem -> "key_invalid: " + problem.detail();
      case ObjectKey good -> {
        Caller caller =
            new Caller("-", subject == null ? "" : subject, org.id(), Set.of(), null, 0);
        Refused refused = Access.check(caller, org, good);
        Entitlement all = org.policy().entitlement();
        yield refused == null
            ? "granted by the organisation's entitlement " + all.prefixes()
            : refused.refusal().code() + ": " + refused.detail();
      }
    };
  }

  private static String why(@Nullable Backend active) {
    if (active == null) {
      return "no backend is active, so default storage serves where the policy allows it";
    }
    return "backend %s, revision %d, is active (upload %s, download %s)%s%s"
        .formatted(
            active.name(),
            active.revision(),
            Onboarding.word(active.uploadSide()),
            Onboarding.word(active.downloadSide()),
            active.service().suspended() ? ", but suspended" : "",
            active.service().failedOver() ? ", and its standby serves" : "");
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .timeout(SECONDS, TimeUnit.SECONDS)
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Refused refused) {
        throw refused;
      }
      if (e.getCause() instanceof TimeoutException) {
        throw new Refused(Refusal.OVERLOADED, "it was not ready within " + SECONDS + " seconds");
      }
      throw e;
    }
  }
}
