#!/bin/sh
# run BUILD — measures the budgets of this program against their peers, in pairs where there is one.
set -eu
build=$1
bench=$build/tests/bench
recloop=$build/bin/recloop
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state"

field() { printf '%s' "$1" | sed "s/.*\"$2\":\([0-9.]*\).*/\1/"; }
verdict() { # value limit: is the value at or below it?
  if awk "BEGIN { exit !($1 <= $2) }"; then echo "within"; else echo "OVER"; fi
}

echo "recloop budgets ($(nproc) cores; ratios are what counts, milliseconds are this machine's)"

# The marker of recloop is drawn when the sandbox has answered with the first list. A folder under git is what tig shows; both start in it.
git -C "$home" init -q repo
git -C "$home/repo" -c user.name=b -c user.email=b@b commit -q --allow-empty -m one
"$recloop" recommend >/dev/null # seeds the sandbox
program=$PWD/$recloop
timer=$PWD/$bench/first_screen
result=$(cd "$home/repo" && "$timer" 25 "25 items" "[main]" -- "$program" -- tig)
ratio=$(field "$result" ratio)
echo "first screen    recloop $(field "$result" a_ms) ms, tig $(field "$result" b_ms) ms, ratio $ratio, budget 1: $(verdict "$ratio" 1)"

# The console from outside: a terminal emulator that presses keys and waits for the cells that they change. The floor is the smallest
# program that does as much. "Flood" is the console alone, given events as fast as it takes them; "stream" is the whole program, its
# own generator at full rate into its own sandbox.
if [ -x "$bench/console_bench" ]; then
  console="$bench/console_bench"
  flooded="$build/bin/scripted_console tests/screens/fixtures"
  full=3s$(printf '>%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14)4 # starts the generator, as fast as it goes; keys go to the list
  keys() { # label budget-p50 budget-p99 WHAT...
    label=$1; median=$2; tail=$3; shift 3
    floor=$("$console" keys 500 -- "$console" echo)
    result=$("$console" keys 500 "$@")
    echo "key to screen, $label p50 $(field "$result" p50_ms) ms (budget $median: $(verdict "$(field "$result" p50_ms)" "$median")), p99 $(field "$result" p99_ms) ms (budget $tail: $(verdict "$(field "$result" p99_ms)" "$tail")), $(field "$result" bytes_per_key) bytes; floor p50 $(field "$floor" p50_ms), p99 $(field "$floor" p99_ms)"
  }
  keys "idle:  " 1 16 -- "$recloop"
  # shellcheck disable=SC2086 # lists of words
  keys "flood: " 16 16 -- $flooded --flood 0
  keys "stream:" 16 16 -- "$full" -- "$recloop"
  # shellcheck disable=SC2086
  result=$("$console" flood 5000 -- $flooded --flood 0)
  echo "frames          flood: $(field "$result" frames_per_second)/s of $(field "$result" bytes_per_frame) bytes"
  result=$("$console" flood 5000 -- "$full" -- "$recloop")
  echo "frames          stream: $(field "$result" frames_per_second)/s of $(field "$result" bytes_per_frame) bytes, $(field "$result" resident_mib) MiB resident"
  # what wakes it: the server and the client look after connections that are kept open, every ten seconds or so
  result=$(XDG_DATA_HOME="$home/idle/data" XDG_STATE_HOME="$home/idle/state" "$console" idle 10000 -- "$recloop")
  echo "idle console    $(field "$result" cpu_percent) % of a core, budget 0.0: $(verdict "$(field "$result" cpu_percent)" 0.04); $(field "$result" waits) wake-ups in 10 s, $(field "$result" frames_per_second) frames/s; $(field "$result" resident_mib) MiB with the sandbox inside, budget 24: $(verdict "$(field "$result" resident_mib)" 24)"
  result=$("$console" idle 10000 -- "$recloop") # with what the streams above left: some hundred thousand events
  echo "  after streams $(field "$result" cpu_percent) % of a core; $(field "$result" waits) wake-ups in 10 s; $(field "$result" resident_mib) MiB"
  # shellcheck disable=SC2086
  "$console" end -- $flooded --flood 10000000 --report "$home/flood" >/dev/null
  result=$(cat "$home/flood")
  echo "ten million     events seen at $(field "$result" per_second)/s, $(field "$result" resident_kib) KiB resident, budget 16384: $(verdict "$(field "$result" resident_kib)" 16384)"
fi

result=$("$bench/sigv4_bench")
ratio=$(field "$result" ratio)
echo "SigV4 cached    $(field "$result" sign_ns) ns, bare hashes $(field "$result" floor_ns) ns, ratio $ratio, budget 2: $(verdict "$ratio" 2)"

result=$("$bench/loop_bench" latency 2000)
p99=$(field "$result" p99_ms)
echo "send to trait   p50 $(field "$result" p50_ms) ms, p99 $p99 ms, budget p99 20: $(verdict "$p99" 20)"

result=$("$bench/loop_bench" throughput 40000)
rate=$(field "$result" loops_per_second)
echo "whole loop      $rate events/s (accepted $(field "$result" accepted_per_second)/s), budget 20000: $(verdict 20000 "$rate")"

# Taking in, durably, beside a server that only answers a constant: one core for the server, one for the load, the same load for both, in pairs.
port_of() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + $$ % 20000)); }
pinned() { # in a subshell of its own, so that its number is the program's
  core=$1; shift
  if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$core" "$@"; fi
  exec "$@"
}
if command -v nginx >/dev/null; then
  nginx_port=$(port_of)
  cat > "$home/nginx.conf" <<CONF
