#!/bin/sh
# cli_outbox — a fired event that does not arrive is kept, and arrives once when it can.
. "$(dirname "$0")/cli_support.sh"

# route METHOD PATH [BODY] — one of the sandbox's own, its answer in $work/out
route() {
  python3 - "$url$2" "$1" "${3:-}" >"$work/out" <<'PY' || fail "$1 $2"
import sys, urllib.request
body = sys.argv[3].encode() or None
request = urllib.request.Request(sys.argv[1], data=body, method=sys.argv[2])
sys.stdout.write(urllib.request.urlopen(request).read().decode())
PY
}
fault() { route PUT /_recloop/faults "{\"spec\":\"$1,id=mine\"}"; }
no_fault() { route DELETE "/_recloop/faults?id=mine"; }
# waiting EXPRESSION — over `rows`, the lines of outbox list
waiting() {
  run 0 outbox list --json
  python3 - "$work/out" "$1" <<'PY' || fail "not true of what waits: $1"
import json, sys
rows = [o for o in map(json.loads, open(sys.argv[1], encoding="utf-8")) if o["kind"] == "values"]
sys.exit(0 if eval(sys.argv[2], {"rows": rows}) else 1)
PY
}
# seen MESSAGE_ID TIMES — by Segment's debugger, repeats left out
seen() {
  route GET "/_recloop/debugger?message_id=$1&limit=50"
  json "len([e for e in o['events'] if not e.get('discard_reason')]) == $2"
}
kept() { err_has "kept in the outbox"; err_has "recloop outbox send"; }

# nothing was ever sent: nothing is made
run 0 outbox list; err_has "Nothing waits"
run 0 outbox send --json; json 'o["ok"] and o["sent"] == o["waiting"] == 0'
[ ! -e "$work/home/.local/state/recloop" ] || fail "asking made an outbox"
run 2 outbox drop; run 2 outbox drop 1 --all; run 2 outbox drop x
run 1 outbox drop 1 --json; json 'o["error"]["code"] == "not_found" and "outbox list" in o["error"]["hint"]'

start_sandbox
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
run 0 send --json; json 'o["outbox_waiting"] == 0'
waiting 'rows == []'

# nobody answers: exit 4, kept, told what brings it out
run 0 config set tracking_url http://127.0.0.1:1
run 4 send --json; kept
json 'o["error"]["code"] == "unreachable" and o["outbox_waiting"] == 1'
first=$(value 'o["message_id"]')
run 4 send --name "Prödukt $(printf '\033[31m')" --user 4711 --json
second=$(value 'o["message_id"]')
waiting "[r['message_id'] for r in rows] == ['$first', '$second']"
waiting 'all(r["attempts"] == 1 and not r["may_have_arrived"] and r["source"] == "website-prod" for r in rows)'
waiting 'rows[0]["age_s"] < 300 and rows[0]["profile"] == "sandbox" and "nothing answers" in rows[0]["last_error"]'
run 0 outbox list
out_has "has not arrived after 1 attempt"; out_has "Prödukt"; out_has "4711"
! LC_ALL=C grep -q "$(printf '\033')" "$work/out" || fail "control bytes in the output"
run 4 outbox send --json
json 'o["sent"] == 0 and o["waiting"] == 2 and "event " in o["error"]["message"]'
waiting '[r["attempts"] for r in rows] == [2, 1]'
# the journey of what reached nobody: who is asked does not know it, the outbox does
run 1 journey "$first" --json
json "o['message_id'] == '$first' and o['name'] == 'Product Clicked' and o['user_id'] == '2941404340'"
json 'o["exchanges"][0]["hop"] == "segment" and o["exchanges"][0]["state"] == "failed" and o["exchanges"][0]["attempts"] == 2'
json '"nothing answers" in o["exchanges"][0]["problem"] and "outbox send" in o["exchanges"][0]["hint"]'
json 'all(e["state"] == "skipped" for e in o["exchanges"][1:])'
run 1 journey test-message-unknown; err_has "no such event"
# another way than Segment's keeps nothing
run 4 send --via handler --json
json '"outbox_waiting" not in o'

