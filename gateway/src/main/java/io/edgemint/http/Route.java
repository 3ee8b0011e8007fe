package io.edgemint.http;

/** The routes of the edge, each with the one method it takes. */
enum Route {
  LINK("GET", "/v1/links/{key}"),
  LINKS("POST", "/v1/links"),
  DOWNLOAD("GET", "/v1/downloads/{key}"),
  /** Nothing is there, whatever the method. */
  NONE("GET", "none");

  static final String LINK_PREFIX = "/v1/links/";
  static final String DOWNLOAD_PREFIX = "/v1/downloads/";

  private final String method;
  private final String template;

  Route(String method, String template) {
    this.method = method;
    this.template = template;
  }

  /** The route of a raw path, {@code NONE} if there is none. */
  static Route of(String path) {
    if (path.startsWith(LINK_PREFIX)) {
      return LINK;
    }
    if (path.startsWith(DOWNLOAD_PREFIX)) {
      return DOWNLOAD;
    }
    return path.equals("/v1/links") ? LINKS : NONE;
  }

  String method() {
    return method;
  }

  /** The route's name in metrics and logs. */
  String template() {
    return template;
  }
}
