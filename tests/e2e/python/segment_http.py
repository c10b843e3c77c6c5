"""segment_http — Segment's HTTP API with nothing but urllib: every route, form of key, encoding and limit; what is
answered with 200 and dropped, and why; the Profile API and the destination as a person sees them."""
import base64
import gzip
import urllib.parse

from support import *

keys = here.get("write_keys") or {k.split(".", 1)[1]: v for k, v in here.items() if k.startswith("write_keys.")}
KEY = keys["website-prod"]
JSON = {"Content-Type": "application/json"}


def basic(user):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:".encode()).decode()}


def post(path, body, headers=None):
    status, said, answer = http("/v1/" + path, "POST", body, {**JSON, **(headers or {})})
    return status, said, json.loads(answer or b"null")


def taken(path, body, headers=None):
    status, _, answer = post(path, body, headers)
    assert (status, answer) == (200, {"success": True}), (status, answer)


def event_of(message_id):
    events = own(f"debugger?message_id={urllib.parse.quote(message_id)}&wait=20000")["events"]
    assert len(events) == 1, (message_id, events)
    return events[0]


def track(message_id, **more):
    return {"userId": "http", "anonymousId": "http-a", "event": "Product Clicked", "messageId": message_id,
            "properties": {"sku": "led-high-tops"}, **more}


@case("every route takes its message, long and short, by Basic key and by body key")
def _():
    bodies = {"track": {"event": "E"}, "identify": {"traits": {}}, "page": {"name": "P"}, "screen": {"name": "S"},
              "group": {"groupId": "g"}, "alias": {"previousId": "before"}}
    for kind, body in bodies.items():
        for path, form in ((kind, "header"), (kind[0], "body")):
            message_id = f"route-{path}"
            message = {"userId": "routes", "messageId": message_id, **body}
            taken(path, message if form == "header" else {**message, "writeKey": KEY},
                  basic(KEY) if form == "header" else None)
            event = event_of(message_id)
            assert event["type"] == kind and event["discard_reason"] is None, event
            assert "writeKey" not in event["raw"] and event["raw"]["projectId"]
            assert event["raw"]["version"] == 2 and event["raw"]["channel"] == "server"


@case("batch, import and b take many messages with the batch's own context and integrations under theirs")
def _():
    for path in ("batch", "import", "b"):
        taken(path, {"writeKey": KEY, "sentAt": "2026-01-05T10:00:05.000Z", "context": {"app": {"name": "batch"}, "a": 1},
                     "integrations": {"All": False}, "batch": [
                         {"type": "track", "userId": "b", "event": "One", "messageId": f"{path}-1",
                          "context": {"a": 2}, "integrations": {"Amazon Personalize": True}},
                         {"type": "identify", "userId": "b", "messageId": f"{path}-2"}]})
        one, two = event_of(f"{path}-1")["raw"], event_of(f"{path}-2")["raw"]
        assert one["context"]["a"] == 2 and one["context"]["app"] == {"name": "batch"}
        assert one["integrations"] == {"All": False, "Amazon Personalize": True} and two["integrations"] == {"All": False}
        assert one["receivedAt"] == two["receivedAt"]


@case("a key without its colon works; the header's key wins over the body's")
def _():
    taken("track", track("colon"), {"Authorization": "Basic " + base64.b64encode(KEY.encode()).decode()})
    assert event_of("colon")["source"] == "website-prod"
    taken("track", track("both", writeKey=KEY), basic(keys["android-prod"]))
    assert event_of("both")["source"] == "android-prod"


@case("no key, or a very short one, is a 400; a wrong one a success that leads nowhere")
def _():
    for headers, more in ((None, {}), (basic(""), {}), (None, {"writeKey": ""})):
        status, _, answer = post("track", track("no-key", **more), headers)
        assert status == 400 and answer["code"] and answer["message"], (status, answer)
    taken("track", track("wrong-key"), basic("w" * 32))
    assert own("debugger?message_id=wrong-key")["events"] == []


