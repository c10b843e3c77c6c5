"""lambda: Invoke in all its forms, and the life of a function from CreateFunction to DeleteFunction."""
import base64
import hashlib
import io
import zipfile

from support import *

functions = client("lambda")
raw = client("lambda", validates=False)
NAME = here["function_arn"].split(":")[-1]
ARN = here["function_arn"]
ENDPOINT = here["endpoint_function_arn"]
ROLE = here["execution_role_arn"]
MESSAGE = {"type": "track", "event": "Product Clicked", "userId": "lam", "anonymousId": "lam-a",
           "messageId": "lam-1", "timestamp": "2026-01-05T10:00:00.000Z", "properties": {"sku": "silk-summer-top"}}


OFTEN = {"Delay": 0.02, "MaxAttempts": 1000}  # the SDK's own pace is for the cloud


def invoke(name=NAME, payload=None, to=functions, **more):
    answer = to.invoke(FunctionName=name, Payload=json.dumps(MESSAGE if payload is None else payload), **more)
    return answer, json.loads(answer["Payload"].read() or b"null")


def archive(text="#!/bin/sh\nexit 0\n"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        entry = zipfile.ZipInfo("bootstrap", (2024, 1, 1, 0, 0, 0))
        entry.external_attr = 0o100755 << 16
        file.writestr(entry, text)
    return out.getvalue()


def create(name, **more):
    arguments = {"FunctionName": name, "Role": ROLE, "Runtime": "provided.al2", "Handler": "bootstrap",
                 "Code": {"ZipFile": archive()}, **more}
    return raw.create_function(**arguments)


def wait_for(name):
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig=OFTEN)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=OFTEN)


# --- Invoke ---------------------------------------------------------------------------------------------

@case("every form of a function's name")
def _():
    for form in (NAME, NAME + ":$LATEST", f"{ACCOUNT}:function:{NAME}", ARN, ARN + ":$LATEST"):
        answer, payload = invoke(form)
        assert answer["StatusCode"] == 200 and payload is None and "FunctionError" not in answer, form
        assert answer["ExecutedVersion"] == "$LATEST", form
    answer, _payload = invoke(NAME, Qualifier="$LATEST")
    assert answer["ExecutedVersion"] == "$LATEST"


