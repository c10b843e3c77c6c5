"""sts and iam: roles, trust, external ids, temporary credentials and their end, what policies allow."""
import datetime
import urllib.parse

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from support import *

sts, iam = client("sts"), client("iam", region="us-east-1")
raw_sts = client("sts", validates=False)
ROLE, EXECUTION = here["destination_role_arn"], here["execution_role_arn"]
EXTERNAL = here["external_id"]
NAME = ROLE.split("/")[-1]
ARN = here["function_arn"]
REFUSED = f"is not authorized to perform: sts:AssumeRole on resource: {ROLE}"


def assume(session="boto", **more):
    return sts.assume_role(**{"RoleArn": ROLE, "RoleSessionName": session, "ExternalId": EXTERNAL, **more})


@case("who am I: the permanent user")
def _():
    me = sts.get_caller_identity()
    assert me["Account"] == ACCOUNT and me["Arn"].startswith(f"arn:aws:iam::{ACCOUNT}:user/")
    assert me["UserId"].startswith("AIDA")


@case("GetCallerIdentity as a pre-signed URL, that a stranger may fetch; changed or old, he may not")
def _():
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    path = url[len(here["url"]):]
    status, _, body = http(path)
    assert status == 200 and ACCOUNT.encode() in body, body
    status, _, body = http(path.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, body
    request = AWSRequest("GET", here["url"] + "/?Action=GetCallerIdentity&Version=2011-06-15")
    signer = SigV4QueryAuth(boto3.Session().get_credentials(), "sts", REGION, expires=604801)
    signer.add_auth(request)
    status, _, body = http(request.prepare().url[len(here["url"]):])
    assert status in (400, 403), body


@case("the role opens with its external id only, and every other refusal reads alike")
def _():
    for wrong in ({"ExternalId": "987654321"}, {"ExternalId": EXTERNAL + "0"}):
        refused("AccessDenied", REFUSED, assume, status=403, **wrong)
    refused("AccessDenied", REFUSED, sts.assume_role, status=403, RoleArn=ROLE, RoleSessionName="boto")
    refused("AccessDenied", "sts:AssumeRole", assume, status=403, RoleArn=EXECUTION)
    refused("AccessDenied", "sts:AssumeRole", assume, status=403, RoleArn=ROLE + "-none")


@case("AssumeRole: what is wrong with the parameters is a ValidationError")
def _():
    for wrong in ({"RoleSessionName": "x"}, {"RoleSessionName": "no blanks"}, {"RoleSessionName": "x" * 65},
                  {"DurationSeconds": 899}, {"DurationSeconds": 43201}, {"ExternalId": "x"}, {"RoleArn": "x" * 10}):
        refused("ValidationError", "", raw_sts.assume_role,
                **{"RoleArn": ROLE, "RoleSessionName": "boto", "ExternalId": EXTERNAL, **wrong})
    refused("ValidationError", "", raw_sts.assume_role, RoleArn=ROLE)
    refused("MalformedPolicyDocument", "", assume, Policy="{no json")


@case("temporary credentials have the form, and the life, that was asked for")
def _():
    answer = assume(DurationSeconds=900)
    credentials = answer["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA") and len(credentials["AccessKeyId"]) == 20
    assert len(credentials["SecretAccessKey"]) == 40
    life = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(seconds=840) < life < datetime.timedelta(seconds=960), life
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{NAME}/boto"
    assert answer["AssumedRoleUser"]["AssumedRoleId"].startswith("AROA")
    me = client("sts", keys=keys_of(credentials)).get_caller_identity()
    assert me["Arn"] == answer["AssumedRoleUser"]["Arn"] and me["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]


@case("the destination's role invokes exactly the workshop's function in the workshop's region")
def _():
    keys = keys_of(assume()["Credentials"])
    name = ARN.split(":")[-1]
    allowed = client("lambda", keys=keys)
    assert allowed.invoke(FunctionName=ARN, Payload=b"{}")["StatusCode"] == 200
    assert allowed.invoke(FunctionName=name, Payload=b"{}")["StatusCode"] == 200
    assert allowed.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    because = "because no identity-based policy allows the lambda:InvokeFunction action"
    refused("AccessDeniedException", because, allowed.invoke, status=403, FunctionName=here["endpoint_function_arn"])
    refused("AccessDeniedException", because, allowed.invoke, status=403, FunctionName=name,
            InvocationType="DryRun", Qualifier="7")
    refused("AccessDeniedException", "arn:aws:lambda:us-west-2:", client("lambda", "us-west-2", keys=keys).invoke,
            status=403, FunctionName=name)
    # nothing else, of any service
    refused("AccessDeniedException", "lambda:GetFunction", allowed.get_function, status=403, FunctionName=ARN)
    refused("AccessDeniedException", "lambda:ListFunctions", allowed.list_functions, status=403)
    refused("AccessDeniedException", "personalize:GetRecommendations", client(
        "personalize-runtime", keys=keys).get_recommendations, status=403, campaignArn=here["campaign_arn"], userId="u")
    refused("AccessDeniedException", "personalize:PutEvents", client("personalize-events", keys=keys).put_events,
            status=403, trackingId=here["tracking_id"], sessionId="s",
            eventList=[{"eventType": "e", "sentAt": 1}])
    refused("AccessDeniedException", "personalize:ListCampaigns", client("personalize", keys=keys).list_campaigns)
    refused("AccessDenied", "iam:GetRole", client("iam", keys=keys).get_role, status=403, RoleName=NAME)
    refused("AccessDeniedException", "logs:DescribeLogGroups", client("logs", keys=keys).describe_log_groups)
    refused("AccessDenied", "sts:AssumeRole", client("sts", keys=keys).assume_role, status=403, RoleArn=ROLE,
            RoleSessionName="again", ExternalId=EXTERNAL)


@case("a session policy narrows it further")
def _():
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}]}
    keys = keys_of(assume(Policy=json.dumps(policy))["Credentials"])
    refused("AccessDeniedException", "lambda:InvokeFunction", client("lambda", keys=keys).invoke, status=403,
            FunctionName=ARN)