@case("clock skew: what the sender's clock is off is taken away; without sentAt the time stays")
def _():
    taken("track", track("skew", timestamp="2026-01-05T10:00:00.000Z", sentAt="2026-01-05T10:00:05.000Z"), basic(KEY))
    raw = event_of("skew")["raw"]

    def ms(text):
        import datetime
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000
    assert abs(ms(raw["receivedAt"]) - ms(raw["timestamp"]) - 5000) < 2, raw
    assert raw["originalTimestamp"] == "2026-01-05T10:00:00.000Z"
    taken("track", track("no-sent", timestamp="2026-01-05T12:00:00.123456+02:00"), basic(KEY))
    assert event_of("no-sent")["raw"]["timestamp"] == "2026-01-05T10:00:00.123Z"  # normalised


@case("a messageId is made when there is none, and a repeated one counts once, whatever the source")
def _():
    before = own("health")["last_sequence"]
    body = track("x")
    del body["messageId"]
    taken("track", body, basic(KEY))
    made = own(f"debugger?after={before}&wait=20000")["events"][0]["raw"]["messageId"]
    assert made.startswith("api-") and len(made) == 36 and made[4:].isalnum(), made
    for key in (KEY, KEY, keys["ios-prod"]):
        taken("track", track("thrice"), basic(key))
    assert event_of("thrice")["source"] == "website-prod"


@case("gzip, text/plain, chunks, and a body that is not what it says")
def _():
    packed = gzip.compress(json.dumps({"writeKey": KEY, "batch": [track("zipped", type="track")]}).encode())
    taken("batch", packed, {"Content-Encoding": "gzip"})
    assert event_of("zipped")["discard_reason"] is None
    taken("t", json.dumps(track("plain", writeKey=KEY)).encode(), {"Content-Type": "text/plain"})
    event_of("plain")
    taken("t", json.dumps(track("utf8", writeKey=KEY, event="Größe gewählt ✓")).encode())
    assert event_of("utf8")["event"] == "Größe gewählt ✓"
    for broken in (b"no gzip", packed[:-12]):
        assert post("batch", broken, {"Content-Encoding": "gzip"})[0] == 400
    import http.client as client_
    host = here["url"][len("http://"):]
    connection = client_.HTTPConnection(host)
    connection.request("POST", "/v1/import", body=iter([packed[:20], packed[20:]]), encode_chunked=True, headers={
        **basic(KEY), "Content-Encoding": "gzip", "Transfer-Encoding": "chunked", "Content-Type": "application/json"})
    assert connection.getresponse().status == 200


@case("400: broken JSON, a message above 32 KB, a batch above 500 KB")
def _():
    for body in (b"{", b"", b"[]", b"nonsense"):
        status, _, answer = post("track", body, basic(KEY))
        assert status == 400 and answer["code"] and answer["message"], (body, status, answer)
    big = track("big", properties={"text": "x" * 33000})
    assert post("track", big, basic(KEY))[0] == 400
    taken("track", track("nearly-big", properties={"text": "x" * 32000}), basic(KEY))
    many = {"batch": [track(f"many-{i}", type="track", properties={"t": "x" * 20000}) for i in range(26)]}
    assert post("batch", many, basic(KEY))[0] == 400


@case("200 and dropped: every discard code, seen in the debugger")
def _():
    rows = (
        ("no_user_anon_id", "track", {"event": "E"}), ("no_user_anon_id", "track", {"event": "E", "userId": ""}),
        ("id_not_string", "track", {"event": "E", "userId": 42}), ("id_required", "group", {"userId": "u"}),
        ("id_required", "alias", {"userId": "u"}), ("event_not_defined", "track", {"userId": "u"}),
        ("event_not_string", "track", {"userId": "u", "event": 7}),
        ("properties_not_object", "track", {"userId": "u", "event": "E", "properties": "x"}),
        ("traits_not_object", "identify", {"userId": "u", "traits": [1]}),
        ("name_not_string", "page", {"userId": "u", "name": 5}), ("category_not_string", "page", {"userId": "u", "category": 5}))
    for i, (code, path, body) in enumerate(rows):
        taken(path, {**body, "messageId": f"bad-{i}"}, basic(KEY))
        assert event_of(f"bad-{i}")["discard_reason"] == code, (code, body, event_of(f"bad-{i}"))
    # in a batch the good ones are published
    taken("batch", {"batch": [{"type": "track", "event": "E", "messageId": "mixed-bad"}, track("mixed-good", type="track")]}, basic(KEY))
    assert event_of("mixed-good")["discard_reason"] is None
    assert event_of("mixed-bad")["discard_reason"] == "no_user_anon_id"
    taken("batch", {"batch": []}, basic(KEY))
    taken("batch", {"batch": [track(f"long-{i}", type="track", properties={}) for i in range(2501)]}, basic(KEY))
    codes = {row["code"] for row in own("event-delivery?source=website-prod&window=1h")["codes"]}
    assert {"multi_user_error", "empty_batch", "no_user_anon_id"} <= codes, codes


