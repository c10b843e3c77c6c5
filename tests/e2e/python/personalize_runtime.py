"""personalize-runtime: GetRecommendations, GetPersonalizedRanking, GetActionRecommendations."""
from support import *

runtime = client("personalize-runtime")
raw = client("personalize-runtime", validates=False)
campaign, related = here["campaign_arn"], here["related_campaign_arn"]
ranking, popular = here["ranking_campaign_arn"], here["popular_campaign_arn"]
USER = here["user_id"]


def items(**arguments):
    return [item["itemId"] for item in runtime.get_recommendations(**arguments)["itemList"]]


@case("twenty-five items by default, each with a score, best first, with ids for the list and the request")
def _():
    answer = runtime.get_recommendations(campaignArn=campaign, userId=USER)
    scores = [item["score"] for item in answer["itemList"]]
    assert len(scores) == 25 and scores == sorted(scores, reverse=True) and all(0 <= s <= 1 for s in scores)
    assert answer["recommendationId"].startswith("RID-") and len(answer["recommendationId"]) == 40
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36


@case("numResults from 0 to 500")
def _():
    assert len(items(campaignArn=campaign, userId=USER, numResults=1)) == 1
    assert len(items(campaignArn=campaign, userId=USER, numResults=7)) == 7
    assert len(set(items(campaignArn=campaign, userId=USER, numResults=500))) == 50  # the whole catalogue
    refused("InvalidInputException", "numResults", runtime.get_recommendations, of=runtime,
            campaignArn=campaign, userId=USER, numResults=501)
    refused("InvalidInputException", "numResults", raw.get_recommendations,
            campaignArn=campaign, userId=USER, numResults=-1)


@case("similar items need an item and have no scores; popular items need nobody")
def _():
    answer = runtime.get_recommendations(campaignArn=related, itemId="led-high-tops", numResults=5)
    assert len(answer["itemList"]) == 5 and "led-high-tops" not in [i["itemId"] for i in answer["itemList"]]
    assert all("score" not in item for item in answer["itemList"])
    answer = runtime.get_recommendations(campaignArn=popular)
    assert len(answer["itemList"]) == 25 and all("score" not in item for item in answer["itemList"])


@case("what a recipe needs and does not get is an InvalidInputException naming it")
def _():
    refused("InvalidInputException", "userId", runtime.get_recommendations, of=runtime, campaignArn=campaign)
    refused("InvalidInputException", "itemId", runtime.get_recommendations, campaignArn=related, userId=USER)
    refused("InvalidInputException", "userId", raw.get_personalized_ranking,
            campaignArn=ranking, inputList=["led-high-tops"])
    refused("InvalidInputException", "", runtime.get_recommendations, userId=USER)


@case("a campaign of another recipe type refuses the other call")
def _():
    refused("InvalidInputException", "", runtime.get_recommendations, campaignArn=ranking, userId=USER)
    refused("InvalidInputException", "", runtime.get_personalized_ranking,
            campaignArn=campaign, userId=USER, inputList=["led-high-tops"])


@case("an unknown user and a new item are no errors")
def _():
    assert len(items(campaignArn=campaign, userId="nobody-has-seen-me")) == 25
    runtime.get_recommendations(campaignArn=related, itemId="no-such-item")


@case("ARNs that are none, of another type, unknown, or of another region")
def _():
    for wrong in ("not-an-arn", "arn:aws:lambda:us-east-1:123456789012:function:f"):
        refused("InvalidInputException", "", runtime.get_recommendations, campaignArn=wrong, userId=USER)
    refused("ResourceNotFoundException", "campaign", runtime.get_recommendations, status=404, of=runtime,
            campaignArn=campaign + "-none", userId=USER)
    refused("ResourceNotFoundException", "campaign", client("personalize-runtime", "us-west-2").get_recommendations,
            status=404, campaignArn=campaign, userId=USER)


@case("lengths: userId, itemId, campaignArn")
def _():
    items(campaignArn=campaign, userId="u" * 256)
    refused("InvalidInputException", "userId", runtime.get_recommendations, campaignArn=campaign, userId="u" * 257)
    refused("InvalidInputException", "itemId", runtime.get_recommendations, campaignArn=related, itemId="i" * 257)
    refused("InvalidInputException", "campaignArn", runtime.get_recommendations,
            campaignArn=campaign + "x" * 256, userId=USER)


@case("context: up to 150 pairs of limited names and values")
def _():
    items(campaignArn=campaign, userId=USER, context={"DEVICE": "phone", "a_1": ""})
    refused("InvalidInputException", "context", runtime.get_recommendations,
            campaignArn=campaign, userId=USER, context={"no-dash": "x"})
    refused("InvalidInputException", "context", runtime.get_recommendations,
            campaignArn=campaign, userId=USER, context={"K": "v" * 1001})
    refused("InvalidInputException", "context", runtime.get_recommendations,
            campaignArn=campaign, userId=USER, context={f"K{i}": "v" for i in range(151)})


@case("the filter excludes what the user bought")
def _():
    everything = items(campaignArn=campaign, userId=USER, numResults=50)
    filtered = items(campaignArn=campaign, userId=USER, numResults=50, filterArn=here["filter_arn"])
    bought = set(everything) - set(filtered)
    assert bought and [i for i in everything if i not in bought] == filtered
    sku = filtered[0]
    client("personalize-events").put_events(
        trackingId=here["tracking_id"], userId=USER, sessionId="s",
        eventList=[{"eventId": "runtime-1", "eventType": "Order Completed", "itemId": sku, "sentAt": int(time.time())}])
    assert sku not in items(campaignArn=campaign, userId=USER, numResults=50, filterArn=here["filter_arn"])
    refused("ResourceNotFoundException", "filter", runtime.get_recommendations, status=404,
            campaignArn=campaign, userId=USER, filterArn=here["filter_arn"] + "-none")
    refused("InvalidInputException", "", runtime.get_recommendations, campaignArn=campaign, userId=USER,
            filterArn="exclude-purchased")


