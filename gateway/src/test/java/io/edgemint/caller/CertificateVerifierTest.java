package io.edgemint.caller;

import static io.edgemint.TestAuthority.draft;
import static io.edgemint.caller.CertificateWorld.NOW;
import static io.edgemint.caller.CertificateWorld.authority;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.edgemint.KeyPairs;
import io.edgemint.Seeded;
import io.edgemint.TestAuthority;
import io.edgemint.TestAuthority.Device;
import io.edgemint.TestAuthority.Draft;
import io.edgemint.backend.CertificateAuthority.Subject;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateVerifierTest {
  private static final int POLICIES = 12;

  private final CertificateWorld world = new CertificateWorld();
  private final TestAuthority acme = TestAuthority.root("Acme Devices", NOW);
  private final TestAuthority other = TestAuthority.root("Other Devices", NOW);

  private void registerBoth() {
    world.register("acme", authority(acme));
    world.register("other", authority(other));
  }

  @Test
  void device_ofARegisteredAuthority_speaksForItsOrganisation() {
    registerBoth();

    Caller caller = world.caller(acme.device("dev-1", NOW));

    assertThat(caller.org()).isEqualTo(new OrgId("acme"));
    assertThat(caller.subject()).isEqualTo("dev-1");
    assertThat(caller.issuer()).isEqualTo("ca:" + acme.fingerprint());
    assertThat(caller.scopes()).isEmpty();
    assertThat(caller.entitlement()).isNull();
    assertThat(world.caller(other.device("dev-1", NOW)).org()).isEqualTo(new OrgId("other"));
  }

  @Test
  void caller_expiry_isTheFirstEndOnThePath() {
    Instant soon = NOW.plus(Duration.ofDays(3));
    TestAuthority line =
        acme.intermediate(draft("Line 1", NOW).authority().valid(NOW.minusSeconds(9), soon));
    world.register("acme", authority(acme));

    Caller caller = world.caller(line.device("dev-1", NOW).with(line.der()));

    assertThat(caller.expiresAt()).isEqualTo(soon.getEpochSecond());
  }

  @Test
  void chain_overAnIntermediate_isAcceptedWithItAlone() {
    TestAuthority line = acme.intermediate(draft("Line 1", NOW).authority());
    world.register("acme", authority(acme));
    Device device = line.device("dev-1", NOW);

    assertThat(world.caller(device.with(line.der())).subject()).isEqualTo("dev-1");
    assertThat(world.caller(device.with(line.der()).with(acme.der())).subject()).isEqualTo("dev-1");
    assertThat(world.caller(device.with(acme.der()).with(line.der())).subject()).isEqualTo("dev-1");
    assertThat(world.refusal(device)).isEqualTo("UNKNOWN");
  }

  @Test
  void strangers_areRefused() {
    world.register("acme", authority(acme));
    TestAuthority namesake = TestAuthority.root("Acme Devices", NOW);
    TestAuthority copied =
        TestAuthority.root(draft("Acme Devices", NOW).authority().keyIdOf(acme.pair()));

    assertThat(world.refusal(other.device("dev-1", NOW))).isEqualTo("UNKNOWN");
    assertThat(world.refusal(namesake.device("dev-1", NOW))).isEqualTo("UNKNOWN");
    assertThat(world.refusal(copied.device("dev-1", NOW).with(copied.der()))).isEqualTo("UNKNOWN");
    Draft own = draft("dev-1", NOW).device();
    TestAuthority self = TestAuthority.root(own);
    assertThat(world.refusal(new Device(self.pair(), List.of(self.der())))).isEqualTo("UNKNOWN");
    assertThat(world.refusal(new Device(acme.pair(), List.of(acme.der()))))
        .isEqualTo("NOT_A_DEVICE");
  }

  @Test
  void times_beforeAndBehind_areRefused() {
    registerBoth();
    Instant begin = NOW.minus(Duration.ofMinutes(30));
    Instant end = NOW.plus(Duration.ofMinutes(30));
    ClientCertificate device =
        ClientCertificate.of(acme.device(draft("dev-1", NOW).device().valid(begin, end)).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.clock.pass(Duration.ofHours(1));
    assertThat(world.refusal(device)).isEqualTo("EXPIRED");
    world.clock.pass(Duration.ofHours(-2));
    assertThat(world.refusal(device)).isEqualTo("NOT_YET_VALID");
    world.clock.pass(Duration.ofHours(1));
    assertThat(world.refusal(device)).isEqualTo("accepted");
  }

  @Test
  void authority_thatEnded_letsNobodyIn() {
    Instant end = NOW.plus(Duration.ofMinutes(30));
    TestAuthority brief =
        TestAuthority.root(draft("Brief", NOW).authority().valid(NOW.minusSeconds(60), end));
    world.register("acme", authority(brief));
    ClientCertificate device = ClientCertificate.of(brief.device("dev-1", NOW).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.clock.pass(Duration.ofHours(1));

    assertThat(world.refusal(device)).isEqualTo("PATH");
    assertThat(world.verifier.problems()).singleElement().asString().contains("acme", "ended");
  }

  @Test
  void usage_otherThanAClients_isRefused() {
    registerBoth();
    String server = "2b06010505070301";
    Draft forServers = draft("dev-1", NOW).purpose(server, false);
    Draft anything = draft("dev-1", NOW).purpose("551d2500", false);
    Draft critical = draft("dev-1", NOW).purpose("2b06010505070302", true);
    Draft silent = draft("dev-1", NOW);
    Draft encipher = draft("dev-1", NOW).extension("551d0f", true, new byte[] {3, 2, 5, 0x20});

    assertThat(world.refusal(acme.device(forServers))).isEqualTo("USAGE");
    assertThat(world.refusal(acme.device(encipher))).isEqualTo("USAGE");
    assertThat(world.refusal(acme.device(anything))).isEqualTo("accepted");
    assertThat(world.refusal(acme.device(critical))).isEqualTo("accepted");
    assertThat(world.refusal(acme.device(silent))).isEqualTo("accepted");
  }

  @Test
  void extension_criticalAndUnknown_isRefused() {
    registerBoth();
    Draft strange = draft("dev-1", NOW).device().extension("2a0304", true, new byte[] {5, 0});

    assertThat(world.refusal(acme.device(strange))).isEqualTo("PATH");
  }

  @Test
  void intermediate_thatIsNoAuthority_breaksThePath() {
    world.register("acme", authority(acme));
    TestAuthority fake = acme.intermediate(draft("dev-0", NOW).device());

    assertThat(world.refusal(fake.device("dev-1", NOW).with(fake.der()))).isEqualTo("PATH");
  }

  @Test
  void lengthOfPath_ofTheAnchorAndOfAnIntermediate_holds() {
    TestAuthority flat = TestAuthority.root(draft("Flat", NOW).authority(0));
    TestAuthority below = flat.intermediate(draft("Below", NOW).authority());
    TestAuthority line = acme.intermediate(draft("Line", NOW).authority(0));
    TestAuthority deeper = line.intermediate(draft("Deeper", NOW).authority());
    world.register("acme", authority(acme), authority(flat));

    assertThat(world.refusal(flat.device("dev-1", NOW))).isEqualTo("accepted");
    assertThat(world.refusal(below.device("dev-1", NOW).with(below.der()))).isEqualTo("PATH");
    assertThat(world.refusal(line.device("dev-1", NOW).with(line.der()))).isEqualTo("accepted");
    assertThat(world.refusal(deeper.device("dev-1", NOW).with(deeper.der()).with(line.der())))
        .isEqualTo("PATH");
  }

  @Test
  void nameConstraints_ofTheAnchorAndOfAnIntermediate_hold() {
    TestAuthority narrow = TestAuthority.root(draft("Narrow", NOW).authority().permits("a.test"));
    TestAuthority line = acme.intermediate(draft("Line", NOW).authority().permits("a.test"));
    world.register(
        "acme", authority(narrow, Subject.SAN_DNS, null), authority(acme, Subject.SAN_DNS, null));
    for (TestAuthority each : List.of(narrow, line)) {
      Device inside = each.device(draft("x", NOW).device().alternatives(0x82, "dev-1.a.test"));
      Device outside = each.device(draft("x", NOW).device().alternatives(0x82, "dev-1.b.test"));

      assertThat(world.refusal(inside.with(line.der()))).isEqualTo("accepted");
      assertThat(world.refusal(outside.with(line.der()))).isEqualTo("PATH");
    }
  }

  @Test
  void keysAndSignatures_thatAreWeak_areRefused() {
    TestAuthority rsa = TestAuthority.root(draft("RSA", NOW).authority().key(KeyPairs.rsa(2048)));
    TestAuthority small = acme.intermediate(draft("S", NOW).authority().key(KeyPairs.rsa(1024)));
    world.register("acme", authority(acme), authority(rsa));

    assertThat(world.refusal(acme.device(draft("d", NOW).device().key(KeyPairs.rsa(1024)))))
        .isEqualTo("WEAK");
    assertThat(world.refusal(rsa.device(draft("d", NOW).device().hash("SHA1")))).isEqualTo("WEAK");
    assertThat(world.refusal(small.device("d", NOW).with(small.der()))).isEqualTo("UNKNOWN");
    for (String curve : List.of("secp256r1", "secp384r1", "secp521r1")) {
      assertThat(world.refusal(acme.device(draft("d", NOW).device().key(KeyPairs.ec(curve)))))
          .isEqualTo("accepted");
    }
    assertThat(world.refusal(acme.device(draft("d", NOW).device().key(KeyPairs.of("Ed25519")))))
        .isEqualTo("accepted");
    assertThat(world.refusal(rsa.device(draft("d", NOW).device().key(KeyPairs.rsa(2048)))))
        .isEqualTo("accepted");
  }

  @Test
  void authority_onEd25519_isAccepted() {
    TestAuthority edwards =
        TestAuthority.root(draft("Ed", NOW).authority().key(KeyPairs.of("Ed25519")));
    world.register("acme", authority(edwards));

    assertThat(world.refusal(edwards.device("dev-1", NOW))).isEqualTo("accepted");
  }

  @Test
  void subject_byEachRule_isTheOneName() {
    world.register("acme", authority(acme, Subject.SAN_URI, null));
    world.register("other", authority(other, Subject.SAN_DNS, null));
    Draft dns = draft("not-this", NOW).device().alternatives(0x82, "dev-1.acme.test");
    Draft two = draft("x", NOW).device().alternatives(0x86, "urn:a", "urn:b");

    assertThat(world.caller(acme.device(draft("x", NOW).device().alternatives(0x86, "urn:1"))))
        .extracting(Caller::subject)
        .isEqualTo("urn:1");
    assertThat(world.caller(other.device(dns)).subject()).isEqualTo("dev-1.acme.test");
    assertThat(world.refusal(acme.device(two))).isEqualTo("SUBJECT");
    assertThat(world.refusal(acme.device("dev-1", NOW))).isEqualTo("SUBJECT");
  }

  @Test
  void commonName_twiceOrUnfit_isRefused() {
    registerBoth();

    assertThat(world.refusal(acme.device(draft("", NOW).device().names("a", "b"))))
        .isEqualTo("SUBJECT");
    assertThat(world.refusal(acme.device("x".repeat(257), NOW))).isEqualTo("SUBJECT");
    assertThat(world.refusal(acme.device("dev\u0000-1", NOW))).isEqualTo("SUBJECT");
    assertThat(world.caller(acme.device("a,CN=b+O=c\\", NOW)).subject()).isEqualTo("a,CN=b+O=c\\");
  }

  @Test
  void revocationList_withTheSerial_actsAtOnce() {
    Device device = acme.device("dev-1", NOW);
    Device neighbour = acme.device("dev-2", NOW);
    BigInteger serial = CertificateRules.parse(device.chain().getFirst()).getSerialNumber();
    Instant next = NOW.plus(Duration.ofDays(1));
    world.register("acme", authority(acme, Subject.CN, acme.crl(1, NOW, next)));
    ClientCertificate connected = ClientCertificate.of(device.chain());
    assertThat(world.refusal(connected)).isEqualTo("accepted");

    world.register("acme", authority(acme, Subject.CN, acme.crl(2, NOW, next, serial)));

    assertThat(world.verifier.remembered(connected)).isNull();
    assertThat(world.refusal(connected)).isEqualTo("REVOKED");
    assertThat(world.refusal(neighbour)).isEqualTo("accepted");
  }

  @Test
  void revocationList_ofTheRoot_countsForTheAuthorityBelow() {
    TestAuthority line = acme.intermediate(draft("Line", NOW).authority());
    BigInteger serial = CertificateRules.parse(line.der()).getSerialNumber();
    Instant next = NOW.plus(Duration.ofDays(1));
    world.register(
        "acme", authority(line), authority(acme, Subject.CN, acme.crl(1, NOW, next, serial)));

    assertThat(world.refusal(line.device("dev-1", NOW))).isEqualTo("REVOKED");
    assertThat(world.refusal(line.device("dev-1", NOW).with(line.der()))).isEqualTo("REVOKED");
  }

  @Test
  void revocationList_overdue_letsNobodyIn() {
    Instant next = NOW.plus(Duration.ofMinutes(30));
    world.register("acme", authority(acme, Subject.CN, acme.crl(1, NOW, next)));
    ClientCertificate device = ClientCertificate.of(acme.device("dev-1", NOW).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.clock.pass(Duration.ofHours(1));

    assertThat(world.refusal(device)).isEqualTo("LIST_OVERDUE");
    assertThat(world.verifier.problems()).singleElement().asString().contains("overdue since");
  }

  @Test
  void authority_removed_endsItsDevices() {
    registerBoth();
    ClientCertificate device = ClientCertificate.of(acme.device("dev-1", NOW).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.register("acme");

    assertThat(world.verifier.remembered(device)).isNull();
    assertThat(world.refusal(device)).isEqualTo("UNKNOWN");
  }

  @Test
  void remembered_whileOthersChange_isNotJudgedAgain() {
    registerBoth();
    ClientCertificate device = ClientCertificate.of(acme.device("dev-1", NOW).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.register("other", authority(TestAuthority.root("New", NOW)));

    assertThat(world.refusal(device)).isEqualTo("accepted");
    assertThat(world.judged()).isEqualTo(1);
  }

  @Test
  void chain_thatFitsAuthoritiesOfTwo_isRefused() {
    TestAuthority line = acme.intermediate(draft("Line", NOW).authority());
    Device device = line.device("dev-1", NOW);
    world.register("acme", authority(acme));
    ClientCertificate connected = ClientCertificate.of(device.with(line.der()).chain());
    assertThat(world.refusal(connected)).isEqualTo("accepted");

    world.register("other", authority(line));

    assertThat(world.refusal(connected)).isEqualTo("AMBIGUOUS");
    assertThat(world.refusal(device)).isEqualTo("AMBIGUOUS");
    assertThat(world.refusal(acme.device("dev-2", NOW))).isEqualTo("accepted");
  }

  @Test
  void chain_crossSignedByAnothersAuthority_isRefused() {
    registerBoth();
    byte[] cross = other.issue(draft("Acme Devices", NOW).authority().key(acme.pair()));

    assertThat(world.refusal(acme.device("dev-1", NOW).with(cross))).isEqualTo("AMBIGUOUS");
    assertThat(world.refusal(acme.device("dev-1", NOW))).isEqualTo("accepted");
  }

  @Test
  void key_thatTwoOrganisationsName_letsNobodyIn() {
    world.register("acme", authority(acme));
    world.register("other", authority(acme));

    assertThat(world.refusal(acme.device("dev-1", NOW))).isEqualTo("UNKNOWN");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void authorities_twoThousandOfOneName_areToldApart(boolean keyIds) {
    List<TestAuthority> all = new ArrayList<>();
    int count = keyIds ? 2000 : 60;
    List<Org> orgs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Draft draft = draft("Device CA", NOW).authority();
      TestAuthority each = TestAuthority.root(keyIds ? draft : draft.withoutKeyIds());
      all.add(each);
      orgs.add(Samples.org("org-" + i).withAuthority(authority(each)));
    }
    world.orgs.replace(Snapshot.of(1, orgs));

    Device device = all.get(count - 1).device("dev-1", NOW);
    assertThat(world.caller(device).org()).isEqualTo(new OrgId("org-" + (count - 1)));
    Anchors anchors = Anchors.of(world.orgs.snapshot(), Anchors.NONE);
    assertThat(anchors.named(CertificateRules.parse(device.chain().getFirst())))
        .hasSize(keyIds ? 1 : count);
  }

  @Test
  void keyIdsOfAnother_copiedManyTimes_hideNobody() {
    List<Org> orgs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      TestAuthority copy =
          TestAuthority.root(draft("Acme Devices", NOW).authority().keyIdOf(acme.pair()));
      orgs.add(Samples.org("aaa-" + i).withAuthority(authority(copy)));
    }
    orgs.add(Samples.org("zzz").withAuthority(authority(acme)));
    world.orgs.replace(Snapshot.of(1, orgs));

    assertThat(world.caller(acme.device("dev-1", NOW)).org()).isEqualTo(new OrgId("zzz"));
  }

  @ParameterizedTest
  @CsvSource({"5,10", "1,20000"})
  void chain_tooLong_isRefused(int certificates, int bytes) {
    List<byte[]> chain = new ArrayList<>();
    for (int i = 0; i < certificates; i++) {
      chain.add(new byte[bytes]);
    }

    assertThatThrownBy(() -> ClientCertificate.of(chain)).isSameAs(ChainFlaw.TOO_LONG.refused());
  }

  @Test
  void anyBytes_areRefusedInWords() {
    registerBoth();
    byte[] good = acme.device("dev-1", NOW).chain().getFirst();
    Seeded.run(
        3000,
        random -> {
          byte[] bytes = random.nextBoolean() ? good.clone() : Seeded.bytes(random, 0, 400);
          for (int i = random.nextInt(1, 6); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
          }
          try {
            var answer = world.verifier.verify(ClientCertificate.of(List.of(bytes)));
            if (answer.failed()) {
              assertThat(answer.cause()).isInstanceOf(Refused.class);
            } else {
              assertThat(bytes).isEqualTo(good);
            }
          } catch (Refused e) {
            assertThat(e).isSameAs(ChainFlaw.MALFORMED.refused());
          }
        });
  }

  @Test
  void authority_thatCallsItselfByTheKeyIdOfOneWithout_hidesNobody() {
    TestAuthority unnamed =
        TestAuthority.root(draft("Acme Devices", NOW).authority().withoutKeyIds());
    TestAuthority copied =
        TestAuthority.root(draft("Acme Devices", NOW).authority().keyIdOf(unnamed.pair()));
    world.register("acme", authority(unnamed));
    ClientCertificate device = ClientCertificate.of(unnamed.device("dev-1", NOW).chain());
    assertThat(world.refusal(device)).isEqualTo("accepted");

    world.register("other", authority(copied));

    assertThat(world.caller(device).org()).isEqualTo(new OrgId("acme"));
  }

  @Test
  void fingerprint_oneKeyUnderTwoAlgorithms_isOne() throws GeneralSecurityException {
    KeyPair rsa = KeyPairs.rsa(2048);
    // SubjectPublicKeyInfo with id-RSASSA-PSS and no parameters (RFC 4055, section 1.2).
    byte[] info = rsa.getPublic().getEncoded();
    byte[] pss = Arrays.copyOf(info, info.length);
    pss[16] = 0x0a;
    byte[] without = new byte[pss.length - 2];
    System.arraycopy(pss, 0, without, 0, 17);
    System.arraycopy(pss, 19, without, 17, pss.length - 19);
    without[3] = (byte) (without[3] - 2);
    without[5] = (byte) (without[5] - 2);
    PublicKey other =
        KeyFactory.getInstance("RSASSA-PSS").generatePublic(new X509EncodedKeySpec(without));
    assertThat(other.getEncoded()).isNotEqualTo(info);

    X509Certificate one = parsed(draft("CA", NOW).authority().key(rsa));
    X509Certificate two =
        parsed(draft("CA", NOW).authority().key(new KeyPair(other, rsa.getPrivate())));

    assertThat(CertificateRules.weakKey(two)).isNull();
    assertThat(CertificateRules.fingerprint(two)).isEqualTo(CertificateRules.fingerprint(one));
  }

  private X509Certificate parsed(Draft draft) {
    return CertificateRules.parse(acme.issue(draft));
  }

  @Test
  void chain_withTwoWaysUp_isRefusedIfTheyLeadToTwoOrganisations() {
    registerBoth();
    TestAuthority line = acme.intermediate(draft("Line 1", NOW).authority());
    byte[] crossed = other.issue(draft("Line 1", NOW).authority().key(line.pair()));
    Device device = line.device("dev-1", NOW);

    assertThat(world.refusal(device.with(line.der()).with(crossed))).isEqualTo("AMBIGUOUS");
    assertThat(world.refusal(device.with(crossed).with(line.der()))).isEqualTo("AMBIGUOUS");
  }

  @Test
  void chain_overAnAuthorityForServersAlone_isRefused() {
    TestAuthority web =
        acme.intermediate(draft("Web", NOW).authority().purpose("2b06010505070301", false));
    TestAuthority both =
        acme.intermediate(draft("Both", NOW).authority().purpose("2b06010505070302", false));
    registerBoth();

    assertThat(world.refusal(web.device("dev-1", NOW).with(web.der()))).isEqualTo("PATH");
    assertThat(world.refusal(both.device("dev-1", NOW).with(both.der()))).isEqualTo("accepted");
  }

  /** Every policy of one certificate mapped to every one of the next: 12^4 ways (RFC 5280, 6.1). */
  @Test
  void chain_withPoliciesMappedToEachOther_costsLittle() {
    registerBoth();
    TestAuthority first = acme.intermediate(mapped("Line 1"));
    TestAuthority second = first.intermediate(mapped("Line 2"));
    TestAuthority third = second.intermediate(mapped("Line 3"));
    Device device =
        third
            .device(draft("dev-1", NOW).device().extension("551d20", false, policies()))
            .with(third.der())
            .with(second.der())
            .with(first.der());
    ClientCertificate certificate = ClientCertificate.of(device.chain());
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    world.refusal(device);

    long before = threads.getCurrentThreadAllocatedBytes();
    String answer = world.refusal(certificate);

    assertThat(answer).isEqualTo("accepted");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
  }

  private static Draft mapped(String name) {
    byte[][] pairs = new byte[POLICIES * POLICIES][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = TestAuthority.der(0x30, policy(i / POLICIES), policy(i % POLICIES));
    }
    return draft(name, NOW)
        .authority()
        .extension("551d20", false, policies())
        .extension("551d21", true, TestAuthority.der(0x30, pairs));
  }

  private static byte[] policies() {
    byte[][] all = new byte[POLICIES][];
    for (int i = 0; i < all.length; i++) {
      all[i] = TestAuthority.der(0x30, policy(i));
    }
    return TestAuthority.der(0x30, all);
  }

  private static byte[] policy(int number) {
    return TestAuthority.der(0x06, new byte[] {0x2a, (byte) (number + 1)});
  }

  /** Each name is held against each constraint, and those against each other. */
  @Test
  void chain_withMoreNameConstraintsThanAnybodyNeeds_isRefused() {
    registerBoth();
    TestAuthority few = acme.intermediate(excluding("Line 1", 20));
    TestAuthority many = acme.intermediate(excluding("Line 2", 200));

    assertThat(world.refusal(few.device("dev-1", NOW).with(few.der()))).isEqualTo("accepted");
    assertThat(world.refusal(many.device("dev-1", NOW).with(many.der()))).isEqualTo("PATH");
    assertThat(CertificateRules.notAnAuthority(CertificateRules.parse(many.der())))
        .contains("nameConstraints");
    X509Certificate root = CertificateRules.parse(TestAuthority.root(excluding("Root", 200)).der());
    assertThat(CertificateRules.notAnAuthority(root)).contains("larger than 2 KiB");
  }

  private static Draft excluding(String name, int count) {
    byte[][] excluded = new byte[count][];
    for (int i = 0; i < count; i++) {
      byte[] host = ("host-" + i + ".test").getBytes(StandardCharsets.US_ASCII);
      excluded[i] = TestAuthority.der(0x30, TestAuthority.der(0x82, host));
    }
    byte[] value = TestAuthority.der(0x30, TestAuthority.der(0xa1, excluded));
    return draft(name, NOW).authority().extension("551d1e", true, value);
  }

  /** What the JDK answers with a RuntimeException. */
  @Test
  void chain_withNameConstraintsThatShareNoName_isRefused() {
    registerBoth();
    TestAuthority first = acme.intermediate(mailOf("Line 1", "a.test"));
    TestAuthority second = first.intermediate(mailOf("Line 2", "b.test"));

    Device device = second.device("dev-1", NOW).with(second.der()).with(first.der());

    assertThat(world.refusal(device)).isEqualTo("PATH");
  }

  private static Draft mailOf(String name, String host) {
    byte[] mail = TestAuthority.der(0x81, host.getBytes(StandardCharsets.US_ASCII));
    byte[] permitted = TestAuthority.der(0xa0, TestAuthority.der(0x30, mail));
    return draft(name, NOW)
        .authority()
        .extension("551d1e", true, TestAuthority.der(0x30, permitted));
  }
}
