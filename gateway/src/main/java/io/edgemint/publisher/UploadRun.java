package io.edgemint.publisher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run of one upload: read, begin or resume, send, complete. */
final class UploadRun {
  /** How often parts that the gateway misses are sent again. */
  private static final int MOST_ROUNDS = 3;

  private final GatewayClient gateway;
  private final Journal journal;
  private final PartSender sender;
  private final String place;
  private final Order order;
  private final Source source;
  private final Progress progress;
  private String sha256 = "";

  UploadRun(
      GatewayClient gateway,
      Journal journal,
      PartSender sender,
      String place,
      Order order,
      Source source,
      Progress progress) {
    this.gateway = gateway;
    this.journal = journal;
    this.sender = sender;
    this.place = place;
    this.order = order;
    this.source = source;
    this.progress = progress;
  }

  Published upload(boolean afresh) throws IOException, InterruptedException {
    progress.begin(Progress.Step.READING, source.size(), 0);
    sha256 = Digest.of(source, 0, source.size(), progress::moved);
    source.checkUnchanged();
    Journal.Entry begun = earlier(afresh);
    try {
      return begun == null ? begin() : resume(begun);
    } catch (UploadGone e) {
      progress.note("the upload that was begun is not known any more; beginning anew");
      forgetAll();
    }
    try {
      return begin();
    } catch (UploadGone e) {
      throw new PublishingFailed("the upload was ended twice while it was sent");
    }
  }

  /** What an earlier run began of the same bytes; what it began of others is ended. */
  private Journal.@Nullable Entry earlier(boolean afresh) throws IOException, InterruptedException {
    Journal.Entry same = null;
    for (Journal.Entry entry : journal.find(place, source.name())) {
      if (!afresh && same == null && entry.isOfSameBytes(entry(""))) {
        same = entry;
      } else {
        progress.note(
            afresh
                ? "ending the upload that was begun before"
                : "ending an upload that was begun before " + source.name() + " changed");
        gateway.end(entry.uploadId(), entry.size(), progress);
        journal.forget(entry);
      }
    }
    return same;
  }

  private Journal.Entry entry(String uploadId) {
    return new Journal.Entry(
        place, source.name(), source.edition(), source.size(), sha256, uploadId);
  }

  private void forgetAll() throws IOException {
    for (Journal.Entry entry : journal.find(place, source.name())) {
      journal.forget(entry);
    }
  }

  private Published begin() throws IOException, InterruptedException, UploadGone {
    GatewayClient.Answer answer = gateway.begin(order, source, sha256, progress);
    if (answer.code().equals("object_exists")) {
      return alreadyThere(Answers.facts(answer.body()));
    }
    Plan plan = gateway.plan(answer, source.size());
    journal.keep(entry(plan.id()));
    return finish(plan, IntStream.rangeClosed(1, plan.parts().count()).boxed().toList());
  }

  private Published resume(Journal.Entry begun)
      throws IOException, InterruptedException, UploadGone {
    Plan plan = gateway.missing(begun.uploadId(), 1, source.size(), progress);
    List<Integer> missing = allMissing(plan);
    progress.note(
        "resuming: %d of %d parts are to be sent".formatted(missing.size(), plan.parts().count()));
    return finish(plan, missing);
  }

  private List<Integer> allMissing(Plan first) throws InterruptedException, UploadGone {
    List<Integer> missing = new ArrayList<>(first.missing());
    Integer next = first.next();
    while (next != null) {
      Plan page = gateway.missing(first.id(), next, source.size(), progress);
      missing.addAll(page.missing());
      Integer after = page.next();
      if (after != null && after <= next) {
        throw new PublishingFailed("the gateway's pages of missing parts do not end");
      }
      next = after;
    }
    return missing;
  }

  private Published finish(Plan plan, List<Integer> missing)
      throws IOException, InterruptedException, UploadGone {
    try {
      sender.send(plan, missing, sha256);
      source.checkUnchanged();
    } catch (SourceChanged e) {
      end(plan);
      throw new PublishingFailed(
          e.getMessage()
              + "; the upload is ended, run the command again once nothing writes to it");
    }
    for (int round = 1; ; round++) {
      GatewayClient.Answer answer = gateway.complete(plan.id(), progress);
      switch (answer.code()) {
        case "upload_incomplete" -> {
          if (round == MOST_ROUNDS) {
            GatewayClient.ok(answer);
          }
          Plan now = gateway.missing(plan.id(), 1, source.size(), progress);
          sender.send(now, allMissing(now), sha256);
        }
        case "upload_unknown", "object_exists" -> {
          return completedBefore(answer);
        }
        case "upload_mismatch" -> {
          end(plan);
          GatewayClient.ok(answer);
        }
        default -> {
          return confirmed(GatewayClient.ok(answer));
        }
      }
    }
  }

  private void end(Plan plan) throws IOException, InterruptedException {
    gateway.abort(plan.id(), progress);
    forgetAll();
  }

  private Published confirmed(JsonNode body) throws IOException {
    Answers.Facts facts = Answers.facts(body);
    forgetAll();
    if (facts == null || !facts.are(source.size(), sha256)) {
      throw new PublishingFailed(
          "the gateway confirms an object of other bytes under %s than the %d with SHA-256 %s"
              .formatted(order.key(), source.size(), sha256));
    }
    return new Published(order.key(), source.size(), sha256, false);
  }

  /** The answer to an earlier call may have been lost on its way. */
  private Published completedBefore(GatewayClient.Answer answer)
      throws IOException, InterruptedException, UploadGone {
    Answers.Facts facts = Answers.facts(answer.body());
    if (facts == null) {
      facts = known();
    }
    if (facts != null && facts.are(source.size(), sha256)) {
      forgetAll();
      return new Published(order.key(), source.size(), sha256, false);
    }
    if (answer.code().equals("upload_unknown")) {
      throw new UploadGone();
    }
    throw exists(facts);
  }

  private Published alreadyThere(Answers.@Nullable Facts told)
      throws IOException, InterruptedException {
    Answers.Facts facts = told == null ? known() : told;
    if (facts == null || !facts.are(source.size(), sha256)) {
      throw exists(facts);
    }
    forgetAll();
    return new Published(order.key(), source.size(), sha256, true);
  }

  /** A gateway tells the facts of the organisation's own objects alone, not of a destination's. */
  private Answers.@Nullable Facts known() throws InterruptedException {
    return order.more().isEmpty() ? gateway.facts(order.key(), progress) : null;
  }

  private PublishingFailed exists(Answers.@Nullable Facts facts) {
    String known =
        facts == null
            ? "the gateway does not tell its size and digest to this token"
            : facts.sha256() == null
                ? "%d bytes whose digest is not known yet".formatted(facts.size())
                : "%d bytes with SHA-256 %s".formatted(facts.size(), facts.sha256());
    return new PublishingFailed(
        "there is an object of that key already (%s), and objects are never overwritten;"
                .formatted(known)
            + " upload under another key, or 'edgemint delete "
            + order.key()
            + "' first",
        "object_exists",
        false);
  }
}
