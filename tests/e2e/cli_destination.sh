#!/bin/sh
# cli_destination — each wrong setting of the destination is told with its cause and its fix, and the fix
# works. Two wrong settings never share one explanation.
. "$(dirname "$0")/cli_support.sh"

# expect KEY WRONG CAUSE FIX
expect() {
  run 0 config set "$1" "$2"
  run 1 send --via destination --wait 10 --json
  json 'o["ok"] is False and o["error"]["code"] in ("refused", "not_found", "invalid")'
  json "'$3' in o['error']['message']"
  json "'$4' in o['error']['hint']"
  json '[h["state"] for h in o["hops"]].count("failed") == 1'
  err_has "$3"
  run 0 config unset "$1"
}

run 0 sandbox env --json
role=$(value 'o["destination_role_arn"]')
execution=$(value 'o["execution_role_arn"]')
function=$(value 'o["function_arn"]')

expect external_id 987654321 "external_id (" "recloop config set external_id 123456789"
err_lacks 987654321
expect destination_role_arn arn:aws:iam::123456789012:role/some-other-role \
  "names the role some-other-role" "recloop config set destination_role_arn $role"
expect destination_role_arn "$execution" "own execution role" "SegmentExecutePersonalizeLambda"
expect lambda_function "$function-old" "SegmentPersonalizeDestinationHandler-old" \
  "recloop config set lambda_function $function"
expect destination_region us-west-2 "destination_region is us-west-2, the function is in us-east-1" \
  "recloop config set destination_region us-east-1"

run 0 send --via destination --wait 10 --json
json 'o["ok"] is True'

# on the shopper's way Segment accepts, the delivery fails, and it is told where and why
start_sandbox
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
destination() {
  python3 - "$url" "$1" <<'PY'
import sys, urllib.request
request = urllib.request.Request(sys.argv[1] + "/_recloop/destination", sys.argv[2].encode(), method="PUT")
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()
PY
}
states='[h["state"] for h in o["hops"]]'
destination '{"settings":{"externalId":"42"}}'
run 1 send --wait 10 --json
json "$states == ['done','failed','skipped','skipped','skipped','skipped','skipped']"
json '"Accessdenied" in o["error"]["message"] and "External ID" in o["error"]["hint"]'
destination '{"settings":{"externalId":"123456789","region":"us-west-2"}}'
run 1 send --wait 10 --json
json "$states == ['done','done','failed','skipped','skipped','skipped','skipped']"
json '"us-west-2" in o["error"]["hint"]'
destination '{"enabled":false,"settings":{"region":"us-east-1"}}'
run 1 send --wait 10 --json
json "$states == ['done','failed','skipped','skipped','skipped','skipped','skipped']"
json '"switched off" in o["error"]["message"] and "/_recloop/destination" in o["error"]["hint"]'
destination '{"enabled":true}'
run 0 send --wait 10 --json

# an event the function can do nothing with is told at once, not after the whole wait
printf '%s' '{"type":"track","event":"Product Clicked","userId":"1","anonymousId":"a","properties":{}}' >"$work/event.json"
run 1 send --event "$work/event.json" --wait 3600 --json
json '"no trait" in o["error"]["message"] and len(o["log"]) > 0'
run 1 send --event "$work/event.json" --via handler --json
json '"no_sku" in o["error"]["hint"]'
printf '%s' '{"type":"track","event":"Product Clicked","userId":"1","anonymousId":"a","properties":{"sku":"led-high-tops"},"integrations":{"Amazon Personalize":false}}' >"$work/event.json"
run 1 send --event "$work/event.json" --wait 10
err_has "integrations object"
run 1 send --event /dev/null
err_has /dev/null
kill "$sandbox"
wait "$sandbox" || true

# the function dies of one of its own calls: that hop is named, and those before it went well
start_sandbox --fault personalize-runtime.GetRecommendations:throttle
run 1 send --via destination --wait 3 --json
json '[h["state"] for h in o["hops"]] == ["skipped", "done", "failed", "done", "failed", "skipped", "skipped"]'
json '"Throttling" in o["error"]["message"] and "minProvisionedTPS" in o["error"]["hint"]'
echo "each mistake has its cause and its fix"
