"""logs: what functions wrote, found again through CloudWatch Logs; patterns, windows, pages."""
from support import *

logs = client("logs")
raw = client("logs", validates=False)
functions = client("lambda")
NAME = here["function_arn"].split(":")[-1]
GROUP = "/aws/lambda/" + NAME
START = int(time.time() * 1000) - 1000


def message(user):
    return json.dumps({"type": "track", "event": "Product Clicked", "userId": user, "anonymousId": user,
                       "messageId": user + "-1", "timestamp": "2026-01-05T10:00:00.000Z",
                       "properties": {"sku": "silk-summer-top"}})


def invoked(user):
    return functions.invoke(FunctionName=NAME, Payload=message(user))["ResponseMetadata"]["RequestId"]


@case("a function that never ran has no group")
def _():
    refused("ResourceNotFoundException", "The specified log group does not exist.", logs.filter_log_events, of=logs,
            logGroupName="/aws/lambda/SegmentPersonalizeRecommendations")
    refused("ResourceNotFoundException", "", logs.describe_log_streams,
            logGroupName="/aws/lambda/SegmentPersonalizeRecommendations")


@case("an invocation makes a group, a stream and lines from START to REPORT")
def _():
    request = invoked("log-one")
    group, = [g for g in logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]]
    assert group["logGroupName"] == GROUP and group["arn"].endswith(f":log-group:{GROUP}:*")
    stream, = logs.describe_log_streams(logGroupName=GROUP, limit=1)["logStreams"]
    name = stream["logStreamName"]
    assert name[4] == "/" and "[$LATEST]" in name and len(name.rsplit("]", 1)[1]) == 32, name
    lines = [e["message"] for e in logs.filter_log_events(logGroupName=GROUP)["events"]]
    mine = [line for line in lines if request in line]
    assert any(m.startswith(f"START RequestId: {request} Version: $LATEST") for m in mine), lines
    assert any(m.startswith(f"END RequestId: {request}") for m in mine)
    report, = [m for m in mine if m.startswith("REPORT ")]
    assert "\tDuration: " in report and "\tMemory Size: " in report


@case("pages of one, by the SDK's paginator: every event once, in order, the token then absent")
def _():
    for i in range(3):
        invoked(f"log-page-{i}")
    whole = [e["eventId"] for e in logs.filter_log_events(logGroupName=GROUP)["events"]]
    pages = list(logs.get_paginator("filter_log_events").paginate(
        logGroupName=GROUP, PaginationConfig={"PageSize": 5}))
    paged = [e["eventId"] for page in pages for e in page["events"]]
    assert paged == whole and len(set(whole)) == len(whole) and len(pages) > 1
    assert "nextToken" not in pages[-1]
    times = [e["timestamp"] for page in pages for e in page["events"]]
    assert times == sorted(times) and all(START <= t <= START + 600000 for t in times)


@case("patterns: words, quoted text, exclusion, alternatives, JSON")
def _():
    request = invoked("log-pattern")

    def found(pattern):
        return [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern=pattern)["events"]]
    assert found("") == [e["message"] for e in logs.filter_log_events(logGroupName=GROUP)["events"]]
    assert all(m.startswith("REPORT") for m in found("REPORT")) and found("REPORT")
    assert len(found(f'"RequestId: {request}"')) >= 3
    assert found(f'"RequestId: {request}" -END -START')
    assert all("END" not in m for m in found(f'"RequestId: {request}" -END'))
    assert {m.split(" ")[0] for m in found("?START ?END")} == {"INIT_START", "START", "END"}
    assert found("nosuchword") == []
    refused("InvalidParameterException", "", logs.filter_log_events, of=logs, logGroupName=GROUP, filterPattern="{ broken")
    refused("InvalidParameterException", "", raw.filter_log_events, logGroupName=GROUP, filterPattern="x" * 1025)


@case("a window of time, a stream, a prefix")
def _():
    invoked("log-window")
    streams = [s["logStreamName"] for s in logs.describe_log_streams(logGroupName=GROUP)["logStreams"]]
    one = logs.filter_log_events(logGroupName=GROUP, logStreamNames=streams[:1])["events"]
    assert one and all(e["logStreamName"] == streams[0] for e in one)
    assert logs.filter_log_events(logGroupName=GROUP, logStreamNamePrefix=streams[0][:10])["events"]
    assert logs.filter_log_events(logGroupName=GROUP, endTime=START)["events"] == []
    assert logs.filter_log_events(logGroupName=GROUP, startTime=int(time.time() * 1000) + 60000)["events"] == []
    refused("InvalidParameterException", "", raw.filter_log_events, logGroupName=GROUP,
            logStreamNames=streams[:1], logStreamNamePrefix="2")
    refused("ResourceNotFoundException", "", logs.filter_log_events, logGroupName=GROUP, logStreamNames=["none"])
    refused("InvalidParameterException", "limit", raw.filter_log_events, logGroupName=GROUP, limit=10001)
    refused("InvalidParameterException", "limit", raw.filter_log_events, logGroupName=GROUP, limit=0)
    refused("InvalidParameterException", "", logs.filter_log_events, logGroupName=GROUP, nextToken="made-up")


@case("GetLogEvents walks forward from the head until the token stays, and backward from the end")
def _():
    stream = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)[
        "logStreams"][0]["logStreamName"]
    whole = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True)["events"]
    walked, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        page = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True, limit=4, **more)
        walked += page["events"]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert [e["message"] for e in walked] == [e["message"] for e in whole]
    last = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, limit=2)
    assert [e["message"] for e in last["events"]] == [e["message"] for e in whole[-2:]]
    before = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, limit=2, nextToken=last["nextBackwardToken"])
    assert [e["message"] for e in before["events"]] == [e["message"] for e in whole[-4:-2]]
    refused("ResourceNotFoundException", "The specified log stream does not exist.", logs.get_log_events, of=logs,
            logGroupName=GROUP, logStreamName="none")


@case("streams by time or by name; a prefix does not go with time")
def _():
    for page in logs.get_paginator("describe_log_streams").paginate(
            logGroupName=GROUP, orderBy="LogStreamName", PaginationConfig={"PageSize": 1}):
        assert len(page["logStreams"]) <= 1
    refused("InvalidParameterException", "", logs.describe_log_streams, of=logs, logGroupName=GROUP,
            orderBy="LastEventTime", logStreamNamePrefix="2")
    refused("InvalidParameterException", "limit", raw.describe_log_streams, logGroupName=GROUP, limit=51)


@case("what a function could not do is in its log")
def _():
    fault(f"function.{NAME}:timeout,count=1")
    try:
        request = invoked("log-late")
    finally:
        no_faults()
    lines = [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern='"Task timed out after"')["events"]]
    assert any(request in line for line in lines), lines


run()
