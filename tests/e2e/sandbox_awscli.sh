#!/bin/sh
# sandbox_awscli — the official command line against the sandbox: it must not notice the difference.
. "$(dirname "$0")/sandbox_peers.sh"
need_peer "awscli (/usr/bin/aws)" /usr/bin/aws --version
start_sandbox --data :memory:
url=$(identity url)
campaign=$(identity campaign_arn)
aws() { peer /usr/bin/aws --endpoint-url "$url" --output json "$@" >"$work/out" 2>"$work/err"; }
expect() { "$@" || fail "$*"; }
refused() { if "$@"; then fail "was not refused: $*"; fi; }

expect aws personalize-runtime get-recommendations --campaign-arn "$campaign" --user-id 2941404340 --num-results 7
json 'len(o["itemList"]) == 7 and o["recommendationId"].startswith("RID-")'
json 'all(0 < i["score"] < 1 for i in o["itemList"])'

expect aws personalize-runtime get-recommendations --campaign-arn "$campaign" --user-id 2941404340 \
  --num-results 50 --filter-arn "$(identity filter_arn)"
json '"dark-winter-jacket" not in [i["itemId"] for i in o["itemList"]]'

expect aws personalize-runtime get-personalized-ranking --campaign-arn "$(identity ranking_campaign_arn)" \
  --user-id 2941404340 --input-list led-high-tops herschel-iona
json 'sorted(i["itemId"] for i in o["personalizedRanking"]) == ["herschel-iona", "led-high-tops"]'

expect aws personalize-events put-events --tracking-id "$(identity tracking_id)" --session-id s --user-id cli \
  --event-list '[{"eventId":"cli-1","eventType":"Product Clicked","itemId":"led-high-tops","sentAt":1767225600}]'

expect aws lambda invoke --function-name "$(identity function_arn)" --log-type Tail \
  --cli-binary-format raw-in-base64-out --payload '{"type":"track","event":"Product Clicked","userId":"cli",
  "anonymousId":"cli-anon","messageId":"cli-2","timestamp":"2026-01-05T10:00:00.000Z","properties":{"sku":"herschel-iona"}}' \
  "$work/payload"
json 'o["StatusCode"] == 200 and "FunctionError" not in o and o["ExecutedVersion"] == "$LATEST"'
json '__import__("base64").b64decode(o["LogResult"]).startswith(b"START RequestId: ")'
[ "$(cat "$work/payload")" = null ] || fail "the payload is not null"

expect aws sts get-caller-identity
json 'o["Account"] == "123456789012"'

# a wrong secret gets the real error
secret=notARealSecret/OnlyForTheLocalSandbox+99
refused aws personalize-runtime get-recommendations --campaign-arn "$campaign" --user-id 2941404340
err_has "(InvalidSignatureException)"
err_has "The request signature we calculated does not match the signature you provided."
refused aws sts get-caller-identity
err_has "(SignatureDoesNotMatch)"
secret=""

# the role: only with its external id, then only its function
role=$(identity destination_role_arn)
refused aws sts assume-role --role-arn "$role" --role-session-name e2e
err_has "(AccessDenied)"
err_has "is not authorized to perform: sts:AssumeRole on resource: $role"
expect aws sts assume-role --role-arn "$role" --role-session-name e2e --external-id 123456789
key_id=$(value 'o["Credentials"]["AccessKeyId"]')
token=$(value 'o["Credentials"]["SessionToken"]')
secret=$(value 'o["Credentials"]["SecretAccessKey"]')
expect aws sts get-caller-identity
json '":assumed-role/" in o["Arn"] and o["Arn"].endswith("/e2e")'
expect aws lambda invoke --function-name "$(identity function_arn)" --cli-binary-format raw-in-base64-out \
  --payload '{}' "$work/payload"
refused aws lambda invoke --function-name SegmentPersonalizeRecommendations "$work/payload"
err_has "(AccessDeniedException)"
err_has "because no identity-based policy allows the lambda:InvokeFunction action"
region=us-west-2
refused aws lambda invoke --function-name SegmentPersonalizeDestinationHandler "$work/payload"
err_has "(AccessDeniedException)"
err_has "arn:aws:lambda:us-west-2:"
refused aws personalize-runtime get-recommendations --campaign-arn "$campaign" --user-id 2941404340
err_has "(AccessDeniedException)"
