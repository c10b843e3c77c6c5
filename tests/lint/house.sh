#!/bin/sh
# house — rules of style that no other tool checks: lengths, contracts, sleeping, machine paths.
set -eu
cd "$(dirname "$0")/../.."
broken=$(
  find include src -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }'
  for header in include/*/*.h; do
    name=$(basename "$header" .h)
    head -n 1 "$header" | grep -q "^// $name — " || echo "$header does not open with its contract"
  done
  # header names are unique in the program
  ls include/*/*.h | xargs -n 1 basename | sort | uniq -d | sed 's/$/: two headers of this name/'
  grep -rnE '\b(usleep|nanosleep|sleep) ?\(' src include || true
  grep -rnE '\b(TODO|FIXME|XXX)\b' src include || true
  # sentences of the console name the keys in use (keymap_name_of), not the default ones
  grep -rnE '"([^"]*[ (])?([Pp]ress (Enter|Esc|Tab|Space|[^ %"])\b|(Enter|Esc|Tab|[b-zA-HJ-Z]) (fires?|starts?|stops|opens?|asks|writes?|edits?|leaves|follows|zooms|shows?|takes|changes|copies|completes|types)\b)' \
    src/console --include='*.c' | grep -vE 'src/console/(player|scene|linear)\.c' || true
)
[ -z "$broken" ] || { printf '%s\n' "$broken"; exit 1; }
echo "the house is in order"
