#!/usr/bin/env bash
# Stands for the AWS CLI: writes down how it is called, and answers from files named SERVICE.CALL or
# SERVICE.CALL.QUERY (what it prints) and SERVICE.CALL.error (the code of an error), or as a new
# account would.
set -euo pipefail
here=$(dirname "$0")
printf '%s\0' "$@" $'\x1e' >>"$here/calls"
query=''
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} == --query ]]; then
    next=$((i + 1))
    query=${!next}
  fi
done
for file in "$here/$1.$2" "$here/$1.$2.${query//[^A-Za-z.]/}"; do
  if [[ -f $file ]]; then
    cat "$file"
    exit
  fi
done
code=''
case $1.$2 in
sts.get-caller-identity) echo 123456789012 ;;
iam.get-role) code=NoSuchEntity ;;
s3api.get-bucket-location) code=NoSuchBucket ;;
s3api.get-bucket-lifecycle-configuration) code=NoSuchLifecycleConfiguration ;;
s3api.get-bucket-policy) code=NoSuchBucketPolicy ;;
cloudfront.list-*) echo null ;;
cloudfront.create-origin-access-control) echo CONTROL1 ;;
cloudfront.create-public-key) echo KNEW1 ;;
cloudfront.create-key-group) echo GROUP1 ;;
cloudfront.create-cache-policy) echo POLICY1 ;;
cloudfront.create-distribution) echo DIST1 ;;
cloudfront.get-distribution) echo d999.cloudfront.net ;;
acm.list-certificates) echo '"arn:aws:acm:us-east-1:123456789012:certificate/1"' ;;
kms.describe-key) echo arn:aws:kms:eu-west-1:123456789012:key/1 ;;
esac
if [[ -f $here/$1.$2.error ]]; then
  code=$(cat "$here/$1.$2.error")
fi
if [[ -n $code ]]; then
  printf '\nAn error occurred (%s) when calling it: no\n' "$code" >&2
  exit 254
fi
