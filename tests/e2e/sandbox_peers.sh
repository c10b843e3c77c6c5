# sandbox_peers — what the sandbox_* scripts begin with: the official clients, and their environment.
#
# A client that is not installed skips the script, by name; with RECLOOP_REQUIRE_PEERS=1 (CI) it fails.
. "$(dirname "$0")/cli_support.sh"

lacks() {
  echo "skipped: $1 is not installed"
  [ "${RECLOOP_REQUIRE_PEERS:-0}" = 1 ] && exit 1
  exit 77
}
need_peer() { # what it is, a command that proves it
  name=$1; shift
  "$@" >/dev/null 2>&1 || lacks "$name"
}
# The packages of peers/package-lock.json, where ./dev test and ./dev peers put them.
peers=${RECLOOP_PEERS:-$(cd "$(dirname "$0")/../.." && pwd)/build/peers}
need_npm_peers() {
  command -v node >/dev/null 2>&1 || lacks "node"
  [ -e "$peers/installed" ] || lacks "the set of npm packages in tests/e2e/peers (./dev peers)"
}

# identity KEY — from the sandbox's first line.
identity() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready" "$1"; }

# The clients see the sandbox's keys and nothing else of this machine.
peer() {
  : "${own_key:=$(identity access_key_id)}" "${own_secret:=$(identity secret_access_key)}"
  env -i PATH=/usr/bin:/bin HOME="$work/home" LC_ALL=C.UTF-8 AWS_PAGER= AWS_EC2_METADATA_DISABLED=true \
    AWS_ACCESS_KEY_ID="${key_id:-$own_key}" \
    AWS_SECRET_ACCESS_KEY="${secret:-$own_secret}" \
    AWS_SESSION_TOKEN="${token:-}" AWS_DEFAULT_REGION="${region:-us-east-1}" AWS_MAX_ATTEMPTS=1 "$@"
}

# What the sanitizers have to say is said at the end.
stop_sandbox() {
  kill -TERM "$sandbox" 2>/dev/null || true
  ended=0; wait "$sandbox" || ended=$?
  [ "$ended" = 0 ] || { tail -n 100 "$work/sandbox.err" >&2; echo "FAILED: the sandbox ended with $ended" >&2; exit 1; }
}
