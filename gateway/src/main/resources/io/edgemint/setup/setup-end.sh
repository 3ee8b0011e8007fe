
old=$(known NoSuchBucketPolicy s3api get-bucket-policy "${own[@]}" --query Policy --output text)
new=$(merged Statement Sid "$old" "$bucket_policy")
aws s3api put-bucket-policy "${own[@]}" --policy "$new"

say 'done; send this back:'
printf 'role: %s\n%s' "$role_arn" "${results-}"
