package io.edgemint.loadtest;

import static java.util.Objects.requireNonNull;

import io.edgemint.loadtest.Site.Storage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.JWTAuthHandler;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.BiFunction;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;
import software.amazon.awssdk.services.cloudfront.model.CannedSignerRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The service that a user would write with Vert.x and the AWS SDK: it verifies the token and signs
 * a link for every request. It has the gateway's cryptography and one event loop, and none of its
 * limits, checks, errors and counters.
 */
final class BaselineServer {
  private BaselineServer() {}

  /** Takes the folder of a {@link Site}, and which {@link Storage} it has. */
  public static void main(String[] args) throws Exception {
    Sample.crypto();
    Path folder = Path.of(args[0]);
    Vertx vertx = BareServer.oneLoop();
    JWTAuth tokens =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(
                    new PubSecKeyOptions()
                        .setAlgorithm("ES256")
                        .setBuffer(vertx.fileSystem().readFileBlocking(folder + "/issuer.pem")))
                .setJWTOptions(new JWTOptions().setIssuer(Site.ISSUER).addAudience(Site.AUDIENCE)));
    BiFunction<String, Instant, String> signer =
        Storage.valueOf(args[1]) == Storage.S3 ? s3() : cloudFront(folder.resolve("signing.pem"));
    Router router = Router.router(vertx);
    router
        .get("/v1/links/*")
        .handler(JWTAuthHandler.create(tokens))
        .handler(context -> answer(context, signer));
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(router)
            .listen()
            .await();
    Child.serve(server.actualPort());
    vertx.close().await();
  }

  private static BiFunction<String, Instant, String> cloudFront(Path pem) throws Exception {
    CloudFrontUtilities utilities = CloudFrontUtilities.create();
    PrivateKey key = CannedSignerRequest.builder().privateKey(pem).build().privateKey();
    return (object, until) ->
        utilities
            .getSignedUrlWithCannedPolicy(
                CannedSignerRequest.builder()
                    .resourceUrl("https://d111111abcdef8.cloudfront.net/acme/" + object)
                    .privateKey(key)
                    .keyPairId("K2JCJMDEHXQW5F")
                    .expirationDate(until)
                    .build())
            .url();
  }

  private static BiFunction<String, Instant, String> s3() {
    S3Presigner presigner =
        S3Presigner.builder()
            .region(Region.of(Sample.REGION))
            .credentialsProvider(StaticCredentialsProvider.create(Sample.SESSION))
            .build();
    return (object, until) ->
        presigner
            .presignGetObject(
                presign ->
                    presign
                        .signatureDuration(Sample.TTL)
                        .getObjectRequest(get -> get.bucket(Sample.BUCKET).key("acme/" + object)))
            .url()
            .toString();
  }

  private static void answer(RoutingContext context, BiFunction<String, Instant, String> signer) {
    String object = requireNonNull(context.request().path()).substring("/v1/links/".length());
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    Instant until = now.plus(Sample.TTL);
    Buffer body =
        new JsonObject()
            .put("url", signer.apply(object, until))
            .put("method", "GET")
            .put("expires_at", until.toString())
            .put("expires_in", Sample.TTL.toSeconds())
            .put("server_time", now.toString())
            .toBuffer();
    context
        .response()
        .putHeader("content-type", "application/json")
        .putHeader("cache-control", "no-store")
        .end(body);
  }
}