@case("a stale token, a token of another key, no token")
def _():
    first, second = keys_of(assume()["Credentials"]), keys_of(assume()["Credentials"])
    for token in ("stale", second["aws_session_token"]):
        refused("UnrecognizedClientException", "The security token included in the request is invalid",
                client("lambda", keys={**first, "aws_session_token": token}).invoke, status=403, FunctionName=ARN)
        refused("InvalidClientTokenId", "", client("sts", keys={**first, "aws_session_token": token})
                .get_caller_identity, status=403)
    refused("UnrecognizedClientException", "", client("lambda", keys={**first, "aws_session_token": None}).invoke,
            status=403, FunctionName=ARN)


@case("an expired token: each protocol has its own name for it")
def _():
    keys = keys_of(assume()["Credentials"])
    fault("*:expired-token")
    try:
        refused("ExpiredTokenException", "The security token included in the request is expired",
                client("lambda", keys=keys).invoke, status=403, FunctionName=ARN)
        refused("ExpiredToken", "", client("sts", keys=keys).get_caller_identity, status=403)
        refused("ExpiredTokenException", "", client("personalize", keys=keys).list_campaigns)
    finally:
        no_faults()


@case("a wrong clock is told the two times, in both directions")
def _():
    try:
        fault("sts:skew=20m")
        refused("SignatureDoesNotMatch", "Signature expired: ", sts.get_caller_identity, status=403)
        no_faults()
        fault("personalize:skew=-20m")
        refused("InvalidSignatureException", "Signature not yet current: ", client("personalize").list_campaigns)
        no_faults()
        fault("personalize:skew=4m")
        client("personalize").list_campaigns()  # five minutes are forgiven
    finally:
        no_faults()


@case("a scope of another service or region")
def _():
    from botocore.auth import SigV4Auth
    for service, region, part in (("lambda", REGION, "correct service: 'personalize'"),
                                  ("personalize", "eu-west-9", "a valid region")):
        body = json.dumps({"campaignArn": here["campaign_arn"], "userId": "u"}).encode()
        request = AWSRequest("POST", here["url"] + "/recommendations", data=body,
                             headers={"Content-Type": "application/json"})
        SigV4Auth(boto3.Session().get_credentials(), service, region).add_auth(request)
        status, headers, answer = http("/recommendations", "POST", body, dict(request.headers))
        if region != REGION and status == 404:
            continue  # the sandbox plays every region that exists; this one it takes for one
        assert headers["x-amzn-ErrorType"] == "InvalidSignatureException" and part in answer.decode(), answer


@case("a body changed after signing, a header that was not signed, a date that does not fit")
def _():
    from botocore.auth import SigV4Auth
    body = json.dumps({"campaignArn": here["campaign_arn"], "userId": "u"}).encode()

    def signed():
        request = AWSRequest("POST", here["url"] + "/recommendations", data=body,
                             headers={"Content-Type": "application/json"})
        SigV4Auth(boto3.Session().get_credentials(), "personalize", REGION).add_auth(request)
        return dict(request.headers)
    assert http("/recommendations", "POST", body, signed())[0] == 200
    for change in (lambda h: (body + b" ", h), lambda h: (body, {**h, "X-Amz-Extra": "1"}),
                   lambda h: (body, {**h, "X-Amz-Date": "20200101T000000Z"}),
                   lambda h: (body, {**h, "Authorization": h["Authorization"].replace("Signature=", "Signature=0")}),
                   lambda h: (body, {**h, "Authorization": h["Authorization"].replace("host;", "")})):
        sent, headers = change(signed())
        status, said, answer = http("/recommendations", "POST", sent, headers)
        assert status == 403 and said["x-amzn-ErrorType"] in (
            "InvalidSignatureException", "IncompleteSignatureException"), (status, answer)


