package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Backend.Standby;
import io.edgemint.backend.CloudFront;
import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Download;
import io.edgemint.backend.Entitlement;
import io.edgemint.backend.Issuer;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Policy;
import io.edgemint.backend.Revocation;
import io.edgemint.backend.Revocations;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Secrets;
import io.edgemint.config.Field;
import io.edgemint.config.Section;
import io.edgemint.credentials.SessionSettings;
import io.edgemint.signing.SigningKeys;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An organisation as a file describes it: what should be, without states and without what the
 * registry knows. Its secrets are sealed, freshly, the moment they are read.
 *
 * @param org the record, with every backend as a first draft
 * @param revokes whether the file speaks of revocations; if not, those that stand remain
 * @param generated keys that were made just now, as {@code backend/key}; they count only where none
 *     of that name stands yet
 */
public record OrgFile(Org org, boolean revokes, Set<String> generated) {
  /** Stands for an owner that could not be read, or that is the platform. */
  private static final OrgId UNNAMED = new OrgId("unnamed");

  /** Some reads of the registry: one that is late does not turn devices away. */
  private static final Duration LEAST_STALENESS = Duration.ofSeconds(10);

  /** Copies the set. */
  public OrgFile {
    generated = Set.copyOf(generated);
  }

  /** Reads one issuer of an organisation. */
  @FunctionalInterface
  public interface IssuerReader {
    /** The issuer, bound to the organisation. */
    Field<Issuer> read(Section section, OrgId org);
  }

  /** Reads organisation files and the settings of default storage. */
  public static final class Reader {
    private final S3Reader s3;
    private final CloudFrontReader cloudFront;
    private final IssuerReader issuers;

    /**
     * Seals what it reads.
     *
     * @param listed tells whether the operator listed a {@code host:port}, so that it may be
     *     reached without TLS
     * @param sessions which roles of the platform lead to those of organisations
     */
    public Reader(
        Secrets secrets,
        SigningKeys keys,
        IssuerReader issuers,
        Predicate<String> listed,
        SessionSettings sessions) {
      this.s3 = new S3Reader(secrets, listed, sessions);
      this.cloudFront = new CloudFrontReader(secrets, keys, listed);
      this.issuers = issuers;
    }

    /** The root of an organisation's file. */
    public Field<OrgFile> read(Section root) {
      Field<OrgId> id = root.field("org", OrgId::new);
      // Secrets are bound to the id, so that without one there is nothing to seal them for.
      OrgId owner = OrgId.isWellFormed(root.string("org", "")) ? id.get() : UNNAMED;
      Field<OrgFile> file = read(root, owner);
      return root.build(
          () -> {
            id.get();
            return file.get();
          });
    }

    /** What a file says of an organisation, whose id stands elsewhere. */
    public Field<OrgFile> read(Section root, OrgId id) {
      Set<String> generated = new HashSet<>();
      Field<Policy> policy = policy(root.section("policy"));
      Field<Revocations> revocations = revocations(root.section("revocations"));
      List<Field<Issuer>> own =
          root.sections("issuers").stream().map(issuer -> issuers.read(issuer, id)).toList();
      List<Field<Backend>> backends =
          root.sections("backends").stream()
              .map(
                  backend ->
                      backend(
                          backend,
                          id,
                          backend.field("name", text -> text),
                          backend.string("name", ""),
                          generated))
              .toList();
      List<Field<Destination>> destinations =
          root.sections("destinations").stream()
              .map(destination -> destination(destination, id))
              .toList();
      return root.build(
          () -> {
            Org org =
                new Org(
                    id,
                    0,
                    policy.get(),
                    revocations.get(),
                    own.stream().map(Field::get).toList(),
                    backends.stream().map(Field::get).toList(),
                    List.of(),
                    destinations.stream().map(Field::get).toList());
            checkRegions(org);
            checkIssuers(org);
            return new OrgFile(org, root.has("revocations"), generated);
          });
    }

    /** What a file says of one backend, whose organisation and name stand elsewhere. */
    public Field<OrgFile> readBackend(Section root, Org standing, String name) {
      Set<String> generated = new HashSet<>();
      Field<Backend> backend =
          backend(root, standing.id(), root.build(() -> name), name, generated);
      return root.build(
          () -> {
            Org org =
                new Org(
                    standing.id(),
                    0,
                    standing.policy(),
                    standing.revocations(),
                    standing.issuers(),
                    List.of(backend.get()),
                    List.of(),
                    standing.destinations());
            checkRegions(org);
            return new OrgFile(org, false, generated);
          });
    }

    /** The section {@code default_storage} of the gateway's settings; empty if it is absent. */
    public Field<Optional<DefaultStorage>> defaultStorage(Section root) {
      if (!root.has("default_storage")) {
        return root.build(Optional::empty);
      }
      Section section = root.section("default_storage");
      boolean checks = section.flag("check_objects", false);
      if (section.has("cloudfront")) {
        Field<String> region = section.field("region", text -> text);
        Field<CloudFront> cdn =
            cloudFront.read(
                section.section("cloudfront"), UNNAMED, DefaultStorage.NAME, new HashSet<>());
        Field<Optional<S3Storage>> upload = uploadBehind(section);
        return section.build(
            () ->
                Optional.of(
                    new DefaultStorage(
                        cdn.get(), region.get(), upload.get().orElse(null), checks)));
      }
      Field<S3Storage> bucket = s3.read(section.section("s3"), UNNAMED, DefaultStorage.NAME, true);
      return section.build(
          () ->
              Optional.of(
                  new DefaultStorage(bucket.get(), bucket.get().region(), bucket.get(), checks)));
    }

