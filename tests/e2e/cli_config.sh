#!/bin/sh
# cli_config — settings from the command line: stored, cleaned, judged, never leaked.
. "$(dirname "$0")/cli_support.sh"

run 0 config path
path=$(cat "$work/out")
[ "$path" = "$work/home/.config/recloop/config.ini" ] || fail "the settings file is at $path"

# pasted junk is taken off, and told
run 0 --profile work config set campaign_arn \
  "$(printf ' "arn:aws:personalize:eu-west-1:210987654321:campaign/shoes\342\200\213" ')"
[ -s "$work/err" ] || fail "nobody said what was removed"
run 0 --profile work config get campaign_arn
[ "$(cat "$work/out")" = arn:aws:personalize:eu-west-1:210987654321:campaign/shoes ] || fail "not cleaned"
[ "$(stat -c %a "$path")" = 600 ] || fail "the settings file is readable by others"

# a value of the wrong kind is named at once: what it is and what to paste
run 0 --profile work config set region eu-west-1
run 0 --profile work config set related_campaign_arn \
  arn:aws:personalize:eu-west-1:210987654321:solution/shoes/3f9a1c2e
err_has solution
run 0 --profile work config list --json
json '[s for s in o["settings"] if s["key"] == "related_campaign_arn"][0]["problem"]["code"] == "config"'
json '"solution" in [s for s in o["settings"] if s["key"] == "related_campaign_arn"][0]["problem"]["message"]'
json '[s for s in o["settings"] if s["key"] == "campaign_arn"][0]["problem"] is None'
json '[s for s in o["settings"] if s["key"] == "campaign_arn"][0]["origin"].startswith("file")'

# in the sandbox everything is right from the start
run 0 config list --json
json 'o["profile"] == "sandbox" and all(s["problem"] is None for s in o["settings"])'

# secrets: never in full unless asked, not on the command line if one likes
secret=abcdefghijklmnopqrstuvwxyz012345
printf '%s' "$secret" | recloop --profile work config set personas_write_key - || fail "set from a pipe"
for command in "config list" "config list --json" "config get personas_write_key" "config export"; do
  # shellcheck disable=SC2086
  run 0 --profile work $command
  out_lacks "$secret"; err_lacks "$secret"
done
run 0 --profile work config get personas_write_key
out_has 2345
run 0 --profile work config export --reveal
out_has "$secret"
cp "$work/out" "$work/exported.env"

# export and import are each other's reverse
run 0 --profile copy config import "$work/exported.env" --json
json 'o["set"] >= 3'
run 0 --profile copy config get campaign_arn
out_has campaign/shoes
run 0 --profile copy config get personas_write_key --reveal
out_has "$secret"

# profiles: made, copied, chosen, taken away; the built-in one stays
run 0 config profile new fork --from copy
run 0 --profile fork config get campaign_arn
out_has campaign/shoes
run 3 config profile new fork
err_has already
run 0 config profile use fork
run 0 config profile --json
json 'o["in_use"] == "fork" and o["profiles"][0] == "sandbox" and "work" in o["profiles"]'
run 0 config profile delete fork
run 0 config profile --json
json 'o["in_use"] == "sandbox" and "fork" not in o["profiles"]'
run 3 config profile use fork
err_has "There are: sandbox, work"
run 3 config profile delete sandbox
run 2 config profile use
# what the console alone may ask is no command
run 2 config reveal personas_write_key
run 0 --profile work config list --json
json '[s for s in o["settings"] if s["key"] == "log_type"][0]["group"] == "Segment destination"'

# precedence and origin; unset
with="AWS_REGION=ap-south-1"
run 0 --profile work config list --json
json '[s["origin"] for s in o["settings"] if s["key"] == "region"][0] == "environment AWS_REGION"'
with=""
run 0 --profile work config unset region
run 0 --profile work config get region
out_has us-east-1

# choosing a profile lasts
run 0 config set profile work
run 0 config get profile
out_has work
run 0 config get campaign_arn
out_has campaign/shoes
run 0 config set profile sandbox

# comments and unknown lines of a hand-edited file stay
printf '\n# mine\nstrange = line\n' >>"$path"
run 0 --profile work config set user_id 99
grep -q '^# mine$' "$path" && grep -q '^strange = line$' "$path" || fail "hand-written lines were lost"

# --config FILE is another file
run 0 --config "$work/other.ini" --profile lab config set user_id 7
[ -s "$work/other.ini" ] || fail "--config was not written"
run 0 --config "$work/other.ini" --profile lab config get user_id
out_has 7

# many at a time: no change is lost
pids=""
for key in website_write_key android_write_key ios_write_key email_write_key personas_write_key; do
  recloop --profile crowd config set "$key" "$secret" >/dev/null 2>&1 &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid" || fail "a change among many was refused"; done
[ "$(sed -n '/profile crowd/,$p' "$path" | grep -c "$secret")" = 5 ] || fail "a change among many was lost"
echo "settings are kept, judged and not leaked"