@case("Tail gives the end of the log; without it there is none")
def _():
    answer, _payload = invoke(LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith("START RequestId: ") and "\nEND RequestId: " in log and "\nREPORT RequestId: " in log
    assert answer["ResponseMetadata"]["RequestId"] in log
    answer, _payload = invoke(LogType="None")
    assert "LogResult" not in answer


@case("Event is 202 and then happens; DryRun is 204 and does not")
def _():
    answer = functions.invoke(FunctionName=NAME, InvocationType="DryRun", Payload=json.dumps(
        {**MESSAGE, "userId": "dry", "messageId": "dry-1"}))
    assert answer["StatusCode"] == 204 and answer["Payload"].read() == b""
    answer = functions.invoke(FunctionName=NAME, InvocationType="Event", Payload=json.dumps(
        {**MESSAGE, "userId": "evented", "messageId": "ev-1"}))
    assert answer["StatusCode"] == 202 and answer["Payload"].read() == b""
    until("the event was handled", lambda: own("profile?user_id=evented")["sequence"] > 0)
    assert own("profile?user_id=dry")["sequence"] == 0


@case("the endpoint function answers as API Gateway wants it")
def _():
    answer, payload = invoke(ENDPOINT, {"httpMethod": "GET", "queryStringParameters": {"userId": "u", "numResults": "3"}})
    assert payload["statusCode"] == 200 and len(json.loads(payload["body"])["itemList"]) == 3


@case("a crash and a timeout on demand look as Lambda shows them")
def _():
    try:
        fault("function.SegmentPersonalizeDestinationHandler:crash,count=1")
        answer, payload = invoke(LogType="Tail")
        assert answer["FunctionError"] == "Unhandled" and payload["errorType"] == "Runtime.ExitError", payload
        assert "Runtime exited with error: exit status" in payload["errorMessage"]
        fault("function.SegmentPersonalizeDestinationHandler:timeout,count=1")
        answer, payload = invoke(LogType="Tail")
        assert answer["FunctionError"] == "Unhandled" and "Task timed out after" in payload["errorMessage"], payload
        assert "Task timed out after" in base64.b64decode(answer["LogResult"]).decode()
    finally:
        no_faults()


@case("client context arrives, and has a limit")
def _():
    context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    invoke(ClientContext=context)
    refused("InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.",
            functions.invoke, of=functions, FunctionName=NAME, Payload=b"{}", ClientContext="string")
    refused("InvalidRequestContentException", "", functions.invoke, FunctionName=NAME, Payload=b"{}",
            ClientContext=base64.b64encode(json.dumps({"custom": {"a": "x" * 3000}}).encode()).decode())


@case("what is not there, and what is no JSON")
def _():
    refused("ResourceNotFoundException", f"Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:none",
            functions.invoke, status=404, of=functions, FunctionName="none")
    refused("ResourceNotFoundException", "", functions.invoke, status=404, FunctionName=NAME, Qualifier="7")
    refused("ResourceNotFoundException", "Function not found: arn:aws:lambda:us-west-2:",
            client("lambda", "us-west-2").invoke, status=404, FunctionName=NAME)
    refused("InvalidRequestContentException", "", functions.invoke, of=functions, FunctionName=NAME, Payload=b"no json")
    refused("InvalidParameterValueException", "", functions.invoke, FunctionName=ARN + ":a", Qualifier="b")


@case("6 MB of payload are taken, more is a RequestTooLargeException")
def _():
    big = b'"' + b"x" * (6 * 1024 * 1024 - 2) + b'"'
    functions.invoke(FunctionName=ENDPOINT, Payload=big)
    refused("RequestTooLargeException", "", functions.invoke, status=413, of=functions, FunctionName=ENDPOINT,
            Payload=big[:-1] + b'xx"')


@case("TooManyRequests has a Retry-After and is retried by the SDK")
def _():
    try:
        fault("lambda.Invoke:throttle,retry-after=1,count=1")
        answer = refused("TooManyRequestsException", "Rate", functions.invoke, status=429, of=functions,
                         FunctionName=NAME, Payload=b"{}")
        assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
        assert answer.get("Reason"), answer
        fault("lambda.Invoke:throttle,count=2")
        answer, _payload = invoke(to=client("lambda", attempts=3))
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    finally:
        no_faults()


# --- control plane --------------------------------------------------------------------------------------

@case("the workshop's two functions are described")
def _():
    answer = functions.get_function(FunctionName=NAME)
    configuration = answer["Configuration"]
    assert configuration["FunctionArn"] == ARN and configuration["FunctionName"] == NAME
    assert configuration["Role"] == ROLE and configuration["State"] == "Active"
    assert configuration["LastUpdateStatus"] == "Successful" and configuration["Version"] == "$LATEST"
    assert configuration["Timeout"] >= 1 and configuration["MemorySize"] >= 128
    assert configuration["Environment"]["Variables"]["personalize_campaign_arn"] == here["campaign_arn"]
    assert configuration["Environment"]["Variables"]["personalize_tracking_id"] == here["tracking_id"]
    assert len(base64.b64decode(configuration["CodeSha256"])) == 32
    assert configuration["LastModified"][10] == "T" and configuration["LastModified"].endswith("+0000")
    assert answer["Code"]["RepositoryType"] == "S3"
    assert functions.get_function_configuration(FunctionName=NAME)["RevisionId"] == configuration["RevisionId"]
    assert functions.get_function(FunctionName=ENDPOINT)["Configuration"]["FunctionArn"] == ENDPOINT


@case("functions are listed page by page, without states")
def _():
    pages = list(functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}))
    rows = [row for page in pages for row in page["Functions"]]
    assert len(pages) >= 2 and {ARN, ENDPOINT} <= {row["FunctionArn"] for row in rows}
    assert all("State" not in row and "LastUpdateStatus" not in row for row in rows)
    refused("ValidationException", "maxItems", raw.list_functions, MaxItems=0)


