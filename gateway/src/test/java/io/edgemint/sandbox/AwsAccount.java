package io.edgemint.sandbox;

import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;

/** An account of the {@link RadosWorld}, and its owner, who has written no policy for himself. */
public final class AwsAccount implements AutoCloseable {
  private final RadosWorld world;
  private final String id;
  private final AwsKey key;
  private final S3Client s3;
  private final IamClient iam;

  AwsAccount(RadosWorld world, String id, AwsKey key) {
    this.world = world;
    this.id = id;
    this.key = key;
    this.s3 = world.s3(key);
    this.iam = world.iam(key);
  }

  /** Its twelve digits. */
  public String id() {
    return id;
  }

  /** The owner's key. */
  public AwsKey key() {
    return key;
  }

  /** S3, asked by the owner. */
  public S3Client s3() {
    return s3;
  }

  /** IAM, asked by the owner. */
  public IamClient iam() {
    return iam;
  }

  /** The ARN of a user of the account. */
  public String userArn(String name) {
    return "arn:aws:iam::" + id + ":user/" + name;
  }

  /** The ARN of a role of the account, whether it exists or not. */
  public String roleArn(String name) {
    return "arn:aws:iam::" + id + ":role/" + name;
  }

  /**
   * Makes a role from policy documents as a customer has them, in JSON.
   *
   * @param trust who may assume it
   * @param permissions what it may do
   * @return its ARN
   */
  public String addRole(String name, String trust, String permissions) {
    iam.createRole(role -> role.roleName(name).assumeRolePolicyDocument(trust));
    putPermissions(name, "permissions", permissions);
    return roleArn(name);
  }

  /** Gives a role a policy, in the place of the one of that name. */
  public void putPermissions(String role, String name, String permissions) {
    iam.putRolePolicy(it -> it.roleName(role).policyName(name).policyDocument(permissions));
  }

  /** Gives a role another trust policy. */
  public void putTrust(String role, String trust) {
    iam.updateAssumeRolePolicy(it -> it.roleName(role).policyDocument(trust));
  }

  /** Makes a bucket, which may have the name of another account's. */
  public void addBucket(String name) {
    world.addBucketName(name, this);
    s3.createBucket(
        bucket ->
            bucket
                .bucket(name)
                .createBucketConfiguration(it -> it.locationConstraint(RadosGateway.REGION)));
  }

  /** Stores an object. */
  public void put(String bucket, String objectKey, byte[] bytes) {
    s3.putObject(it -> it.bucket(bucket).key(objectKey), RequestBody.fromBytes(bytes));
  }

  @Override
  public void close() {
    s3.close();
    iam.close();
  }
}
