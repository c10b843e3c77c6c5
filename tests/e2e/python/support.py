"""support — what the boto3 programs begin with: clients of the sandbox, and a table of cases.

A case is a function with a sentence: @case("…"). run() runs them all in order, each whatever became of the
others, and ends with 1 when one failed. The sandbox's identities are in `here`.
"""
import json
import sys
import time
import traceback
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import shape

here = json.load(open(sys.argv[1], encoding="utf-8"))
REGION, ACCOUNT = here["region"], here["account"]
_cases = []


def case(sentence):
    def add(function):
        _cases.append((sentence, function))
        return function
    return add


def run():
    failed = 0
    for sentence, function in _cases:
        try:
            function()
        except Exception:  # whatever it is, the next one has its turn
            failed += 1
            print(f"FAILED {sentence}\n{traceback.format_exc()}", file=sys.stderr)
    print(f"boto3 {boto3.__version__}: {len(_cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def client(service, region=REGION, keys=None, attempts=1, url=None, mode="standard", validates=True, whole=True):
    """`validates` False lets through what boto itself would refuse to send; `whole` False answers that are not."""
    config = Config(retries={"total_max_attempts": attempts, "mode": mode}, parameter_validation=validates)
    made = boto3.client(service, endpoint_url=url or here["url"], region_name=region, config=config, **(keys or {}))
    return shape.check(made) if whole else made


def keys_of(credentials):
    """The Credentials of an AssumeRole answer, as client()'s `keys`."""
    return {"aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"]}


def refused(code, part, call, status=400, of=None, **arguments):
    """The call is refused with this code and status, a text with this part, and an exception class of the
    code's name when it is one of the service's own (`of`: the client)."""
    try:
        answer = call(**arguments)
    except ClientError as error:
        said = error.response["Error"]
        seen = (said["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert seen == (code, status), f"{seen} is not {(code, status)}: {said.get('Message')}"
        assert part in said.get("Message", ""), f"{part!r} is not in {said.get('Message')!r}"
        assert error.response["ResponseMetadata"].get("RequestId"), "no request id"
        if of:
            assert isinstance(error, getattr(of.exceptions, code)), type(error)
        return error.response
    raise AssertionError(f"not refused with {code}: {answer}")


def until(what, question, seconds=20):
    """Asks until the answer is true: for what happens on the other side, soon."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def http(path, method="GET", body=None, headers=None, url=None):
    """One raw request; (status, headers, bytes) whatever the status."""
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    request = urllib.request.Request((url or here["url"]) + path, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def own(path, method="GET", body=None):
    """A route of the sandbox's own; must succeed."""
    status, _, answer = http("/_recloop/" + path, method, body)
    assert status == 200, (status, answer)
    return json.loads(answer)


def fault(spec):
    own("faults", "PUT", {"spec": spec})


def no_faults():
    own("faults", "DELETE")
