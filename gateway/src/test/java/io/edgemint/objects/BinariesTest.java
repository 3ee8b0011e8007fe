package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.Seeded;
import io.edgemint.backend.Org;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Snapshot;
import io.edgemint.bucket.Listing;
import io.edgemint.caller.Caller;
import io.edgemint.objects.FakeS3.Wrong;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinariesTest {
  private static final Org ORG = Samples.org("acme");

  private final PublishWorld world = new PublishWorld();
  private final Binaries binaries = world.node.binaries();

  @AfterEach
  void close() {
    world.close();
  }

  private void add(String... keys) {
    for (String key : keys) {
      world.s3.add(PublishWorld.path(key), key);
    }
  }

  private static List<String> keys(Binaries.Page page) {
    return page.objects().stream().map(Binaries.Binary::key).toList();
  }

  private void answers(String list) {
    world.s3.fault = what -> what.equals("list") ? new Wrong(200, list) : null;
  }

  @ParameterizedTest
  @CsvSource({
    "'', fw/|app/, app/|fw/",
    "fw/, fw/|app/, fw/",
    "fw/1/, fw/, fw/1/",
    "fw, fw/1/|fw/2/, fw/1/|fw/2/",
    "'', fw/|fw/1/|fw/, fw/",
    "'', fw/1|fw/10|fw/2, fw/1|fw/2",
    "other/, fw/, ''"
  })
  void ranges_prefixAndEntitlement_meetOnce(String prefix, String entitled, String expected) {
    Caller caller = PublishWorld.caller(entitled.split("\\|", -1));

    assertThat(String.join("|", Binaries.ranges(caller, ORG, prefix))).isEqualTo(expected);
  }

  @Test
  void list_anyPrefixesAndLimits_bringsEachKeyOnceInOrder() {
    Seeded.run(
        30,
        random -> {
          world.s3.objects.clear();
          List<String> parts = List.of("a", "b/", "ü", "+ %", "z😀", "c/d");
          TreeSet<String> all = new TreeSet<>(Listing::compare);
          for (int i = 0; i < 12; i++) {
            all.add(
                "k" + Seeded.pick(random, parts) + Seeded.pick(random, parts) + random.nextInt(3));
          }
          add(all.toArray(String[]::new));
          String[] entitled = {
            "k" + Seeded.pick(random, parts), "k" + Seeded.pick(random, parts), "ka"
          };
          Caller caller = PublishWorld.caller(entitled);
          String prefix = random.nextBoolean() ? "" : "k" + Seeded.pick(random, parts);
          int limit = 1 + random.nextInt(4);

          List<String> listed = new ArrayList<>();
          String after = null;
          do {
            Binaries.Page page = binaries.list(caller, prefix, after, limit);
            assertThat(page.objects().size()).isLessThanOrEqualTo(limit);
            listed.addAll(keys(page));
            after = page.next();
          } while (after != null);

          assertThat(listed)
              .containsExactlyElementsOf(
                  all.stream()
                      .filter(key -> key.startsWith(prefix))
                      .filter(key -> List.of(entitled).stream().anyMatch(key::startsWith))
                      .toList());
        });
  }

  @Test
  void list_whatNobodyCouldAskFor_isLeftOut() {
    add("fw/1.bin", "edgemint-probe/x", "fw//2.bin", "fw/%41.bin");
    world.s3.add("bucket/orgs/acme2/fw/3.bin", "another organisation's");

    assertThat(keys(binaries.list(PublishWorld.caller(), "", null, 1000)))
        .containsExactly("fw/1.bin");
  }

  @Test
  void list_keysThatWereRevoked_areLeftOut() {
    add("fw/bad/1.bin", "fw/good/1.bin");
    var revoked = new Revocations(false, Set.of(), List.of("fw/bad/"));
    world.orgs.replace(Snapshot.of(9, List.of(Samples.org("acme").withRevocations(revoked))));

    assertThat(keys(binaries.list(PublishWorld.caller(), "", null, 1000)))
        .containsExactly("fw/good/1.bin");
  }

  @ParameterizedTest
  @CsvSource({
    "<x/>, cannot list the objects",
    "none, cannot list the objects",
    "'<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>orgs/acme/%zz</Key></Contents></ListBucketResult>',"
        + " not percent-encoded"
  })
  void list_answerThatIsNone_isAClearRefusal(String answer, String why) {
    answers(answer);

    assertThatThrownBy(() -> binaries.list(PublishWorld.caller(), "", null, 10))
        .isInstanceOfSatisfying(
            Refused.class,
            it -> {
              assertThat(it.refusal()).isEqualTo(Refusal.BACKEND_UNAVAILABLE);
              assertThat(it.detail()).contains(why);
            });
  }

  @Test
  void list_sizeThatIsNoNumber_isNoFault() {
    answers(
        "<ListBucketResult><Contents><Key>orgs/acme/fw/1</Key><Size>much</Size></Contents></ListBucketResult>");

    assertThat(binaries.list(PublishWorld.caller(), "", null, 10).objects())
        .extracting(Binaries.Binary::size)
        .containsExactly(0L);
  }

  @Test
  void list_storageThatShowsTheSameForEver_ends() {
    answers(
        "<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>orgs/acme/fw/1</Key></Contents></ListBucketResult>");

    Binaries.Page page = binaries.list(PublishWorld.caller(), "", null, 10);

    assertThat(keys(page)).containsExactly("fw/1");
    assertThat(world.s3.count("list")).isEqualTo(2);
  }

  /** A caller that may see little in a large bucket gets pages that are empty, but lead on. */
  @Test
  void list_pagesFullOfWhatIsNotSeen_leadOn() {
    for (int i = 0; i < 150; i++) {
      add("fw//" + "%03d".formatted(i));
    }
    add("fw/z.bin");

    String after = null;
    List<String> seen = new ArrayList<>();
    int pages = 0;
    do {
      Binaries.Page page = page(after);
      seen.addAll(keys(page));
      after = page.next();
      pages++;
    } while (after != null);

    assertThat(seen).containsExactly("fw/z.bin");
    assertThat(pages).isGreaterThan(1);
  }

  private Binaries.Page page(@Nullable String after) {
    return binaries.list(PublishWorld.caller(), "", after, 1);
  }

  @Test
  void delete_storageThatIsBusy_isRefusedForNow() {
    add("fw/1.bin");
    world.s3.fault = what -> what.equals("delete") ? Wrong.code(503, "SlowDown") : null;

    assertThatThrownBy(() -> binaries.delete(PublishWorld.caller(), Samples.key("fw/1.bin")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("ask again");

    world.s3.fault = what -> null;
    binaries.delete(PublishWorld.caller(), Samples.key("fw/1.bin"));
    assertThat(world.s3.objects).isEmpty();
  }
}
