#!/bin/sh
# pictures — makes the pictures of the README anew, with the program's own export (`w`): assets/pictures.sh [RECLOOP].
# A tmux of its own presses the keys; each next one waits for what must be on the screen.
set -eu
program=$(realpath "${1:-build/release/bin/recloop}")
cd "$(dirname "$0")"
here=$PWD
home=$(mktemp -d)
socket=pictures-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null || true; rm -rf "$home"' EXIT

open() { # COLUMNS ROWS
  tmux -L "$socket" -f /dev/null new-session -d -x "$1" -y "$2" -c "$home" \
    "env -i PATH='$PATH' HOME='$home' TERM=tmux-256color LC_ALL=C.UTF-8 '$program'"
  wait_for 'sandbox in this process'
}

close() { press q; while tmux -L "$socket" has-session 2>/dev/null; do sleep 0.1; done; }

press() { tmux -L "$socket" send-keys "$@"; }

text() { tmux -L "$socket" send-keys -l "$1"; }

wait_for() { # TEXT — up to half a minute
  for _ in $(seq 150); do
    if tmux -L "$socket" capture-pane -p | grep -qF -- "$1"; then return 0; fi
    sleep 0.2
  done
  echo "\"$1\" did not come up:" >&2
  tmux -L "$socket" capture-pane -p >&2
  exit 1
}

run() { press :; wait_for 'Enter take'; text "$1"; press Enter; }

save() { # FILE, under assets/
  press w; wait_for 'Write to'; press C-u; text "$home/picture.svg"; press Enter; wait_for 'Written: '
  mv "$home/picture.svg" "$here/$1" # nothing that is there is written over
  chmod 644 "$here/$1"
}

fire() { press t; wait_for 'The loop turned in'; }

another_shopper() { # WHAT comes before the new one's id
  press u; wait_for 'Shopper in focus'; press C-u; text 5493069786; press Enter; wait_for "$1 5493069786"
}

# A list that moved, and an event that is refused: every colour has something to say.
open 100 30
press 4; fire; another_shopper 'Recommendations for'; fire; sleep 1
press 2; press Down; for _ in 1 2 3 4 5; do press Right; done
wait_for 'broken: no user id'; press t; wait_for 'and yet it failed'; press 4; press Down; press 2
mkdir -p themes
for theme in dark light contrast colour-blind mono; do # "terminal" has whatever ground its terminal has
  run "theme $theme"; wait_for "Theme: $theme"; save "themes/$theme.svg"
done
close

open 140 40
run 'theme dark'; wait_for 'Theme: dark'
press 4; fire; another_shopper 'Recommendations for'; fire; sleep 2
save screen.svg
press v; wait_for 'Journey of'; press Down Down Down Down Right
save journey.svg
press q P; fire; sleep 3
save presenter.svg
press P
close