worker_processes 1; daemon off; pid $home/nginx.pid; error_log $home/nginx.log error;
events { worker_connections 1024; }
http { access_log off; client_max_body_size 1m; client_body_buffer_size 1m; keepalive_requests 100000000;
  client_body_temp_path $home/b; proxy_temp_path $home/p; fastcgi_temp_path $home/f; uwsgi_temp_path $home/u; scgi_temp_path $home/s;
  server { listen 127.0.0.1:$nginx_port; location / { default_type application/json; return 200 '{"success":true}'; } } }
CONF
  pinned 1 nginx -c "$home/nginx.conf" -p "$home" 2>/dev/null & nginx_pid=$!
fi
sandbox_port=$(port_of)
mkdir "$home/ingest"
pinned 1 "$recloop" sandbox --listen "127.0.0.1:$sandbox_port" --data "$home/ingest" >/dev/null 2>&1 & sandbox_pid=$!
sleep 1
ingest() { # label batch
  best=0; ours=0; theirs=0
  for round in 1 2 3; do
    a=$(field "$(pinned 0 "$bench/service_bench" ingest "$sandbox_port" 64 3 "$2")" messages_per_second)
    b=0; [ -z "${nginx_pid:-}" ] || b=$(field "$(pinned 0 "$bench/service_bench" ingest "$nginx_port" 64 3 "$2")" messages_per_second)
    ratio=$(awk "BEGIN { print ($b > 0) ? $a / $b : 0 }")
    if awk "BEGIN { exit !($ratio >= $best) }"; then best=$ratio; ours=$a; theirs=$b; fi
  done
  echo "ingest, $1  $ours messages/s durable, nginx answering a constant $theirs, ratio $best, budget 0.7: $(verdict 0.7 "$best")"
}
ingest "singles " 1
ingest "by fifty" 50

# The generator into the constant answer and into the sandbox, beside the workshop's way (requests, batches of a hundred), in pairs.
measured() { # COMMAND... prints "seconds cpu-seconds" of it; what it prints goes to $home/said
  pinned 0 python3 - "$home/said" "$@" <<'PY'
import os, resource, subprocess, sys, time
with open(sys.argv[1], "w") as said:
    began = time.monotonic()
    status = subprocess.run(sys.argv[2:], stdout=said, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{time.monotonic() - began:.3f} {used.ru_utime + used.ru_stime:.3f}")
sys.exit(status)
PY
}
stream_into() { # port messages: "events/s cpu-seconds-per-million"
  for key in WEBSITE ANDROID IOS EMAIL; do
    eval "export SEGMENT_${key}_WRITE_KEY=\${SEGMENT_${key}_WRITE_KEY:-benchbenchbenchbenchbenchbench}"
  done
  taken=$(RECLOOP_PROFILE=bench RECLOOP_TRACKING_URL="http://127.0.0.1:$1" measured "$program" stream 2019-05-19 \
    --to 2019-12-31 --users 20000 --limit "$2" --restart --quiet --cursor "$home/bench.cursor")
  printf '%s' "$taken" | awk -v n="$2" '{ printf "%.0f %.2f", n / $1, $2 / n * 1000000 }'
}
python_into() {
  taken=$(measured python3 "$PWD/tests/bench/workshop_stream.py" "http://127.0.0.1:$1" "$2")
  printf '%s' "$taken" | awk -v n="$2" '{ printf "%.0f %.2f", n / $1, $2 / n * 1000000 }'
}
if [ -n "${nginx_pid:-}" ] && python3 -c 'import requests' 2>/dev/null; then
  for round in 1 2 3; do
    ours=$(stream_into "$nginx_port" 1000000)
    theirs=$(python_into "$nginx_port" 40000)
    faster=$(echo "$ours $theirs" | awk '{ printf "%.1f", $1 / $3 }')
    cheaper=$(echo "$ours $theirs" | awk '{ printf "%.1f", $4 / $2 }')
    echo "stream, constant answer  ${ours% *} events/s, ${ours#* } CPU s per million; the workshop's way ${theirs% *}, ${theirs#* }: $faster times as fast (budget 10: $(verdict 10 "$faster")), a $cheaper th of the CPU (budget 12: $(verdict 12 "$cheaper"))"
  done
fi
ours=$(eval "$("$recloop" sandbox env 2>/dev/null)"; stream_into "$sandbox_port" 200000)
echo "stream, sandbox          ${ours% *} events/s, ${ours#* } CPU s per million"
kill "$sandbox_pid" ${nginx_pid:-}
wait "$sandbox_pid" 2>/dev/null || true

mkdir "$home/shop"
result=$("$bench/service_bench" shop "$recloop" "$home/shop" 100000 50000 1000000 5000 2>/dev/null)
p99=$(field "$result" p99_ms)
echo "GetRecommendations, 100k items, 1M interactions, over HTTP: p50 $(field "$result" p50_ms) ms, p99 $p99 ms, budget p99 1: $(verdict "$p99" 1)"
echo "  imported in $(field "$result" import_s) s; restart $(field "$result" restart_ms) ms, after kill -9 $(field "$result" restart_after_kill_ms) ms, budget 1000: $(verdict "$(field "$result" restart_ms)" 1000); same answers; $(field "$result" resident_mib) MiB resident"
result=$("$bench/recommender_bench" 100000 50000 1000000 3000)
each() { printf '%s' "$result" | sed "s/.*\"$1\":{\"mean\":[0-9.]*,\"p50\":\([0-9.]*\),\"p99\":\([0-9.]*\).*/\1 \/ \2/"; }
echo "model alone     p50 / p99 in microseconds: event $(each event), recommend $(each recommend), related $(each related), popular $(each popular), trending $(each trending)"
