
say "distribution $name"
certificate=''
if [[ -n $alias ]]; then
  certificate=$(found acm list-certificates --region us-east-1 --certificate-statuses ISSUED \
    --includes keyTypes=RSA_2048,RSA_3072,RSA_4096,EC_prime256v1 \
    --query "CertificateSummaryList[?DomainName=='$alias' || DomainName=='*.${alias#*.}' || contains(SubjectAlternativeNameSummaries || \`[]\`, '$alias') || contains(SubjectAlternativeNameSummaries || \`[]\`, '*.${alias#*.}')].CertificateArn | [0]")
  if [[ -z $certificate ]]; then
    fail "no certificate for $alias; let ACM issue one in us-east-1, where CloudFront looks, and run this again"
  fi
fi

control=$(found cloudfront list-origin-access-controls \
  --query "OriginAccessControlList.Items[?Name=='$name'].Id | [0]")
if [[ -z $control ]]; then
  control=$(aws cloudfront create-origin-access-control \
    --origin-access-control-config "$origin_access_control" \
    --query OriginAccessControl.Id --output text)
fi

# The key group keeps every key that it has: links may have been signed with them.
group=$(found cloudfront list-key-groups \
  --query "KeyGroupList.Items[?KeyGroup.KeyGroupConfig.Name=='$name'].KeyGroup.Id | [0]")
items=''
add() {
  case ",$items," in
  *",\"$1\","*) ;;
  *) items="${items:+$items,}\"$1\"" ;;
  esac
}
if [[ -n $group ]]; then
  standing=$(aws cloudfront get-key-group --id "$group" \
    --query KeyGroup.KeyGroupConfig.Items --output text)
  for key in $standing; do
    add "$key"
  done
fi
results=''
for ((i = 0; i < ${#public_keys[@]}; i += 4)); do
  key=${public_keys[i + 1]}
  if [[ -z $key ]]; then
    key=$(found cloudfront list-public-keys \
      --query "PublicKeyList.Items[?Name=='${public_keys[i + 2]}'].Id | [0]")
  fi
  if [[ -z $key ]]; then
    key=$(aws cloudfront create-public-key --public-key-config "${public_keys[i + 3]}" \
      --query PublicKey.Id --output text)
  fi
  add "$key"
  results+="id of signing key ${public_keys[i]}: $key"$'\n'
done
config="{\"Name\":\"$name\",\"Comment\":\"$name\",\"Items\":[$items]}"
if [[ -z $group ]]; then
  group=$(aws cloudfront create-key-group --key-group-config "$config" \
    --query KeyGroup.Id --output text)
else
  etag=$(aws cloudfront get-key-group --id "$group" --query ETag --output text)
  aws cloudfront update-key-group --id "$group" --if-match "$etag" \
    --key-group-config "$config" >/dev/null
fi

policy=$(found cloudfront list-cache-policies --type custom \
  --query "CachePolicyList.Items[?CachePolicy.CachePolicyConfig.Name=='$name'].CachePolicy.Id | [0]")
if [[ -z $policy ]]; then
  policy=$(aws cloudfront create-cache-policy --cache-policy-config "$cache_policy" \
    --query CachePolicy.Id --output text)
else
  etag=$(aws cloudfront get-cache-policy --id "$policy" --query ETag --output text)
  aws cloudfront update-cache-policy --id "$policy" --if-match "$etag" \
    --cache-policy-config "$cache_policy" >/dev/null
fi

distribution=${distribution/'{origin_access_control_id}'/$control}
distribution=${distribution/'{key_group_id}'/$group}
distribution=${distribution/'{cache_policy_id}'/$policy}
distribution=${distribution/'{certificate_arn}'/$certificate}
id=$(found cloudfront list-distributions \
  --query "DistributionList.Items[?Comment=='$name'].Id | [0]")
if [[ -z $id ]]; then
  id=$(aws cloudfront create-distribution --distribution-config "$distribution" \
    --query Distribution.Id --output text)
else
  # What was added to it, as a web ACL or logging, stays.
  old=$(aws cloudfront get-distribution-config --id "$id" --output json)
  etag=$(mixed '$old.ETag' "$old" null)
  new=$(mixed '$old.DistributionConfig as $standing | $standing * $new
    | .CallerReference = $standing.CallerReference
    | if $new.ViewerCertificate then .ViewerCertificate = $new.ViewerCertificate else . end' \
    "$old" "$distribution")
  etag=${etag#\"}
  aws cloudfront update-distribution --id "$id" --if-match "${etag%\"}" \
    --distribution-config "$new" >/dev/null
fi
host=$(aws cloudfront get-distribution --id "$id" --query Distribution.DomainName --output text)
if [[ -z $alias ]]; then
  results+="host: $host"$'\n'
else
  results+="host: $alias (let its DNS name lead to $host)"$'\n'
fi
bucket_policy=${bucket_policy/'{distribution_id}'/$id}
key_policy=${key_policy/'{distribution_id}'/$id}

if [[ -n $kms_key ]]; then
  say "key $kms_key"
  kms_key=$(aws kms describe-key --key-id "$kms_key" --query KeyMetadata.Arn --output text)
  old=$(aws kms get-key-policy --key-id "$kms_key" --policy-name default \
    --query Policy --output text)
  new=$(merged Statement Sid "$old" "$key_policy")
  aws kms put-key-policy --key-id "$kms_key" --policy-name default --policy "$new"
fi