@case("a source that is switched off answers as ever and drops")
def _():
    own("sources", "PUT", {"name": "ios-prod", "enabled": False})
    taken("track", track("off"), basic(keys["ios-prod"]))
    assert event_of("off")["discard_reason"] == "source_disabled"
    own("sources", "PUT", {"name": "ios-prod", "enabled": True})


@case("the pixel is an image always, and a message when it can be")
def _():
    def pixel(kind, query):
        status, headers, body = http(f"/v1/pixel/{kind}?{query}")
        assert status == 200 and headers["Content-Type"] == "image/gif" and body[:6] in (b"GIF89a", b"GIF87a"), (status, body)
    data = base64.b64encode(json.dumps(track("pixel-data", writeKey=KEY)).encode()).decode()
    pixel("track", "data=" + urllib.parse.quote(data))
    assert event_of("pixel-data")["type"] == "track"
    pixel("track", urllib.parse.urlencode({"writeKey": KEY, "event": "Email Opened", "userId": "p", "messageId": "pixel-flat",
                                           "properties.campaign": "spring"}))
    assert event_of("pixel-flat")["raw"]["properties"]["campaign"] == "spring"
    for broken in ("data=%%%", "data=bm8ganNvbg", "", "writeKey=nobody"):
        pixel("track", broken)
    pixel("identify", "data=" + urllib.parse.quote(base64.b64encode(json.dumps(
        {"writeKey": KEY, "userId": "p", "messageId": "pixel-identify"}).encode()).decode()))
    assert event_of("pixel-identify")["type"] == "identify"


@case("preflight: what browsers ask, and what they must be told")
def _():
    for path in ("/v1/t", "/v1/b", "/v1/batch", f"/v1/projects/{KEY}/settings"):
        status, headers, _ = http(path, "OPTIONS", headers={
            "Origin": "http://shop.example", "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-retry-count",
            "Access-Control-Request-Private-Network": "true"})
        assert status in (200, 204), (path, status)
        allowed = headers["Access-Control-Allow-Headers"].lower().replace(" ", "").split(",")
        assert {"authorization", "content-type", "x-retry-count"} <= set(allowed)
        assert {"POST", "GET", "OPTIONS"} <= set(headers["Access-Control-Allow-Methods"].replace(" ", "").split(","))
        assert headers["Access-Control-Allow-Origin"] in ("*", "http://shop.example")
        assert headers["Access-Control-Allow-Private-Network"] == "true" and int(headers["Access-Control-Max-Age"]) > 0
    _, headers, _ = http("/v1/t", "POST", track("cors", writeKey=KEY), {"Origin": "http://shop.example", "Content-Type": "text/plain"})
    exposed = headers["Access-Control-Expose-Headers"].lower()
    assert "retry-after" in exposed and "x-ratelimit-reset" in exposed


@case("settings: of a known key; of an unknown one 404")
def _():
    status, headers, body = http(f"/v1/projects/{KEY}/settings")
    assert status == 200 and headers["Content-Type"].startswith("application/json")
    assert json.loads(body)["integrations"]["Segment.io"]["apiKey"] == KEY
    assert json.loads(body)["metrics"]["sampleRate"] == 0
    assert http("/v1/projects/unknown/settings")[0] == 404


@case("the SDK's own metrics are swallowed; methods and paths that are not there")
def _():
    taken("m", {"series": [{"type": "Counter", "metric": "analytics_js.invoke", "value": 1, "tags": {}}]})
    assert http("/v1/track", "GET")[0] in (404, 405)
    assert http("/v1/nothing", "POST", b"{}", JSON)[0] == 404


