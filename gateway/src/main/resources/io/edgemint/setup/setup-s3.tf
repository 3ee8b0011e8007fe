
locals {
  bucket_policy_text = jsonencode(local.bucket_policy)
}
