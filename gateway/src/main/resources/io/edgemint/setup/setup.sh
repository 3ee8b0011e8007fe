
case ${1-} in
'' | --versioning) ;;
*)
  printf 'usage: bash setup.sh [--versioning]   (also keeps old versions of objects)\n' >&2
  exit 2
  ;;
esac

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# known CODE CALL...: what the call answers; nothing where it says CODE, which is that there is none.
known() {
  local code=$1
  shift
  if aws "$@" 2>"$errors"; then
    return
  fi
  if ! grep -q "($code)" "$errors"; then
    cat "$errors" >&2
    return 1
  fi
}

# found CALL...: the one text that a query finds, or nothing.
found() {
  local answer
  answer=$(aws "$@" --output json) || return
  answer=${answer#\"}
  answer=${answer%\"}
  if [[ $answer != null ]]; then
    printf '%s' "$answer"
  fi
}

# mixed FILTER OLD NEW: what jq makes of two documents.
mixed() {
  command -v jq >/dev/null || fail 'install jq: something of its own stands there, which has to be kept'
  jq -cn --argjson old "$2" --argjson new "$3" "$1"
}

# merged LIST MARK OLD NEW: NEW, and what OLD lists under other marks.
merged() {
  if [[ -z $3 ]]; then
    printf '%s' "$4"
    return
  fi
  mixed "[\$old.$1] | flatten(1)
    | map(select(.$2 as \$mark | any(\$new.${1}[]; .$2 == \$mark) | not)) as \$others
    | \$old + {$1: (\$others + \$new.$1)}" "$3" "$4"
}

caller=$(aws sts get-caller-identity --query Account --output text)
if [[ $caller != "$account" ]]; then
  fail "these credentials are of account $caller; use some of $account, in which $role_arn lies"
fi

say "role $role_arn"
standing=$(known NoSuchEntity iam get-role --role-name="$role_name" --query Role.Arn --output text)
if [[ -z $standing ]]; then
  aws iam create-role --role-name="$role_name" --path "$role_path" \
    --assume-role-policy-document "$trust_policy" >/dev/null
elif [[ $standing != "$role_arn" ]]; then
  fail "there is a role $role_name with another path, $standing; correct s3.credentials.role in the file"
else
  old=$(aws iam get-role --role-name="$role_name" \
    --query Role.AssumeRolePolicyDocument --output json)
  new=$(merged Statement Sid "$old" "$trust_policy")
  aws iam update-assume-role-policy --role-name="$role_name" --policy-document "$new"
fi
for ((i = 0; i < ${#permission_policies[@]}; i += 2)); do
  aws iam put-role-policy --role-name="$role_name" \
    --policy-name "$policies-${permission_policies[i]}" \
    --policy-document "${permission_policies[i + 1]}"
done

say "bucket $bucket"
location=$(known NoSuchBucket s3api get-bucket-location --bucket "$bucket" \
  --expected-bucket-owner "$account" --query LocationConstraint --output text)
case $location in
None) location=us-east-1 ;;
EU) location=eu-west-1 ;;
esac
if [[ -z $location && $region == us-east-1 ]]; then
  aws s3api create-bucket --bucket "$bucket" >/dev/null
elif [[ -z $location ]]; then
  aws s3api create-bucket --bucket "$bucket" \
    --create-bucket-configuration "LocationConstraint=$region" >/dev/null
elif [[ $location != "$region" ]]; then
  fail "the bucket lies in $location; correct s3.region in the file, which is $region"
fi
own=(--bucket "$bucket" --expected-bucket-owner "$account")
aws s3api put-public-access-block "${own[@]}" \
  --public-access-block-configuration "$public_access_block"
aws s3api put-bucket-ownership-controls "${own[@]}" --ownership-controls "$ownership_controls"
if [[ -n $encryption ]]; then
  aws s3api put-bucket-encryption "${own[@]}" --server-side-encryption-configuration "$encryption"
fi
if [[ ${1-} == --versioning ]]; then
  aws s3api put-bucket-versioning "${own[@]}" --versioning-configuration "$versioning"
fi
if [[ -n $accelerate ]]; then
  aws s3api put-bucket-accelerate-configuration "${own[@]}" \
    --accelerate-configuration "$accelerate"
fi
old=$(known NoSuchLifecycleConfiguration s3api get-bucket-lifecycle-configuration "${own[@]}" \
  --query '{Rules: Rules}' --output json)
new=$(merged Rules ID "$old" "$lifecycle")
aws s3api put-bucket-lifecycle-configuration "${own[@]}" --lifecycle-configuration "$new" >/dev/null