@case("throttled: 429 with both headers")
def _():
    fault("tracking.track:throttle,retry-after=7,count=1")
    status, headers, answer = post("track", track("slow"), basic(KEY))
    no_faults()
    assert status == 429 and headers["Retry-After"] == "7" and headers["X-RateLimit-Reset"] and answer["code"], answer


# --- the destination ---------------------------------------------------------------------------------------

@case("a delivery tells its request, answer, log and hops; switched off it tells why not")
def _():
    taken("track", track("deliver-1"), basic(KEY))
    row, = own("deliveries?message_id=deliver-1&wait=20000")["deliveries"]
    assert row["status"] == "delivered" and row["code"] == "OK" and row["payload"] == "null"
    assert row["request"]["function"] == here["function_arn"] and row["log"].startswith(("START", "INIT_START"))
    assert [hop["name"] for hop in row["hops"]] == ["destination", "lambda", "put_events", "recommendations", "identify"]
    own("destination", "PUT", {"enabled": False})
    try:
        taken("track", track("deliver-2"), basic(KEY))
        row, = own("deliveries?message_id=deliver-2&wait=20000")["deliveries"]
        assert row["status"] == "not_sent" and row["code"] == "DESTINATION_DISABLED"
    finally:
        own("destination", "PUT", {"enabled": True})


@case("the classic mistakes: region, external id, another function, no function")
def _():
    good = own("destination")["settings"]
    for i, (change, code) in enumerate((({"region": "us-west-2"}, None), ({"externalId": "987654321"}, "ACCESS_DENIED"),
                                        ({"function": here["endpoint_function_arn"]}, "ACCESS_DENIED"),
                                        ({"roleAddress": here["execution_role_arn"]}, "ACCESS_DENIED"),
                                        ({"function": ""}, "INVALID_SETTINGS"))):
        own("destination", "PUT", {"settings": change})
        taken("track", track(f"mistake-{i}"), basic(KEY))
        row, = own(f"deliveries?message_id=mistake-{i}&wait=20000")["deliveries"]
        assert row["status"] == "failed" and row["hint"] and (code is None or row["code"] == code), (change, row)
        own("destination", "PUT", {"settings": good})
    taken("track", track("mended"), basic(KEY))
    assert own("deliveries?message_id=mended&wait=20000")["deliveries"][0]["status"] == "delivered"


@case("the event tester bypasses the source; its effects are real")
def _():
    before = own("health")["last_sequence"]
    answer = own("event-tester", "POST", {"event": {**track("tester-1"), "type": "track", "userId": "tester",
                                                    "timestamp": "2026-01-05T10:00:00.000Z"}})
    assert answer["success"] is True and [call["name"] for call in answer["calls"]] == ["AssumeRole", "Invoke"]
    assert own("debugger?source=website-prod&message_id=tester-1")["events"] == []
    until("the trait", lambda: own("profile?user_id=tester")["sequence"] > before)


# --- Profile API -------------------------------------------------------------------------------------------

def profile(path, token=None, **query):
    url = f"/v1/spaces/{here['profile_space_id']}/collections/users/profiles/{path}"
    headers = basic(here["profile_api_token"] if token is None else token)
    status, said, body = http(url + ("?" + urllib.parse.urlencode(query) if query else ""), headers=headers)
    assert said["Request-Id"], dict(said)
    return status, json.loads(body)


@case("traits: ten by default, limit, include, verbose, pages by cursor, removal by null")
def _():
    traits = {f"t{i:02}": i for i in range(14)}
    taken("identify", {"userId": "prof", "messageId": "prof-1", "traits": {**traits, "email": "prof@example.com"}}, basic(KEY))
    event_of("prof-1")
    status, page = profile("user_id:prof/traits")
    assert status == 200 and len(page["traits"]) == 10 and page["cursor"]["has_more"] is True and page["cursor"]["limit"] == 10
    _, rest = profile("user_id:prof/traits", next=page["cursor"]["next"])
    assert {**page["traits"], **rest["traits"]} == {**traits, "email": "prof@example.com"}
    assert rest["cursor"]["has_more"] is False
    assert len(profile("user_id:prof/traits", limit=100)[1]["traits"]) == 15
    assert profile("user_id:prof/traits", include="t03,t05")[1]["traits"] == {"t03": 3, "t05": 5}
    verbose = profile("user_id:prof/traits", include="t03", verbose="true")[1]["traits"]["t03"]
    assert verbose["value"] == 3 and verbose["source_id"] and verbose["updated_at"].endswith("Z")
    assert profile("email:prof@example.com/traits", include="t03")[1]["traits"] == {"t03": 3}
    taken("identify", {"userId": "prof", "messageId": "prof-2", "traits": {"t03": None, "t05": ""}}, basic(KEY))
    event_of("prof-2")
    assert profile("user_id:prof/traits", include="t03,t05")[1]["traits"] == {"t05": ""}


