#!/bin/sh
# sandbox_peer PROGRAM SCRIPT [SANDBOX-OPTION...] — one program written with an official client, against one
# sandbox of its own. The script gets the sandbox's identities as its argument; its table of cases is in it.
#
# *.py runs with Debian's Python and boto3, *.cjs with node and the packages of peers/package-lock.json.
. "$(dirname "$0")/sandbox_peers.sh"
script=$2
shift 2

case $script in
*.py)
  need_peer "python3-boto3 for /usr/bin/python3" /usr/bin/python3 -c "import boto3"
  set_up="/usr/bin/python3 -B" ;;
*.cjs)
  need_npm_peers
  case $script in *_browser.cjs) need_peer "chromium" /usr/bin/chromium --version ;; esac
  set_up=$(command -v node) ;;
esac
start_sandbox --data :memory: "$@"
status=0
# shellcheck disable=SC2086 # a program and its option
peer AWS_REGION="$(identity region)" AWS_ENDPOINT_URL="$(identity url)" NODE_PATH="$peers/node_modules" \
  RECLOOP="$program" WORK="$work" ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
  $set_up "$script" "$work/ready" || status=$?
stop_sandbox
exit "$status"
