package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Leases;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.PlainSecrets;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Secrets.Purpose;
import io.edgemint.backend.Verification;
import io.edgemint.objects.FakeS3.Wrong;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AbandonedUploadsTest {
  private static final Instant NOON = Instant.ofEpochSecond(PublishWorld.NOON);
  private static final Instant OLD = NOON.minus(Duration.ofDays(7).plusHours(1).plusSeconds(1));

  private final PublishWorld world = new PublishWorld();
  private final FakeS3 sick = new FakeS3();
  private final List<Org> orgs = new ArrayList<>();
  private final List<String> leased = new ArrayList<>();
  private int leases = Integer.MAX_VALUE;

  @AfterEach
  void close() {
    sick.close();
    world.close();
  }

  private void run() {
    new AbandonedUploads(
            () -> orgs,
            this::lease,
            world.sessions,
            world.outbound,
            Optional.of(world.defaultStorage()),
            Duration.ofDays(7),
            world.clock,
            "this process")
        .run();
  }

  private Leases.@Nullable Lease lease(String work, String holder, Duration time) {
    assertThat(time).isEqualTo(Duration.ofMinutes(10));
    leased.add(holder);
    return leased.size() > leases ? null : new Leases.Lease(work, holder, 1);
  }

  /** An organisation with a bucket of its own, in a storage that may be the sick one. */
  private void org(String id, FakeS3 s3, Backend.State state) {
    var secret =
        new PlainSecrets()
            .seal(
                "secret".getBytes(StandardCharsets.US_ASCII),
                Purpose.s3Secret(new OrgId(id), "prod"),
                1);
    S3Storage storage =
        new S3Storage(
            id + "-bucket",
            "eu-west-1",
            "p/",
            new S3Storage.Endpoint(s3.uri(), true),
            new S3Storage.Credentials.StaticKey("AKIDEXAMPLE", secret),
            new S3Storage.Encryption.BucketDefault(),
            Duration.ofMinutes(15),
            new TreeMap<>());
    orgs.add(
        Samples.org(
            id,
            new Backend(
                "prod", 1, state, storage, storage, Verification.VERIFIED, Verification.VERIFIED)));
  }

  @Test
  void run_uploadsOfAllAges_endsThoseThatAreTooOldAndOurs() {
    orgs.add(Samples.org("acme"));
    world.s3.begin("old", "bucket/orgs/acme/fw/a b+%.bin", OLD);
    world.s3.begin("young", "bucket/orgs/acme/fw/2.bin", OLD.plusSeconds(2));
    world.s3.begin("foreign", "bucket/other/fw/3.bin", OLD);

    run();

    assertThat(world.s3.uploads).containsOnlyKeys("young", "foreign");
    assertThat(world.s3.seen).contains("abort bucket/orgs/acme/fw/a b+%.bin");
    world.clock.pass(Duration.ofSeconds(3));
    run();
    assertThat(world.s3.uploads).containsOnlyKeys("foreign");
  }

  @Test
  void run_replacedBackend_isSweptAndADraftIsNot() {
    org("acme", world.s3, Backend.State.REPLACED);
    org("other", world.s3, Backend.State.DRAFT);
    world.s3.begin("replaced", "acme-bucket/p/fw/1.bin", OLD);
    world.s3.begin("draft", "other-bucket/p/fw/1.bin", OLD);

    run();

    assertThat(world.s3.uploads).containsOnlyKeys("draft");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no XML",
        "<x/>",
        "<!DOCTYPE x [<!ENTITY e 'e'>]><ListMultipartUploadsResult/>",
        "<ListMultipartUploadsResult><EncodingType>url</EncodingType><Upload><Key>p/%zz</Key></Upload></ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult><Upload><Key>p/a</Key><UploadId>u</UploadId><Initiated>?</Initiated></Upload></ListMultipartUploadsResult>",
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>p/a</NextKeyMarker></ListMultipartUploadsResult>"
      })
  void run_storageThatAnswersNonsense_holdsNoOther(String nonsense) {
    org("acme", sick, Backend.State.ACTIVE);
    org("other", world.s3, Backend.State.ACTIVE);
    sick.fault = what -> new Wrong(200, nonsense);
    world.s3.begin("old", "other-bucket/p/fw/1.bin", OLD);

    run();

    assertThat(world.s3.uploads).isEmpty();
    assertThat(sick.count("uploads")).isBetween(1L, 10L);
    assertThat(sick.count("abort")).isZero();
  }

  @Test
  void run_storageThatTakesItsTime_isLeftAfterAWhileAndGoneOnWithTheNextTime() {
    org("acme", sick, Backend.State.ACTIVE);
    org("other", world.s3, Backend.State.ACTIVE);
    for (int i = 0; i < 6; i++) {
      sick.begin("old" + i, "acme-bucket/p/fw/" + i, OLD);
    }
    world.s3.begin("old", "other-bucket/p/fw/1.bin", OLD);
    sick.fault =
        what -> {
          if (what.equals("abort")) {
            world.clock.pass(Duration.ofMinutes(2));
          }
          return null;
        };

    run();

    assertThat(sick.uploads).as("more than five minutes are three of them").hasSize(3);
    assertThat(world.s3.uploads).isEmpty();
    run();
    assertThat(sick.uploads).isEmpty();
  }

  @Test
  void run_workOfAnotherGateway_isLeftToIt() {
    org("acme", world.s3, Backend.State.ACTIVE);
    org("other", world.s3, Backend.State.ACTIVE);
    world.s3.begin("first", "acme-bucket/p/fw/1.bin", OLD);
    world.s3.begin("second", "other-bucket/p/fw/1.bin", OLD);
    leases = 0;

    run();
    assertThat(world.s3.seen).isEmpty();

    // Taken away in the middle: the place before default storage is still this one's.
    leased.clear();
    leases = 1;
    run();
    assertThat(world.s3.uploads).containsOnlyKeys("second");
    assertThat(leased).hasSize(2).containsOnly("this process");
  }

  @Test
  void run_pageThatEndsAtAnOddName_goesOnThere() {
    orgs.add(Samples.org("acme"));
    world.s3.fault =
        what ->
            what.equals("uploads") && world.s3.count("uploads") == 1
                ? new Wrong(
                    200,
                    "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextKeyMarker>orgs/acme/a+b%2Bc</NextKeyMarker></ListMultipartUploadsResult>")
                : null;

    run();

    assertThat(world.s3.markers).containsExactly("", "orgs/acme/a b+c");
  }
}
