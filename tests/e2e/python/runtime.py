"""runtime — a custom runtime in Python (runtime_loop.py) attached to the sandbox, serving a handler made with
boto3; invoked through boto3, and by deliveries."""
import base64
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import *

functions = client("lambda")
ARN = here["function_arn"]
NAME = ARN.split(":")[-1]
FOLDER = os.path.dirname(os.path.abspath(__file__))
keys = here.get("write_keys") or {k.split(".", 1)[1]: v for k, v in here.items() if k.startswith("write_keys.")}


class attached:
    """So many runtimes while the block runs."""

    def __init__(self, count=1, handler="shop_handler.handler", without=(), function=NAME):
        self.count, self.handler, self.without, self.function = count, handler, without, function

    def __enter__(self):
        # what Lambda would put into its environment, credentials of the execution role included
        environment = {"PATH": os.environ["PATH"], **own("function-env?function=" + self.function),
                       "LAMBDA_TASK_ROOT": FOLDER, "TRACKING_URL": here["url"]}
        for name in self.without:
            del environment[name]
        self.running = [subprocess.Popen(
            ["/usr/bin/python3", "-B", os.path.join(FOLDER, "runtime_loop.py"), self.handler], env=environment)
            for _ in range(self.count)]
        return self.running

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()


def invoke(event, name=NAME, **more):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail", **more)
    return answer.get("FunctionError"), json.loads(answer["Payload"].read()), base64.b64decode(answer["LogResult"]).decode()


def track(message_id, user="loop", **more):
    status, _, _ = http("/v1/track", "POST", {
        "writeKey": keys["website-prod"], "userId": user, "anonymousId": user + "-a", "messageId": message_id,
        "event": "Product Clicked", "properties": {"sku": "led-high-tops"}, **more}, {"Content-Type": "application/json"})
    assert status == 200


functions.update_function_configuration(FunctionName=NAME, Timeout=20)  # Python starts slowly on a busy machine


@case("what the handler returns is the payload; it sees the call's ARN, id and context")
def _():
    with attached():
        context = base64.b64encode(b'{"custom":{"a":"b"}}').decode()
        error, payload, log = invoke({"do": "echo", "text": "zwei Würste"}, ARN, ClientContext=context)
        assert error is None and payload["echo"]["text"] == "zwei Würste" and payload["arn"] == ARN
        assert payload["id"] in log and payload["client"] == {"custom": {"a": "b"}}


@case("several at once, one for each runtime that is attached")
def _():
    meeting = threading.Barrier(3)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            meeting.wait(20)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass
    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    results = []
    with attached(3):
        callers = [threading.Thread(target=lambda: results.append(invoke(
            {"do": "meet", "at": f"http://127.0.0.1:{door.server_port}/"}))) for _ in range(3)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    door.shutdown()
    assert [(error, payload) for error, payload, _ in results] == [(None, "ok")] * 3, results


@case("an exception is Unhandled with its type, text and stack")
def _():
    with attached():
        error, payload, log = invoke({"do": "fail", "text": "no sku"})
        assert error == "Unhandled" and payload["errorType"] == "ValueError" and payload["errorMessage"] == "no sku"
        assert len(payload["stackTrace"]) >= 1 and "ValueError" in log
        assert invoke({"do": "echo"})[0] is None


@case("a crash is a Runtime.ExitError")
def _():
    with attached() as running:
        error, payload, _log = invoke({"do": "crash"})
        assert error == "Unhandled" and payload["errorType"] == "Runtime.ExitError", payload
        assert running[0].wait(20) == 4


@case("an init error is the answer: the workshop's missing write key")
def _():
    answer = []
    caller = threading.Thread(target=lambda: answer.append(invoke({"do": "echo"})))
    caller.start()
    with attached(without=["connections_source_write_key"]) as running:
        caller.join()
        assert running[0].wait(20) == 1
    error, payload, _log = answer[0]
    assert error == "Unhandled" and payload["errorType"] == "KeyError", payload
    assert "connections_source_write_key" in payload["errorMessage"]


@case("the loop turns through it: PutEvents, GetRecommendations and identify, ten deliveries")
def _():
    with attached(2):
        # the init error before this stands until one has loaded
        until("attached", lambda: invoke({"do": "echo"})[0] is None)
        for i in range(10):
            track(f"py-{i}")
        for i in range(10):
            row = own(f"deliveries?message_id=py-{i}&wait=30000")["deliveries"][0]
            assert row["status"] == "delivered" and row["payload"] == "null", row
    status, _, body = http(f"/v1/spaces/{here['profile_space_id']}/collections/users/profiles/user_id:loop/traits?limit=100",
                           headers={"Authorization": "Basic " + base64.b64encode(
                               (here["profile_api_token"] + ":").encode()).decode()})
    assert status == 200 and len(json.loads(body)["traits"]["recommended_products"]) == 4


@case("a function of one's own has the Runtime API under its name")
def _():
    functions.create_function(FunctionName="mine", Role=here["execution_role_arn"], Runtime="provided.al2",
                              Handler="bootstrap", Timeout=20, Code={"ZipFile": zipped()},
                              Environment={"Variables": {"connections_source_write_key": "mine"}})
    until("Active", lambda: functions.get_function(FunctionName="mine")["Configuration"]["State"] == "Active")
    with attached(function="mine"):
        error, payload, _log = invoke({"do": "echo"}, "mine")
        assert error is None and payload["arn"].endswith(":function:mine")


def zipped():
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("bootstrap", "#!/bin/sh\n")
    return out.getvalue()


run()
