package io.edgemint.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayClientTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://gateway.example.com",
        "https://gateway.example.com:8443/",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://127.9.0.1",
        "http://[::1]:8080"
      })
  void checked_goodAddress_isTaken(String address) {
    assertThat(GatewayClient.checked(address, false).toString()).doesNotEndWith("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://gateway.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "HTTP://10.0.0.1:8080"
      })
  void checked_clearTextBeyondThisMachine_isRefusedUntilAllowed(String address) {
    assertThatThrownBy(() -> GatewayClient.checked(address, false))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("clear text")
        .hasMessageContaining("--insecure-http");
    assertThat(GatewayClient.checked(address, true)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gateway.example.com",
        "ftp://gateway.example.com",
        "https://",
        "https://u:secret@gateway.example.com",
        "https://gateway.example.com?token=secret",
        "https://bad host/secret"
      })
  void checked_noAddress_isRefusedWithoutShowingIt(String address) {
    assertThatThrownBy(() -> GatewayClient.checked(address, true))
        .isInstanceOf(PublishingFailed.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void list_severalPages_givesEveryKeyOnce() throws Exception {
    try (FakeWorld world = new FakeWorld()) {
      for (int i = 0; i < 8; i++) {
        world.objects.put("fw/" + i, new byte[i]);
      }
      world.objects.put("other", new byte[1]);
      GatewayClient client = GatewayClient.of(world.address(), () -> "good", false);
      List<String> keys = new ArrayList<>();
      String next = null;
      do {
        GatewayClient.Page page = client.list("fw/", next, new Told());
        page.objects().forEach(object -> keys.add(object.key() + "=" + object.size()));
        next = page.next();
      } while (next != null);

      assertThat(keys)
          .containsExactly(
              "fw/0=0", "fw/1=1", "fw/2=2", "fw/3=3", "fw/4=4", "fw/5=5", "fw/6=6", "fw/7=7");
    }
  }

  @Test
  void delete_knownAndUnknown_areToldApart() throws Exception {
    try (FakeWorld world = new FakeWorld()) {
      world.objects.put("fw/a", new byte[1]);
      GatewayClient client = GatewayClient.of(world.address(), () -> "good", false);

      assertThat(client.delete("fw/a", new Told())).isTrue();
      assertThat(client.delete("fw/a", new Told())).isFalse();
      assertThat(world.objects).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fw/b", "fw/a"})
  void list_pagesThatDoNotGoOn_endWithAFailure(String next) throws Exception {
    try (FakeWorld world = new FakeWorld()) {
      world.gatewayFault =
          (exchange, what) -> {
            FakeWorld.answer(exchange, 200, new JsonMapper().createObjectNode().put("next", next));
            return true;
          };
      GatewayClient client = GatewayClient.of(world.address(), () -> "good", false);

      assertThatThrownBy(() -> client.list("fw/", "fw/b", new Told()))
          .isInstanceOf(PublishingFailed.class)
          .hasMessageContaining("do not end");
    }
  }
}
