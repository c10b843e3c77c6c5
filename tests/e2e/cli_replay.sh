#!/bin/sh
# cli_replay — a session is recorded without a secret, sent again, and compared with what it was.
. "$(dirname "$0")/cli_support.sh"
cd "$work"
start_sandbox
answers() { # METHOD [BODY] — the sandbox's declared answers
  python3 - "$(python3 -c 'import json,sys; print(json.load(open("ready"))["url"])')" "$@" <<'PY'
import http.client, sys, urllib.parse
url, method = sys.argv[1:3]
c = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
c.request(method, "/_recloop/answers", sys.argv[3] if len(sys.argv) > 3 else None)
r = c.getresponse()
sys.exit(0 if r.status < 300 else f"{r.status} {r.read()!r}")
PY
}
lines() { wc -l <"$1" | tr -d ' '; }

# a session of three shoppers' clicks, followed one by one and recorded
for user in anna ben; do
  for sku in led-high-tops silk-summer-top zipped-jacket; do
    printf '{"type":"track","event":"Product Clicked","userId":"%s","anonymousId":"%s-a","messageId":"%s-%s","timestamp":"2026-01-05T10:00:00Z","properties":{"sku":"%s"}}\n' \
      "$user" "$user" "$user" "$sku" "$sku"
  done
done >events.ndjson
run 0 sandbox reset
run 0 replay events.ndjson --wait 10 --record session.ndjson
out_has "6 events replayed: 6 as expected"
[ "$(stat -c %a session.ndjson)" = 600 ] || fail "others can read the recording"
python3 - <<'PY' || fail "the recording is not what it should be"
import json
lines = [json.loads(l) for l in open("session.ndjson", encoding="utf-8")]
head, rest = lines[0], lines[1:]
assert head["recloop"] == "recording" and head["version"] == 1 and head["at"].endswith("Z")
kinds = [l["kind"] for l in rest]
assert kinds.count("event") == kinds.count("traits") == kinds.count("recommendations") == 6, kinds
assert all(l["message"]["messageId"] and l["source"] == "website-prod" for l in rest if l["kind"] == "event")
assert any(l["kind"] == "hop" and l["hop"] == "put_events" and l["state"] == "done" for l in rest)
assert [l["t_ms"] for l in rest] == sorted(l["t_ms"] for l in rest)
PY

# an existing recording is never overwritten
before=$(cksum <session.ndjson)
run 1 send --record session.ndjson
err_has "holds something already"
[ "$before" = "$(cksum <session.ndjson)" ] || fail "a recording was overwritten"
run 1 send --record /no/such/folder/session.ndjson
err_has "/no/such/folder"

# the same world gives the same answers, also from the file of one run in another
run 0 sandbox reset
run 0 replay session.ndjson --expect session.ndjson --junit report.xml
out_has "6 events replayed: 6 as expected, 0 different"
python3 - <<'PY' || fail "the report of a good replay is wrong"
import xml.etree.ElementTree as e
s = e.parse("report.xml").getroot().find("testsuite")
assert (s.get("tests"), s.get("failures"), s.get("errors")) == ("6", "0", "0"), s.attrib
assert len(s.findall("testcase")) == 6 and not s.findall("testcase/failure")
PY
# one user, in the same order
run 0 sandbox reset
run 0 replay session.ndjson --expect session.ndjson --user anna --json
python3 - <<'PY' || fail "--user does not choose"
import json
o = [json.loads(l) for l in open("out")]
events = [l for l in o if "result" in l]
assert [l["result"] for l in events] == ["same"] * 3 and {l["user_id"] for l in events} == {"anna"}, events
assert o[-1]["kind"] == "done" and o[-1]["ok"] is True
PY

# another answer is a failure that can be read
run 0 sandbox reset
answers PUT '{"answers":[{"campaign":"segment-workshop-campaign","user_id":"ben","items":["zipped-jacket","led-high-tops","<tag>&\u001b[31m"]}]}'
run 1 replay session.ndjson --expect session.ndjson --junit report.xml
out_has "#4 Product Clicked, led-high-tops, user ben"
out_has "new"
out_has "gone, was "
out_has "6 events replayed: 3 as expected, 3 different"
err_has "3 of 6 events are not as session.ndjson has them"
! LC_ALL=C grep -q "$(printf '\033')" out err || fail "control bytes in the output"
python3 - <<'PY' || fail "the report of a failed replay is wrong"
import xml.etree.ElementTree as e
s = e.parse("report.xml").getroot().find("testsuite")
assert (s.get("tests"), s.get("failures")) == ("6", "3"), s.attrib
texts = [f.text for f in s.findall("testcase/failure")]
assert len(texts) == 3 and all("ranks:" in t and "<tag>&" in t for t in texts), texts
PY
run 0 sandbox reset
answers PUT '{"answers":[]}'
run 1 replay session.ndjson --expect events.ndjson
err_has "must be a recording"

# without --expect: the recording's own pace, and dead letters, plain messages and refused ones in bulk
run 0 replay session.ndjson --speed max --json
python3 -c 'import json; o=[json.loads(l) for l in open("out")][-2]; assert o["accepted"] == 6 and o["refused"] == 0, o' ||
  fail "a recording does not arrive"
