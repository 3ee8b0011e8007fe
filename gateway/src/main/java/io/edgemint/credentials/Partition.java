package io.edgemint.credentials;

import java.util.Arrays;

/**
 * A group of AWS regions with accounts, ARNs and hosts of its own ("Partitions" in the AWS Fault
 * Isolation Boundaries whitepaper); a session holds in one alone.
 */
public enum Partition {
  /** China. */
  AWS_CN("aws-cn", "cn-", "amazonaws.com.cn"),
  /** European Sovereign Cloud. */
  AWS_EUSC("aws-eusc", "eusc-", "amazonaws.eu"),
  /** GovCloud (US). */
  AWS_US_GOV("aws-us-gov", "us-gov-", "amazonaws.com"),
  /** Top Secret (US). */
  AWS_ISO("aws-iso", "us-iso-", "c2s.ic.gov"),
  /** Secret (US). */
  AWS_ISO_B("aws-iso-b", "us-isob-", "sc2s.sgov.gov"),
  /** Isolated, Europe. */
  AWS_ISO_E("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk"),
  /** Isolated, United States. */
  AWS_ISO_F("aws-iso-f", "us-isof-", "csp.hci.ic.gov"),
  /** The public one, to which every other region belongs. */
  AWS("aws", "", "amazonaws.com");

  private final String id;
  private final String regions;
  private final String dnsSuffix;

  Partition(String id, String regions, String dnsSuffix) {
    this.id = id;
    this.regions = regions;
    this.dnsSuffix = dnsSuffix;
  }

  /** The partition in which a region lies. */
  public static Partition of(String region) {
    return Arrays.stream(values())
        .filter(it -> region.startsWith(it.regions))
        .findFirst()
        .orElse(AWS);
  }

  /** Its name, as the second part of ARNs. */
  public String id() {
    return id;
  }

  /** What the names of its hosts end with. */
  public String dnsSuffix() {
    return dnsSuffix;
  }
}
