#!/bin/sh
# sandbox_boto3 — the official Python SDK against the sandbox; the checks are in sandbox_boto3.py.
. "$(dirname "$0")/sandbox_peers.sh"
need_peer "python3-boto3 for /usr/bin/python3" /usr/bin/python3 -c "import boto3"
start_sandbox --data :memory:
peer /usr/bin/python3 "$(dirname "$0")/sandbox_boto3.py" "$work/ready" || exit 1
