"""personalize, the control plane: Describe and List of everything, metrics, what can be created, statuses.

The sandbox is started with statuses that advance in small steps (see CMakeLists.txt): the waiting here is real.
"""
from support import *

personalize = client("personalize")
raw = client("personalize", validates=False)
runtime = client("personalize-runtime")
PREFIX = here["campaign_arn"].rsplit(":", 1)[0] + ":"
STATUSES = ("CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE")

campaign = personalize.describe_campaign(campaignArn=here["campaign_arn"])["campaign"]
version = personalize.describe_solution_version(solutionVersionArn=campaign["solutionVersionArn"])["solutionVersion"]
GROUP = version["datasetGroupArn"]


def pages(name, key, **arguments):
    paginator = personalize.get_paginator(name)
    seen = list(paginator.paginate(PaginationConfig={"PageSize": 1}, **arguments))
    assert all(len(page[key]) <= 1 for page in seen)
    return [row for page in seen for row in page[key]]


def check_dates(resource):
    assert resource["creationDateTime"].year >= 2019
    assert resource["lastUpdatedDateTime"] >= resource["creationDateTime"]


def follow(question):
    """The statuses of something new until it is ACTIVE, each once."""
    seen = []

    def look():
        status = question()
        if status not in seen[-1:]:
            seen.append(status)
        return status == "ACTIVE" or status.endswith("FAILED")
    until("ACTIVE", look)
    assert seen == [s for s in STATUSES if s in seen] and seen[-1] == "ACTIVE", seen
    return seen


@case("a campaign names its solution version, which names its solution, recipe and dataset group")
def _():
    assert campaign["name"] == "segment-workshop-campaign" and campaign["status"] == "ACTIVE"
    assert campaign["campaignArn"] == here["campaign_arn"] and campaign["minProvisionedTPS"] >= 1
    check_dates(campaign)
    assert version["status"] == "ACTIVE" and version["solutionArn"] in version["solutionVersionArn"]
    assert version["recipeArn"].startswith("arn:aws:personalize:::recipe/aws-")
    check_dates(version)
    solution = personalize.describe_solution(solutionArn=version["solutionArn"])["solution"]
    assert solution["recipeArn"] == version["recipeArn"] and solution["datasetGroupArn"] == GROUP
    group = personalize.describe_dataset_group(datasetGroupArn=GROUP)["datasetGroup"]
    assert group["status"] == "ACTIVE" and group["datasetGroupArn"] == GROUP
    check_dates(group)


@case("the four campaigns are listed, all and by solution, one page at a time")
def _():
    everything = personalize.list_campaigns()["campaigns"]
    arns = [c["campaignArn"] for c in everything]
    for key in ("campaign_arn", "related_campaign_arn", "ranking_campaign_arn", "popular_campaign_arn"):
        assert here[key] in arns, key
    assert sorted(arns) == sorted(c["campaignArn"] for c in pages("list_campaigns", "campaigns"))
    of_one = personalize.list_campaigns(solutionArn=version["solutionArn"])["campaigns"]
    assert here["campaign_arn"] in [c["campaignArn"] for c in of_one] and len(of_one) < len(everything)
    for row in everything:
        assert row["status"] == "ACTIVE" and row["name"] == row["campaignArn"].split("/")[-1]
        check_dates(row)


@case("datasets and schemas: the interactions with their Avro text")
def _():
    rows = pages("list_datasets", "datasets", datasetGroupArn=GROUP)
    interactions = [d for d in rows if d["datasetType"].upper() == "INTERACTIONS"]
    assert len(interactions) == 1 and interactions[0]["datasetArn"].endswith("/INTERACTIONS")
    dataset = personalize.describe_dataset(datasetArn=interactions[0]["datasetArn"])["dataset"]
    assert dataset["datasetGroupArn"] == GROUP and dataset["status"] == "ACTIVE"
    schema = personalize.describe_schema(schemaArn=dataset["schemaArn"])["schema"]
    names = [f["name"] for f in json.loads(schema["schema"])["fields"]]
    assert {"USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"} <= set(names), names
    assert schema["schemaArn"] in [s["schemaArn"] for s in pages("list_schemas", "schemas")]


