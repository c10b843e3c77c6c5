"""personalize-events: PutEvents, PutItems, PutUsers, and what they change in the recommendations."""
from support import *

events = client("personalize-events")
raw = client("personalize-events", validates=False)
runtime = client("personalize-runtime")
TRACKER = here["tracking_id"]
NOW = int(time.time())


def event(**more):
    return {"eventType": "Product Clicked", "itemId": "led-high-tops", "sentAt": NOW, **more}


def put(*list_, user="shopper", session="s", to=events):
    answer = to.put_events(trackingId=TRACKER, userId=user, sessionId=session, eventList=list(list_))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    return answer


def bad(part, *list_, **more):
    arguments = {"trackingId": TRACKER, "userId": "u", "sessionId": "s", "eventList": list(list_), **more}
    refused("InvalidInputException", part, raw.put_events, of=raw,
            **{k: v for k, v in arguments.items() if v is not None})


def ranked(user):
    answer = runtime.get_recommendations(campaignArn=here["campaign_arn"], userId=user, numResults=50)
    return [(i["itemId"], i["score"]) for i in answer["itemList"]]


@case("an accepted event answers 200 with an empty body, and counts at once")
def _():
    before = ranked("one")
    answer = put(event(eventId="one-1"), user="one")
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"
    assert ranked("one") != before


@case("a repeated eventId counts once, whatever else it says")
def _():
    put(event(eventId="two-1"), user="two")
    once = ranked("two")
    put(event(eventId="two-1"), user="two")
    put(event(eventId="two-1", itemId="herschel-iona"), user="two")
    assert ranked("two") == once
    put(event(eventId="two-2", itemId="herschel-iona"), user="two")
    assert ranked("two") != once


@case("itemId inside properties, as before 2020")
def _():
    before = ranked("three")
    put({"eventType": "Product Clicked", "sentAt": NOW, "eventId": "three-1",
         "properties": json.dumps({"itemId": "led-high-tops", "eventValue": 4})}, user="three")
    assert ranked("three") != before


@case("ten events at most, one at least")
def _():
    put(*[event(eventId=f"ten-{i}") for i in range(10)])
    bad("eventList")
    bad("eventList", *[event() for _ in range(11)])


@case("every optional member at its limit")
def _():
    put(event(eventId="e" * 256, eventValue=59.9, recommendationId="RID-" + "a" * 36,
              impression=[f"i{i}" for i in range(25)], properties=json.dumps({"numRatings": 12, "color": "x" * 900})),
        user="u" * 256, session="s" * 256)


@case("what is required: tracker, session, type, time")
def _():
    bad("trackingId", event(), trackingId=None)
    bad("sessionId", event(), sessionId=None)
    bad("eventType", {k: v for k, v in event().items() if k != "eventType"})
    bad("sentAt", {k: v for k, v in event().items() if k != "sentAt"})


@case("what is too long, or empty")
def _():
    bad("userId", event(), userId="u" * 257)
    bad("sessionId", event(), sessionId="s" * 257)
    bad("sessionId", event(), sessionId="")
    bad("trackingId", event(), trackingId="t" * 257)
    bad("eventType", event(eventType=""))
    bad("eventType", event(eventType="t" * 257))
    bad("itemId", event(itemId="i" * 257))
    bad("eventId", event(eventId="e" * 257))
    bad("recommendationId", event(recommendationId="r" * 41))
    bad("impression", event(impression=[f"i{i}" for i in range(26)]))
    bad("impression", event(impression=[]))
    bad("properties", event(properties=json.dumps({"a": "x" * 1024})))


@case("properties that are no JSON object")
def _():
    bad("properties", event(properties="not json"))
    bad("properties", event(properties="[1]"))


@case("an unknown tracker, and an ARN in its place")
def _():
    # what the cloud says is not documented: that it refuses is what counts
    refused("ResourceNotFoundException", "tracker", events.put_events, status=404,
            trackingId="00000000-0000-4000-8000-000000000000", sessionId="s", eventList=[event()])
    refused("ResourceNotFoundException", "tracker", events.put_events, status=404,
            trackingId="arn:aws:personalize:us-east-1:123456789012:event-tracker/abc", sessionId="s",
            eventList=[event()])


