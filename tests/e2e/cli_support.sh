# shellcheck shell=sh disable=SC2034 # variables are for the scripts that source this
# cli_support — what the cli_* scripts begin with. Source it; $1 is the built program.
#
# Every script gets a temporary home and an empty environment: nothing of the person's settings or keys
# can help or hurt, and nothing leaves loopback. A check that fails prints what it saw.
set -eu
program=$1
# the system's own is there at once; others may hide behind a shim that takes longer than the program under test
if [ -x /usr/bin/python3 ]; then python3() { /usr/bin/python3 "$@"; }; fi
command -v python3 >/dev/null 2>&1 || { echo "skipped: needs python3"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/recloop-e2e-XXXXXX")
mkdir "$work/home"
started=""
clean_up() {
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  for pid in $started; do wait "$pid" 2>/dev/null || true; done
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

# recloop ARGUMENTS — in the clean environment; extra NAME=value pairs in $with. In the background use
# become_recloop, so that $! is the program and not a shell around it.
with=""
recloop() { (become_recloop "$@"); }
become_recloop() {
  # shellcheck disable=SC2086 # pairs without blanks
  exec env -i PATH="$PATH" HOME="$work/home" LC_ALL=C.UTF-8 \
    ASAN_OPTIONS="${ASAN_OPTIONS:-}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" TSAN_OPTIONS="${TSAN_OPTIONS:-}" \
    $with "$program" "$@"
}

fail() {
  echo "FAILED: $*" >&2
  for file in out err sandbox.err; do
    [ ! -s "$work/$file" ] || tail -n 100 "$work/$file" | sed "s/^/  $file: /" >&2
  done
  exit 1
}

# run EXPECTED_STATUS ARGUMENTS — output in $work/out and $work/err.
run() {
  expected=$1; shift
  status=0
  recloop "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
  [ "$status" = "$expected" ] || fail "recloop $* ended with $status, expected $expected"
}
out_has() { grep -qF -- "$1" "$work/out" || fail "standard output lacks \"$1\""; }
err_has() { grep -qF -- "$1" "$work/err" || fail "standard error lacks \"$1\""; }
out_lacks() { ! grep -qF -- "$1" "$work/out" || fail "standard output has \"$1\""; }
err_lacks() { ! grep -qF -- "$1" "$work/err" || fail "standard error has \"$1\""; }

# json EXPRESSION — a Python expression over `o`, the object in $work/out, must be true.
json() {
  python3 - "$work/out" "$1" <<'PY' || fail "not true: $1"
import json, sys
o = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(0 if eval(sys.argv[2], {"o": o, "json": json}) else 1)
PY
}
# value EXPRESSION — prints it.
value() {
  python3 -c 'import json,sys; o=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$work/out" "$1"
}

# start_sandbox ARGUMENTS — in the background; its pid in $sandbox, its line in $work/ready.
start_sandbox() {
  rm -f "$work/ready"; mkfifo "$work/ready.fifo"
  become_recloop sandbox --listen 127.0.0.1:0 --json "$@" >"$work/ready.fifo" 2>"$work/sandbox.err" &
  sandbox=$!
  started="$started $sandbox"
  # the open blocks until the program writes: no waiting by guess
  head -n 1 "$work/ready.fifo" >"$work/ready"
  rm "$work/ready.fifo"
  grep -q '"url"' "$work/ready" || { cat "$work/sandbox.err" >&2; echo "FAILED: no sandbox" >&2; exit 1; }
}
