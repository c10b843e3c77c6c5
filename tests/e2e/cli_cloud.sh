#!/bin/sh
# cli_cloud — a profile of one's own: no sandbox routes, only what AWS and Segment offer. The cloud is a
# sandbox whose own routes this program does not know of, because no setting says that it is one.
. "$(dirname "$0")/cli_support.sh"

start_sandbox --data :memory:
cp "$work/ready" "$work/out"
url=$(value 'o["url"]')
identity() { cp "$work/ready" "$work/out"; value "o['$1']"; }
write_key() { cp "$work/ready" "$work/out"; value "o.get('write_keys', {}).get('$1') or o['write_keys.$1']"; }

run 0 config set profile work
for key in campaign_arn tracking_id lambda_function destination_role_arn external_id profile_space_id \
  profile_api_token; do
  case $key in lambda_function) from=function_arn ;; *) from=$key ;; esac
  given=$(identity "$from")
  run 0 config set "$key" "$given"
done
key=$(write_key website-prod); run 0 config set website_write_key "$key"
key=$(write_key personas-event-source); run 0 config set personas_write_key "$key"
run 0 config set destination_region us-east-1
run 0 config set log_type Tail
for key in tracking_url profile_url aws_endpoint_url; do run 0 config set "$key" "$url"; done
run 0 config list --json

# without AWS keys: what is missing, and how to get it; nothing of the sandbox's is borrowed
run 3 recommend --json
err_has "credentials"
with="AWS_ACCESS_KEY_ID=$(identity access_key_id) AWS_SECRET_ACCESS_KEY=$(identity secret_access_key)"

run 0 recommend --num 3 --json
json 'len(o["items"]) == 3'

# the event is accepted, what happens inside Segment cannot be seen, the trait can
run 0 send --wait 10 --json
json '[h["state"] for h in o["hops"]] == ["done"] + ["hidden"] * 5 + ["done"]'
run 0 profile --json
json 'len(o["traits"]["recommended_products"]) == 25'

# what Segment would do, done from here
run 0 send --via destination --wait 10 --json
json 'o["hops"][1]["state"] == "done" and o["hops"][2]["state"] == "done" and o["hops"][6]["state"] == "done"'
run 0 send --via handler --wait 10 --json
json 'all(h["state"] == "done" for h in o["hops"][3:])'

# the journey is what the services tell: the function's run from its log, the list and the trait of now; hidden is what
# nobody tells, with the reason
run 0 send --wait 10 --json
id=$(value 'o["message_id"]')
run 0 journey "$id" --json
json 'o["message_id"] == "'"$id"'" and o["is_recorded"] is False and o["is_complete"] is False'
json '{e["hop"]: e["state"] for e in o["exchanges"]} == {"segment": "hidden", "destination": "hidden", "lambda": "done", "put_events": "hidden", "recommendations": "done", "identify": "hidden", "profile": "done"}'
json 'all(e["note"] for e in o["exchanges"] if e["state"] == "hidden") and o["note"]'
json 'any(l["text"].startswith("REPORT RequestId:") and l["at"] for l in o["lines"])'
json 'o["after"]["note"] == "asked now" and len(o["trait_after"]["value"]) == 25'
cp "$work/out" "$work/journey"
for secret in secret_access_key profile_api_token; do
  secret=$(identity "$secret")
  ! grep -qF -- "$secret" "$work/journey" || fail "the journey tells $secret"
done
run 1 journey not-an-event
err_has "newest 100 events"

# the function's log, signed; and the end of following by Ctrl-C
run 0 lambda logs --since 1h
out_has "START RequestId: "
run 0 lambda logs --since 1h --pattern '"PutEvents: 1 event"' --json
out_lacks "START RequestId: "; out_has '"kind":"line"'; out_has "PutEvents: 1 event"
run 2 lambda logs --since tomorrow
err_has "--since 5m"
run 1 lambda logs --function nobody
err_has "no log group /aws/lambda/nobody"
become_recloop lambda logs --follow --pattern REPORT >"$work/followed" 2>"$work/err" &
follower=$!
started="$started $follower"
tries=0
until grep -q "REPORT RequestId" "$work/followed"; do
  tries=$((tries + 1)); [ "$tries" -lt 100 ] || fail "nothing was followed"
  run 0 send --wait 10 --json
done
seen=$(sort "$work/followed" | uniq -d | wc -l)
[ "$seen" = 0 ] || fail "lines were told twice"
kill -INT "$follower"
status=0; wait "$follower" || status=$?
[ "$status" = 0 ] || fail "following ended with $status"

# the debugger of a real source cannot be read, and that is said
run 1 watch --source website-prod --json
err_has "debugger"

# but the events of a shopper stand on the profile: earlier ones to begin with, new ones as they come, each once
become_recloop watch --user watched-1 --json >"$work/watched" 2>"$work/watched.err" &
watcher=$!
started="$started $watcher"
for sku in floral-white-top zipped-jacket led-high-tops; do
  run 0 send --user watched-1 --sku "$sku" --json
  until grep -q "\"sku\":\"$sku\"" "$work/watched"; do kill -0 "$watcher" || fail "watch ended early"; done
done
kill -INT "$watcher"
status=0; wait "$watcher" || status=$?
[ "$status" = 0 ] || fail "stopping watch ended with $status"
grep -q 'profile of watched-1' "$work/watched.err" || fail "watch does not tell what it shows"
grep '"sku"' "$work/watched" | python3 -c 'import json, sys
skus = [json.loads(line)["sku"] for line in sys.stdin]
assert skus == ["floral-white-top", "zipped-jacket", "led-high-tops"], skus' || fail "an event is missing or was told twice"
run 0 send --user watched-1 --sku ocean-blue-shirt --json
become_recloop watch --user watched-1 --limit 2 --json >"$work/watched" 2>/dev/null &
watcher=$!
started="$started $watcher"
until grep -q ocean-blue-shirt "$work/watched"; do kill -0 "$watcher" || fail "watch ended early"; done
kill -INT "$watcher"; wait "$watcher" || true
[ "$(grep -c '"sku"' "$work/watched")" = 2 ] || fail "--limit 2 began with another number of events"

# the console lists what it sends, and what it finds on the profile only when it is not known yet
(printf '3\n:send sku=yellow-wool-jumper\n'; sleep 5; printf 'q\n') |
  recloop console --linear >"$work/out" 2>"$work/err" || fail "the console ended badly"
out_has "Event Product Clicked yellow-wool-jumper"
[ "$(grep -c 'Event Product Clicked yellow-wool-jumper' "$work/out")" = 1 ] || fail "one event is listed twice"
out_has "at website-prod" # where it went, as nobody but the sender knows

# a wrong secret is the real signature error with its cause
with="AWS_ACCESS_KEY_ID=$(identity access_key_id) AWS_SECRET_ACCESS_KEY=0000000000000000000000000000000000000000"
run 1 recommend
err_has "InvalidSignatureException"
err_lacks "00000000000000000000"

# nobody there
with="AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=x AWS_ENDPOINT_URL=http://127.0.0.1:9"
run 0 config unset aws_endpoint_url
run 4 recommend --timeout 2000
err_has "127.0.0.1:9"
