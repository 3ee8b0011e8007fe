#!/usr/bin/env bash
# Sets up what backend prod of organisation acme needs in your AWS account.
# Needs bash, AWS CLI version 2 and, where something stands already, jq.
# It may run again: it changes what bears its names and keeps everything else.

set -euo pipefail
export AWS_REGION='eu-west-1' AWS_DEFAULT_REGION='eu-west-1' AWS_PAGER=''

name='edgemint-acme-prod'
policies='edgemint-acme-prod-1'
account='123456789012'
region='eu-west-1'
role_arn='arn:aws:iam::123456789012:role/edgemint'
role_path='/'
role_name='edgemint'
trust_policy='{"Version":"2012-10-17","Statement":[{"Sid":"EdgemintTrustacmeZprod","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:role/binary_backend_acme_prod"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"acme"}}}]}'
permission_policies=(
  'download'
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-firmware/releases/*"}]}'
  'upload'
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":"arn:aws:s3:::acme-firmware/releases/*"},{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-firmware","Condition":{"StringLike":{"s3:prefix":"releases/*"}}},{"Effect":"Allow","Action":"s3:GetLifecycleConfiguration","Resource":"arn:aws:s3:::acme-firmware"}]}'
  'versions'
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObjectVersion","Resource":"arn:aws:s3:::acme-firmware/releases/*"},{"Effect":"Allow","Action":"s3:ListBucketVersions","Resource":"arn:aws:s3:::acme-firmware","Condition":{"StringLike":{"s3:prefix":"releases/*"}}},{"Effect":"Allow","Action":"s3:DeleteObjectVersion","Resource":"arn:aws:s3:::acme-firmware/releases/edgemint-probe/*"}]}'
  'sse-kms'
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab","Condition":{"StringLike":{"kms:ViaService":"s3.eu-west-1.*"}}}]}'
)
bucket='acme-firmware'
public_access_block='{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}'
ownership_controls='{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}'
encryption='{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},"BucketKeyEnabled":true}]}'
lifecycle='{"Rules":[{"ID":"edgemint-acme-prod-unfinished-uploads","Status":"Enabled","Filter":{"Prefix":"releases/"},"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}}]}'
accelerate=''
versioning='{"Status":"Enabled"}'
bucket_policy='{"Version":"2012-10-17","Statement":[{"Sid":"EdgemintTlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-firmware","arn:aws:s3:::acme-firmware/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},{"Sid":"EdgemintReadacmeZprod","Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":["s3:GetObject","s3:GetObjectVersion"],"Resource":"arn:aws:s3:::acme-firmware/releases/*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::123456789012:distribution/{distribution_id}"}}}]}'
alias=''
origin_access_control='{"Name":"edgemint-acme-prod","Description":"edgemint-acme-prod","SigningProtocol":"sigv4","SigningBehavior":"always","OriginAccessControlOriginType":"s3"}'
cache_policy='{"Name":"edgemint-acme-prod","Comment":"edgemint-acme-prod","MinTTL":0,"DefaultTTL":86400,"MaxTTL":31536000,"ParametersInCacheKeyAndForwardedToOrigin":{"EnableAcceptEncodingGzip":false,"EnableAcceptEncodingBrotli":false,"HeadersConfig":{"HeaderBehavior":"none"},"CookiesConfig":{"CookieBehavior":"none"},"QueryStringsConfig":{"QueryStringBehavior":"whitelist","QueryStrings":{"Quantity":1,"Items":["versionId"]}}}}'
distribution='{"CallerReference":"edgemint-acme-prod","Comment":"edgemint-acme-prod","Enabled":true,"HttpVersion":"http2and3","IsIPV6Enabled":true,"Origins":{"Quantity":1,"Items":[{"Id":"bucket","DomainName":"acme-firmware.s3.eu-west-1.amazonaws.com","OriginPath":"","OriginAccessControlId":"{origin_access_control_id}","S3OriginConfig":{"OriginAccessIdentity":""}}]},"DefaultCacheBehavior":{"TargetOriginId":"bucket","TrustedKeyGroups":{"Quantity":1,"Items":["{key_group_id}"],"Enabled":true},"ViewerProtocolPolicy":"https-only","AllowedMethods":{"Quantity":2,"Items":["GET","HEAD"],"CachedMethods":{"Quantity":2,"Items":["GET","HEAD"]}},"CachePolicyId":"{cache_policy_id}","Compress":false}}'
key_policy='{"Version":"2012-10-17","Statement":[{"Sid":"EdgemintReadacmeZprod","Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::123456789012:distribution/{distribution_id}"}}}]}'
kms_key='arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'
public_keys=(
  '2026-a'
  ''
  'edgemint-acme-prod-2026-a-0bcc8908'
  '{"CallerReference":"edgemint-acme-prod-2026-a-0bcc8908","Name":"edgemint-acme-prod-2026-a-0bcc8908","EncodedKey":"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n","Comment":"2026-a"}'
)

