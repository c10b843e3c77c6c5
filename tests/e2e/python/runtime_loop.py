"""runtime_loop — a Lambda custom runtime in Python: the Runtime API around a handler.

usage: runtime_loop.py MODULE.FUNCTION, with AWS_LAMBDA_RUNTIME_API in the environment, as Lambda starts it.
Standard library only.
"""
import http.client
import importlib
import json
import os
import sys
import traceback

PREFIX = "/2018-06-01/runtime"


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])
        self.client_context = json.loads(headers.get("Lambda-Runtime-Client-Context") or "null")


class Api:
    """One connection, kept open: `next` may take any time."""

    def __init__(self, place):
        host, _, path = place.partition("/")
        self.path = ("/" + path if path else "") + PREFIX
        self.connection = http.client.HTTPConnection(host)

    def call(self, method, path, body=None, headers=None):
        self.connection.request(method, self.path + path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def error(self, path, error, kind):
        text = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__,
                           "stackTrace": traceback.format_tb(error.__traceback__)})
        return self.call("POST", path, text, {"Content-Type": "application/json",
                                              "Lambda-Runtime-Function-Error-Type": kind})


def serve(api, handler):
    while True:
        status, headers, event = api.call("GET", "/invocation/next")
        if status != 200:
            sys.exit(f"next was answered with {status}")
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        context = Context(headers)
        try:
            result = json.dumps(handler(json.loads(event), context))
        except Exception as error:
            api.error(f"/invocation/{context.aws_request_id}/error", error, "Function.Raised")
        else:
            api.call("POST", f"/invocation/{context.aws_request_id}/response", result, {"Content-Type": "application/json"})


def main():
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    module, _, function = sys.argv[1].rpartition(".")
    sys.path.insert(0, os.environ.get("LAMBDA_TASK_ROOT", "."))
    try:
        handler = getattr(importlib.import_module(module), function)
    except Exception as error:
        api.error("/init/error", error, "Function.InitFailed")
        sys.exit(1)
    serve(api, handler)


main()