@case("a function is made, changed, given code and removed, waiting with the SDK's own waiters")
def _():
    made = create("mine", Description="made by a test", Timeout=7, MemorySize=256, Tags={"a": "b"},
                  Environment={"Variables": {"ONE": "1", "TWO": "2"}})
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201 and made["State"] in ("Pending", "Active")
    assert made["FunctionArn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(archive()).digest()).decode()
    assert made["CodeSize"] == len(archive()) and made["Version"] == "$LATEST" and made["Timeout"] == 7
    wait_for("mine")
    got = functions.get_function(FunctionName="mine")
    assert got["Configuration"]["State"] == "Active" and got["Tags"] == {"a": "b"}

    changed = functions.update_function_configuration(
        FunctionName="mine", Environment={"Variables": {"THREE": "3"}}, Timeout=9,
        RevisionId=got["Configuration"]["RevisionId"])
    assert changed["Environment"]["Variables"] == {"THREE": "3"} and changed["Timeout"] == 9
    assert changed["RevisionId"] != got["Configuration"]["RevisionId"] and changed["MemorySize"] == 256
    refused("PreconditionFailedException", "", functions.update_function_configuration, status=412, of=functions,
            FunctionName="mine", Timeout=3, RevisionId=got["Configuration"]["RevisionId"])
    wait_for("mine")

    code = archive("#!/bin/sh\nexit 1\n")
    updated = functions.update_function_code(FunctionName="mine", ZipFile=code)
    assert updated["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
    wait_for("mine")
    dry = functions.update_function_code(FunctionName="mine", ZipFile=archive(), DryRun=True)
    assert dry["CodeSha256"] in (updated["CodeSha256"], made["CodeSha256"])
    assert functions.get_function_configuration(FunctionName="mine")["CodeSha256"] == updated["CodeSha256"]

    answer = functions.delete_function(FunctionName="mine")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    refused("ResourceNotFoundException", "Function not found", functions.get_function, status=404, of=functions,
            FunctionName="mine")
    refused("ResourceNotFoundException", "", functions.delete_function, status=404, FunctionName="mine")


@case("what CreateFunction refuses")
def _():
    refused("ResourceConflictException", "Function already exist", create, status=409, of=raw, name=NAME)
    refused("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.",
            create, name="new", Role=here["destination_role_arn"])
    refused("InvalidParameterValueException", "", create, name="new", Code={})
    refused("InvalidParameterValueException", "", create, name="new", Code={"ZipFile": b"no zip"})
    refused("InvalidParameterValueException", "", create, name="new",
            Environment={"Variables": {"AWS_REGION": "x"}})
    refused("InvalidParameterValueException", "", create, name="new",
            Environment={"Variables": {"BIG": "x" * 4096}})
    code = "ValidationException"
    refused(code, "timeout", create, name="new", Timeout=901)
    refused(code, "memorySize", create, name="new", MemorySize=64)
    refused(code, "functionName", create, name="no blanks allowed")
    refused("InvalidParameterValueException", "runtime", create, name="new", Runtime="cobol85")


@case("an environment pushed into the workshop's function changes what it does")
def _():
    before = functions.get_function_configuration(FunctionName=NAME)
    variables = dict(before["Environment"]["Variables"])
    try:
        functions.update_function_configuration(
            FunctionName=NAME, Environment={"Variables": {k: v for k, v in variables.items()
                                                          if k != "personalize_tracking_id"}})
        functions.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig=OFTEN)
        answer, payload = invoke()
        assert answer["FunctionError"] == "Unhandled" and "personalize_tracking_id" in payload["errorMessage"], payload
    finally:
        functions.update_function_configuration(FunctionName=NAME, Environment={"Variables": variables})
    functions.get_waiter("function_updated_v2").wait(FunctionName=NAME, WaiterConfig=OFTEN)
    answer, payload = invoke()
    assert "FunctionError" not in answer


@case("a resource policy: none is 404; what AddPermission adds is a JSON text")
def _():
    refused("ResourceNotFoundException", "", functions.get_policy, status=404, of=functions, FunctionName=ENDPOINT)
    answer = functions.add_permission(FunctionName=ENDPOINT, StatementId="gateway", Action="lambda:InvokeFunction",
                                      Principal="apigateway.amazonaws.com")
    assert json.loads(answer["Statement"])["Sid"] == "gateway"
    policy = json.loads(functions.get_policy(FunctionName=ENDPOINT)["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": "apigateway.amazonaws.com"}
    functions.remove_permission(FunctionName=ENDPOINT, StatementId="gateway")
    refused("ResourceNotFoundException", "", functions.get_policy, status=404, FunctionName=ENDPOINT)


@case("versions and aliases are invoked by their qualifiers, and say which version ran")
def _():
    published = functions.publish_version(FunctionName=NAME)
    assert published["Version"] == "1" and published["FunctionArn"] == ARN + ":1"
    alias = functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    assert alias["AliasArn"] == ARN + ":live"
    for form, version in ((ARN + ":1", "1"), (ARN + ":live", "1"), (ARN, "$LATEST")):
        answer, _payload = invoke(form)
        assert answer["ExecutedVersion"] == version, (form, answer)
    assert "1" in [v["Version"] for v in functions.list_versions_by_function(FunctionName=NAME)["Versions"]]
    functions.delete_alias(FunctionName=NAME, Name="live")
    refused("ResourceNotFoundException", "", functions.invoke, status=404, FunctionName=ARN + ":live")


run()
