package io.edgemint.http;

/**
 * Looks at a gateway as its operator does.
 *
 * @param port that of the operator
 */
public record Operator(int port) {
  private RawClient.Answer get(String path) {
    try (RawClient client = new RawClient(port)) {
      return client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
  }

  /** Whether a load balancer may send devices. */
  public boolean isReady() {
    return get("/readyz").status() == 200;
  }

  /** A metric by its name and labels, as the scrape page writes them. */
  double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no metric " + name));
  }
}
