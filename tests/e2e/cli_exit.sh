#!/bin/sh
# cli_exit — exit codes, and what stands on standard output and error.
. "$(dirname "$0")/cli_support.sh"

# 2: wrong usage, nothing on standard output
run 2 sned
err_has 'recloop: there is no command "sned"'
err_has '`recloop send`'
[ ! -s "$work/out" ] || fail "usage errors write to standard output"
run 2 send --wait soon
run 2 send --wait soon --json
json 'o["ok"] is False and o["error"]["code"] == "usage" and "--wait" in o["error"]["message"]'
err_has "--wait"
run 2 recommend --num 0
err_has "--num"
run 2 recommend --num 501
run 2 help nonsense

# 3: configuration
run 3 --profile work recommend --json
json 'o["ok"] is False and o["error"]["code"] == "config"'
err_has "recloop config set campaign_arn"
run 3 config get no_such_setting
run 3 config set campain_arn x
err_has campaign_arn
run 3 --profile work config get campaign_arn

# 4: not reachable. Port 9 of loopback: nobody listens there in a test
with="RECLOOP_TRACKING_URL=http://127.0.0.1:9 SEGMENT_WEBSITE_WRITE_KEY=0123456789abcdef0123456789abcdef"
run 4 --profile work send --json
json 'o["hops"][0]["state"] == "failed" and o["error"]["code"] == "unreachable"'
err_has "127.0.0.1:9"
# … nor is an address of one's own taken for a sandbox that ended
for setting in RECLOOP_TRACKING_URL RECLOOP_PROFILE_URL AWS_ENDPOINT_URL; do
  with="$setting=http://127.0.0.1:9"
  run 4 send --via handler --wait 10
  err_has "127.0.0.1:9"
  err_lacks "going on with another"
done
with="RECLOOP_TRACKING_URL=http://127.0.0.1:9"
run 4 send --wait 10
err_lacks "going on with another"
with=""

# 1: the other side said no
run 1 profile --user nobody-knows-me
err_has "recloop: "
run 1 sandbox import /no/such/file.csv
err_has /no/such/file.csv

# a deadline of the whole run is a timeout; an interrupt is 130; both within their time
run 4 --timeout 300 recommend --watch 60 --json
rm "$work/out" # the last one is not taken for this one
become_recloop recommend --watch 60 --json >"$work/out" 2>"$work/err" &
watcher=$!
started="$started $watcher"
until [ -s "$work/out" ]; do kill -0 "$watcher" || fail "watch ended early"; done
kill -INT "$watcher"
status=0; wait "$watcher" || status=$?
[ "$status" = 130 ] || fail "an interrupted run ended with $status"

# … also while it waits for its input, and in the middle of long work. The fifo's writer stays: no end comes
mkfifo "$work/input"
sleep 60 >"$work/input" &
started="$started $!"
printf 'USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n' >"$work/long.csv"
awk 'BEGIN { srand(1); for (i = 0; i < 200000; i++) printf "%d,i%d,View,%d\n", rand() * 9999, rand() * 2000, 1600000000 + i }' \
  >>"$work/long.csv"
for command in "send --event -" "handler --event -" "config import -" "config set user_id -" \
  "sandbox evaluate $work/long.csv --train 0.01"; do
  # shellcheck disable=SC2086
  status=0; recloop --timeout 300 $command >"$work/out" 2>"$work/err" <"$work/input" || status=$?
  [ "$status" = 4 ] || fail "$command with a deadline ended with $status"
done
run 2 sandbox --data :memory: --listen 127.0.0.1:0 --region mars
run 2 sandbox --data :memory: --listen 127.0.0.1:0 --account 12

# a reader that leaves is no failure and makes no noise
{ recloop help; echo $? >"$work/status"; } 2>"$work/err" | head -n 1 >"$work/out"
[ ! -s "$work/err" ] || fail "a closed pipe makes noise"
out_has "recloop"

# output that cannot be written is a failure, and said; a closed one gets into no other file
for command in version "send --wait 10 --json" "config list" "recommend --watch 60"; do
  # shellcheck disable=SC2086
  status=0; recloop $command >/dev/full 2>"$work/err" </dev/null || status=$?
  [ "$status" = 1 ] || fail "$command on a full disk ended with $status"
  err_has "writing to standard output"
  # shellcheck disable=SC2086
  status=0; recloop $command >&- 2>"$work/err" </dev/null || status=$?
  [ "$status" = 1 ] || fail "$command without standard output ended with $status"
done
status=0; recloop send --wait 10 <&- >"$work/out" 2>&- || status=$?
[ "$status" = 0 ] || fail "send without standard error ended with $status"

# notes and progress never reach standard output; --quiet leaves errors only
run 0 stream --rate 500 --limit 20
[ ! -s "$work/out" ] || fail "progress on standard output"
err_has "20 of 20"
run 0 stream --rate 500 --limit 20 --quiet
[ ! -s "$work/err" ] || fail "--quiet still tells progress"
run 0 stream --rate 500 --limit 20 --json
[ "$(tail -n 1 "$work/out" | cut -c 1-24)" = '{"kind":"done","ok":true' ] || fail "no last line"

# help, version and completion start no sandbox
rm -rf "$work/home/.local"
for command in version help "help send" "config list" "config path" "completion bash"; do
  # shellcheck disable=SC2086
  run 0 $command
done
[ ! -e "$work/home/.local/share/recloop/sandbox/sandbox.json" ] || fail "a sandbox was started"
run 0 completion bash; bash -n "$work/out" || fail "the bash completion does not parse"
for shell in zsh fish; do
  run 0 completion $shell
  command -v $shell >/dev/null 2>&1 || { echo "not checked here: $shell"; continue; }
  $shell -n "$work/out" || fail "the $shell completion does not parse"
done
run 0 completion bash
# completes EXPECTED WORDS... — the last word is the one being typed
completes() {
  expected=$1; shift
  # shellcheck disable=SC2016 # for the other shell
  completed=$(bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _recloop; echo "${COMPREPLY[*]}"' \
    - "$work/out" "$@")
  [ "$completed" = "$expected" ] || fail "completing \"$*\" gave \"$completed\""
}
completes segment recloop send --via s
completes segment recloop send --user 5 --via s
completes segment recloop --profile work send --via s
completes "--via --verbose" recloop --json send --sku x --v
completes "set" recloop config s
completes "reset" recloop --profile sandbox sandbox r
completes "zsh" recloop completion z
completes "send" recloop help sen
completes "" recloop rank send se
echo "every exit code is earned"
