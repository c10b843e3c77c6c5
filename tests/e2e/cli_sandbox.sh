#!/bin/sh
# cli_sandbox — `recloop sandbox` and its start options: what they do, what is refused, how it ends.
. "$(dirname "$0")/cli_support.sh"

# ask METHOD TARGET [BODY] — status, blank, headers that matter and body of the answer on one line
ask() {
  python3 - "$(value 'o["url"]' <&-)" "$@" <<'PY'
import http.client, sys, urllib.parse
url, method, target = sys.argv[1:4]
body = sys.argv[4] if len(sys.argv) > 4 else None
c = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
c.request(method, target, body)
r = c.getresponse()
print(r.status, r.getheader("Retry-After"), r.getheader("Connection"), r.read().decode())
PY
}
started_url() { cp "$work/ready" "$work/out"; }
stop_sandbox() {
  kill -TERM "$sandbox"
  status=0; wait "$sandbox" || status=$?
  [ "$status" = 0 ] || { cat "$work/sandbox.err" >&2; fail "the sandbox ended with $status"; }
}

# wrong usage is told before anything is started
run 2 sandbox --listen nonsense
err_has '"nonsense" is no address'
err_has "127.0.0.1:7780"
run 2 sandbox --listen 0.0.0.0:0 --data :memory:
err_has "others could reach it"
err_has "--allow-remote"
run 2 sandbox --fault lambda:explode
err_has '--fault lambda:explode: a fault has no "explode"'
err_has "latency=MS"
run 2 sandbox --fault "lambda.Invoke:latency=250"
err_has "latency=250ms..1s"
run 2 sandbox --status-seconds 0
err_has "--status-seconds"
run 2 sandbox --handler python
err_has "builtin, runtime"
run 1 sandbox --data :memory: --listen 127.0.0.1:0 --answers /no/such/answers.json
err_has /no/such/answers.json
printf '{"items":7}' >"$work/bad.json"
run 1 sandbox --data :memory: --listen 127.0.0.1:0 --answers "$work/bad.json"
err_has "items are no list"
run 1 sandbox --data :memory: --listen 127.0.0.1:0 --request-log /no/such/folder/log
err_has /no/such/folder/log
[ ! -s "$work/out" ] || fail "a failure writes to standard output"

# faults, declared answers, instant statuses, request log
printf '{"answers":[{"user_id":"pinned","items":["one","two"]}]}' >"$work/answers.json"
start_sandbox --fault "tracking.track:status=503,count=1" --fault "profile:throttle,retry-after=7,id=slow" \
  --answers "$work/answers.json" --instant --strict --request-log "$work/requests.jsonl"
started_url
json 'o["pid"] > 0 and o["runtime_api"] == ""'
first=$(ask POST /v1/track '{}')
case $first in "503 "*) ;; *) fail "the fault did not strike: $first" ;; esac
case $(ask GET /v1/spaces/x/collections/users/profiles/user_id:u/traits) in "429 7 "*) ;; *) fail "no throttling" ;; esac
case $(ask GET /_recloop/faults) in *'"id":"slow"'*'"hits":1'*) ;; *) fail "hits are not counted" ;; esac
case $(ask DELETE "/_recloop/faults?id=slow") in "200 "*) ;; *) fail "a fault stays" ;; esac
case $(ask GET /_recloop/health) in *'"instant_statuses":true'*) ;; *) fail "statuses are not instant" ;; esac
run 0 recommend --user pinned --json
json '[i["item_id"] if "item_id" in i else i.get("itemId") for i in o["items"]][:2] == ["one", "two"]'
# rotation: the old file stays as it is, the new one goes on
mv "$work/requests.jsonl" "$work/requests.1"
kill -HUP "$sandbox"
started_url
ask GET /_recloop/health >"$work/health"
stop_sandbox
lines=$(wc -l <"$work/requests.1")
[ "$lines" -ge 5 ] || fail "the request log has $lines lines"
python3 - "$work/requests.1" "$work/requests.jsonl" <<'PY' || fail "the request log is not what it should be"
import json, sys
old = [json.loads(l) for l in open(sys.argv[1])]
new = [json.loads(l) for l in open(sys.argv[2])]
assert [l["status"] for l in old[:2]] == [503, 429], old[:2]
assert old[1]["fault"] == "slow" and old[0]["service"] == "tracking"
assert new and new[-1]["path"] == "/_recloop/health"
assert all(set(l) == set(old[0]) for l in old + new)
PY

# functions that people bring: where they attach is told
start_sandbox --handler runtime --data :memory:
started_url
json 'o["runtime_api"].startswith("127.0.0.1:")'
case $(ask GET /_recloop/health) in *'"handler":"runtime"'*) ;; *) fail "health does not tell the handler" ;; esac
stop_sandbox

# a stop finishes what was begun, tells those who only wait, and takes nobody new
start_sandbox --data :memory: --fault "tracking.track:latency=4500ms"
started_url
held() { ask GET /_recloop/health | grep -qF "\"held_requests\":$1"; }
begin_slow() { ask POST /v1/track '{"event":"E","userId":"u","writeKey":"0123456789abcdef"}' >"$work/slow" & slow=$!; }
ask GET "/_recloop/debugger?wait=30000&after=999" >"$work/poll" &
poll=$!
begin_slow
until held 2; do # on a busy machine one may be over before the other begins
  kill -0 "$sandbox" || fail "the sandbox ended"
  kill -0 "$slow" 2>/dev/null || begin_slow
  kill -0 "$poll" 2>/dev/null || { ask GET "/_recloop/debugger?wait=30000&after=999" >"$work/poll" & poll=$!; }
done
stop_sandbox
wait "$slow" "$poll"
grep -q '^200 None close {"success"' "$work/slow" || fail "a request under way was not finished: $(cat "$work/slow")"
grep -q '^503 1 close ' "$work/poll" || fail "a poll was not told to come later: $(cat "$work/poll")"

# elsewhere only when told so, and loudly; the own routes stay this machine's
start_sandbox --listen 0.0.0.0:0 --allow-remote --data :memory: 2>"$work/err"
started_url
grep -qF "Whoever reaches 0.0.0.0:0 can use this sandbox" "$work/sandbox.err" || fail "no warning"
json 'o["url"].startswith("http://127.0.0.1:")'
case $(ask GET /_recloop/health) in "200 "*) ;; *) fail "this machine cannot ask" ;; esac
stop_sandbox
echo "every option of the sandbox does what it says"