@case("dataset groups, solutions, versions and recipes are listed")
def _():
    assert GROUP in [g["datasetGroupArn"] for g in pages("list_dataset_groups", "datasetGroups")]
    assert version["solutionArn"] in [s["solutionArn"] for s in pages("list_solutions", "solutions",
                                                                      datasetGroupArn=GROUP)]
    assert version["solutionVersionArn"] in [v["solutionVersionArn"] for v in pages(
        "list_solution_versions", "solutionVersions", solutionArn=version["solutionArn"])]
    recipes = [r["recipeArn"] for r in pages("list_recipes", "recipes")]
    for name in ("aws-user-personalization", "aws-hrnn", "aws-sims", "aws-popularity-count",
                 "aws-personalized-ranking"):
        assert "arn:aws:personalize:::recipe/" + name in recipes, name
    recipe = personalize.describe_recipe(recipeArn="arn:aws:personalize:::recipe/aws-hrnn")["recipe"]
    assert recipe["name"] == "aws-hrnn" and recipe["status"] == "ACTIVE" and recipe["recipeType"]
    assert all(r["domain"] == "ECOMMERCE" for r in personalize.list_recipes(domain="ECOMMERCE")["recipes"])


@case("the event tracker: the list has no tracking id, the description has")
def _():
    rows = pages("list_event_trackers", "eventTrackers", datasetGroupArn=GROUP)
    assert rows and all("trackingId" not in row for row in rows)
    described = [personalize.describe_event_tracker(eventTrackerArn=row["eventTrackerArn"])["eventTracker"]
                 for row in rows]
    mine = [t for t in described if t["trackingId"] == here["tracking_id"]]
    assert len(mine) == 1 and mine[0]["accountId"] == ACCOUNT and mine[0]["datasetGroupArn"] == GROUP


@case("the filter and its expression; the list's key is Filters")
def _():
    described = personalize.describe_filter(filterArn=here["filter_arn"])["filter"]
    assert described["name"] == "exclude-purchased" and described["status"] == "ACTIVE"
    assert "Interactions.EVENT_TYPE" in described["filterExpression"]
    assert here["filter_arn"] in [f["filterArn"] for f in personalize.list_filters(datasetGroupArn=GROUP)["Filters"]]


@case("the metrics of a version are computed: names as documented, values between 0 and 1")
def _():
    answer = personalize.get_solution_metrics(solutionVersionArn=version["solutionVersionArn"])
    assert answer["solutionVersionArn"] == version["solutionVersionArn"]
    metrics = answer["metrics"]
    for name in ("coverage", "mean_reciprocal_rank_at_25", "normalized_discounted_cumulative_gain_at_5",
                 "normalized_discounted_cumulative_gain_at_10", "normalized_discounted_cumulative_gain_at_25",
                 "precision_at_5", "precision_at_10", "precision_at_25"):
        assert 0 <= metrics[name] <= 1, (name, metrics)
    assert metrics["coverage"] > 0 and metrics["precision_at_5"] > 0, metrics
    popular = personalize.describe_campaign(campaignArn=here["popular_campaign_arn"])["campaign"]
    other = personalize.get_solution_metrics(solutionVersionArn=popular["solutionVersionArn"])["metrics"]
    assert other.keys() == metrics.keys() and other != metrics, "each recipe has figures of its own"


@case("what does not exist is a ResourceNotFoundException with status 400, for every Describe")
def _():
    for name, argument, arn in (
            ("describe_campaign", "campaignArn", here["campaign_arn"] + "-none"),
            ("describe_event_tracker", "eventTrackerArn", PREFIX + "event-tracker/00000000"),
            ("describe_dataset_group", "datasetGroupArn", PREFIX + "dataset-group/none"),
            ("describe_dataset", "datasetArn", PREFIX + "dataset/none/INTERACTIONS"),
            ("describe_schema", "schemaArn", PREFIX + "schema/none"),
            ("describe_solution", "solutionArn", PREFIX + "solution/none"),
            ("describe_solution_version", "solutionVersionArn", PREFIX + "solution/none/00000000"),
            ("describe_filter", "filterArn", PREFIX + "filter/none"),
            ("describe_recipe", "recipeArn", "arn:aws:personalize:::recipe/none"),
            ("get_solution_metrics", "solutionVersionArn", PREFIX + "solution/none/00000000"),
            ("delete_filter", "filterArn", PREFIX + "filter/none")):
        refused("ResourceNotFoundException", "", getattr(personalize, name), of=personalize, **{argument: arn})


