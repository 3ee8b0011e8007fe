package io.edgemint.admin;

import io.edgemint.backend.OrgId;
import io.edgemint.config.Field;
import io.edgemint.config.SettingsFile;
import io.edgemint.onboarding.Order;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a call says, read with a clear refusal where it says it wrongly. */
final class AdminCall {
  private static final Pattern VERSION = Pattern.compile("\"([0-9]{1,18})\"");

  private final RoutingContext request;
  private final Mandate mandate;

  AdminCall(RoutingContext request, Mandate mandate) {
    this.request = request;
    this.mandate = mandate;
  }

  /** What whoever calls may do. */
  Mandate mandate() {
    return mandate;
  }

  OrgId org() {
    return org(path("org"));
  }

  /** The organisation that the query names, or null. */
  @Nullable OrgId queriedOrg() {
    String id = query("org");
    return id == null ? null : org(id);
  }

  private static OrgId org(String id) {
    try {
      return new OrgId(id);
    } catch (IllegalArgumentException e) {
      throw new AdminProblem(400, "org_invalid", String.valueOf(e.getMessage()));
    }
  }

  String backend() {
    return path("backend");
  }

  String key() {
    return path("key");
  }

  String authority() {
    return path("authority");
  }

  String destination() {
    return path("destination");
  }

  /** A part of the path, which every route that asks for it has. */
  private String path(String name) {
    return Objects.requireNonNull(request.pathParam(name));
  }

  byte[] body() {
    Buffer body = request.body().buffer();
    if (body == null || body.length() == 0) {
      throw new AdminProblem(400, "body_missing", "this call takes a JSON object");
    }
    return body.getBytes();
  }

  /** The one text that the body holds under a name. */
  String text(String name) {
    return SettingsFile.readRequest(
        body(),
        root -> {
          Field<String> given = root.field(name, text -> text);
          return root.build(given::get).get();
        });
  }

  @Nullable String query(String name) {
    return request.queryParams().get(name);
  }

  String required(String name) {
    String value = query(name);
    if (value == null) {
      throw new AdminProblem(400, "query_missing", "add ?" + name + "=...");
    }
    return value;
  }

  /** The change that is asked for, with or without the version that was seen. */
  Order order() {
    return new Order(mandate.actor(), version(), dryRun());
  }

  /**
   * The same for calls that would undo what somebody else has written: the version must be told
   * (RFC 6585, section 3).
   */
  Order orderWithVersion() {
    Long version = version();
    if (version == null) {
      throw new AdminProblem(
          428,
          "version_required",
          "send If-Match with the ETag that was read, or If-None-Match: * to create");
    }
    return new Order(mandate.actor(), version, dryRun());
  }

  private @Nullable Long version() {
    if ("*".equals(request.request().getHeader("If-None-Match"))) {
      return 0L;
    }
    String seen = request.request().getHeader("If-Match");
    if (seen == null) {
      return null;
    }
    var matcher = VERSION.matcher(seen.strip());
    if (!matcher.matches()) {
      throw new AdminProblem(
          400, "version_invalid", "If-Match carries the ETag that was read, such as \"42\"");
    }
    return Long.valueOf(matcher.group(1));
  }

  /** A whole number above zero, or the fallback if it is not there. */
  long number(String name, long fallback, long most) {
    String text = query(name);
    if (text == null) {
      return fallback;
    }
    if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < 1 || Long.parseLong(text) > most) {
      throw new AdminProblem(
          400, "query_invalid", "%s is a number from 1 to %d".formatted(name, most));
    }
    return Long.parseLong(text);
  }

  private boolean dryRun() {
    return flag("dry_run");
  }

  boolean flag(String name) {
    return switch (String.valueOf(query(name))) {
      case "true" -> true;
      case "false", "null" -> false;
      default -> throw new AdminProblem(400, "query_invalid", name + " is true or false");
    };
  }
}
