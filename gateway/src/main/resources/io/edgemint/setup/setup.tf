
variable "create_bucket" {
  description = "Whether the bucket is made; false if it exists. Its policy and lifecycle rules are then replaced, and setup.sh would have kept them."
  type        = bool
  default     = true
}

variable "versioning" {
  description = "Whether the bucket keeps old versions of objects."
  type        = bool
  default     = false
}

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40"
    }
  }
}

provider "aws" {
  region              = local.region
  allowed_account_ids = [local.account]
}

resource "aws_iam_role" "edgemint" {
  name               = local.role_name
  path               = local.role_path
  assume_role_policy = jsonencode(local.trust_policy)
}

resource "aws_iam_role_policy" "edgemint" {
  for_each = local.permission_policies

  name   = "${local.policies}-${each.key}"
  role   = aws_iam_role.edgemint.name
  policy = jsonencode(each.value)
}

resource "aws_s3_bucket" "edgemint" {
  count = var.create_bucket ? 1 : 0

  bucket = local.bucket
}

data "aws_s3_bucket" "edgemint" {
  count = var.create_bucket ? 0 : 1

  bucket = local.bucket
}

locals {
  bucket_id = one(concat(aws_s3_bucket.edgemint[*].id, data.aws_s3_bucket.edgemint[*].id))
}

resource "aws_s3_bucket_public_access_block" "edgemint" {
  bucket                  = local.bucket_id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "edgemint" {
  bucket = local.bucket_id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "edgemint" {
  count = local.sse_algorithm == null ? 0 : 1

  bucket = local.bucket_id

  rule {
    bucket_key_enabled = local.kms_key != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = local.sse_algorithm
      kms_master_key_id = local.kms_key
    }
  }
}

resource "aws_s3_bucket_versioning" "edgemint" {
  count = var.versioning ? 1 : 0

  bucket = local.bucket_id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_accelerate_configuration" "edgemint" {
  count = local.accelerate ? 1 : 0

  bucket = local.bucket_id
  status = "Enabled"
}

resource "aws_s3_bucket_lifecycle_configuration" "edgemint" {
  bucket = local.bucket_id

  rule {
    id     = local.lifecycle_rule.ID
    status = local.lifecycle_rule.Status

    filter {
      prefix = local.lifecycle_rule.Filter.Prefix
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = local.lifecycle_rule.AbortIncompleteMultipartUpload.DaysAfterInitiation
    }
  }
}

resource "aws_s3_bucket_policy" "edgemint" {
  bucket = local.bucket_id
  policy = local.bucket_policy_text

  depends_on = [aws_s3_bucket_public_access_block.edgemint]
}

output "role" {
  description = "Send this back."
  value       = aws_iam_role.edgemint.arn
}
