package io.edgemint.sandbox;

import io.edgemint.canary.Canaries;
import io.vertx.core.buffer.Buffer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An HTTP/1.1 client that puts on the wire what it is given, byte for byte, one connection for each
 * request. It knows neither redirects nor cookies nor what an URL may look like.
 */
public final class Viewer {
  /** CloudFront's and SigV4's. */
  private static final Pattern SIGNATURE = Pattern.compile("Signature=([\\w~-]{32,})");

  private static final int PATIENCE_MILLIS = 30_000;

  private Viewer() {}

  /**
   * An answer, its body read to the end.
   *
   * @param headers by lower-case name, the last one where a name stands twice
   */
  public record Answer(int status, Map<String, String> headers, Buffer body) {
    /** The value of a header by its lower-case name, or nothing at all as an empty string. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /** The body as UTF-8. */
    public String text() {
      return body.toString();
    }

    /** What stands in the {@code Code} of an error of S3 or CloudFront, or an empty string. */
    public String code() {
      int from = text().indexOf("<Code>");
      return from < 0 ? "" : text().substring(from + 6, text().indexOf("</Code>"));
    }
  }

  /** Fetches a URL. */
  public static Answer get(String url) {
    return send("GET", url, Map.of());
  }

  /** Sends a request without a body. */
  public static Answer send(String method, String url, Map<String, String> headers) {
    return send(method, url, headers, new byte[0]);
  }

  /** Sends a request; a header {@code Host} may differ from the server that is asked. */
  public static Answer send(String method, String url, Map<String, String> headers, byte[] body) {
    int path = url.indexOf('/', url.indexOf("//") + 2);
    URI server = URI.create(url.substring(0, path));
    var head = new StringBuilder(method + ' ' + url.substring(path) + " HTTP/1.1\r\n");
    if (!headers.containsKey("Host")) {
      head.append("Host: ").append(server.getAuthority()).append("\r\n");
    }
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (body.length > 0) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      Answer answer = read(new BufferedInputStream(socket.getInputStream()), method.equals("HEAD"));
      hear(url.substring(path), answer);
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Whatever a gateway answers, save for links to those who may have them, is without secrets; and
   * nobody else is to see what makes those links good.
   */
  private static void hear(String path, Answer answer) {
    boolean link = path.startsWith("/v1/") && answer.status() < 400;
    if (link) {
      Matcher signatures =
          SIGNATURE.matcher(answer.headers().getOrDefault("location", "") + answer.text());
      while (signatures.find()) {
        Canaries.mark("signature of a link", signatures.group(1).getBytes(StandardCharsets.UTF_8));
      }
    }
    if (!link
        && (path.startsWith("/v1/") || path.startsWith("/admin/") || path.equals("/metrics"))) {
      Canaries.heard("answers of gateways", answer.headers() + "\n" + answer.text());
    }
  }

  private static Answer read(InputStream in, boolean headOnly) throws IOException {
    String status = line(in);
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      headers.put(name, line.substring(colon + 1).strip());
    }
    byte[] body = headOnly ? new byte[0] : body(in, headers);
    return new Answer(
        Integer.parseInt(status, 9, 12, 10), Map.copyOf(headers), Buffer.buffer(body));
  }

  private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
    if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
      return chunks(in);
    }
    String length = headers.get("content-length");
    return length == null ? in.readAllBytes() : exactly(in, Integer.parseInt(length));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    for (int size = -1; size != 0; ) {
      size = Integer.parseInt(line(in), 16);
      body.write(exactly(in, size));
      line(in);
    }
    return body.toByteArray();
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new EOFException("the answer ended within its head");
      }
      line.write(octet);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }
}
