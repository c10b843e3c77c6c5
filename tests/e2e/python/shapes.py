"""shapes — every operation of the sandbox, answering and refusing, held against the services' own models.

shape.py does the looking, here as in the other programs of this folder; this one calls what those do not, and
refuses every operation twice: what it names is not there, and what it was given is no input at all.
"""
import zipfile
from io import BytesIO

from support import *

services = ("personalize", "personalize-runtime", "personalize-events", "lambda", "sts", "iam", "logs")
raw = {name: client(name, validates=False) for name in services}
personalize, functions, iam, logs = (raw[name] for name in ("personalize", "lambda", "iam", "logs"))
PREFIX = here["campaign_arn"].rsplit(":", 1)[0] + ":"
NONE = PREFIX + "{}/none-such"
FUNCTION = here["function_arn"].rsplit(":", 1)[1]
SCHEMA = json.dumps({"type": "record", "name": "Items", "namespace": "com.amazonaws.personalize.schema",
                     "version": "1.0", "fields": [{"name": "ITEM_ID", "type": "string"},
                                                  {"name": "GENRE", "type": "string", "categorical": True}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


def active(describe, key, **name):
    return until("ACTIVE", lambda: describe(**name)[key]["status"] == "ACTIVE")


def code_zip():
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")
    return held.getvalue()


@case("a dataset group from its making to its end, with all that belongs to it")
def _():
    group = personalize.create_dataset_group(name="shapes", tags=[{"tagKey": "of", "tagValue": "shapes"}])
    group = group["datasetGroupArn"]
    active(personalize.describe_dataset_group, "datasetGroup", datasetGroupArn=group)
    schema = personalize.create_schema(name="shapes", schema=SCHEMA)["schemaArn"]
    other = personalize.create_schema(name="shapes-2", schema=SCHEMA)["schemaArn"]
    dataset = personalize.create_dataset(name="shapes", schemaArn=schema, datasetGroupArn=group,
                                         datasetType="Items")["datasetArn"]
    active(personalize.describe_dataset, "dataset", datasetArn=dataset)
    if hasattr(personalize, "update_dataset"):  # younger than Debian's boto
        personalize.update_dataset(datasetArn=dataset, schemaArn=other)
    personalize.describe_dataset(datasetArn=dataset)
    tracker = personalize.create_event_tracker(name="shapes", datasetGroupArn=group)
    assert set(tracker) >= {"eventTrackerArn", "trackingId"}
    active(personalize.describe_event_tracker, "eventTracker", eventTrackerArn=tracker["eventTrackerArn"])
    assert personalize.list_tags_for_resource(resourceArn=group)["tags"] == [{"tagKey": "of", "tagValue": "shapes"}]
    personalize.tag_resource(resourceArn=group, tags=[{"tagKey": "more", "tagValue": ""}])
    personalize.untag_resource(resourceArn=group, tagKeys=["of"])
    assert [t["tagKey"] for t in personalize.list_tags_for_resource(resourceArn=group)["tags"]] == ["more"]
    refused("ResourceInUseException", "", personalize.delete_dataset_group, datasetGroupArn=group, of=personalize)
    personalize.delete_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])
    personalize.delete_dataset(datasetArn=dataset)

    def gone():
        try:
            personalize.delete_dataset_group(datasetGroupArn=group)
            return True
        except personalize.exceptions.ResourceInUseException:
            return False
    until("deleted", gone)
    personalize.delete_schema(schemaArn=schema)
    personalize.delete_schema(schemaArn=other)


@case("a solution, a version of it that is stopped, a campaign that moves to another version")
def _():
    campaign = personalize.describe_campaign(campaignArn=here["campaign_arn"])["campaign"]
    version = personalize.describe_solution_version(
        solutionVersionArn=campaign["solutionVersionArn"])["solutionVersion"]
    solution = personalize.create_solution(name="shapes", datasetGroupArn=version["datasetGroupArn"],
                                           recipeArn=version["recipeArn"], performHPO=False,
                                           solutionConfig={"optimizationObjective": {
                                               "objectiveSensitivity": "OFF"}})["solutionArn"]
    active(personalize.describe_solution, "solution", solutionArn=solution)
    stopped = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    personalize.stop_solution_version_creation(solutionVersionArn=stopped)
    until("stopped", lambda: personalize.describe_solution_version(
        solutionVersionArn=stopped)["solutionVersion"]["status"] == "CREATE STOPPED")
    trained = personalize.create_solution_version(solutionArn=solution, trainingMode="FULL")["solutionVersionArn"]
    active(personalize.describe_solution_version, "solutionVersion", solutionVersionArn=trained)
    shown = personalize.describe_solution_version(solutionVersionArn=trained)["solutionVersion"]
    assert 0 < shown["trainingHours"] < 1, shown
    personalize.describe_solution(solutionArn=solution)
    mine = personalize.create_campaign(name="shapes", solutionVersionArn=version["solutionVersionArn"],
                                       minProvisionedTPS=1, campaignConfig={"itemExplorationConfig": {
                                           "explorationWeight": "0.1"}})["campaignArn"]
    active(personalize.describe_campaign, "campaign", campaignArn=mine)
    personalize.update_campaign(campaignArn=mine, solutionVersionArn=trained, minProvisionedTPS=2)
    answer = personalize.describe_campaign(campaignArn=mine)["campaign"]
    assert answer["status"] == "ACTIVE" and answer["latestCampaignUpdate"]["minProvisionedTPS"] == 2
    until("updated", lambda: personalize.describe_campaign(
        campaignArn=mine)["campaign"]["solutionVersionArn"] == trained)
    personalize.delete_campaign(campaignArn=mine)
    until("deleted", lambda: mine not in [c["campaignArn"] for c in personalize.list_campaigns()["campaigns"]])
    personalize.delete_solution(solutionArn=solution)


@case("recommenders: none; a recipe's algorithm and features")
def _():
    assert personalize.list_recommenders()["recommenders"] == []
    recipe = personalize.describe_recipe(recipeArn="arn:aws:personalize:::recipe/aws-hrnn")["recipe"]
    personalize.describe_algorithm(algorithmArn=recipe["algorithmArn"])
    personalize.describe_feature_transformation(featureTransformationArn=recipe["featureTransformationArn"])


@case("versions, aliases, statements and concurrency of a function")
def _():
    functions.create_function(FunctionName="shapes", Runtime="provided.al2", Handler="bootstrap",
                              Role=here["execution_role_arn"], Code={"ZipFile": code_zip()}, Publish=True,
                              Tags={"of": "shapes"})
    functions.create_alias(FunctionName="shapes", Name="live", FunctionVersion="1", Description="the first")
    functions.get_alias(FunctionName="shapes", Name="live")
    functions.update_alias(FunctionName="shapes", Name="live", FunctionVersion="$LATEST")
    assert [a["Name"] for a in functions.list_aliases(FunctionName="shapes")["Aliases"]] == ["live"]
    functions.put_function_concurrency(FunctionName="shapes", ReservedConcurrentExecutions=3)
    assert functions.get_function_concurrency(FunctionName="shapes")["ReservedConcurrentExecutions"] == 3
    functions.get_function(FunctionName="shapes")
    functions.delete_function_concurrency(FunctionName="shapes")
    functions.delete_alias(FunctionName="shapes", Name="live")
    functions.delete_function(FunctionName="shapes")


@case("a role from its making to its end")
def _():
    arn = iam.create_role(RoleName="shapes", AssumeRolePolicyDocument=TRUST, Path="/made/",
                          MaxSessionDuration=7200, Description="for a moment")["Role"]["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:role/made/shapes"
    assert [r["RoleName"] for r in iam.list_roles(PathPrefix="/made/")["Roles"]] == ["shapes"]
    iam.update_assume_role_policy(RoleName="shapes", PolicyDocument=TRUST)
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName="shapes", PolicyArn=basic)
    assert [p["PolicyArn"] for p in iam.list_attached_role_policies(
        RoleName="shapes")["AttachedPolicies"]] == [basic]
    refused("DeleteConflict", "", iam.delete_role, RoleName="shapes", status=409)
    iam.detach_role_policy(RoleName="shapes", PolicyArn=basic)
    iam.delete_role(RoleName="shapes")


@case("a log group made by hand")
def _():
    logs.create_log_group(logGroupName="/shapes")
    refused("ResourceAlreadyExistsException", "", logs.create_log_group, logGroupName="/shapes", of=logs)
    logs.create_log_stream(logGroupName="/shapes", logStreamName="one")
    logs.put_log_events(logGroupName="/shapes", logStreamName="one",
                        logEvents=[{"timestamp": int(time.time() * 1000), "message": "a line"}])
    logs.describe_log_groups(logGroupNamePrefix="/shapes")
    logs.describe_log_streams(logGroupName="/shapes")
    logs.filter_log_events(logGroupName="/shapes")
    logs.get_log_events(logGroupName="/shapes", logStreamName="one")
    logs.delete_log_group(logGroupName="/shapes")


# Operation: arguments that name what is not there (None: it names nothing).
ABSENT = {
    "personalize": {
        "create_schema": None, "create_dataset_group": None, "list_dataset_groups": None, "list_schemas": None,
        "list_recipes": None, "list_recommenders": None,
        "create_dataset": dict(name="x", schemaArn=NONE.format("schema"), datasetType="Items",
                               datasetGroupArn=NONE.format("dataset-group")),
        "create_solution": dict(name="x", datasetGroupArn=NONE.format("dataset-group"),
                                recipeArn="arn:aws:personalize:::recipe/aws-sims"),
        "create_solution_version": dict(solutionArn=NONE.format("solution")),
        "create_campaign": dict(name="x", solutionVersionArn=NONE.format("solution") + "/00000000"),
        "create_event_tracker": dict(name="x", datasetGroupArn=NONE.format("dataset-group")),
        "create_filter": dict(name="x", datasetGroupArn=NONE.format("dataset-group"),
                              filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("x")'),
        "update_dataset": dict(datasetArn=NONE.format("dataset") + "/ITEMS", schemaArn=NONE.format("schema")),
        "update_solution": dict(solutionArn=NONE.format("solution"), performAutoTraining=False),
        "update_campaign": dict(campaignArn=NONE.format("campaign"), minProvisionedTPS=1),
        "stop_solution_version_creation": dict(solutionVersionArn=NONE.format("solution") + "/00000000"),
        "get_solution_metrics": dict(solutionVersionArn=NONE.format("solution") + "/00000000"),
        "tag_resource": dict(resourceArn=NONE.format("campaign"), tags=[{"tagKey": "a", "tagValue": "b"}]),
        "untag_resource": dict(resourceArn=NONE.format("campaign"), tagKeys=["a"]),
        "list_tags_for_resource": dict(resourceArn=NONE.format("campaign")),
        **{f"{verb}_{kind}": {member: NONE.format(path) + more} for kind, member, path, more, verbs in (
            ("dataset_group", "datasetGroupArn", "dataset-group", "", "describe delete"),
            ("schema", "schemaArn", "schema", "", "describe delete"),
            ("dataset", "datasetArn", "dataset", "/ITEMS", "describe delete"),
            ("solution", "solutionArn", "solution", "", "describe delete"),
            ("solution_version", "solutionVersionArn", "solution", "/00000000", "describe"),
            ("campaign", "campaignArn", "campaign", "", "describe delete"),
            ("event_tracker", "eventTrackerArn", "event-tracker", "", "describe delete"),
            ("filter", "filterArn", "filter", "", "describe delete"),
            ("recipe", "recipeArn", "recipe", "", "describe"),
            ("algorithm", "algorithmArn", "algorithm", "", "describe"),
            ("feature_transformation", "featureTransformationArn", "feature-transformation", "", "describe"),
            ("recommender", "recommenderArn", "recommender", "", "describe"),
        ) for verb in verbs.split()},
    },
    "personalize-runtime": {
        "get_recommendations": dict(campaignArn=NONE.format("campaign"), userId="u"),
        "get_personalized_ranking": dict(campaignArn=NONE.format("campaign"), userId="u", inputList=["a"]),
        "get_action_recommendations": dict(campaignArn=NONE.format("campaign"), userId="u"),
    },
    "personalize-events": {
        "put_events": None,
        "put_items": dict(datasetArn=NONE.format("dataset") + "/ITEMS", items=[{"itemId": "a"}]),
        "put_users": dict(datasetArn=NONE.format("dataset") + "/USERS", users=[{"userId": "a"}]),
    },
    "lambda": {
        "list_functions": None, "create_function": None,
        **{name: dict(FunctionName="none-such") for name in (
            "get_function", "get_function_configuration", "update_function_configuration", "delete_function",
            "get_policy", "publish_version", "list_versions_by_function", "list_aliases", "invoke",
            "get_function_concurrency", "delete_function_concurrency")},
        "put_function_concurrency": dict(FunctionName="none-such", ReservedConcurrentExecutions=1),
        "update_function_code": dict(FunctionName="none-such", ZipFile=code_zip()),
        "create_alias": dict(FunctionName="none-such", Name="live", FunctionVersion="1"),
        "get_alias": dict(FunctionName=FUNCTION, Name="none-such"),
        "update_alias": dict(FunctionName=FUNCTION, Name="none-such", FunctionVersion="$LATEST"),
        "add_permission": dict(FunctionName="none-such", StatementId="a", Action="lambda:InvokeFunction",
                               Principal="s3.amazonaws.com"),
        "remove_permission": dict(FunctionName="none-such", StatementId="a"),
    },
    "iam": {
        "list_roles": None, "create_role": None,
        **{name: dict(RoleName="none-such") for name in (
            "get_role", "list_role_policies", "list_attached_role_policies", "delete_role")},
        "get_role_policy": dict(RoleName="none-such", PolicyName="p"),
        "delete_role_policy": dict(RoleName="none-such", PolicyName="p"),
        "put_role_policy": dict(RoleName="none-such", PolicyName="p", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})),
        "attach_role_policy": dict(RoleName="none-such", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
        "detach_role_policy": dict(RoleName="none-such", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
        "update_assume_role_policy": dict(RoleName="none-such", PolicyDocument=TRUST),
        "simulate_principal_policy": dict(PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/none-such",
                                          ActionNames=["lambda:InvokeFunction"]),
    },
    "logs": {
        "describe_log_groups": None, "create_log_group": None,
        "create_log_stream": dict(logGroupName="/none-such", logStreamName="s"),
        "delete_log_group": dict(logGroupName="/none-such"),
        "describe_log_streams": dict(logGroupName="/none-such"),
        "filter_log_events": dict(logGroupName="/none-such"),
        "get_log_events": dict(logGroupName="/none-such", logStreamName="s"),
        "put_log_events": dict(logGroupName="/none-such", logStreamName="s",
                               logEvents=[{"timestamp": int(time.time() * 1000), "message": "m"}]),
    },
}


# A member every operation has but these, given as no service would take it.
WRONG = {
    "personalize": {"list_dataset_groups": dict(maxResults=101), "list_schemas": dict(nextToken="not ours"),
                    "list_recipes": dict(recipeProvider="MINE"), "list_recommenders": dict(maxResults=0),
                    "list_campaigns": dict(maxResults=101), "list_datasets": dict(nextToken="not ours"),
                    "list_event_trackers": dict(maxResults=0), "list_filters": dict(maxResults=-1),
                    "list_solutions": dict(nextToken="not ours"), "list_solution_versions": dict(maxResults=1000)},
    "lambda": {"list_functions": dict(MaxItems=0)},
    "iam": {"list_roles": dict(MaxItems=0)},
    "logs": {"describe_log_groups": dict(limit=51)},
    "sts": {"assume_role": {}},
}


@case("what is not there is refused by every operation, with an error its model has")
def _():
    wrong = []
    for service, operations in ABSENT.items():
        for name, arguments in operations.items():
            if arguments is None:
                continue
            try:
                if not hasattr(raw[service], name):
                    continue  # younger than this boto
                getattr(raw[service], name)(**arguments)
                wrong.append(f"{service} {name}: not refused")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in ("ResourceNotFoundException", "NoSuchEntity"):
                    wrong.append(f"{service} {name}: {error}")
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@case("no input, or impossible input, is refused by every operation, with an error its model has")
def _():
    wrong = []
    for service, operations in {**ABSENT, "sts": {"assume_role": None}}.items():
        for name in operations:
            if not hasattr(raw[service], name) or (service == "lambda" and operations[name] and len(
                    operations[name]) == 1):
                continue  # its one argument is in the path
            arguments = dict(WRONG.get(service, {}).get(name, {}))
            if service == "lambda" and name != "list_functions" and name != "create_function":
                arguments["FunctionName"] = FUNCTION
                if name == "remove_permission":
                    arguments["StatementId"] = "bad id!"
                elif name in ("get_alias", "update_alias"):
                    arguments["Name"] = "bad name!"
            try:
                getattr(raw[service], name)(**arguments)
                wrong.append(f"{service} {name} {arguments}: not refused")
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 404, 413):
                    wrong.append(f"{service} {name} {arguments}: {error}")
            except AssertionError as error:
                wrong.append(f"{name} {arguments} {error}")
    for service, operations in WRONG.items():
        for name, arguments in operations.items():
            try:
                getattr(raw[service], name)(**arguments)
                wrong.append(f"{service} {name} {arguments}: not refused")
            except ClientError:
                pass
            except AssertionError as error:
                wrong.append(f"{name} {arguments} {error}")
    assert not wrong, "\n".join(wrong)


run()