@case("external ids, events, metadata")
def _():
    taken("track", track("prof-track", userId="prof2", anonymousId="prof2-a"), basic(KEY))
    event_of("prof-track")
    _, ids = profile("user_id:prof2/external_ids")
    assert {(row["type"], row["id"]) for row in ids["data"]} == {("user_id", "prof2"), ("anonymous_id", "prof2-a")}
    assert all(row["collection"] == "users" and row["encoding"] == "none" for row in ids["data"])
    _, events = profile("user_id:prof2/events")
    assert events["data"][0]["message_id"] == "prof-track" and events["data"][0]["type"] == "track"
    assert profile("user_id:prof2/events", exclude="Product Clicked")[1]["data"] == []
    _, meta = profile("user_id:prof2/metadata")
    assert meta["metadata"]["first_message_id"] == "prof-track" if "metadata" in meta else meta["first_message_id"]


@case("purchased_products is computed: a unique list, alphabetical, from flat and listed skus")
def _():
    for i, properties in enumerate(({"sku": "zipped-jacket"}, {"sku": "led-high-tops"}, {"sku": "zipped-jacket"},
                                    {"products": [{"sku": "herschel-iona"}]})):
        taken("track", track(f"order-{i}", userId="buyer", event="Order Completed", properties=properties), basic(KEY))
        event_of(f"order-{i}")
    bought = until("computed", lambda: profile("user_id:buyer/traits", include="purchased_products")[1]["traits"].get("purchased_products"))
    assert bought == sorted(set(bought)) and {"zipped-jacket", "led-high-tops"} <= set(bought), bought
    assert "purchased_products" in profile("user_id:buyer/traits", **{"class": "computed_trait"})[1]["traits"]


@case("errors: 401, 404, 400, with code and message, and no CORS")
def _():
    for path, token, status, code in (("user_id:none/traits", None, 404, "not_found"),
                                      ("user_id:prof/traits", "wrong", 401, "authentication_error")):
        got, body = profile(path, token)
        assert got == status and body["error"]["code"] == code and body["error"]["message"], (got, body)
    got, body = profile("user_id:prof/traits", limit="many")
    assert got == 400 and body["error"]["code"] in ("validation_error", "invalid_request_error"), body
    _, headers, _ = http(f"/v1/spaces/{here['profile_space_id']}/collections/users/profiles/user_id:prof/traits", "OPTIONS",
                         headers={"Origin": "http://shop.example", "Access-Control-Request-Method": "GET"})
    assert headers["Access-Control-Allow-Origin"] is None
    fault("profile:throttle,count=1")
    got, body = profile("user_id:prof/traits")
    no_faults()
    assert got == 429 and body["error"]["code"] == "rate_limit_error", body


@case("identities: an anonymous visitor who identifies is one profile; two user ids never merge")
def _():
    taken("track", {"anonymousId": "merge-a", "event": "Viewed", "messageId": "merge-1"}, basic(KEY))
    taken("identify", {"anonymousId": "merge-a", "userId": "merge-u", "traits": {"x": 1}, "messageId": "merge-2"}, basic(KEY))
    taken("identify", {"anonymousId": "merge-a", "userId": "merge-v", "traits": {"x": 2}, "messageId": "merge-3"}, basic(KEY))
    event_of("merge-3")
    assert profile("user_id:merge-u/traits")[1]["traits"]["x"] == 1
    assert profile("user_id:merge-v/traits")[1]["traits"]["x"] == 2
    assert profile("anonymous_id:merge-a/traits")[1]["traits"]["x"] == 1


run()
