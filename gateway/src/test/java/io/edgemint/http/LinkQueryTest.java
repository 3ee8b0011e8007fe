package io.edgemint.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.edgemint.Seeded;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.signing.LinkAsk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkQueryTest {
  @Test
  void parse_nothing_asksForNothing() {
    assertThat(LinkQuery.parse(null)).isSameAs(LinkAsk.ANY);
    assertThat(LinkQuery.parse("")).isSameAs(LinkAsk.ANY);
  }

  @Test
  void parse_everyParameter_isTaken() {
    LinkAsk ask = LinkQuery.parse("max_url_bytes=512&ttl=60&version=3HL4kqtJ.x_-");
    assertThat(ask).isEqualTo(new LinkAsk(60, "3HL4kqtJ.x_-", 512, Long.MAX_VALUE));
    assertThat(LinkQuery.parse("ttl=604800").ttl()).isEqualTo(604_800);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ttl=59",
        "ttl=604801",
        "ttl=",
        "ttl=-60",
        "ttl=6e1",
        "ttl=60.0",
        "ttl=0x3c",
        "ttl=+60",
        "ttl=9999999999",
        "ttl=%36%30",
        "ttl= 60",
        "ttl=60;version=a",
        "ttl=٦٠",
        "ttl"
      })
  void parse_lifeThatIsNone_isOutOfRange(String query) {
    assertThat(refusal(query)).isEqualTo(Refusal.TTL_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ttl=60&ttl=60",
        "ttl=60&",
        "&ttl=60",
        "&",
        "=",
        "org=globex",
        "ttl=60&org=globex",
        "TTL=60",
        "t%74l=60",
        "version=",
        "version=a/b",
        "version=a%2Fb",
        "version=a&version=b",
        "version=a b",
        "version=ü",
        "max_url_bytes=",
        "max_url_bytes=1k",
        "max_url_bytes=1&max_url_bytes=1",
        "X-Amz-Expires=1",
        "Expires=1",
        "key=other",
        "path=/v1/links/other"
      })
  void parse_anythingElse_isRefused(String query) {
    assertThat(refusal(query)).isEqualTo(Refusal.REQUEST_INVALID);
  }

  @Test
  void parse_randomText_givesAskOrRefusal() {
    Seeded.run(
        20_000,
        random -> {
          String query = Seeded.string(random, "ttlversonmax_urby=&0123456789%;+", 0, 24);
          try {
            LinkAsk ask = LinkQuery.parse(query);
            assertThat(ask.ttl() == Long.MAX_VALUE || ask.ttl() >= 60).isTrue();
          } catch (Refused e) {
            assertThat(e.getStackTrace()).isEmpty();
          }
        });
  }

  private static Refusal refusal(String query) {
    Refused[] caught = new Refused[1];
    assertThatExceptionOfType(Refused.class)
        .isThrownBy(() -> LinkQuery.parse(query))
        .satisfies(e -> caught[0] = e);
    return caught[0].refusal();
  }
}