# --- iam --------------------------------------------------------------------------------------------------

@case("a role: boto decodes its trust document, which names Segment and the external id")
def _():
    role = iam.get_role(RoleName=NAME)["Role"]
    assert role["Arn"] == ROLE and role["RoleName"] == NAME and role["RoleId"].startswith("AROA")
    assert role["MaxSessionDuration"] >= 3600 and role["CreateDate"].year >= 2019
    statement = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert "595280932656" in json.dumps(statement["Principal"]) and statement["Action"] == "sts:AssumeRole"
    assert EXTERNAL in json.dumps(statement["Condition"])
    execution = iam.get_role(RoleName=EXECUTION.split("/")[-1])["Role"]
    assert "lambda.amazonaws.com" in json.dumps(execution["AssumeRolePolicyDocument"])


@case("its inline policy allows exactly one function")
def _():
    names = iam.list_role_policies(RoleName=NAME)["PolicyNames"]
    assert names == ["segment-execute-lambda-policy"], names
    policy = iam.get_role_policy(RoleName=NAME, PolicyName=names[0])
    assert policy["RoleName"] == NAME and policy["PolicyName"] == names[0]
    statements = policy["PolicyDocument"]["Statement"]
    assert any("lambda:InvokeFunction" in json.dumps(s) and ARN in json.dumps(s) for s in statements), statements


@case("what is not there is NoSuchEntity with status 404; what cannot be a ValidationError")
def _():
    refused("NoSuchEntity", "none", iam.get_role, status=404, RoleName="none")
    refused("NoSuchEntity", "none", iam.list_role_policies, status=404, RoleName="none")
    refused("NoSuchEntity", "", iam.get_role_policy, status=404, RoleName=NAME, PolicyName="none")
    refused("ValidationError", "roleName", iam.get_role, RoleName=ROLE)
    refused("NoSuchEntity", "", iam.simulate_principal_policy, status=404, PolicySourceArn=ROLE + "-none",
            ActionNames=["lambda:InvokeFunction"])
    refused("InvalidInput", "", iam.simulate_principal_policy, PolicySourceArn=ROLE, ActionNames=["nonsense"])


@case("simulation decides as the services do")
def _():
    def decide(action, resource, source=ROLE):
        answer = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=[action], ResourceArns=[resource])
        row, = answer["EvaluationResults"]
        assert row["EvalActionName"] == action and row["EvalResourceName"] == resource and not answer["IsTruncated"]
        return row["EvalDecision"]
    assert decide("lambda:InvokeFunction", ARN) == "allowed"
    assert decide("lambda:InvokeFunction", ARN + ":live") == "implicitDeny"
    assert decide("lambda:InvokeFunction", ARN.replace(REGION, "us-west-2")) == "implicitDeny"
    assert decide("lambda:GetFunction", ARN) == "implicitDeny"
    assert decide("personalize:PutEvents", "*", EXECUTION) == "allowed"
    both = iam.simulate_principal_policy(PolicySourceArn=EXECUTION, ActionNames=[
        "personalize:GetRecommendations", "s3:GetObject"], ResourceArns=[here["campaign_arn"]])["EvaluationResults"]
    assert [r["EvalDecision"] for r in both] == ["allowed", "implicitDeny"], both


@case("an explicit deny wins, is simulated and enforced, until it is removed")
def _():
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}]}
    iam.put_role_policy(RoleName=NAME, PolicyName="stop", PolicyDocument=json.dumps(document))
    try:
        assert sorted(iam.list_role_policies(RoleName=NAME)["PolicyNames"]) == ["segment-execute-lambda-policy", "stop"]
        row, = iam.simulate_principal_policy(PolicySourceArn=ROLE, ActionNames=["lambda:InvokeFunction"],
                                             ResourceArns=[ARN])["EvaluationResults"]
        assert row["EvalDecision"] == "explicitDeny"
        refused("AccessDeniedException", "with an explicit deny in an identity-based policy",
                client("lambda", keys=keys_of(assume()["Credentials"])).invoke, status=403, FunctionName=ARN)
    finally:
        iam.delete_role_policy(RoleName=NAME, PolicyName="stop")
    keys = keys_of(assume()["Credentials"])
    assert client("lambda", keys=keys).invoke(FunctionName=ARN, Payload=b"{}")["StatusCode"] == 200
    refused("MalformedPolicyDocument", "", iam.put_role_policy, of=None, RoleName=NAME, PolicyName="bad",
            PolicyDocument="{}x")


run()