    /** The bucket behind a distribution of default storage, if publishers write there. */
    private Field<Optional<S3Storage>> uploadBehind(Section section) {
      if (!section.has("upload")) {
        return section.build(Optional::empty);
      }
      Field<S3Storage> upload =
          s3.read(section.section("upload").section("s3"), UNNAMED, DefaultStorage.NAME, true);
      return section.build(() -> Optional.of(upload.get()));
    }

    private Field<Backend> backend(
        Section section, OrgId org, Field<String> name, String owner, Set<String> generated) {
      Field<S3Storage> upload = s3.read(section.section("upload").section("s3"), org, owner, false);
      Field<? extends Download> download =
          section.has("download")
              ? download(section.section("download"), org, owner, generated)
              : upload;
      Field<Optional<Standby>> standby = standby(section);
      boolean checkObjects = section.flag("check_objects", false);
      return section.build(
          () -> {
            Backend draft = Backend.draft(name.get(), 1, upload.get(), download.get());
            return draft
                .withStandby(checked(standby.get().orElse(null), draft))
                .withObjects(Backend.Objects.NONE.withChecked(checkObjects));
          });
    }

    private Field<Destination> destination(Section section, OrgId org) {
      Field<String> name = section.field("name", text -> text);
      Field<S3Storage> storage =
          s3.read(section.section("s3"), org, section.string("name", ""), false);
      return section.build(() -> Destination.draft(name.get(), 1, storage.get()));
    }

    private static Field<Optional<Standby>> standby(Section backend) {
      if (!backend.has("standby")) {
        return backend.build(Optional::empty);
      }
      Section section = backend.section("standby");
      Field<String> bucket = section.field("bucket", S3Reader::bucket);
      Field<String> region = section.field("region", S3Reader::region);
      boolean automatic = section.flag("automatic", false);
      return section.build(() -> Optional.of(new Standby(bucket.get(), region.get(), automatic)));
    }

    /** What the first bucket's credentials or address cannot lead to is told at once. */
    private static @Nullable Standby checked(@Nullable Standby standby, Backend draft) {
      if (standby != null && draft.download() instanceof S3Storage s3) {
        S3Reader.check(s3.in(standby.bucket(), standby.region()));
      }
      return standby;
    }

    private Field<? extends Download> download(
        Section section, OrgId org, String backend, Set<String> generated) {
      if (section.has("s3") == section.has("cloudfront")) {
        section.problem("s3", "write either 's3: {...}' or 'cloudfront: {...}'");
      }
      return section.has("cloudfront")
          ? cloudFront.read(section.section("cloudfront"), org, backend, generated)
          : s3.read(section.section("s3"), org, backend, false);
    }

    private static Field<Policy> policy(Section section) {
      if (!section.has("entitlement")) {
        section.problem(
            "entitlement", "is missing; list the key prefixes that devices may read ('' for all)");
      }
      Field<List<String>> prefixes = section.list("entitlement", text -> text);
      Field<List<String>> regions = section.list("allowed_regions", S3Reader::region);
      boolean tokenLimited = section.flag("token_limited", false);
      boolean replaceObjects = section.flag("replace_objects", false);
      WhenFailing whenFailing = section.oneOf("when_failing", WhenFailing.HOLD);
      Duration maxStaleness =
          section.has("max_staleness")
              ? section.duration(
                  "max_staleness", LEAST_STALENESS, LEAST_STALENESS, Duration.ofDays(30))
              : null;
      return section.build(
          () ->
              new Policy(
                  new Entitlement(prefixes.get()),
                  new HashSet<>(regions.get()),
                  tokenLimited,
                  whenFailing == WhenFailing.REFUSE,
                  maxStaleness,
                  replaceObjects));
    }

    private enum WhenFailing {
      HOLD,
      REFUSE
    }

    private static Field<Revocations> revocations(Section section) {
      boolean everything = section.flag("everything", false);
      Field<List<String>> subjects =
          section.list("subjects", text -> new Revocation.Subject(text).subject());
      Field<List<String>> prefixes =
          section.list("key_prefixes", text -> new Revocation.KeyPrefix(text).prefix());
      return section.build(
          () ->
              new Revocations(everything, new HashSet<>(subjects.get()), prefixes.get())
                  .requireBounded());
    }

    private static void checkIssuers(Org org) {
      long names = org.issuers().stream().map(Issuer::iss).distinct().count();
      if (names != org.issuers().size()) {
        throw new IllegalArgumentException("two issuers have the same 'issuer'; keep one");
      }
    }

    private static void checkRegions(Org org) {
      for (Backend backend : org.backends()) {
        if (!org.policy().allows(backend)) {
          throw new IllegalArgumentException(
              "backend '"
                  + backend.name()
                  + "' lies in a region that policy.allowed_regions does not list");
        }
      }
      for (Destination destination : org.destinations()) {
        if (!org.policy().allows(destination.storage().region())) {
          throw new IllegalArgumentException(
              "destination '"
                  + destination.name()
                  + "' lies in a region that policy.allowed_regions does not list");
        }
      }
    }
  }
}
