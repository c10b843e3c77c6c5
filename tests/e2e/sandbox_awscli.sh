#!/bin/sh
# sandbox_awscli — the official command line against the sandbox: it must not notice the difference.
. "$(dirname "$0")/sandbox_peers.sh"
need_peer "awscli (/usr/bin/aws)" /usr/bin/aws --version
start_sandbox --data :memory: --instant
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
secret=""; key_id=""; token=""; region=us-east-1

# the control planes: what is there, page by page, and what is not
expect aws personalize list-campaigns --max-items 2 --page-size 1
json 'len(o["campaigns"]) == 2 and "NextToken" in o'
expect aws personalize describe-campaign --campaign-arn "$campaign"
json 'o["campaign"]["status"] == "ACTIVE" and "T" in o["campaign"]["creationDateTime"]'
version=$(value 'o["campaign"]["solutionVersionArn"]')
expect aws personalize get-solution-metrics --solution-version-arn "$version"
json '0 < o["metrics"]["coverage"] <= 1'
expect aws personalize list-dataset-groups
group=$(value 'o["datasetGroups"][0]["datasetGroupArn"]')
expect aws personalize create-filter --name cli --dataset-group-arn "$group" \
  --filter-expression 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'
json 'o["filterArn"].endswith(":filter/cli")'
refused aws personalize create-filter --name cli --dataset-group-arn "$group" \
  --filter-expression 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'
err_has "(ResourceAlreadyExistsException)"
refused aws personalize describe-campaign --campaign-arn "$campaign-none"
err_has "(ResourceNotFoundException)"
expect aws personalize list-datasets --dataset-group-arn "$group"
items=$(value '[d["datasetArn"] for d in o["datasets"] if d["datasetType"].upper() == "ITEMS"][0]')
expect aws personalize-events put-items --dataset-arn "$items" --items '[{"itemId":"cli-item"}]'
refused aws personalize-events put-items --dataset-arn "$items-none" --items '[{"itemId":"cli-item"}]'
err_has "(ResourceNotFoundException)"

printf '#!/bin/sh\n' >"$work/bootstrap"
(cd "$work" && python3 -m zipfile -c code.zip bootstrap)
expect aws lambda create-function --function-name cli --runtime provided.al2 --handler bootstrap \
  --role "$(identity execution_role_arn)" --zip-file "fileb://$work/code.zip" --environment 'Variables={ONE=1}'
json 'o["FunctionArn"].endswith(":function:cli") and o["CodeSize"] > 0'
expect aws lambda wait function-active-v2 --function-name cli
expect aws lambda update-function-configuration --function-name cli --timeout 9 --environment 'Variables={TWO=2}'
json 'o["Environment"]["Variables"] == {"TWO": "2"}'
expect aws lambda wait function-updated-v2 --function-name cli
expect aws lambda get-function --function-name cli
json 'o["Configuration"]["Timeout"] == 9 and o["Configuration"]["LastUpdateStatus"] == "Successful"'
expect aws lambda list-functions --query 'length(Functions)'
json 'o == 3'
expect aws lambda delete-function --function-name cli
refused aws lambda get-function --function-name cli
err_has "(ResourceNotFoundException)"
err_has "Function not found: arn:aws:lambda:us-east-1:123456789012:function:cli"

name=${role##*/}
expect aws iam get-role --role-name "$name"
json '"595280932656" in json.dumps(o["Role"]["AssumeRolePolicyDocument"])'
expect aws iam list-role-policies --role-name "$name"
json 'o["PolicyNames"] == ["segment-execute-lambda-policy"]'
expect aws iam simulate-principal-policy --policy-source-arn "$role" --action-names lambda:InvokeFunction \
  --resource-arns "$(identity function_arn)" "$(identity endpoint_function_arn)"
json '[r["EvalResourceDecision"] for r in o["EvaluationResults"][0]["ResourceSpecificResults"]] == ["allowed", "implicitDeny"]'
refused aws iam get-role --role-name none
err_has "(NoSuchEntity)"

log_group=/aws/lambda/SegmentPersonalizeDestinationHandler
expect aws logs filter-log-events --log-group-name "$log_group" --filter-pattern REPORT --page-size 1
json 'len(o["events"]) >= 2 and all(e["message"].startswith("REPORT") for e in o["events"])'
expect aws logs tail "$log_group" --format short
out_has "START RequestId: "
refused aws logs describe-log-streams --log-group-name /aws/lambda/none
err_has "The specified log group does not exist."
echo "the AWS command line does not notice the difference"
