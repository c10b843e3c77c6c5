#!/bin/sh
# console_copy_as — what the console copies of a journey is run, by the tools it was made for: curl, which signs
# anew, the AWS CLI, and Python with boto3. The requests are those that the sandbox recorded.
. "$(dirname "$0")/sandbox_peers.sh"
print=$2
need_peer "curl with --aws-sigv4" sh -c 'curl --help all | grep -q aws-sigv4'
need_peer "awscli (/usr/bin/aws)" /usr/bin/aws --version
need_peer "boto3" /usr/bin/python3 -c 'import boto3'
start_sandbox --instant
url=$(identity url)

# an event, sent by what was copied of it
event='{"type":"track","event":"Product Clicked","userId":"copier","anonymousId":"copier-anon","messageId":"copy-1",
"timestamp":"2026-01-05T10:00:00.000Z","properties":{"sku":"herschel-iona","note":"it'\''s $HOME `id` \"quoted\""}}'
printf 'POST %s/v1/track\nAuthorization: Basic ••••0001:\nContent-Type: application/json\n\n%s\n' "$url" "$event" >"$work/track"
"$print" curl <"$work/track" >"$work/track.sh"
sh -n "$work/track.sh" || fail "no shell would take the command"
! grep -q '••••' "$work/track.sh" || fail "a mask was copied"
key=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["write_keys"]["website-prod"])' "$work/ready")
env -i PATH=/usr/bin:/bin SEGMENT_WRITE_KEY="$key" sh "$work/track.sh" >"$work/out" 2>"$work/err" || fail "curl"
json 'o["success"] is True'
"$print" segment <"$work/track" >"$work/out"
json 'o["properties"]["note"] == "it'"'"'s $HOME `id` \"quoted\"" and o["event"] == "Product Clicked"'

# a list, asked for by each of the three
campaign=$(identity campaign_arn)
printf 'POST %s/recommendations\nAuthorization: AWS4-HMAC-SHA256 Credential=••••0001/20260105/us-east-1/personalize/aws4_request,SignedHeaders=host,Signature=••••\nX-Amz-Date: 20260105T100000Z\nContent-Type: application/json\n\n{"campaignArn":"%s","userId":"2941404340","numResults":7}\n' \
  "$url" "$campaign" >"$work/list"
for form in curl aws; do
  "$print" "$form" <"$work/list" >"$work/list.sh"
  sh -n "$work/list.sh" || fail "no shell would take the $form command"
  peer sh "$work/list.sh" >"$work/out" 2>"$work/err" || fail "$form"
  json 'len(o["itemList"]) == 7 and o["recommendationId"].startswith("RID-")'
done
"$print" boto3 <"$work/list" >"$work/list.py"
python3 -m py_compile "$work/list.py" || fail "Python would not take the program"
peer /usr/bin/python3 "$work/list.py" >"$work/out" 2>"$work/err" || fail "boto3"
out_has "'recommendationId': 'RID-"

# the role, with the external id in a variable, then the function
role=$(identity destination_role_arn)
external=$(identity external_id)
printf 'POST %s/\nContent-Type: application/x-www-form-urlencoded\n\nAction=AssumeRole&Version=2011-06-15&RoleArn=%s&RoleSessionName=copier&ExternalId=••••&DurationSeconds=900\n' \
  "$url" "$(printf %s "$role" | sed 's/:/%3A/g; s|/|%2F|g')" >"$work/role"
"$print" boto3 <"$work/role" >"$work/role.py"
peer env EXTERNAL_ID="$external" /usr/bin/python3 "$work/role.py" >"$work/out" 2>"$work/err" || fail "boto3 assumes"
out_has "SecretAccessKey"
"$print" curl <"$work/role" >"$work/role.sh"
peer env EXTERNAL_ID="$external" sh "$work/role.sh" >"$work/out" 2>"$work/err" || fail "curl assumes"
out_has "<SecretAccessKey>"

printf 'POST %s/2015-03-31/functions/%s/invocations\nX-Amz-Log-Type: Tail\nX-Amz-Invocation-Type: RequestResponse\n\n%s\n' \
  "$url" "$(identity function_arn)" "$event" >"$work/invoke"
for form in curl aws boto3; do
  "$print" "$form" <"$work/invoke" >"$work/invoke.$form"
  runner=sh; [ "$form" != boto3 ] || runner=/usr/bin/python3
  # a pipe, as a terminal would be: the CLI truncates /dev/stdout when that is a file
  peer "$runner" "$work/invoke.$form" 2>"$work/err" | cat >"$work/out"
  out_has null
  out_lacks FunctionError
done
# every request of a journey, as the sandbox recorded it
run 0 send --wait 10 --json
run 0 journey "$(value 'o["message_id"]')" --json
cp "$work/out" "$work/journey"
for at in 0 1 2 3 4; do
  python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["exchanges"][int(sys.argv[2])]["request"], end="")' \
    "$work/journey" "$at" >"$work/exchange"
  "$print" curl <"$work/exchange" >"$work/exchange.sh" || fail "exchange $at has no form"
  ! grep -q '••••' "$work/exchange.sh" || fail "a mask was copied of exchange $at"
  peer env SEGMENT_WRITE_KEY="$key" EXTERNAL_ID="$external" sh "$work/exchange.sh" >"$work/out" 2>"$work/err" || fail "exchange $at"
  ! grep -qE '"?__type"?|<Error>|"message":|errorType' "$work/out" || fail "exchange $at was refused"
done
stop_sandbox
echo "what was copied runs"
