"""shop_handler — Exercise 4 of the workshop as somebody would write it: Debian's boto3 and urllib, an endpoint,
and nothing else that would differ in the cloud. Other things it does are in the event."""
import base64
import json
import os
import urllib.request

import boto3

ENDPOINT = {"endpoint_url": os.environ.get("AWS_ENDPOINT_URL")}
events = boto3.client("personalize-events", **ENDPOINT)
runtime = boto3.client("personalize-runtime", **ENDPOINT)
write_key = os.environ["connections_source_write_key"]


def recommend(message):
    events.put_events(
        trackingId=os.environ["personalize_tracking_id"], userId=message["userId"], sessionId=message["anonymousId"],
        eventList=[{"eventId": message["messageId"], "eventType": message["event"], "sentAt": 1767607200,
                    "properties": json.dumps({"itemId": message["properties"]["sku"]})}])
    answer = runtime.get_recommendations(
        campaignArn=os.environ["personalize_campaign_arn"], userId=message["userId"], numResults=4)
    body = {"type": "identify", "userId": message["userId"],
            "traits": {"recommended_products": [item["itemId"] for item in answer["itemList"]]}}
    request = urllib.request.Request(os.environ["TRACKING_URL"] + "/v1/identify", json.dumps(body).encode(), {
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode((write_key + ":").encode()).decode()})
    with urllib.request.urlopen(request) as reply:
        json.load(reply)  # the workshop's handler needs a body, too


def handler(event, context):
    if event.get("type") == "track":
        return recommend(event)
    if event["do"] == "fail":
        raise ValueError(event["text"])
    if event["do"] == "crash":
        os._exit(4)
    if event["do"] == "meet":
        with urllib.request.urlopen(event["at"]) as answer:
            return answer.read().decode()
    return {"echo": event, "arn": context.invoked_function_arn, "id": context.aws_request_id,
            "client": context.client_context}
