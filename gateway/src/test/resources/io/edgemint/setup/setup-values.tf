# Sets up what backend prod of organisation acme needs in your AWS account.

locals {
  name = "edgemint-acme-prod"
  policies = "edgemint-acme-prod-1"
  account = "123456789012"
  region = "eu-west-1"
  role_path = "/"
  role_name = "edgemint"
  trust_policy = {
    "Version" = "2012-10-17"
    "Statement" = [{
      "Sid" = "EdgemintTrustacmeZprod"
      "Effect" = "Allow"
      "Principal" = {
        "AWS" = "arn:aws:iam::999999999999:role/binary_backend_acme_prod"
      }
      "Action" = "sts:AssumeRole"
      "Condition" = {
        "StringEquals" = {
          "sts:ExternalId" = "acme"
        }
      }
    }]
  }
  permission_policies = {
    "download" = {
      "Version" = "2012-10-17"
      "Statement" = [{
        "Effect" = "Allow"
        "Action" = "s3:GetObject"
        "Resource" = "arn:aws:s3:::acme-firmware/releases/*"
      }]
    }
    "upload" = {
      "Version" = "2012-10-17"
      "Statement" = [{
        "Effect" = "Allow"
        "Action" = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        "Resource" = "arn:aws:s3:::acme-firmware/releases/*"
      }, {
        "Effect" = "Allow"
        "Action" = "s3:ListBucket"
        "Resource" = "arn:aws:s3:::acme-firmware"
        "Condition" = {
          "StringLike" = {
            "s3:prefix" = "releases/*"
          }
        }
      }, {
        "Effect" = "Allow"
        "Action" = "s3:GetLifecycleConfiguration"
        "Resource" = "arn:aws:s3:::acme-firmware"
      }]
    }
    "versions" = {
      "Version" = "2012-10-17"
      "Statement" = [{
        "Effect" = "Allow"
        "Action" = "s3:GetObjectVersion"
        "Resource" = "arn:aws:s3:::acme-firmware/releases/*"
      }, {
        "Effect" = "Allow"
        "Action" = "s3:ListBucketVersions"
        "Resource" = "arn:aws:s3:::acme-firmware"
        "Condition" = {
          "StringLike" = {
            "s3:prefix" = "releases/*"
          }
        }
      }, {
        "Effect" = "Allow"
        "Action" = "s3:DeleteObjectVersion"
        "Resource" = "arn:aws:s3:::acme-firmware/releases/edgemint-probe/*"
      }]
    }
    "sse-kms" = {
      "Version" = "2012-10-17"
      "Statement" = [{
        "Effect" = "Allow"
        "Action" = ["kms:GenerateDataKey", "kms:Decrypt"]
        "Resource" = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        "Condition" = {
          "StringLike" = {
            "kms:ViaService" = "s3.eu-west-1.*"
          }
        }
      }]
    }
  }
  bucket = "acme-firmware"
  sse_algorithm = "aws:kms"
  kms_key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  accelerate = false
  lifecycle_rule = {
    "ID" = "edgemint-acme-prod-unfinished-uploads"
    "Status" = "Enabled"
    "Filter" = {
      "Prefix" = "releases/"
    }
    "AbortIncompleteMultipartUpload" = {
      "DaysAfterInitiation" = 7
    }
  }
  bucket_policy = {
    "Version" = "2012-10-17"
    "Statement" = [{
      "Sid" = "EdgemintTlsOnly"
      "Effect" = "Deny"
      "Principal" = "*"
      "Action" = "s3:*"
      "Resource" = ["arn:aws:s3:::acme-firmware", "arn:aws:s3:::acme-firmware/*"]
      "Condition" = {
        "Bool" = {
          "aws:SecureTransport" = "false"
        }
      }
    }, {
      "Sid" = "EdgemintReadacmeZprod"
      "Effect" = "Allow"
      "Principal" = {
        "Service" = "cloudfront.amazonaws.com"
      }
      "Action" = ["s3:GetObject", "s3:GetObjectVersion"]
      "Resource" = "arn:aws:s3:::acme-firmware/releases/*"
      "Condition" = {
        "StringEquals" = {
          "AWS:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/{distribution_id}"
        }
      }
    }]
  }
  key_policy = {
    "Version" = "2012-10-17"
    "Statement" = [{
      "Sid" = "EdgemintReadacmeZprod"
      "Effect" = "Allow"
      "Principal" = {
        "Service" = "cloudfront.amazonaws.com"
      }
      "Action" = "kms:Decrypt"
      "Resource" = "*"
      "Condition" = {
        "StringEquals" = {
          "AWS:SourceArn" = "arn:aws:cloudfront::123456789012:distribution/{distribution_id}"
        }
      }
    }]
  }
  aliases = []
  origin_domain = "acme-firmware.s3.eu-west-1.amazonaws.com"
  origin_path = ""
  public_keys = {
    "2026-a" = {
      "CallerReference" = "edgemint-acme-prod-2026-a-0bcc8908"
      "Name" = "edgemint-acme-prod-2026-a-0bcc8908"
      "EncodedKey" = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n"
      "Comment" = "2026-a"
    }
  }
  public_key_ids = []
  cache_policy = {
    "Name" = "edgemint-acme-prod"
    "Comment" = "edgemint-acme-prod"
    "MinTTL" = 0
    "DefaultTTL" = 86400
    "MaxTTL" = 31536000
    "ParametersInCacheKeyAndForwardedToOrigin" = {
      "EnableAcceptEncodingGzip" = false
      "EnableAcceptEncodingBrotli" = false
      "HeadersConfig" = {
        "HeaderBehavior" = "none"
      }
      "CookiesConfig" = {
        "CookieBehavior" = "none"
      }
      "QueryStringsConfig" = {
        "QueryStringBehavior" = "whitelist"
        "QueryStrings" = {
          "Quantity" = 1
          "Items" = ["versionId"]
        }
      }
    }
  }
  query_strings = ["versionId"]
}
