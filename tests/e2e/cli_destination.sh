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

# the same mistakes on the shopper's way: Segment accepts, the delivery fails, and it is told
run 1 --profile sandbox send --event /dev/null
err_has "/dev/null"
echo "each mistake has its cause and its fix"
