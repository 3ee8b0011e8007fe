package io.edgemint.admin;

import io.edgemint.admin.AdminApi.Shown;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.onboarding.Destinations;
import io.edgemint.onboarding.Onboarding;
import io.vertx.core.json.JsonObject;

/** The calls that show, try and delete destinations. */
final class DestinationCalls {
  private final Administration parts;

  DestinationCalls(Administration parts) {
    this.parts = parts;
  }

  Shown list(AdminCall call) {
    Org org = parts.standing(call.org());
    return Shown.of(
        org,
        new JsonObject()
            .put("destinations", OrgJson.array(org.destinations(), DestinationCalls::json)));
  }

  Shown get(AdminCall call) {
    Org org = parts.standing(call.org());
    return Shown.of(org, json(Destinations.standing(org, call.destination())));
  }

  Shown remove(AdminCall call) {
    Org org = parts.destinations().delete(call.org(), call.destination(), call.orderWithVersion());
    return Shown.of(org, new JsonObject().put("removed", call.destination()));
  }

  Shown validate(AdminCall call) {
    Destinations.Findings findings =
        parts.destinations().validate(call.org(), call.destination(), call.order(), check -> {});
    return Shown.of(
        json(findings.destination())
            .put("verified", findings.destination().verified())
            .put("checks", OrgJson.array(findings.checks(), OrgJson::check)));
  }

  Shown setup(AdminCall call) {
    return AdminApi.setup(
        call, parts.setup().ofDestination(call.org(), call.destination(), call.order()));
  }

  static JsonObject json(Destination destination) {
    return new JsonObject()
        .put("name", destination.name())
        .put("revision", destination.revision())
        .put("verification", Onboarding.word(destination.verification()))
        .put("s3", OrgJson.s3(destination.storage()));
  }
}
