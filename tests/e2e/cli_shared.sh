#!/bin/sh
# cli_shared — one sandbox for many processes; what it acknowledged survives kill -9.
. "$(dirname "$0")/cli_support.sh"

start_sandbox
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
python3 - "$work/ready" "$sandbox" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
assert o["pid"] == int(sys.argv[2]) and o["write_keys"]["website-prod"] and o["campaign_arn"].startswith("arn:aws:personalize:us-east-1:")
PY

# other processes use it, and say so
run 0 status --json
json "o['backend'] == 'sandbox_other' and o['url'] == '$url'"
run 0 sandbox env
err_lacks "No sandbox is running"
out_has "export RECLOOP_FUNCTION_ARN=arn:aws:lambda:"
out_has "export AWS_ENDPOINT_URL=$url"
run 0 send --user 815 --sku zipped-jacket --wait 10 --json
run 0 profile --user 815 --json
json 'len(o["traits"]["recommended_products"]) > 0'

# the journey of an event that another process sent: every request and answer, no secret of anybody
run 0 send --wait 10 --json
id=$(value 'o["message_id"]')
run 0 journey "$id" --json
json 'o["is_recorded"] and o["is_complete"] and o["message_id"] == "'"$id"'"'
json '[e["hop"] for e in o["exchanges"]] == ["segment","destination","lambda","put_events","recommendations","identify","profile"]'
json 'all(e["state"] == "done" and e["request"] and e["answer"] for e in o["exchanges"])'
json 'len(o["after"]["item_ids"]) >= 25 and len(o["trait_after"]["value"]) == 25 and o["lag_ms"] > 0'
json 'o["trait_before"] is not None and len(o["lines"]) >= 4'
cp "$work/out" "$work/journey"
run 0 sandbox env --json
cp "$work/out" "$work/env"
python3 - "$work/journey" "$work/env" <<'PY' || fail "a secret is told"
import json, sys
told = open(sys.argv[1], encoding="utf-8").read()
def texts(value, key=""):
    if isinstance(value, dict):
        for k in value: yield from texts(value[k], k.lower() + "." + key)
    elif isinstance(value, str) and any(w in key for w in ("write_key", "secret", "token")):
        if "://" not in value: yield key, value
found = [k for k, v in texts(json.load(open(sys.argv[2], encoding="utf-8"))) if len(v) > 8 and v in told]
sys.exit(f"{found}" if found else 0)
PY
run 0 journey --last
out_has "GetRecommendations"; out_has "Lag "
run 0 journey "$id" --verbose --ascii
out_has "> POST /v1/track"; out_has "< 200 OK"; out_has "REPORT RequestId: "
run 2 journey "$id" --last
run 1 journey not-an-event
err_has "no such event"
run 0 lambda logs --since 1h
out_has "REPORT RequestId: "

# a second one on the same folder is refused with a reason
run 1 sandbox --listen 127.0.0.1:0
err_has "recloop: "

# what was acknowledged survives kill -9
run 0 send --user 816 --sku led-high-tops --wait 10 --json
kill -KILL "$sandbox"
wait "$sandbox" 2>/dev/null || true
run 0 profile --user 816 --events --json
json 'len(o["traits"]["recommended_products"]) > 0'
json 'any(e["sku"] == "led-high-tops" for e in o["events"])'

# SIGTERM is a clean end
start_sandbox
kill -TERM "$sandbox"
status=0; wait "$sandbox" || status=$?
[ "$status" = 0 ] || fail "SIGTERM ended the sandbox with $status"

# --json is one line, from start to end
mkfifo "$work/lines" "$work/first"
become_recloop sandbox --listen 127.0.0.1:0 --data :memory: --json >"$work/lines" 2>"$work/err" &
sandbox=$!
started="$started $sandbox"
(read -r line <&3; echo "$line" >"$work/first"; cat <&3 >"$work/rest") 3<"$work/lines" &
reader=$!
head -n 1 "$work/first" >"$work/out"
json 'o["url"].startswith("http://127.0.0.1:") and o["pid"] > 0'
kill -TERM "$sandbox"
wait "$sandbox" "$reader"
[ ! -s "$work/rest" ] || fail "a second line: $(cat "$work/rest")"

# many starters at once: the lock decides, nobody fails
pids=""
for i in 1 2 3 4 5 6; do
  become_recloop send --user "race-$i" --wait 10 --json >"$work/race-$i" 2>&1 &
  pids="$pids $!"
done
for pid in $pids; do
  wait "$pid" || { cat "$work"/race-* >&2; fail "a starter lost the race and failed"; }
done
for i in 1 2 3 4 5 6; do
  run 0 profile --user "race-$i" --json
  json 'len(o["traits"]["recommended_products"]) > 0'
done

# back to the seeded state
run 0 sandbox reset --json
run 1 profile --user 816
printf 'USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nn1,zipped-jacket,Product Clicked,1700000000\nn1,led-high-tops,Product Added,1700000060\n' >"$work/history.csv"
for content in '' '1,ocean-blue-shirt,View,1600000000' 'no,such,columns' "$(head -c 70000 /dev/zero | tr '\0' a)"; do
  printf '%s' "$content" >"$work/strange.csv" # no header, no line's end
  run 1 sandbox import "$work/strange.csv"
done
err_has "a row is longer than 64 KiB"
run 0 sandbox import "$work/history.csv" --json
json 'o["imported"] == 2'
run 0 sandbox import "$work/history.csv" --json
json 'o["imported"] + o["duplicates"] == 2'

# what arrives can be watched
become_recloop watch --limit 0 --json >"$work/out" 2>"$work/err" &
watcher=$!
started="$started $watcher"
while ! grep -q '"sku":"floral-white-top"' "$work/out"; do
  kill -0 "$watcher" || fail "watch ended early"
  recloop send --sku floral-white-top >/dev/null
done
kill -INT "$watcher"
status=0; wait "$watcher" || status=$?
[ "$status" = 0 ] || fail "stopping watch ended with $status"
echo "one sandbox, many processes"
