package io.edgemint.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Entitlement;
import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.backend.Revocations;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final ObjectKey FIRMWARE = (ObjectKey) ObjectKey.of("fw/a.bin");
  private static final ObjectKey SECRET = (ObjectKey) ObjectKey.of("secret/a.bin");

  private static Caller caller(@Nullable Entitlement entitlement) {
    return new Caller(World.ISS, "device-1", World.ACME, Set.of(), entitlement, 1);
  }

  private static Org org(Entitlement entitlement, Revocations revocations) {
    Policy policy = new Policy(entitlement, Set.of(), false);
    return new Org(World.ACME, 1, policy, revocations, List.of(), List.of());
  }

  private static Entitlement to(String... prefixes) {
    return new Entitlement(List.of(prefixes));
  }

  private static @Nullable Refusal refusal(@Nullable Refused refused) {
    return refused == null ? null : refused.refusal();
  }

  @Test
  void check_tokenSaysNothing_orgDecides() {
    Org org = org(to("fw/"), Revocations.NONE);

    assertThat(Access.check(caller(null), org, FIRMWARE)).isNull();
    assertThat(refusal(Access.check(caller(null), org, SECRET)))
        .isEqualTo(Refusal.KEY_NOT_ENTITLED);
    assertThat(refusal(Access.check(caller(null), org(to(), Revocations.NONE), FIRMWARE)))
        .isEqualTo(Refusal.KEY_NOT_ENTITLED);
  }

  @Test
  void check_tokenNamesKeys_orgIsNotAsked() {
    Org org = org(to("fw/"), Revocations.NONE);

    assertThat(Access.check(caller(to("secret/")), org, SECRET)).isNull();
    assertThat(refusal(Access.check(caller(to("secret/")), org, FIRMWARE)))
        .isEqualTo(Refusal.KEY_NOT_ENTITLED);
    assertThat(refusal(Access.check(caller(Entitlement.NONE), org, FIRMWARE)))
        .isEqualTo(Refusal.KEY_NOT_ENTITLED);
  }

  @Test
  void check_revoked_comesBeforeNotEntitled() {
    for (Revocations revocations :
        List.of(
            new Revocations(true, Set.of(), List.of()),
            new Revocations(false, Set.of("device-1"), List.of()),
            new Revocations(false, Set.of(), List.of("fw/", "secret/")))) {
      Org org = org(to("fw/"), revocations);

      assertThat(refusal(Access.check(caller(null), org, FIRMWARE))).isEqualTo(Refusal.REVOKED);
      assertThat(refusal(Access.check(caller(null), org, SECRET))).isEqualTo(Refusal.REVOKED);
    }
  }

  @Test
  void check_otherIsRevoked_isAllowed() {
    Org org = org(to("fw/"), new Revocations(false, Set.of("device-2"), List.of("fw/b")));

    assertThat(Access.check(caller(null), org, FIRMWARE)).isNull();
  }

  @Test
  void check_recordOfAnotherOrg_isAFault() {
    Caller stranger =
        new Caller(World.ISS, "device-1", new OrgId("bolt"), Set.of(), to(""), Long.MAX_VALUE);
    Org org = org(to(""), Revocations.NONE);

    assertThatThrownBy(() -> Access.check(stranger, org, FIRMWARE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("acme", "bolt");
  }
}
