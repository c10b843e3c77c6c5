#!/bin/sh
# layering — compares the #include lines of src/ and include/ with the folder table in README.md and
# with the library fences, so that the diagram stays true. Prints each line that breaks a rule.
set -eu
cd "$(dirname "$0")/../.."

# "| `net` | what it is | base, http |" → net:base,http
table=$(sed -n 's/^| `\([a-z]*\)` |.*| \([^|]*\) |$/\1:\2/p' README.md | tr -d ' ')
[ -n "$table" ] || { echo "README.md has no folder table"; exit 1; }

broken=$(
  for folder in $(ls src); do
    [ -d "src/$folder" ] || continue
    row=$(printf '%s\n' "$table" | sed -n "s/^$folder://p")
    if [ -z "$row" ]; then echo "src/$folder has no row in the folder table of README.md"; continue; fi
    [ "$row" = all ] && continue
    grep -rnE '^#include "[a-z]+/' "src/$folder" "include/$folder" 2>/dev/null | while IFS= read -r line; do
      used=$(printf '%s' "$line" | sed 's/.*#include "\([a-z]*\)\/.*/\1/')
      case ",$folder,$row," in *",$used,"*) ;; *)
        # a folder inside a folder (console/panes) is the folder's own
        [ -d "src/$folder/$used" ] || echo "$line: $folder may use $row" ;;
      esac
    done
  done
  fence() { # header pattern, the one place that may include it
    grep -rnE "^#include <($1)>" src include | grep -vE "^$2" | awk -v place="$2" '{ print $0 ": only in " place }' || true
  }
  fence '(ncurses|curses|term|ncursesw/[a-z]+)\.h' 'src/console/term(_direct)?\.c'
  fence 'curl/[a-z]+\.h' 'src/net/'
  fence 'cjson/cJSON\.h' 'src/base/json\.c'
  fence 'openssl/[a-z0-9]+\.h' 'src/base/digest\.c'
  fence 'sqlite3\.h' 'src/(sandbox/store[a-z_]*|delivery/outbox)\.(c|h)'
  fence 'microhttpd\.h' 'src/sandbox/server[a-z_]*\.(c|h)'
  fence 'vterm\.h' 'tests/'
  fence 'pthread\.h' 'src/(base/(queue|log|digest|trace)|worker/worker|programs/libraries|sandbox/[a-z_]+|net/[a-z_]+)\.c'
)
[ -z "$broken" ] || { printf '%s\n' "$broken"; exit 1; }
echo "every #include points down"
