package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Patience;
import io.edgemint.SelfSigned;
import io.edgemint.TestAuthority;
import io.edgemint.app.Gateway;
import io.edgemint.app.Main;
import io.edgemint.backend.CertificateAuthority;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client certificates by programs that are not ours: openssl makes and shows them, curl asks. */
@Timeout(300)
class ClientCertificateIT {
  @TempDir Path folder;

  private String shell(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(script).isTrue();
    return said;
  }

  private String edgemint(Site site, String... arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-s", site.settings().toString()));
    int code = Main.run(all.toArray(String[]::new), out, out);
    assertThat(code).as(said.toString()).isZero();
    return said.toString();
  }

  @Test
  void authority_registeredByTheCommands_letsCurlIn() throws Exception {
    Site site = Site.withTls(folder, "client_certificates: {port: 0}");
    shell(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650"
            + " -subj '/CN=Acme Devices' -keyout ca.key -out ca.pem");
    shell(
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=dev-1"
            + " -keyout dev.key -out dev.csr && openssl x509 -req -in dev.csr -CA ca.pem"
            + " -CAkey ca.key -set_serial 77 -days 365 -out dev.pem");
    try (Gateway gateway = site.start()) {
      assertThat(ask(gateway, "")).startsWith("401 ").contains("certificate_required");
      assertThat(ask(gateway, "--cert dev.pem --key dev.key"))
          .startsWith("401 ")
          .contains("certificate_invalid");

      String[] lines = edgemint(site, "ca", "challenge", "acme", file("ca.pem")).split("\n", -1);
      shell(lines[1] + "\n" + lines[2].replace("-CAkey KEY", "-CAkey ca.key"));
      String[] add = lines[4].replace(" NAME ", " devices ").split(" ", -1);
      String challenge = add[add.length - 1];
      edgemint(
          site,
          "ca",
          "add",
          "acme",
          "devices",
          file("ca.pem"),
          "--proof",
          file("proof.pem"),
          "--challenge",
          challenge);
      assertThat(edgemint(site, "ca", "list", "acme")).startsWith("devices cn SHA256:");
      Patience.until(() -> answers(gateway, "200 "));
      assertThat(ask(gateway, "--http1.1 --cert dev.pem --key dev.key"))
          .startsWith("200 ")
          .contains("\"org\":\"acme\"");

      shell("touch index.txt; echo 01 > crlnumber");
      shell(
          "printf '[ca]\\n"
              + "default_ca=d\\n"
              + "[d]\\n"
              + "database=index.txt\\n"
              + "crlnumber=crlnumber\\n"
              + "default_md=sha256\\n"
              + "default_crl_days=1\\n"
              + "certificate=ca.pem\\n"
              + "private_key=ca.key\\n"
              + "' > ca.cnf && openssl ca -config ca.cnf -revoke dev.pem && openssl ca -config"
              + " ca.cnf -gencrl -out ca.crl");
      edgemint(site, "ca", "crl", "acme", "devices", file("ca.crl"));
      Patience.until(() -> answers(gateway, "401 "));

      edgemint(site, "ca", "remove", "acme", "devices");
      assertThat(edgemint(site, "ca", "list", "acme")).isEmpty();
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private boolean answers(Gateway gateway, String status) {
    try {
      return ask(gateway, "--cert dev.pem --key dev.key").startsWith(status);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String ask(Gateway gateway, String options) throws IOException, InterruptedException {
    return shell(
            "curl -sk -o body -w '%%{http_code} ' %s https://localhost:%d/v1/links/fw/a && cat body"
                .formatted(options, gateway.certificatePort()))
        .strip();
  }

  @Test
  void handshake_withTwoThousandAuthorities_isTheOneOfASingleOne() throws Exception {
    SelfSigned.of("a.test").write(folder, "a");
    TlsSettings tls =
        new TlsSettings(
            List.of(new TlsSettings.KeyPairFiles(folder.resolve("a.pem"), folder.resolve("a.key"))),
            Duration.ofMinutes(1));
    try (EdgeWorld world = new EdgeWorld()) {
      int port = world.serveCertificates(tls);
      world.orgs.replace(Snapshot.of(2, List.of(org(0))));
      String one13 = request(port, "-tls1_3");
      String one12 = request(port, "-tls1_2");
      List<Org> many = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        many.add(org(i));
      }
      world.orgs.replace(Snapshot.of(3, many));

      assertThat(request(port, "-tls1_3")).isEqualTo(one13);
      assertThat(request(port, "-tls1_2")).isEqualTo(one12);
    }
  }

  private static Org org(int number) {
    Instant now = Instant.parse("2026-11-20T12:00:00Z");
    TestAuthority authority = TestAuthority.root("Devices of " + number, now);
    return Samples.org("org-" + number)
        .withAuthority(
            new CertificateAuthority(
                "devices", authority.pem(), authority.fingerprint(), Subject.CN, null));
  }

  /** The whole CertificateRequest that openssl gets, in hexadecimal. */
  private String request(int port, String version) throws IOException, InterruptedException {
    String said = shell("openssl s_client -msg " + version + " -connect 127.0.0.1:" + port);
    assertThat(said).contains("No client certificate CA names sent");
    int start = said.indexOf("CertificateRequest\n");
    assertThat(start).as(said).isPositive();
    int end = start + 1;
    while (said.startsWith("    ", said.indexOf('\n', end) + 1)) {
      end = said.indexOf('\n', end) + 1;
    }
    return said.substring(start, said.indexOf('\n', end));
  }
}
