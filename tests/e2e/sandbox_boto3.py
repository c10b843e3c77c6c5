"""sandbox_boto3 — the official Python SDK against the sandbox. usage: sandbox_boto3.py READY.json"""
import base64
import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

here = json.load(open(sys.argv[1], encoding="utf-8"))
no_retries = Config(retries={"max_attempts": 0})


def client(service, region="us-east-1", **keys):
    return boto3.client(service, endpoint_url=here["url"], region_name=region, config=no_retries, **keys)


def refused(code, part, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        said = error.response["Error"]
        assert said["Code"] == code, said
        assert part in said["Message"], said
        return error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError(f"not refused: {code}")


def items(user, **more):
    answer = client("personalize-runtime").get_recommendations(
        campaignArn=here["campaign_arn"], userId=user, **more)
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36
    return [item["itemId"] for item in answer["itemList"]]


def put(event):
    answer = client("personalize-events").put_events(
        trackingId=here["tracking_id"], userId="boto", sessionId="boto-s", eventList=[event])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


# PutEvents counts at once; a repeated eventId does not; itemId inside properties as before 2020
assert len(items("boto")) == 25
before = items("boto", numResults=50)
event = {"eventId": "b-1", "eventType": "Product Clicked", "itemId": "led-high-tops", "sentAt": 1767225600}
put(event)
after = items("boto", numResults=50)
assert before != after
put(event)
assert items("boto", numResults=50) == after
put({"eventId": "b-2", "eventType": "Product Clicked", "sentAt": 1767225700,
     "properties": json.dumps({"itemId": "herschel-iona"})})
assert items("boto", numResults=50) != after

# every campaign has its needs
runtime = client("personalize-runtime")
assert runtime.get_recommendations(campaignArn=here["related_campaign_arn"], itemId="led-high-tops")["itemList"]
assert "score" not in runtime.get_recommendations(campaignArn=here["popular_campaign_arn"])["itemList"][0]
refused("InvalidInputException", "userId", runtime.get_recommendations, campaignArn=here["campaign_arn"])
refused("InvalidInputException", "itemId", runtime.get_recommendations,
        campaignArn=here["related_campaign_arn"], userId="u")
assert refused("ResourceNotFoundException", "campaign", runtime.get_recommendations,
               campaignArn=here["campaign_arn"] + "x", userId="u") == 404
refused("ResourceNotFoundException", "campaign", client("personalize-runtime", "us-west-2").get_recommendations,
        campaignArn=here["campaign_arn"], userId="u")
ranking = runtime.get_personalized_ranking(
    campaignArn=here["ranking_campaign_arn"], userId="boto", inputList=["none-such", "led-high-tops"])
assert [item["itemId"] for item in ranking["personalizedRanking"]] == ["led-high-tops", "none-such"]

# Invoke: name, partial ARN, full ARN; what is missing; the failure of the function is no HTTP error
message = {"type": "track", "event": "Product Clicked", "userId": "boto", "anonymousId": "boto-s",
           "messageId": "boto-3", "timestamp": "2026-01-05T10:00:00.000Z", "properties": {"sku": "silk-summer-top"}}
functions = client("lambda")
name = "SegmentPersonalizeDestinationHandler"
for form in (name, name + ":$LATEST", "123456789012:function:" + name, here["function_arn"]):
    answer = functions.invoke(FunctionName=form, Payload=json.dumps(message), LogType="Tail")
    assert answer["StatusCode"] == 200 and "FunctionError" not in answer
    assert json.load(answer["Payload"]) is None
    assert b"REPORT RequestId: " in base64.b64decode(answer["LogResult"])
assert functions.invoke(FunctionName=name, Payload=json.dumps(message), InvocationType="Event")["StatusCode"] == 202
assert functions.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
refused("ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:123456789012:function:none",
        functions.invoke, FunctionName="none")
refused("ResourceNotFoundException", "Function not found: arn:aws:lambda:us-west-2:",
        client("lambda", "us-west-2").invoke, FunctionName=name)
refused("InvalidRequestContentException", "json", functions.invoke, FunctionName=name, Payload=b"not json")
endpoint = json.load(functions.invoke(
    FunctionName=here["endpoint_function_arn"],
    Payload=json.dumps({"httpMethod": "GET", "queryStringParameters": {"userId": "boto", "numResults": "3"}}))["Payload"])
assert endpoint["statusCode"] == 200 and len(json.loads(endpoint["body"])["itemList"]) == 3
with urllib.request.urlopen(here["recommendations_url"] + "?userId=boto&numResults=3") as answer:
    assert len(json.load(answer)["itemList"]) == 3

# the profile has the trait
request = urllib.request.Request(
    f"{here['url']}/v1/spaces/{here['profile_space_id']}/collections/users/profiles/user_id:boto/traits?limit=100")
request.add_header("Authorization", "Basic " + base64.b64encode((here["profile_api_token"] + ":").encode()).decode())
with urllib.request.urlopen(request) as answer:
    assert json.load(answer)["traits"]["recommended_products"]

# signatures: key, secret, token
refused("UnrecognizedClientException", "security token", client(
    "personalize-runtime", aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x").get_recommendations,
    campaignArn=here["campaign_arn"], userId="u")
refused("InvalidSignatureException", "does not match", client(
    "personalize-runtime", aws_access_key_id=here["access_key_id"], aws_secret_access_key="x").get_recommendations,
    campaignArn=here["campaign_arn"], userId="u")
refused("InvalidSignatureException", "does not match", client(
    "lambda", aws_access_key_id=here["access_key_id"], aws_secret_access_key="x").invoke, FunctionName=name)

# STS: the trust policy, the session and its limits
sts = client("sts")
role = {"RoleArn": here["destination_role_arn"], "RoleSessionName": "boto"}
for wrong in ({}, {"ExternalId": "987654321"}):
    refused("AccessDenied", "sts:AssumeRole", sts.assume_role, **role, **wrong)
refused("AccessDenied", "sts:AssumeRole", sts.assume_role, RoleArn=here["execution_role_arn"],
        RoleSessionName="boto", ExternalId="123456789")
session = sts.assume_role(**role, ExternalId="123456789", DurationSeconds=900)["Credentials"]
keys = {"aws_access_key_id": session["AccessKeyId"], "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"]}
assert client("sts", **keys).get_caller_identity()["Arn"].endswith("/boto")
assert client("lambda", **keys).invoke(FunctionName=here["function_arn"], Payload=json.dumps(message))["StatusCode"] == 200
refused("AccessDeniedException", "because no identity-based policy allows the lambda:InvokeFunction action",
        client("lambda", **keys).invoke, FunctionName=here["endpoint_function_arn"])
refused("AccessDeniedException", "us-west-2", client("lambda", "us-west-2", **keys).invoke, FunctionName=name)
refused("AccessDeniedException", "personalize:GetRecommendations", client(
    "personalize-runtime", **keys).get_recommendations, campaignArn=here["campaign_arn"], userId="u")
keys["aws_session_token"] = "stale"
refused("UnrecognizedClientException", "invalid", client("lambda", **keys).invoke, FunctionName=name)
print("boto3", boto3.__version__, "does not notice the difference")
