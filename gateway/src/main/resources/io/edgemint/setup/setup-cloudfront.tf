
variable "certificate_domain" {
  description = "The first name of the certificate for the distribution's own name, where they differ, as *.example.com."
  type        = string
  default     = null
}

provider "aws" {
  alias               = "us_east_1"
  region              = "us-east-1"
  allowed_account_ids = [local.account]
}

data "aws_acm_certificate" "edgemint" {
  for_each = toset(local.aliases)
  provider = aws.us_east_1

  domain      = coalesce(var.certificate_domain, each.value)
  statuses    = ["ISSUED"]
  key_types   = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1"]
  most_recent = true
}

resource "aws_cloudfront_origin_access_control" "edgemint" {
  name                              = local.name
  description                       = local.name
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_public_key" "edgemint" {
  for_each = local.public_keys

  name        = each.value.Name
  comment     = each.value.Comment
  encoded_key = each.value.EncodedKey

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudfront_key_group" "edgemint" {
  name    = local.name
  comment = local.name
  items   = distinct(concat([for key in aws_cloudfront_public_key.edgemint : key.id], local.public_key_ids))
}

resource "aws_cloudfront_cache_policy" "edgemint" {
  name        = local.name
  comment     = local.name
  min_ttl     = local.cache_policy.MinTTL
  default_ttl = local.cache_policy.DefaultTTL
  max_ttl     = local.cache_policy.MaxTTL

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_gzip   = false
    enable_accept_encoding_brotli = false

    headers_config {
      header_behavior = "none"
    }

    cookies_config {
      cookie_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = local.query_strings
      }
    }
  }
}

resource "aws_cloudfront_distribution" "edgemint" {
  comment         = local.name
  enabled         = true
  http_version    = "http2and3"
  is_ipv6_enabled = true
  aliases         = local.aliases

  origin {
    origin_id                = "bucket"
    domain_name              = local.origin_domain
    origin_path              = local.origin_path
    origin_access_control_id = aws_cloudfront_origin_access_control.edgemint.id
  }

  default_cache_behavior {
    target_origin_id       = "bucket"
    viewer_protocol_policy = "https-only"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    cache_policy_id        = aws_cloudfront_cache_policy.edgemint.id
    trusted_key_groups     = [aws_cloudfront_key_group.edgemint.id]
    compress               = false
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = length(local.aliases) == 0
    acm_certificate_arn            = one(values(data.aws_acm_certificate.edgemint)[*].arn)
    ssl_support_method             = length(local.aliases) == 0 ? null : "sni-only"
    minimum_protocol_version       = length(local.aliases) == 0 ? null : "TLSv1.2_2021"
  }
}

locals {
  bucket_policy_text = replace(jsonencode(local.bucket_policy), "{distribution_id}", aws_cloudfront_distribution.edgemint.id)
  key_policy_text    = replace(jsonencode(local.key_policy), "{distribution_id}", aws_cloudfront_distribution.edgemint.id)
}

output "host" {
  description = "Send this back; where the links have a name of your own, let it lead here."
  value       = aws_cloudfront_distribution.edgemint.domain_name
}

output "signing_keys" {
  description = "Send these ids back."
  value       = { for name, key in aws_cloudfront_public_key.edgemint : name => key.id }
}

output "key_policy" {
  description = "What the policy of the KMS key has to say as well, so that CloudFront may decrypt; Terraform cannot add it to the statements that stand there."
  value       = local.key_policy == null ? null : local.key_policy_text
}
