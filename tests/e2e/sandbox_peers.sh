# sandbox_peers — what the sandbox_* scripts begin with: the official clients, and their environment.
#
# A client that is not installed skips the script, by name; with RECLOOP_REQUIRE_PEERS=1 (CI) it fails.
. "$(dirname "$0")/cli_support.sh"

need_peer() { # what it is, a command that proves it
  name=$1; shift
  "$@" >/dev/null 2>&1 && return 0
  echo "skipped: $name is not installed"
  [ "${RECLOOP_REQUIRE_PEERS:-0}" = 1 ] && exit 1
  exit 77
}

# identity KEY — from the sandbox's first line.
identity() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$work/ready" "$1"; }

# The clients see the sandbox's keys and nothing else of this machine.
peer() {
  env -i PATH=/usr/bin:/bin HOME="$work/home" LC_ALL=C.UTF-8 AWS_PAGER= AWS_EC2_METADATA_DISABLED=true \
    AWS_ACCESS_KEY_ID="${key_id:-$(identity access_key_id)}" \
    AWS_SECRET_ACCESS_KEY="${secret:-$(identity secret_access_key)}" \
    AWS_SESSION_TOKEN="${token:-}" AWS_DEFAULT_REGION="${region:-us-east-1}" AWS_MAX_ATTEMPTS=1 "$@"
}