@case("a ranking has every item of the list once, unknown ones at the end, with scores")
def _():
    asked = ["no-such-item", "herschel-iona", "led-high-tops", "zipped-jacket"]
    answer = runtime.get_personalized_ranking(campaignArn=ranking, userId=USER, inputList=asked)
    got = answer["personalizedRanking"]
    assert sorted(i["itemId"] for i in got) == sorted(asked) and got[-1]["itemId"] == "no-such-item"
    known = [i["score"] for i in got[:-1]]
    assert known == sorted(known, reverse=True)
    assert answer["recommendationId"].startswith("RID-")


@case("a ranking's limits and mistakes")
def _():
    runtime.get_personalized_ranking(campaignArn=ranking, userId=USER, inputList=[f"i{n}" for n in range(500)])
    refused("InvalidInputException", "inputList", runtime.get_personalized_ranking, of=runtime,
            campaignArn=ranking, userId=USER, inputList=[f"i{n}" for n in range(501)])
    refused("InvalidInputException", "inputList", runtime.get_personalized_ranking,
            campaignArn=ranking, userId=USER, inputList=["i" * 257])
    refused("InvalidInputException", "inputList", raw.get_personalized_ranking, campaignArn=ranking, userId=USER)
    refused("ResourceNotFoundException", "campaign", runtime.get_personalized_ranking, status=404,
            campaignArn=ranking + "-none", userId=USER, inputList=["led-high-tops"])


@case("there is no action campaign, and the answer says so")
def _():
    # boto3 1.26 has no GetActionRecommendations: its signer sends it all the same
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    body = json.dumps({"campaignArn": campaign, "userId": USER}).encode()
    request = AWSRequest("POST", here["url"] + "/action-recommendations", data=body,
                         headers={"Content-Type": "application/json"})
    SigV4Auth(boto3.Session().get_credentials(), "personalize", REGION).add_auth(request)
    status, headers, answer = http("/action-recommendations", "POST", body, dict(request.headers))
    assert status in (400, 404), (status, answer)
    assert headers["x-amzn-ErrorType"] in ("InvalidInputException", "ResourceNotFoundException"), dict(headers)
    assert "ction" in json.loads(answer)["message"], answer


@case("a declared answer is what the SDK gets, list or error, for whom it was declared and as often")
def _():
    try:
        own("answers", "PUT", {"campaign": "segment-workshop-campaign", "user_id": "pinned", "count": 2,
                               "items": ["pin-1", {"item_id": "pin-2", "score": 0.4}]})
        own("answers", "PUT", {"campaign": "segment-workshop-popular",
                               "error": {"code": "ThrottlingException", "message": "Rate exceeded", "status": 400}})
        for _ in range(2):
            assert items(campaignArn=campaign, userId="pinned") == ["pin-1", "pin-2"]
        assert len(items(campaignArn=campaign, userId="pinned")) == 25  # used up
        assert "pin-1" not in items(campaignArn=campaign, userId=USER)
        refused("ThrottlingException", "Rate exceeded", runtime.get_recommendations, campaignArn=popular)
    finally:
        own("answers", "DELETE")
    assert len(items(campaignArn=popular)) == 25


@case("unsigned, an unknown key, a wrong secret, a scope of the wrong region or service")
def _():
    ask = {"campaignArn": campaign, "userId": USER}
    status, headers, _ = http("/recommendations", "POST", ask, {"Content-Type": "application/json"})
    assert status == 403 and headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
    refused("UnrecognizedClientException", "The security token included in the request is invalid", client(
        "personalize-runtime", keys={"aws_access_key_id": "AKIAAAAAAAAAAAAAAAAA", "aws_secret_access_key": "x"}
    ).get_recommendations, status=403, **ask)
    refused("InvalidSignatureException", "The request signature we calculated does not match", client(
        "personalize-runtime", keys={"aws_access_key_id": here["access_key_id"], "aws_secret_access_key": "x"}
    ).get_recommendations, status=403, **ask)


@case("throttling is retried by the SDK, and at last raised by the service's own name")
def _():
    fault("personalize-runtime.GetRecommendations:throttle,count=2")
    try:
        answer = client("personalize-runtime", attempts=3).get_recommendations(campaignArn=campaign, userId=USER)
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2 and answer["itemList"]
        fault("personalize-runtime.GetRecommendations:throttle,count=1")
        refused("ThrottlingException", "Rate exceeded", runtime.get_recommendations, campaignArn=campaign, userId=USER)
    finally:
        no_faults()


@case("a 503 is retried, so is a dropped answer; half an answer fools this SDK, as it does in the cloud")
def _():
    patient = client("personalize-runtime", attempts=3, whole=False)
    try:
        for spec in ("status=503", "drop", "lose"):
            fault(f"personalize-runtime.GetRecommendations:{spec},count=1")
            answer = patient.get_recommendations(campaignArn=campaign, userId=USER)
            assert answer["ResponseMetadata"]["RetryAttempts"] == 1, (spec, answer["ResponseMetadata"])
            assert answer["itemList"]
        fault("personalize-runtime.GetRecommendations:half,count=1")
        assert "itemList" not in patient.get_recommendations(campaignArn=campaign, userId=USER)
    finally:
        no_faults()


run()
