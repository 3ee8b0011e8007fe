package io.edgemint.http;

/** The routes of the edge, each with the methods it takes. */
enum Route {
  LINK("/v1/links/{key}", "GET"),
  LINKS("/v1/links", "POST"),
  DOWNLOAD("/v1/downloads/{key}", "GET", "HEAD"),
  UPLOADS("/v1/uploads", "POST"),
  UPLOAD("/v1/uploads/{id}", "DELETE"),
  UPLOAD_PARTS("/v1/uploads/{id}/parts", "GET", "POST"),
  UPLOAD_COMPLETE("/v1/uploads/{id}/complete", "POST"),
  BINARIES("/v1/binaries", "GET"),
  BINARY("/v1/binaries/{key}", "DELETE"),
  /** Nothing is there, whatever the method. */
  NONE("none", "GET");

  static final String LINK_PREFIX = "/v1/links/";
  static final String DOWNLOAD_PREFIX = "/v1/downloads/";
  static final String UPLOAD_PREFIX = "/v1/uploads/";
  static final String BINARY_PREFIX = "/v1/binaries/";
  static final String PARTS = "/parts";
  static final String COMPLETE = "/complete";

  private final String template;
  private final String method;
  private final String other;

  Route(String template, String method) {
    this(template, method, method);
  }

  Route(String template, String method, String other) {
    this.template = template;
    this.method = method;
    this.other = other;
  }

  /** The route of a raw path, {@code NONE} if there is none. */
  static Route of(String path) {
    if (path.startsWith(LINK_PREFIX)) {
      return LINK;
    }
    if (path.startsWith(DOWNLOAD_PREFIX)) {
      return DOWNLOAD;
    }
    return switch (path) {
      case "/v1/links" -> LINKS;
      case "/v1/uploads" -> UPLOADS;
      case "/v1/binaries" -> BINARIES;
      default -> ofPublisher(path);
    };
  }

  private static Route ofPublisher(String path) {
    if (path.startsWith(BINARY_PREFIX)) {
      return BINARY;
    }
    if (!path.startsWith(UPLOAD_PREFIX)) {
      return NONE;
    }
    if (path.endsWith(PARTS)) {
      return UPLOAD_PARTS;
    }
    return path.endsWith(COMPLETE) ? UPLOAD_COMPLETE : UPLOAD;
  }

  boolean takes(String asked) {
    return method.equals(asked) || other.equals(asked);
  }

  /** Whether a request with this method may bring a body. */
  boolean takesBody(String asked) {
    return this == LINKS || this == UPLOADS || (this == UPLOAD_PARTS && asked.equals("POST"));
  }

  /** Whether it is one of the publishers' side. */
  boolean publishes() {
    return switch (this) {
      case UPLOADS, UPLOAD, UPLOAD_PARTS, UPLOAD_COMPLETE, BINARIES, BINARY -> true;
      case LINK, LINKS, DOWNLOAD, NONE -> false;
    };
  }

  /** What it takes, as the Allow header has it. */
  String allowed() {
    return method.equals(other) ? method : method + ", " + other;
  }

  /** The route's name in metrics and logs. */
  String template() {
    return template;
  }
}