run 0 profile --user anna --events --json
json 'len([e for e in o["events"] if e["message_id"].startswith("replay-")]) >= 3' # fresh ids: they count again
printf '%s\n' '{"type":"track","event":"Product Clicked","userId":"cleo","anonymousId":"c","messageId":"keep-1","properties":{"sku":"led-high-tops"}}' \
  '{"type":"nonsense","messageId":"bad-1"}' >mixed.ndjson
run 1 replay mixed.ndjson
err_has "1 of 2 events were refused"
[ "$(lines mixed.ndjson.refused)" = 1 ] || fail "the refused event is not kept"
run 0 profile --user cleo --events --json
json '[e["message_id"] for e in o["events"]] == ["keep-1"]'
run 1 replay mixed.ndjson.refused
run 2 replay mixed.ndjson --dead-letters mixed.ndjson
err_has "cannot go into the file that is replayed"

# files that are none, and wrong usage
printf '\211PNG\r\n\032\n\000\000' >picture.png
run 1 replay picture.png
err_has "picture.png, line 1"
: >empty; run 1 replay empty
err_has "holds no event"
run 1 replay /no/such/file
printf '{"recloop":"recording","version":9}\n' >future; run 1 replay future
err_has "It reads version 1"
head -c "$(($(wc -c <session.ndjson) - 20))" session.ndjson >torn.ndjson
run 0 replay torn.ndjson --speed max
run 2 replay session.ndjson --speed 0
run 2 replay session.ndjson --junit x.xml
run 2 replay session.ndjson --source nowhere
err_has "Known: website-prod"

# no recording holds a secret, whatever was sent: each of them is looked for, of the sandbox and of the settings
run 0 sandbox env --json
python3 - <<'PY' >secrets
import json
o = json.load(open("out"))
for key in ("access_key_id", "secret_access_key", "profile_api_token", "external_id"): print(o[key])
for value in o["write_keys"].values(): print(value)
PY
run 0 config set website_write_key ownWebsiteWriteKey0123456789abcd
echo ownWebsiteWriteKey0123456789abcd >>secrets
python3 - <<'PY'
import json
secrets = open("secrets").read().split()
json.dump({"type": "track", "event": "Product Clicked", "userId": "spy", "anonymousId": "s", "writeKey": "inTheMessage0123456789",
           "properties": {"sku": "led-high-tops", "all": " ".join(secrets), "list": secrets, "n": 123456789,
                          "Authorization": "Basic", "SessionToken": "tokenTokenToken0123"}, "context": {s: s for s in secrets}},
          open("leaky.json", "w"))
PY
printf 'inTheMessage0123456789\ntokenTokenToken0123\n' >>secrets
for via in destination handler segment; do
  status=0 # a wrong write key: Segment accepts the event without a word, and the run fails
  recloop send --via "$via" --event leaky.json --wait 2 --record "leaky-$via.ndjson" >out 2>err </dev/null || status=$?
  [ -s "leaky-$via.ndjson" ] || fail "nothing was recorded via $via ($status)"
done
run 0 config unset website_write_key
run 0 stream --limit 5 --rate 100 --record stream.ndjson
[ "$(grep -c '"kind":"event"' stream.ndjson)" = 5 ] || fail "the stream's events are not recorded"
for file in leaky-*.ndjson session.ndjson stream.ndjson; do
  while read -r secret; do
    word="" # the account 123456789012 is not the external id 123456789
    [ "${#secret}" -ge 12 ] || word=-w
    # shellcheck disable=SC2086 # may be empty
    ! grep -qF $word -- "$secret" "$file" || fail "$file holds the secret $secret"
  done <secrets
  python3 -c 'import json,sys; [json.loads(l) for l in open(sys.argv[1], encoding="utf-8")]' "$file" || fail "$file is no NDJSON"
done

# a recording that stopped at its limit says so when it is sent again, and what came after it is not compared
python3 - <<'PY'
import json
kept, events = [], 0
for line in open("session.ndjson", encoding="utf-8"):
    events += json.loads(line).get("kind") == "event"
    kept.append(line)
    if events == 5: break # the fifth event is in it, what followed it is not
kept.append('{"t_ms":99999,"run":0,"kind":"limit","bytes":2097152}\n')
open("cut.ndjson", "w", encoding="utf-8").writelines(kept)
PY
run 0 sandbox reset
run 0 replay session.ndjson --expect cut.ndjson --junit cut.xml
out_has "6 events replayed: 4 as expected, 0 different, 2 of which the recording tells nothing"
err_has "cut.ndjson ended at its limit of 2 MiB (--record-limit): what came after is not compared."
grep -q 'skipped="2"' cut.xml || fail "the report does not skip what is not compared"
run 0 sandbox reset
run 0 replay cut.ndjson --expect cut.ndjson
err_has "cut.ndjson ended at its limit of 2 MiB (--record-limit): what came after is neither sent nor compared."
[ "$(grep -c limit err)" = 1 ] || fail "the limit is told more than once"
run 0 replay cut.ndjson --speed max
out_has "5 events sent: 5 accepted"
err_has "what came after is not in it and was not sent."
run 0 replay cut.ndjson --speed max --json
err_has "what came after is not in it and was not sent."
out_has '"events":5'
run 0 replay session.ndjson --speed max
err_lacks "limit of"
echo "what was is what is"