@case("an anonymous visitor's session is asked for by its id")
def _():
    before = ranked("anonymous-session")
    answer = events.put_events(trackingId=TRACKER, sessionId="anonymous-session",
                               eventList=[event(eventId="anonymous-1")])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert ranked("anonymous-session") != before


@case("one bad event of ten refuses them all")
def _():
    before = ranked("all-or-none")
    bad("eventType", event(eventId="all-1"), event(eventType=""), userId="all-or-none")
    assert ranked("all-or-none") == before


@case("a lost answer is retried without counting twice")
def _():
    put(event(eventId="lost-0"), user="lost-reference")
    fault("personalize-events.PutEvents:lose,count=1")
    try:
        answer = put(event(eventId="lost-1"), user="lost", to=client("personalize-events", attempts=3))
        assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    finally:
        no_faults()
    once = ranked("lost")
    put(event(eventId="lost-1"), user="lost")
    assert ranked("lost") == once


def datasets():
    return {d["datasetType"].upper(): d["datasetArn"] for d in client("personalize").list_datasets()["datasets"]}


def field_of(dataset):
    """The camelCase key of a text field of the dataset's own schema."""
    control = client("personalize")
    arn = control.describe_dataset(datasetArn=dataset)["dataset"]["schemaArn"]
    fields = json.loads(control.describe_schema(schemaArn=arn)["schema"]["schema"])["fields"]
    name = [f["name"] for f in fields if f["name"] not in ("ITEM_ID", "USER_ID") and "string" in json.dumps(f["type"])][0]
    first, *rest = name.lower().split("_")
    return first + "".join(part.title() for part in rest)


@case("PutItems stores items")
def _():
    key = field_of(datasets()["ITEMS"])
    answer = events.put_items(datasetArn=datasets()["ITEMS"], items=[
        {"itemId": "led-high-tops", "properties": json.dumps({key: "shoes"})},
        {"itemId": "brand-new-item", "properties": json.dumps({key: "hats|caps"})}])
    assert set(answer) == {"ResponseMetadata"} and answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@case("PutUsers stores users")
def _():
    answer = events.put_users(datasetArn=datasets()["USERS"], users=[
        {"userId": "shopper", "properties": json.dumps({field_of(datasets()["USERS"]): "gold"})}])
    assert set(answer) == {"ResponseMetadata"} and answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@case("PutItems and PutUsers: limits, bad properties, other ARNs")
def _():
    items, users = datasets()["ITEMS"], datasets()["USERS"]
    refused("InvalidInputException", "items", raw.put_items, of=raw, datasetArn=items, items=[])
    refused("InvalidInputException", "items", raw.put_items, datasetArn=items,
            items=[{"itemId": f"i{i}"} for i in range(11)])
    refused("InvalidInputException", "itemId", raw.put_items, datasetArn=items, items=[{"itemId": ""}])
    refused("InvalidInputException", "itemId", raw.put_items, datasetArn=items, items=[{"itemId": "i" * 257}])
    refused("InvalidInputException", "itemId", raw.put_items, datasetArn=items, items=[{"properties": "{}"}])
    refused("InvalidInputException", "properties", raw.put_items, datasetArn=items,
            items=[{"itemId": "i", "properties": "nope"}])
    refused("InvalidInputException", "properties", raw.put_items, datasetArn=items,
            items=[{"itemId": "i", "properties": json.dumps({"a": "x" * 32000})}])
    refused("InvalidInputException", "users", raw.put_users, datasetArn=users, users=[])
    refused("InvalidInputException", "userId", raw.put_users, datasetArn=users, users=[{"userId": "u" * 257}])
    refused("InvalidInputException", "", raw.put_users, datasetArn=items, users=[{"userId": "u"}])
    refused("InvalidInputException", "", raw.put_items, datasetArn=items, items=[
        {"itemId": "i", "properties": json.dumps({"noSuchField": "x"})}])
    refused("ResourceNotFoundException", "dataset-group", raw.put_items, status=404,
            datasetArn=items.rsplit("/", 1)[0].replace("dataset/", "dataset-group/"), items=[{"itemId": "i"}])
    refused("ResourceNotFoundException", "", events.put_items, status=404, of=events,
            datasetArn=items.replace("/ITEMS", "-none/ITEMS"), items=[{"itemId": "i"}])


run()