@case("what is no ARN, or missing, is an InvalidInputException")
def _():
    refused("InvalidInputException", "campaignArn", personalize.describe_campaign, of=personalize, campaignArn="x")
    refused("InvalidInputException", "campaignArn", raw.describe_campaign)
    refused("InvalidInputException", "maxResults", raw.list_campaigns, maxResults=0)
    refused("InvalidInputException", "maxResults", raw.list_campaigns, maxResults=101)
    refused("InvalidNextTokenException", "", personalize.list_campaigns, of=personalize, nextToken="made-up")


@case("a new filter advances to ACTIVE, filters, and can be deleted")
def _():
    arn = personalize.create_filter(
        name="only-clicked", datasetGroupArn=GROUP,
        filterExpression='INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Product Clicked")')["filterArn"]
    assert arn == PREFIX + "filter/only-clicked"
    follow(lambda: personalize.describe_filter(filterArn=arn)["filter"]["status"])
    refused("ResourceAlreadyExistsException", "only-clicked", personalize.create_filter, of=personalize,
            name="only-clicked", datasetGroupArn=GROUP,
            filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    got = [i["itemId"] for i in runtime.get_recommendations(
        campaignArn=here["campaign_arn"], userId="fresh", filterArn=arn)["itemList"]]
    assert got == [], got  # nobody has clicked anything yet
    client("personalize-events").put_events(
        trackingId=here["tracking_id"], userId="fresh", sessionId="s", eventList=[
            {"eventId": "fresh-1", "eventType": "Product Clicked", "itemId": "herschel-iona", "sentAt": int(time.time())}])
    got = [i["itemId"] for i in runtime.get_recommendations(
        campaignArn=here["campaign_arn"], userId="fresh", filterArn=arn)["itemList"]]
    assert got == ["herschel-iona"], got
    personalize.delete_filter(filterArn=arn)

    def is_gone():
        try:
            return personalize.describe_filter(filterArn=arn)["filter"]["status"] not in (
                "DELETE PENDING", "DELETE IN_PROGRESS")
        except personalize.exceptions.ResourceNotFoundException:
            return True
    until("deleted", is_gone)
    refused("ResourceNotFoundException", "", personalize.describe_filter, filterArn=arn)


@case("a filter with placeholders takes its values with the request")
def _():
    arn = personalize.create_filter(
        name="by-type", datasetGroupArn=GROUP,
        filterExpression="INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPES)")["filterArn"]
    until("ACTIVE", lambda: personalize.describe_filter(filterArn=arn)["filter"]["status"] == "ACTIVE")
    client("personalize-events").put_events(
        trackingId=here["tracking_id"], userId="valued", sessionId="s", eventList=[
            {"eventId": "v-1", "eventType": "Product Clicked", "itemId": "herschel-iona", "sentAt": int(time.time())},
            {"eventId": "v-2", "eventType": "Product Added", "itemId": "led-high-tops", "sentAt": int(time.time())}])

    def got(**more):
        return sorted(i["itemId"] for i in runtime.get_recommendations(
            campaignArn=here["campaign_arn"], userId="valued", filterArn=arn, **more)["itemList"])
    assert got(filterValues={"TYPES": '"Product Clicked"'}) == ["herschel-iona"]
    assert got(filterValues={"TYPES": '"Product Clicked","Product Added"'}) == ["herschel-iona", "led-high-tops"]
    ask = {"campaignArn": here["campaign_arn"], "userId": "valued", "filterArn": arn}
    refused("InvalidInputException", "TYPES", runtime.get_recommendations, **ask)
    refused("InvalidInputException", "", runtime.get_recommendations, **ask, filterValues={"OTHER": '"x"'})
    refused("InvalidInputException", "", runtime.get_recommendations, **ask, filterValues={"TYPES": "unquoted"})


@case("filter expressions that cannot be are refused when they are made")
def _():
    for bad in ("", "x" * 2501, "INCLUDE", "INCLUDE ItemID WHERE", 'INCLUDE ItemID WHERE Nothing.X IN ("a")',
                'INCLUDE ItemID WHERE Interactions.TIMESTAMP > 5', "DROP TABLE x",
                'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("a"',
                'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ($X)'):
        refused("InvalidInputException", "", raw.create_filter, of=raw, name="bad", datasetGroupArn=GROUP,
                filterExpression=bad)
    refused("ResourceNotFoundException", "", personalize.create_filter, name="bad",
            datasetGroupArn=PREFIX + "dataset-group/none",
            filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')
    refused("InvalidInputException", "name", personalize.create_filter, name="-bad-", datasetGroupArn=GROUP,
            filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")')


@case("a new version trains through its statuses, then a campaign on it answers only when ACTIVE")
def _():
    arn = personalize.create_solution_version(solutionArn=version["solutionArn"])["solutionVersionArn"]
    assert arn.startswith(version["solutionArn"] + "/") and arn != version["solutionVersionArn"]
    refused("ResourceInUseException", "", personalize.create_campaign, of=personalize, name="too-early",
            solutionVersionArn=arn, minProvisionedTPS=1)
    follow(lambda: personalize.describe_solution_version(solutionVersionArn=arn)["solutionVersion"]["status"])
    made = personalize.create_campaign(name="mine", solutionVersionArn=arn, minProvisionedTPS=1)["campaignArn"]
    assert made == PREFIX + "campaign/mine"
    seen = follow(lambda: personalize.describe_campaign(campaignArn=made)["campaign"]["status"])
    assert seen[0] != "ACTIVE"
    assert runtime.get_recommendations(campaignArn=made, userId="u")["itemList"]
    assert made in [c["campaignArn"] for c in personalize.list_campaigns()["campaigns"]]
    refused("ResourceAlreadyExistsException", "", personalize.create_campaign, of=personalize, name="mine",
            solutionVersionArn=arn, minProvisionedTPS=1)
    refused("ResourceNotFoundException", "", personalize.create_campaign, name="nothing",
            solutionVersionArn=PREFIX + "solution/none/00000000", minProvisionedTPS=1)
    refused("InvalidInputException", "name", personalize.create_campaign, name="no blanks", minProvisionedTPS=1,
            solutionVersionArn=arn)


@case("a campaign that is not ACTIVE yet does not answer")
def _():
    made = personalize.create_campaign(name="slow", solutionVersionArn=version["solutionVersionArn"],
                                       minProvisionedTPS=1)["campaignArn"]
    refused("ResourceNotFoundException", "", runtime.get_recommendations, status=404, campaignArn=made, userId="u")
    follow(lambda: personalize.describe_campaign(campaignArn=made)["campaign"]["status"])


@case("one event tracker for a dataset group: a second is refused")
def _():
    refused("ResourceAlreadyExistsException", "", personalize.create_event_tracker, of=personalize,
            name="second", datasetGroupArn=GROUP)
    refused("ResourceNotFoundException", "", personalize.create_event_tracker, name="lost",
            datasetGroupArn=PREFIX + "dataset-group/none")


@case("what this service does not have is an UnknownOperationException, not a lie")
def _():
    refused("UnknownOperationException", "", personalize.list_batch_inference_jobs, status=404)


@case("throttling is retried by the SDK")
def _():
    fault("personalize.ListCampaigns:throttle,count=2")
    try:
        answer = client("personalize", attempts=3).list_campaigns()
        assert answer["ResponseMetadata"]["RetryAttempts"] == 2
        fault("personalize.ListCampaigns:throttle,count=1")
        refused("ThrottlingException", "", personalize.list_campaigns)
    finally:
        no_faults()


run()