# no key, and nobody else's business
key=$(recloop config get website_write_key --reveal)
[ -n "$key" ] || fail "no write key"
for file in "$work/home/.local/state/recloop"/*; do
  [ "$(stat -c %a "$file")" = 600 ] || fail "$file has mode $(stat -c %a "$file")"
  ! grep -qaF -- "$key" "$file" || fail "the write key is in $file"
done
[ "$(stat -c %a "$work/home/.local/state/recloop")" = 700 ] || fail "the folder is open to others"

# another profile's events stay; those of a file of its own too
run 0 config set website_write_key other-key-0123456789 --profile work
run 0 outbox send --profile work --json; json 'o["sent"] == 0 and o["waiting"] == 0'
cp "$work/home/.config/recloop/config.ini" "$work/other.ini"
run 0 outbox send --config "$work/other.ini" --json; json 'o["sent"] == 0'
waiting 'len(rows) == 2'

# the server comes: each arrives once, in the order of firing
run 0 config unset tracking_url
run 0 outbox send --json; json 'o["sent"] == 2 and o["refused"] == 0 and o["waiting"] == 0'
waiting 'rows == []'
seen "$first" 1; seen "$second" 1
route GET "/_recloop/debugger?limit=50"
json "[e['message_id'] for e in o['events'] if e['message_id'] in ('$first', '$second')] in (['$first', '$second'], ['$second', '$first'])"
run 0 outbox send --json; json 'o["sent"] == 0'

# throttled, in trouble, silent: kept each time, and the list knows which may have arrived
fault 'tracking:throttle,reset=0'; run 1 send --json; kept; no_fault
waiting 'len(rows) == 1 and not rows[0]["may_have_arrived"]'
fault 'tracking:status=503'; run 4 send --json; kept; no_fault
fault 'tracking:lose'; run 4 send --json; kept
lost=$(value 'o["message_id"]'); no_fault
waiting '[r["may_have_arrived"] for r in rows] == [False, True, True]'
seen "$lost" 1 # it had arrived
# a success sends them, after the person's own event; --only leaves them
run 0 send --only --json; json 'o["outbox_waiting"] == 3'
run 0 send --wait 10 --json
json 'o["ok"] and o["outbox_waiting"] == 0 and all(h["state"] == "done" for h in o["hops"])'
waiting 'rows == []'
seen "$lost" 1

# a refusal that will never change is not kept
fault 'tracking:status=400'; run 1 send --json; json 'o["outbox_waiting"] == 0'
err_lacks "kept in the outbox"; no_fault
# … and one that waits leaves with the reason, the others go
fault 'tracking:status=503'; run 4 send; no_fault
fault 'tracking:drop'; run 4 send --json
dropped=$(value 'o["message_id"]'); no_fault
fault 'tracking:status=400,count=1'
run 1 outbox send --json; json 'o["sent"] == 1 and o["refused"] == 1 and o["waiting"] == 0'
err_has "refused for good"; no_fault
seen "$dropped" 1

# interrupted, and killed in the middle: it is in the outbox from before it is sent
for signal in INT KILL; do
  fault 'tracking:latency=8s'
  become_recloop send --json >"$work/out" 2>"$work/err" </dev/null &
  pid=$!
  tries=0
  until recloop outbox list 2>/dev/null | grep -q attempt; do
    tries=$((tries + 1)); [ "$tries" -lt 200 ] || fail "the event is not in the outbox while it is sent"
  done
  # nobody else sends it meanwhile
  run 0 outbox send --json; json 'o["sent"] == 0 and o["waiting"] == 1'
  kill -"$signal" "$pid"
  status=0; wait "$pid" || status=$?
  [ "$status" != 0 ] || fail "the send was over before the signal"
  [ "$signal" = KILL ] || { [ "$status" = 130 ] || fail "SIGINT ended it with $status"; kept; }
  waiting 'len(rows) == 1 and rows[0]["may_have_arrived"] and rows[0]["attempts"] == 1'
  no_fault
  waiting 'len(rows) == 1'
  id=$(python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).readline())["message_id"])' "$work/out")
  run 0 outbox send --json; json 'o["sent"] == 1 and o["waiting"] == 0'
  seen "$id" 1
done

# several at once: each goes once
run 0 config set tracking_url http://127.0.0.1:1
for i in 1 2 3 4 5 6; do recloop send --user "many-$i" >/dev/null 2>&1 & done; wait_for_all=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  recloop outbox list --json >"$work/out"; [ "$(grep -c many- "$work/out")" = 6 ] && break; wait "$wait_for_all" || true; sleep 0.1
done
waiting 'len(rows) == 6'
run 0 config unset tracking_url
recloop outbox send --json >"$work/one" 2>/dev/null & one=$!
recloop outbox send --json >"$work/two" 2>/dev/null & two=$!
wait "$one" || true; wait "$two" || true
run 0 outbox send --json
python3 - "$work/one" "$work/two" "$work/out" <<'PY' || fail "six events were not sent six times"
import json, sys
sys.exit(0 if sum(json.load(open(f))["sent"] for f in sys.argv[1:]) == 6 else 1)
PY
waiting 'rows == []'

# dropping says what is lost
run 0 config set tracking_url http://127.0.0.1:1
run 4 send --user drop-1; run 4 send --user drop-2; run 4 send --user drop-3
waiting 'len(rows) == 3'
id=$(python3 -c 'import json,sys; print(json.loads(open(sys.argv[1]).readline())["id"])' "$work/out")
run 0 outbox drop "$id"; err_has "of drop-1"; err_has "is lost"
run 0 outbox drop --all --json; json 'o["dropped"] == 2'; err_has "of drop-2"; err_has "of drop-3"
waiting 'rows == []'

# where nothing can be kept it is sent all the same, and told
run 0 config unset tracking_url
: >"$work/file"
with="XDG_STATE_HOME=$work/file"
run 0 send --json; json 'o["ok"]'; err_has "not kept"
rm "$work/home/.local/state/recloop"/outbox.db-*
printf 'not a database, but long enough to be taken for one ......................................' >"$work/home/.local/state/recloop/outbox.db"
with=""
run 0 send --json; err_has "not an outbox"
run 1 outbox list; err_has "Move it away"
echo "nothing fired is lost"
