package io.edgemint.admin;

import io.edgemint.backend.Org;
import io.edgemint.backend.Revocation;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import io.edgemint.config.SettingsFile;
import io.edgemint.onboarding.Order;
import io.edgemint.onboarding.Revoker;
import io.edgemint.onboarding.Revoker.Reach;
import io.edgemint.onboarding.Revoker.Wish;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls that begin and end revocations, and show those that stand. */
final class RevocationCalls {
  private static final String ONE_OF =
      "name exactly one of subject, key_prefix and 'everything': true";

  private final Revoker revoker;

  RevocationCalls(Revoker revoker) {
    this.revoker = revoker;
  }

  AdminApi.Shown show(AdminCall call) {
    Org org = revoker.standing(call.org(), Order.of(call.mandate().actor()));
    return AdminApi.Shown.of(
        org, OrgJson.revocations(org.revocations()).put("org", org.id().value()));
  }

  AdminApi.Shown revoke(AdminCall call) {
    return done(call, SettingsFile.readRequest(call.body(), RevocationCalls::wish));
  }

  /** Named in the query, for a body of DELETE may be lost on its way (RFC 9110, section 9.3.5). */
  AdminApi.Shown lift(AdminCall call) {
    return done(
        call,
        wish(
            call.query("subject"),
            call.query("key_prefix"),
            call.flag("everything"),
            true,
            Optional.ofNullable(call.query("reason")).orElse("")));
  }

  private static Wish wish(Section root) {
    Field<Optional<String>> subject = root.optional("subject", text -> text);
    Field<Optional<String>> prefix = root.optional("key_prefix", text -> text);
    boolean everything = root.flag("everything", false);
    String reason = root.string("reason", "");
    return root.build(
            () ->
                wish(
                    subject.get().orElse(null),
                    prefix.get().orElse(null),
                    everything,
                    false,
                    reason))
        .get();
  }

  private static Wish wish(
      @Nullable String subject,
      @Nullable String prefix,
      boolean everything,
      boolean lifts,
      String reason) {
    List<Revocation> named = new ArrayList<>();
    if (subject != null) {
      named.add(new Revocation.Subject(subject));
    }
    if (prefix != null) {
      named.add(new Revocation.KeyPrefix(prefix));
    }
    if (everything) {
      named.add(new Revocation.Everything());
    }
    if (named.size() != 1) {
      throw new IllegalArgumentException(ONE_OF);
    }
    return new Wish(named.getFirst(), lifts, reason);
  }

  private AdminApi.Shown done(AdminCall call, Wish wish) {
    Order order = call.order();
    boolean wait = call.query("wait") == null || call.flag("wait");
    Revoker.Done done = revoker.change(call.org(), wish, order);
    Org org = done.org();
    JsonObject body =
        new JsonObject()
            .put("org", org.id().value())
            .put("outcome", done.changed() ? (wish.lifts() ? "lifted" : "revoked") : "unchanged")
            .put("revocation", OrgJson.revocation(wish.revocation()))
            .put("version", org.version());
    if (!order.dryRun()) {
      List<Reach> reach = revoker.reach(org.version(), wait);
      body.put("everywhere", Revoker.isEverywhere(reach))
          .put("nodes", OrgJson.array(reach, it -> node(it, call.mandate())));
    }
    if (!wish.lifts()) {
      body.put("links_until", revoker.linksUntil(org).toString());
    }
    return AdminApi.Shown.of(org, body);
  }

  /** The names of the platform's machines are for those who see the whole platform. */
  private static JsonObject node(Reach reach, Mandate mandate) {
    JsonObject node =
        new JsonObject()
            .put("id", reach.node().id())
            .put("version", reach.node().version())
            .put("state", OrgJson.word(reach.state()))
            .put("silent_seconds", reach.silence());
    return mandate.views() ? node.put("host", reach.node().host()) : node;
  }
}
