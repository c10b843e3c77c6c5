#!/bin/sh
# cli_stream_faults — each fault of the sandbox against a stream: nothing lost, nothing double, progress true.
. "$(dirname "$0")/cli_support.sh"

start_sandbox
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
folder="$work/home/.local/share/recloop/sandbox"

# faults SPEC — that one and no other; an empty one takes all away. Prints how often those before have struck.
faults() {
  python3 - "$url" "$1" <<'PY'
import json, sys, urllib.request
def ask(method, body=None):
    request = urllib.request.Request(sys.argv[1] + "/_recloop/faults", body, method=method)
    request.add_header("Content-Type", "application/json")
    return json.load(urllib.request.urlopen(request))
print(sum(f["hits"] for f in ask("GET")["faults"]))
ask("DELETE")
if sys.argv[2]:
    ask("PUT", json.dumps({"spec": sys.argv[2]}).encode())
PY
}

# What is to be true of every run: the JSON lines of $work/out, and what the sandbox has.
cat >"$work/check.py" <<'PY'
import collections, json, sqlite3, sys
lines_path, whole_path, folder, target, is_whole = sys.argv[1:6]
messages = {}
for line in open(whole_path, encoding="utf-8"):
    o = json.loads(line)
    if target == "segment" or "sku" in o.get("properties", {}):
        messages[o["messageId"]] = o
database = sqlite3.connect(folder + "/sandbox.db")
if target == "segment":
    rows = [i for i, discard in database.execute("SELECT message_id, discard FROM events") if discard == 0]
else:
    rows = [i for i, in database.execute("SELECT event_id FROM interactions")]
found = collections.Counter(i for i in rows if i in messages)
assert max(found.values(), default=0) <= 1, "double: %s" % [i for i, n in found.items() if n > 1][:3]
lines = [json.loads(line) for line in open(lines_path, encoding="utf-8")]
before = 0
for o in lines:
    if o["kind"] != "progress": continue
    assert before <= o["done"] == o["accepted"] <= len(found), "progress is ahead: %s of %d" % (o, len(found))
    assert o["accepted"] + o["refused"] + o["skipped"] <= o["total"], o
    before = o["accepted"]
last = [o for o in lines if o["kind"] == "progress"][-1]
assert last["is_running"] is False and last["in_flight"] == 0, last
if is_whole == "whole":
    assert len(found) == len(messages), "lost: %d of %d" % (len(messages) - len(found), len(messages))
    assert last["accepted"] == len(messages) and last["refused"] == 0, last
    assert last["accepted"] + last["skipped"] == last["total"], last
print(last["retried"], last["accepted"])
PY
seed=0
# generate — a job of its own, and what it is to bring
generate() {
  seed=$((seed + 1))
  job="2019-05-19 --to 2019-05-19 --users 40 --seed $seed"
  # shellcheck disable=SC2086
  run 0 stream $job --out "$work/whole.$seed" --quiet
}
# check TARGET whole|part
check() {
  python3 "$work/check.py" "$work/out" "$work/whole.$seed" "$folder" "$1" "$2" >"$work/counts" 2>"$work/why" ||
    { cat "$work/why" >&2; fail "$fault: $1"; }
  read -r retried accepted <"$work/counts"
}

# passes TARGET FAULT — it passes by itself: one command, everything once
passes() {
  fault=$2
  generate
  faults "$fault" >/dev/null
  # shellcheck disable=SC2086
  run 0 stream $job --to "$1" --json
  check "$1" whole
  [ "$(faults "")" -gt 0 ] || fail "$fault never struck"
  # an answer without a body has no half
  case $fault in *latency* | personalize-events:half*) ;; *) [ "$retried" -gt 0 ] || fail "$fault: nothing was sent again" ;; esac
}
# stays TARGET FAULT STATUS WORDS — it does not: the command ends with that status, saying so; when the fault has
# gone the same command brings what is left
stays() {
  fault=$2
  generate
  faults "$fault" >/dev/null
  # shellcheck disable=SC2086
  run "$3" stream $job --to "$1" --json --patience 1
  err_has "$4"
  err_has "the same command goes on from there"
  check "$1" part
  [ "$accepted" = 0 ] || fail "$fault: $accepted were never acknowledged"
  [ "$(faults "")" -gt 0 ] || fail "$fault never struck"
  # shellcheck disable=SC2086
  run 0 stream $job --to "$1" --json
  check "$1" whole
}

for fault in 'latency=1ms..20ms' 'throttle,retry-after=0,count=2' 'throttle,retry-after=1,count=1' 'throttle,count=1' \
  'status=500,count=2' 'status=503,count=2' 'error=InternalServerException,status=500,count=2' \
  'drop,count=2' 'lose,count=2' 'half,count=2' 'half,latency=5ms,count=1'; do
  passes segment "tracking:$fault"
done
for fault in 'latency=1ms..20ms' 'throttle,count=2' 'throttle,retry-after=1,count=1' 'status=500,count=3' \
  'status=503,count=3' 'drop,count=3' 'lose,count=3' 'half,count=3' 'expired-token,count=1' \
  'drop,probability=0.2,seed=1' 'lose,probability=0.2,seed=2' 'half,probability=0.2,seed=3'; do
  passes personalize "personalize-events:$fault"
done

stays segment 'tracking:throttle,retry-after=0' 1 'Send more slowly'
stays segment 'tracking:status=503' 4 503
stays segment 'tracking:drop' 4 'closed the connection'
stays segment 'tracking:lose' 4 'closed the connection'
stays segment 'tracking:status=401' 1 "write key"
stays segment 'tracking:status=404' 1 404
stays personalize 'personalize-events:throttle' 1 'send more slowly'
stays personalize 'personalize-events:status=503' 4 'ServiceUnavailable'
stays personalize 'personalize-events:lose' 4 'closed the connection'
stays personalize 'personalize-events:error=AccessDeniedException,status=403' 1 PutEvents
stays personalize 'personalize-events:expired-token' 1 session
stays personalize 'personalize-events:skew=1h' 1 clock
echo "each fault: once, and whole"
