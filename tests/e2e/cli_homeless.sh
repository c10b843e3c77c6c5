#!/bin/sh
# cli_homeless — first start with no configuration, no network and no writable HOME: it runs in memory and
# says so.
. "$(dirname "$0")/cli_support.sh"

# as root, permissions do not bind: a file in the folder's place does
rmdir "$work/home"
: >"$work/home"
run 0 send --wait 10 --json
json 'o["ok"] is True and all(h["state"] == "done" for h in o["hops"])'
err_has "in memory"
run 0 status --json
json 'o["backend"] == "sandbox_own" and "memory" in o["note"]'
run 0 recommend --num 3
run 0 version
[ ! -s "$work/err" ] || fail "version talks about the sandbox"
run 0 config list --json
run 1 config set region eu-west-1
err_has "recloop: "
err_has "XDG_CONFIG_HOME or --config FILE"

# no HOME at all
status=0
env -i PATH="$PATH" LC_ALL=C.UTF-8 ASAN_OPTIONS="${ASAN_OPTIONS:-}" "$program" send --wait 10 --json \
  >"$work/out" 2>"$work/err" </dev/null || status=$?
[ "$status" = 0 ] || fail "without HOME it ended with $status"
err_has "in memory"
status=0
env -i PATH="$PATH" "$program" config set region eu-west-1 >"$work/out" 2>"$work/err" || status=$?
[ "$status" = 3 ] || fail "config set without HOME ended with $status"
echo "it runs without a home"
