#!/bin/sh
# cli_stream — a job is done once and whole, whoever is killed in the middle of it.
. "$(dirname "$0")/cli_support.sh"

# metric NAME — of the sandbox at $url
metric() {
  python3 - "$url" "$1" <<'PY'
import sys, urllib.request
text = urllib.request.urlopen(sys.argv[1] + "/_recloop/metrics").read().decode()
print(int(float(next(l.split()[1] for l in text.splitlines() if l.split(" ")[0] == sys.argv[2]))))
PY
}
# once FOLDER FILE... — the sandbox of that folder has every message of the files, each once, accepted
once() {
  python3 - "$@" <<'PY' || fail "not once and whole: $*"
import collections, json, sqlite3, sys
wanted = {json.loads(l)["messageId"] for f in sys.argv[2:] for l in open(f, encoding="utf-8")}
rows = sqlite3.connect(sys.argv[1] + "/sandbox.db").execute("SELECT message_id, discard FROM events").fetchall()
found = collections.Counter(i for i, discard in rows if i in wanted and discard == 0)
twice = [i for i, n in found.items() if n > 1]
assert len(found) == len(wanted) and not twice, (len(wanted), len(found), twice[:3])
PY
}
# last EXPRESSION — true of `o`, the last line of that kind among the JSON lines in $work/out
last() {
  python3 - "$work/out" "$1" "$2" <<'PY' || fail "not true of the last $1: $2"
import json, sys
o = [l for l in map(json.loads, open(sys.argv[1], encoding="utf-8")) if l["kind"] == sys.argv[2]][-1]
sys.exit(0 if eval(sys.argv[3], {"o": o}) else 1)
PY
}
# at COUNT SIGNAL PID ARGUMENTS — runs recloop; when so many messages are done it sends the signal to the pid
# (0: recloop itself), and then waits for its end. Prints the status.
cat >"$work/at.py" <<'PY'
import json, os, subprocess, sys
count, number, pid = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
run = subprocess.Popen(sys.argv[4:], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
out = open(os.environ["OUT"], "w")
is_sent = False
for line in run.stdout:
    out.write(line)
    o = json.loads(line)
    if o["kind"] == "progress" and o["accepted"] >= count and not is_sent:
        os.kill(pid or run.pid, number)
        is_sent = True
print(run.wait())
PY
at() {
  after=$1; number=$2; pid=$3; shift 3
  # shellcheck disable=SC2086 # pairs without blanks
  OUT="$work/out" python3 "$work/at.py" "$after" "$number" "$pid" \
    env -i PATH="$PATH" HOME="$work/home" LC_ALL=C.UTF-8 ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" TSAN_OPTIONS="${TSAN_OPTIONS:-}" $with \
    "$program" "$@" --json 2>"$work/err"
}
stands() { find "$work/home/.local/state/recloop/stream" -name '*.cursor' | wc -l; }

job="2019-05-19 --to 2019-05-20 --users 200"

# ---- files: the same bytes at once, in pieces, after any number of kills, and from shards ----
# shellcheck disable=SC2086
run 0 stream $job --out "$work/whole.ndjson"
# shellcheck disable=SC2086
run 0 stream $job --out - && cmp "$work/out" "$work/whole.ndjson" || fail "standard output differs from a file"
count=$(wc -l <"$work/whole.ndjson")
[ "$count" -gt 3000 ] || fail "only $count messages"
python3 - "$work/whole.ndjson" <<'PY' || fail "messages are not what they should be"
import json, sys
seen = set()
for line in open(sys.argv[1], encoding="utf-8"):
    o = json.loads(line)
    assert o["type"] in ("track", "identify") and o["userId"] and o["timestamp"].startswith("2019-05-")
    assert o["messageId"] not in seen
    seen.add(o["messageId"])
PY
for shard in 0 1 2; do
  # shellcheck disable=SC2086
  run 0 stream $job --shard $shard/3 --out "$work/shard.$shard"
done
cat "$work"/shard.? | sort >"$work/union"
sort "$work/whole.ndjson" | cmp - "$work/union" || fail "the shards are not the whole"
run 0 stream 2019-05-19 --to 2019-06-07 --users 400 --out "$work/long.whole"
ended=""
for hundredths in 30 35 40 45 50 55 60; do
  (trap '' TERM; timeout -s KILL "0.$hundredths" env -i HOME="$work/home" "$program" \
    stream 2019-05-19 --to 2019-06-07 --users 400 --out "$work/long.killed") >"$work/out" 2>"$work/err" || true
  # never a torn line before the place that is remembered: what follows is cut off and written again
  ended="$ended $(wc -c <"$work/long.killed")"
done
run 0 stream 2019-05-19 --to 2019-06-07 --users 400 --out "$work/long.killed"
cmp "$work/long.whole" "$work/long.killed" || fail "killed at$ended bytes, then the file differs"
run 0 stream 2019-05-19 --to 2019-06-07 --users 400 --out "$work/long.killed"
err_has "the job is complete"

# a job without --to gets the days since: what its cursor was like the day before yesterday, and then today
two=$(date -u -d '2 days ago' +%F)
one=$(date -u -d 'yesterday' +%F)
run 0 stream "$two" --to "$one" --users 30 --out "$work/days.whole"
run 0 stream "$two" --to "$two" --users 30 --out "$work/days" --cursor "$work/days.cursor"
[ "$(wc -c <"$work/days")" -lt "$(wc -c <"$work/days.whole")" ] || fail "one day is as long as two"
sed -i "s/ to=$two / to=yesterday /" "$work/days.cursor"
run 0 stream "$two" --users 30 --out "$work/days" --cursor "$work/days.cursor"
err_has "Resuming at $one"
if [ "$(date -u -d 'yesterday' +%F)" = "$one" ]; then # else it was midnight, and it has a third day
  cmp "$work/days" "$work/days.whole" || fail "the days since were not added"
fi

# no file of others is overwritten; a full disk loses nothing
echo "mine" >"$work/mine"
# shellcheck disable=SC2086
run 2 stream $job --out "$work/mine"
err_has "is not of this job"
[ "$(cat "$work/mine")" = mine ] || fail "another's file was touched"
# shellcheck disable=SC2086
(trap '' XFSZ; ulimit -f 512; run 1 stream $job --out "$work/small"; err_has "Make room") || exit 1
# shellcheck disable=SC2086
run 0 stream $job --out "$work/small"
err_has "Resuming at 2019-05-"
cmp "$work/small" "$work/whole.ndjson" || fail "after a full disk the file differs"

# --out and --cursor may not be one file: the cursor would take its place
# shellcheck disable=SC2086
run 2 stream $job --out "$work/one" --cursor "$work/one"
err_has "Give each a file of its own"
[ ! -e "$work/one" ] || fail "a file was made that is two"
# nor is a file that is no cursor given up for one, not even with --restart
# shellcheck disable=SC2086
run 1 stream $job --out "$work/other" --cursor "$work/mine" --restart
err_has "is not a cursor"
[ "$(cat "$work/mine")" = mine ] || fail "another's file was taken for a cursor"

# a password in an address is neither shown nor written down
with="RECLOOP_PROFILE=cloud RECLOOP_TRACKING_URL=http://me:sekret@127.0.0.1:1 SEGMENT_WEBSITE_WRITE_KEY=$(printf '%032d' 7)"
# shellcheck disable=SC2086
run 3 stream $job --platforms web
err_has "tracking_url"
err_lacks sekret
! grep -rq sekret "$work/home" || fail "a password was written down"
with=""

# a reader that leaves is no failure and makes no noise
# shellcheck disable=SC2086
{ status=0; recloop stream $job --out - --quiet || status=$?; echo $status >"$work/status"; } 2>"$work/err" | head -n 2 >"$work/out"
[ "$(cat "$work/status")" = 0 ] && [ ! -s "$work/err" ] || fail "a closed pipe: $(cat "$work/status")"
# shellcheck disable=SC2086
run 2 stream $job --out - --json
# shellcheck disable=SC2086
status=0; recloop stream $job --out - >/dev/full 2>"$work/err" || status=$?
[ "$status" = 1 ] || fail "a full standard output ended with $status"

# ---- into the sandbox: what it counts is what was generated ----
start_sandbox
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
folder="$work/home/.local/share/recloop/sandbox"
# shellcheck disable=SC2086
run 0 stream $job --json
last progress "o['done'] == o['accepted'] == o['total'] == $count and o['failed'] == o['refused'] == 0"
last progress "o['is_running'] is False and o['in_flight'] == 0 and o['where'].startswith('2019-05-20')"
last values "o['taken'] == $count and o['is_complete'] is True and o['requests'] > 0 and o['bytes'] > 100000"
last done "o['ok'] is True"
once "$folder" "$work/whole.ndjson"
# shellcheck disable=SC2086
run 0 stream $job
err_has "the job is complete"
[ "$(metric recloop_events_duplicate_total)" = 0 ] || fail "a complete job was sent again"
# shellcheck disable=SC2086
run 0 stream $job --restart
err_has "24 hours"
[ "$(metric recloop_events_duplicate_total)" = "$count" ] || fail "repeats are not known as such"

# live: every run is new to Segment, and the shoppers act now
before=$(metric recloop_events_duplicate_total)
for turn in 1 2; do
  run 0 stream --rate max --limit 150 --json
  last progress "o['accepted'] == o['total'] == 150 and o['where'] is None"
done
[ "$(metric recloop_events_duplicate_total)" = "$before" ] || fail "a live stream repeats itself"
run 0 stream --out - --rate max --limit 20 --quiet
python3 - "$work/out" <<'PY' || fail "the shoppers do not act now"
import datetime, json, sys
now = datetime.datetime.now(datetime.timezone.utc)
for line in open(sys.argv[1], encoding="utf-8"):
    at = datetime.datetime.fromisoformat(json.loads(line)["timestamp"].replace("Z", "+00:00"))
    assert abs((now - at).total_seconds()) < 60, line
PY

# progress on a terminal: one line that replaces itself, no escape sequences, nothing on standard output
# shellcheck disable=SC2086
python3 - "$work/out" env -i HOME="$work/home" NO_COLOR=1 "$program" stream $job --seed 4 --rate 1500 <<'PY' || fail "the terminal"
import os, pty, subprocess, sys
master, slave = pty.openpty()
with open(sys.argv[1], "w") as out:
    run = subprocess.Popen(sys.argv[2:], stdout=out, stderr=slave, stdin=subprocess.DEVNULL)
os.close(slave)
seen = b""
while True:
    try:
        piece = os.read(master, 65536)
    except OSError:
        break
    if not piece:
        break
    seen += piece
assert run.wait() == 0, seen
assert b"\033" not in seen, seen
assert seen.count(b"\revents streamed: ") >= 2, seen
assert seen.count(b"\nevents streamed: ") <= 1, seen
PY
[ ! -s "$work/out" ] || fail "progress on standard output"

# Ctrl-C: what is in flight arrives, the place is kept, the same command goes on
with_seed="$job --seed 5"
# shellcheck disable=SC2086
[ "$(at 300 2 0 stream $with_seed --rate 1500)" = 130 ] || fail "an interrupted stream ended otherwise"
err_has "the same command goes on from there"
last values "o['is_complete'] is False and o['accepted'] == o['taken']"
# shellcheck disable=SC2086
run 0 stream $with_seed --json
err_has "Resuming at 2019-05-"
# shellcheck disable=SC2086
run 0 stream $with_seed --out "$work/five"
once "$folder" "$work/five"

# kill -9, twice
with_seed="$job --seed 6"
# shellcheck disable=SC2086
run 0 stream $with_seed --out "$work/six"
# shellcheck disable=SC2086
at 500 9 0 stream $with_seed --rate 1500 >"$work/status"
# shellcheck disable=SC2086
at 1500 9 0 stream $with_seed --rate 1500 >"$work/status"
# two at once: the second is told so
# shellcheck disable=SC2086
become_recloop stream $with_seed --rate 1 >"$work/first" 2>&1 &
first=$!
started="$started $first"
while ! grep -q "events streamed" "$work/first"; do kill -0 $first || fail "the first one ended"; done
# shellcheck disable=SC2086
run 1 stream $with_seed
err_has "another process"
kill -TERM $first
wait $first || true
# shellcheck disable=SC2086
run 0 stream $with_seed --json
last progress "o['accepted'] == o['total'] == $(wc -l <"$work/six")"
once "$folder" "$work/six"

# straight to Personalize, and the interactions as a file: the same products
# shellcheck disable=SC2086
run 0 stream $job --out "$work/rows.csv" --format csv
rows=$(($(wc -l <"$work/rows.csv") - 1))
# shellcheck disable=SC2086
run 0 stream $job --seed 12 --out "$work/twelve"
# shellcheck disable=SC2086
run 0 stream $job --seed 12 --to personalize --json
last progress "o['accepted'] + o['skipped'] == o['total'] and o['accepted'] > 100"
python3 - "$folder" "$work/twelve" <<'PY' || fail "Personalize has not each interaction once"
import collections, json, sqlite3, sys
messages = map(json.loads, open(sys.argv[2], encoding="utf-8"))
wanted = {(o["userId"], o["properties"]["sku"], o["event"], o["messageId"])
          for o in messages if "sku" in o.get("properties", {})}
rows = sqlite3.connect(sys.argv[1] + "/sandbox.db").execute("SELECT user, item, event_type, event_id FROM interactions").fetchall()
ids = {w[3] for w in wanted}
found = collections.Counter(row for row in rows if row[3] in ids)
assert set(found) == wanted and max(found.values()) == 1, (len(found), len(wanted))
PY
run 0 sandbox reset
run 0 sandbox import "$work/rows.csv" --json
json "o['imported'] + o['duplicates'] == $rows and o['imported'] > 0"

# ---- the receiver is killed, too: a cloud of its own, on a port that stays ----
kill -TERM "$sandbox"; wait "$sandbox" || true
start_sandbox --data "$work/data"
recloop sandbox env >"$work/env" 2>/dev/null || true
url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["url"])' "$work/ready")
with=$(python3 - "$work/ready" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
keys = {"WEBSITE": "website-prod", "ANDROID": "android-prod", "IOS": "ios-prod", "EMAIL": "email-prod"}
print("RECLOOP_PROFILE=cloud", "RECLOOP_TRACKING_URL=" + o["url"],
      *("SEGMENT_%s_WRITE_KEY=%s" % (k, o["write_keys"][v]) for k, v in keys.items()))
PY
)
(
  # shellcheck disable=SC2086
  status=$(at 500 9 "$sandbox" stream $job --rate 1500)
  [ "$status" = 0 ] || fail "the stream ended with $status when its receiver came back"
) &
streaming=$!
started="$started $streaming"
wait "$sandbox" 2>/dev/null || true
keep=$with; with=""
become_recloop sandbox --listen "${url#http://}" --data "$work/data" >"$work/again" 2>"$work/sandbox.err" &
sandbox=$!
started="$started $sandbox"
with=$keep
wait "$streaming" || exit 1
last progress "o['accepted'] == o['total'] == $count and o['refused'] == 0"
once "$work/data" "$work/whole.ndjson"
err_has "LIVE: to Segment (us, $url), sources of android,web,ios,email; profile cloud."
# nobody there: 4, and nothing is lost
kill -KILL "$sandbox"; wait "$sandbox" 2>/dev/null || true
# shellcheck disable=SC2086
run 4 stream $job --seed 9 --patience 1
err_has "0 of about"
[ "$(stands)" -gt 5 ] || fail "cursors are missing"
echo "once, and whole"
