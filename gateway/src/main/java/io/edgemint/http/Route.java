package io.edgemint.http;

/** The routes of the edge, each with a path and a method. */
enum Route {
  LINK("GET", "GET", "/v1/links/{key}"),
  LINKS("POST", "POST", "/v1/links"),
  DOWNLOAD("GET", "GET, HEAD", "/v1/downloads/{key}"),
  /** Shares its name with the other method. */
  DOWNLOAD_HEAD("HEAD", "GET, HEAD", "/v1/downloads/{key}"),
  /** Nothing is there, whatever the method. */
  NONE("GET", "GET", "none");

  static final String LINK_PREFIX = "/v1/links/";
  static final String DOWNLOAD_PREFIX = "/v1/downloads/";

  private final String method;
  private final String allowed;
  private final String template;

  Route(String method, String allowed, String template) {
    this.method = method;
    this.allowed = allowed;
    this.template = template;
  }

  /**
   * The route of a method and a raw path; of another method than the path takes, any of that path;
   * {@code NONE} if nothing is there.
   */
  static Route of(String method, String path) {
    if (path.startsWith(LINK_PREFIX)) {
      return LINK;
    }
    if (path.startsWith(DOWNLOAD_PREFIX)) {
      return method.equals("HEAD") ? DOWNLOAD_HEAD : DOWNLOAD;
    }
    return path.equals("/v1/links") ? LINKS : NONE;
  }

  String method() {
    return method;
  }

  /** All methods that the path takes, as the header Allow lists them. */
  String allowed() {
    return allowed;
  }

  /** The route's name in metrics and logs. */
  String template() {
    return template;
  }
}
