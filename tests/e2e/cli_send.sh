#!/bin/sh
# cli_send — one click goes round the loop, and another process sees what it left.
. "$(dirname "$0")/cli_support.sh"

run 0 send --wait 10 --json
json 'o["ok"] is True and o["error"] is None'
json '[h["hop"] for h in o["hops"]] == ["segment","destination","lambda","put_events","recommendations","identify","profile"]'
json 'all(h["state"] == "done" for h in o["hops"])'
json 'all(isinstance(h["ms"], (int, float)) and h["ms"] >= 0 for h in o["hops"])'
json 'o["via"] == "segment" and o["user_id"] == "2941404340" and o["sku"] == "ocean-blue-shirt"'
json 'o["total_ms"] > 0 and len(o["recommendations"]["items"]) == 25'
first=$(value 'o["recommendations"]["items"][0]["item_id"]')

# a second process, with the state in the data folder
run 0 profile --json
json "o['traits']['recommended_products'][0] == '$first'"
json 'len(o["traits"]["recommended_products"]) == 25'
run 0 profile --events --ids --json
json 'any(e["name"] == "Product Clicked" and e["sku"] == "ocean-blue-shirt" for e in o["events"])'
json 'any(i["type"] == "user_id" and i["id"] == "2941404340" for i in o["identifiers"])'
run 0 profile --computed --json
json '[o["trait_details"][t]["is_computed"] for t in ("purchased_products", "recommended_products")] == [True, False]'

# the list moves with what is clicked, and says how
run 0 send --sku silk-summer-top --wait 10 --json
json 'any(i["previous_rank"] not in (None, i["rank"]) for i in o["recommendations"]["items"])'

# text for people: one line per hop, all of it on standard output
run 0 send --wait 10
for hop in Segment Destination Lambda PutEvents Recommend Identify Profile; do out_has "$hop"; done
out_has " ms "

# --verbose tells every request, on standard error, without the key it was sent with
run 0 send --verbose
err_has "Segment tracking  POST 127.0.0.1:"
err_lacks "RecloopWebsiteProdSandboxKey0001"
run 0 send
err_lacks "Segment tracking"

# the same messageId twice counts once
cat >"$work/event.json" <<'JSON'
{"type":"track","event":"Product Clicked","userId":"4711","anonymousId":"4711-anon",
 "messageId":"twice-1","properties":{"sku":"led-high-tops"}}
JSON
run 0 send --event "$work/event.json" --wait 10 --json
run 0 send --event "$work/event.json" --wait 10 --json
run 0 profile --user 4711 --events --json
json 'sum(1 for e in o["events"] if e["message_id"] == "twice-1") == 1'

# every way of sending
run 0 send --via handler --wait 10 --json
json 'o["hops"][0]["state"] == "skipped" and o["hops"][2]["state"] == "done"'
json 'all(h["state"] == "done" and h["ms"] is not None for h in o["hops"][3:])'
run 0 send --via destination --wait 10 --json
json 'all(h["state"] == "done" for h in o["hops"][1:])'
json 'any(line.startswith("START RequestId:") for line in o["log"])'
json 'any(line.startswith("REPORT RequestId:") for line in o["log"])'

# an event on standard input; one that Segment drops is told so, with the remedy
status=0
printf '%s' '{"type":"track","userId":"1","properties":{}}' |
  recloop send --event - --wait 10 --json >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 1 ] || fail "a track without event name ended with $status"
json '"event_not_defined" in o["error"]["message"] and "event" in o["error"]["hint"]'
err_has "recloop: "

# hostile text stays text
run 0 send --user "$(printf 'u\033[31m\302\233')" --name "$(printf 'a\nb\007')" --json
run 0 send --user "$(printf 'u\033[31m\302\233')" --name "$(printf 'a\nb\007')"
! LC_ALL=C grep -q "$(printf '[\033\007]')" "$work/out" "$work/err" || fail "control bytes in the output"

run 0 recommend --num 5 --json
json 'len(o["items"]) == 5 and o["items"][0]["reasons"] is not None'
run 0 recommend --filter exclude-purchased --num 3
run 0 recommend --via endpoint --num 4 --json
json 'len(o["items"]) == 4'
run 0 recommend --item silk-summer-top --num 3 --json
json 'o["item_id"] == "silk-summer-top" and len(o["items"]) == 3'
run 0 rank led-high-tops silk-summer-top zipped-jacket --json
json 'sorted(i["item_id"] for i in o["items"]) == ["led-high-tops","silk-summer-top","zipped-jacket"]'
run 0 handler --json
json 'o["outcome"] == "recommended" and o["payload"] is None and len(o["items"]) > 0'

# a key of no source: Segment says success, and the step that mends it is named
run 0 config set website_write_key AbCdEfGhIjKlMnOpQrStUvWxYz012345
run 1 send --wait 3 --json
json '[h["state"] for h in o["hops"][:2]] == ["done", "failed"] and "no source" in o["error"]["message"]'
json '"config set website_write_key" in o["error"]["hint"]'
run 0 config unset website_write_key

# a function that does not answer has the event: it was not lost, and it was not delivered either
start_sandbox --handler runtime
run 4 send --wait 1 --json
json '[h["state"] for h in o["hops"][:3]] == ["done", "done", "failed"]'
json '"did not answer within 1 s" in o["error"]["message"] and "journey" in o["error"]["hint"]'

# behind a backlog: while nothing takes the events none of them gets on, so there is one for certain
recloop stream 2026-01-01 --to 2026-01-03 --platforms web --limit 2000 >"$work/flood.out" 2>"$work/flood.err" ||
  fail "the flood"
run 4 send --wait 1 --json
json '"still waits behind" in o["error"]["message"] and "journey" in o["error"]["hint"]'
json 'o["hops"][1]["state"] == "failed"'
kill "$sandbox"
wait "$sandbox" || true
# … it is followed for as long as somebody has patience: the next sandbox goes on where that one stopped
run 0 send --wait 1 --patience 120 --json
json 'any(h["hop"] == "profile" and h["state"] == "done" for h in o["hops"])'
echo "the loop turns"
