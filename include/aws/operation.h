// operation — the AWS operations this program speaks, as a table.
//
// Shape    a row is everything about an operation but its members: personalize.h, invoke.h and
//          sts.h encode and decode those.
// Threads  any; rows are constant.
// Source   botocore service models (protocols/aws.md 3).
#pragma once

#include "base/buf.h"
#include "http/request.h"

enum operation_protocol { OPERATION_REST_JSON, OPERATION_JSON11, OPERATION_QUERY };

enum operation_retry {
    OPERATION_RETRY_SAFE,     // reading, or harmless when repeated
    OPERATION_RETRY_EVENT_ID, // safe when every event carries an eventId
    OPERATION_RETRY_UNSENT,   // only while nothing was delivered, and when throttled
};

enum operation_service {
    OPERATION_PERSONALIZE_RUNTIME,
    OPERATION_PERSONALIZE_EVENTS,
    OPERATION_PERSONALIZE,
    OPERATION_LAMBDA,
    OPERATION_STS,
    OPERATION_IAM,
    OPERATION_LOGS,
    OPERATION_SERVICE_COUNT,
};

// id, service, name, method, path ({} stands for one segment), IAM action, retry
#define OPERATION_LIST(X)                                                                          \
    X(GET_RECOMMENDATIONS, PERSONALIZE_RUNTIME, "GetRecommendations", "POST", "/recommendations",  \
      "personalize:GetRecommendations", SAFE)                                                      \
    X(GET_PERSONALIZED_RANKING, PERSONALIZE_RUNTIME, "GetPersonalizedRanking", "POST",             \
      "/personalize-ranking", "personalize:GetPersonalizedRanking", SAFE)                          \
    X(GET_ACTION_RECOMMENDATIONS, PERSONALIZE_RUNTIME, "GetActionRecommendations", "POST",         \
      "/action-recommendations", "personalize:GetActionRecommendations", SAFE)                     \
    X(PUT_EVENTS, PERSONALIZE_EVENTS, "PutEvents", "POST", "/events", "personalize:PutEvents",     \
      EVENT_ID)                                                                                    \
    X(PUT_ITEMS, PERSONALIZE_EVENTS, "PutItems", "POST", "/items", "personalize:PutItems", SAFE)   \
    X(PUT_USERS, PERSONALIZE_EVENTS, "PutUsers", "POST", "/users", "personalize:PutUsers", SAFE)   \
    X(PUT_ACTIONS, PERSONALIZE_EVENTS, "PutActions", "POST", "/actions", "personalize:PutActions", \
      SAFE)                                                                                        \
    X(PUT_ACTION_INTERACTIONS, PERSONALIZE_EVENTS, "PutActionInteractions", "POST",                \
      "/action-interactions", "personalize:PutActionInteractions", SAFE)                           \
    X(CREATE_DATASET_GROUP, PERSONALIZE, "CreateDatasetGroup", "POST", "/",                        \
      "personalize:CreateDatasetGroup", UNSENT)                                                    \
    X(DESCRIBE_DATASET_GROUP, PERSONALIZE, "DescribeDatasetGroup", "POST", "/",                    \
      "personalize:DescribeDatasetGroup", SAFE)                                                    \
    X(LIST_DATASET_GROUPS, PERSONALIZE, "ListDatasetGroups", "POST", "/",                          \
      "personalize:ListDatasetGroups", SAFE)                                                       \
    X(DELETE_DATASET_GROUP, PERSONALIZE, "DeleteDatasetGroup", "POST", "/",                        \
      "personalize:DeleteDatasetGroup", UNSENT)                                                    \
    X(CREATE_SCHEMA, PERSONALIZE, "CreateSchema", "POST", "/", "personalize:CreateSchema", UNSENT) \
    X(DESCRIBE_SCHEMA, PERSONALIZE, "DescribeSchema", "POST", "/", "personalize:DescribeSchema",   \
      SAFE)                                                                                        \
    X(LIST_SCHEMAS, PERSONALIZE, "ListSchemas", "POST", "/", "personalize:ListSchemas", SAFE)      \
    X(DELETE_SCHEMA, PERSONALIZE, "DeleteSchema", "POST", "/", "personalize:DeleteSchema", UNSENT) \
    X(CREATE_DATASET, PERSONALIZE, "CreateDataset", "POST", "/", "personalize:CreateDataset",      \
      UNSENT)                                                                                      \
    X(DESCRIBE_DATASET, PERSONALIZE, "DescribeDataset", "POST", "/",                               \
      "personalize:DescribeDataset", SAFE)                                                         \
    X(LIST_DATASETS, PERSONALIZE, "ListDatasets", "POST", "/", "personalize:ListDatasets", SAFE)   \
    X(UPDATE_DATASET, PERSONALIZE, "UpdateDataset", "POST", "/", "personalize:UpdateDataset",      \
      UNSENT)                                                                                      \
    X(DELETE_DATASET, PERSONALIZE, "DeleteDataset", "POST", "/", "personalize:DeleteDataset",      \
      UNSENT)                                                                                      \
    X(CREATE_SOLUTION, PERSONALIZE, "CreateSolution", "POST", "/", "personalize:CreateSolution",   \
      UNSENT)                                                                                      \
    X(DESCRIBE_SOLUTION, PERSONALIZE, "DescribeSolution", "POST", "/",                             \
      "personalize:DescribeSolution", SAFE)                                                        \
    X(LIST_SOLUTIONS, PERSONALIZE, "ListSolutions", "POST", "/", "personalize:ListSolutions",      \
      SAFE)                                                                                        \
    X(UPDATE_SOLUTION, PERSONALIZE, "UpdateSolution", "POST", "/", "personalize:UpdateSolution",   \
      UNSENT)                                                                                      \
    X(DELETE_SOLUTION, PERSONALIZE, "DeleteSolution", "POST", "/", "personalize:DeleteSolution",   \
      UNSENT)                                                                                      \
    X(CREATE_SOLUTION_VERSION, PERSONALIZE, "CreateSolutionVersion", "POST", "/",                  \
      "personalize:CreateSolutionVersion", UNSENT)                                                 \
    X(DESCRIBE_SOLUTION_VERSION, PERSONALIZE, "DescribeSolutionVersion", "POST", "/",              \
      "personalize:DescribeSolutionVersion", SAFE)                                                 \
    X(LIST_SOLUTION_VERSIONS, PERSONALIZE, "ListSolutionVersions", "POST", "/",                    \
      "personalize:ListSolutionVersions", SAFE)                                                    \
    X(STOP_SOLUTION_VERSION_CREATION, PERSONALIZE, "StopSolutionVersionCreation", "POST", "/",     \
      "personalize:StopSolutionVersionCreation", UNSENT)                                           \
    X(GET_SOLUTION_METRICS, PERSONALIZE, "GetSolutionMetrics", "POST", "/",                        \
      "personalize:GetSolutionMetrics", SAFE)                                                      \
    X(CREATE_CAMPAIGN, PERSONALIZE, "CreateCampaign", "POST", "/", "personalize:CreateCampaign",   \
      UNSENT)                                                                                      \
    X(DESCRIBE_CAMPAIGN, PERSONALIZE, "DescribeCampaign", "POST", "/",                             \
      "personalize:DescribeCampaign", SAFE)                                                        \
    X(LIST_CAMPAIGNS, PERSONALIZE, "ListCampaigns", "POST", "/", "personalize:ListCampaigns",      \
      SAFE)                                                                                        \
    X(UPDATE_CAMPAIGN, PERSONALIZE, "UpdateCampaign", "POST", "/", "personalize:UpdateCampaign",   \
      UNSENT)                                                                                      \
    X(DELETE_CAMPAIGN, PERSONALIZE, "DeleteCampaign", "POST", "/", "personalize:DeleteCampaign",   \
      UNSENT)                                                                                      \
    X(CREATE_EVENT_TRACKER, PERSONALIZE, "CreateEventTracker", "POST", "/",                        \
      "personalize:CreateEventTracker", UNSENT)                                                    \
    X(DESCRIBE_EVENT_TRACKER, PERSONALIZE, "DescribeEventTracker", "POST", "/",                    \
      "personalize:DescribeEventTracker", SAFE)                                                    \
    X(LIST_EVENT_TRACKERS, PERSONALIZE, "ListEventTrackers", "POST", "/",                          \
      "personalize:ListEventTrackers", SAFE)                                                       \
    X(DELETE_EVENT_TRACKER, PERSONALIZE, "DeleteEventTracker", "POST", "/",                        \
      "personalize:DeleteEventTracker", UNSENT)                                                    \
    X(CREATE_FILTER, PERSONALIZE, "CreateFilter", "POST", "/", "personalize:CreateFilter", UNSENT) \
    X(DESCRIBE_FILTER, PERSONALIZE, "DescribeFilter", "POST", "/", "personalize:DescribeFilter",   \
      SAFE)                                                                                        \
    X(LIST_FILTERS, PERSONALIZE, "ListFilters", "POST", "/", "personalize:ListFilters", SAFE)      \
    X(DELETE_FILTER, PERSONALIZE, "DeleteFilter", "POST", "/", "personalize:DeleteFilter", UNSENT) \
    X(LIST_RECIPES, PERSONALIZE, "ListRecipes", "POST", "/", "personalize:ListRecipes", SAFE)      \
    X(DESCRIBE_RECIPE, PERSONALIZE, "DescribeRecipe", "POST", "/", "personalize:DescribeRecipe",   \
      SAFE)                                                                                        \
    X(DESCRIBE_ALGORITHM, PERSONALIZE, "DescribeAlgorithm", "POST", "/",                           \
      "personalize:DescribeAlgorithm", SAFE)                                                       \
    X(DESCRIBE_FEATURE_TRANSFORMATION, PERSONALIZE, "DescribeFeatureTransformation", "POST", "/",  \
      "personalize:DescribeFeatureTransformation", SAFE)                                           \
    X(LIST_RECOMMENDERS, PERSONALIZE, "ListRecommenders", "POST", "/",                             \
      "personalize:ListRecommenders", SAFE)                                                        \
    X(DESCRIBE_RECOMMENDER, PERSONALIZE, "DescribeRecommender", "POST", "/",                       \
      "personalize:DescribeRecommender", SAFE)                                                     \
    X(TAG_RESOURCE, PERSONALIZE, "TagResource", "POST", "/", "personalize:TagResource", SAFE)      \
    X(UNTAG_RESOURCE, PERSONALIZE, "UntagResource", "POST", "/", "personalize:UntagResource",      \
      SAFE)                                                                                        \
    X(LIST_TAGS_FOR_RESOURCE, PERSONALIZE, "ListTagsForResource", "POST", "/",                     \
      "personalize:ListTagsForResource", SAFE)                                                     \
    X(INVOKE, LAMBDA, "Invoke", "POST", "/2015-03-31/functions/{}/invocations",                    \
      "lambda:InvokeFunction", UNSENT)                                                             \
    X(CREATE_FUNCTION, LAMBDA, "CreateFunction", "POST", "/2015-03-31/functions",                  \
      "lambda:CreateFunction", UNSENT)                                                             \
    X(LIST_FUNCTIONS, LAMBDA, "ListFunctions", "GET", "/2015-03-31/functions",                     \
      "lambda:ListFunctions", SAFE)                                                                \
    X(GET_FUNCTION, LAMBDA, "GetFunction", "GET", "/2015-03-31/functions/{}",                      \
      "lambda:GetFunction", SAFE)                                                                  \
    X(DELETE_FUNCTION, LAMBDA, "DeleteFunction", "DELETE", "/2015-03-31/functions/{}",             \
      "lambda:DeleteFunction", UNSENT)                                                             \
    X(GET_FUNCTION_CONFIGURATION, LAMBDA, "GetFunctionConfiguration", "GET",                       \
      "/2015-03-31/functions/{}/configuration", "lambda:GetFunctionConfiguration", SAFE)           \
    X(UPDATE_FUNCTION_CONFIGURATION, LAMBDA, "UpdateFunctionConfiguration", "PUT",                 \
      "/2015-03-31/functions/{}/configuration", "lambda:UpdateFunctionConfiguration", UNSENT)      \
    X(UPDATE_FUNCTION_CODE, LAMBDA, "UpdateFunctionCode", "PUT", "/2015-03-31/functions/{}/code",  \
      "lambda:UpdateFunctionCode", UNSENT)                                                         \
    X(PUBLISH_VERSION, LAMBDA, "PublishVersion", "POST", "/2015-03-31/functions/{}/versions",      \
      "lambda:PublishVersion", UNSENT)                                                             \
    X(LIST_VERSIONS_BY_FUNCTION, LAMBDA, "ListVersionsByFunction", "GET",                          \
      "/2015-03-31/functions/{}/versions", "lambda:ListVersionsByFunction", SAFE)                  \
    X(CREATE_ALIAS, LAMBDA, "CreateAlias", "POST", "/2015-03-31/functions/{}/aliases",             \
      "lambda:CreateAlias", UNSENT)                                                                \
    X(LIST_ALIASES, LAMBDA, "ListAliases", "GET", "/2015-03-31/functions/{}/aliases",              \
      "lambda:ListAliases", SAFE)                                                                  \
    X(GET_ALIAS, LAMBDA, "GetAlias", "GET", "/2015-03-31/functions/{}/aliases/{}",                 \
      "lambda:GetAlias", SAFE)                                                                     \
    X(UPDATE_ALIAS, LAMBDA, "UpdateAlias", "PUT", "/2015-03-31/functions/{}/aliases/{}",           \
      "lambda:UpdateAlias", UNSENT)                                                                \
    X(DELETE_ALIAS, LAMBDA, "DeleteAlias", "DELETE", "/2015-03-31/functions/{}/aliases/{}",        \
      "lambda:DeleteAlias", UNSENT)                                                                \
    X(ADD_PERMISSION, LAMBDA, "AddPermission", "POST", "/2015-03-31/functions/{}/policy",          \
      "lambda:AddPermission", UNSENT)                                                              \
    X(GET_POLICY, LAMBDA, "GetPolicy", "GET", "/2015-03-31/functions/{}/policy",                   \
      "lambda:GetPolicy", SAFE)                                                                    \
    X(REMOVE_PERMISSION, LAMBDA, "RemovePermission", "DELETE",                                     \
      "/2015-03-31/functions/{}/policy/{}", "lambda:RemovePermission", UNSENT)                     \
    X(PUT_FUNCTION_CONCURRENCY, LAMBDA, "PutFunctionConcurrency", "PUT",                           \
      "/2017-10-31/functions/{}/concurrency", "lambda:PutFunctionConcurrency", UNSENT)             \
    X(GET_FUNCTION_CONCURRENCY, LAMBDA, "GetFunctionConcurrency", "GET",                           \
      "/2019-09-30/functions/{}/concurrency", "lambda:GetFunctionConcurrency", SAFE)               \
    X(DELETE_FUNCTION_CONCURRENCY, LAMBDA, "DeleteFunctionConcurrency", "DELETE",                  \
      "/2017-10-31/functions/{}/concurrency", "lambda:DeleteFunctionConcurrency", UNSENT)          \
    X(ASSUME_ROLE, STS, "AssumeRole", "POST", "/", "sts:AssumeRole", SAFE)                         \
    X(GET_CALLER_IDENTITY, STS, "GetCallerIdentity", "POST", "/", "sts:GetCallerIdentity", SAFE)   \
    X(GET_ROLE, IAM, "GetRole", "POST", "/", "iam:GetRole", SAFE)                                  \
    X(LIST_ROLES, IAM, "ListRoles", "POST", "/", "iam:ListRoles", SAFE)                            \
    X(GET_ROLE_POLICY, IAM, "GetRolePolicy", "POST", "/", "iam:GetRolePolicy", SAFE)               \
    X(LIST_ROLE_POLICIES, IAM, "ListRolePolicies", "POST", "/", "iam:ListRolePolicies", SAFE)      \
    X(LIST_ATTACHED_ROLE_POLICIES, IAM, "ListAttachedRolePolicies", "POST", "/",                   \
      "iam:ListAttachedRolePolicies", SAFE)                                                        \
    X(SIMULATE_PRINCIPAL_POLICY, IAM, "SimulatePrincipalPolicy", "POST", "/",                      \
      "iam:SimulatePrincipalPolicy", SAFE)                                                         \
    X(CREATE_ROLE, IAM, "CreateRole", "POST", "/", "iam:CreateRole", UNSENT)                       \
    X(DELETE_ROLE, IAM, "DeleteRole", "POST", "/", "iam:DeleteRole", UNSENT)                       \
    X(ATTACH_ROLE_POLICY, IAM, "AttachRolePolicy", "POST", "/", "iam:AttachRolePolicy", SAFE)      \
    X(DETACH_ROLE_POLICY, IAM, "DetachRolePolicy", "POST", "/", "iam:DetachRolePolicy", UNSENT)    \
    X(PUT_ROLE_POLICY, IAM, "PutRolePolicy", "POST", "/", "iam:PutRolePolicy", UNSENT)             \
    X(DELETE_ROLE_POLICY, IAM, "DeleteRolePolicy", "POST", "/", "iam:DeleteRolePolicy", UNSENT)    \
    X(UPDATE_ASSUME_ROLE_POLICY, IAM, "UpdateAssumeRolePolicy", "POST", "/",                       \
      "iam:UpdateAssumeRolePolicy", UNSENT)                                                        \
    X(DESCRIBE_LOG_GROUPS, LOGS, "DescribeLogGroups", "POST", "/", "logs:DescribeLogGroups", SAFE) \
    X(DESCRIBE_LOG_STREAMS, LOGS, "DescribeLogStreams", "POST", "/", "logs:DescribeLogStreams",    \
      SAFE)                                                                                        \
    X(GET_LOG_EVENTS, LOGS, "GetLogEvents", "POST", "/", "logs:GetLogEvents", SAFE)                \
    X(FILTER_LOG_EVENTS, LOGS, "FilterLogEvents", "POST", "/", "logs:FilterLogEvents", SAFE)       \
    X(CREATE_LOG_GROUP, LOGS, "CreateLogGroup", "POST", "/", "logs:CreateLogGroup", UNSENT)        \
    X(CREATE_LOG_STREAM, LOGS, "CreateLogStream", "POST", "/", "logs:CreateLogStream", UNSENT)     \
    X(PUT_LOG_EVENTS, LOGS, "PutLogEvents", "POST", "/", "logs:PutLogEvents", UNSENT)              \
    X(DELETE_LOG_GROUP, LOGS, "DeleteLogGroup", "POST", "/", "logs:DeleteLogGroup", UNSENT)

enum operation_id {
#define X(id, service, name, method, path, action, retry) OPERATION_##id,
    OPERATION_LIST(X)
#undef X
        OPERATION_COUNT,
};

struct operation {
    enum operation_id id;
    const char *name;         // "GetRecommendations"
    const char *service;      // endpoint id: "personalize-runtime"
    const char *signing_name; // "personalize"
    enum operation_protocol protocol;
    const char *method;
    const char *path;          // "/2015-03-31/functions/{}/invocations"
    const char *target_prefix; // JSON 1.1 only: "AmazonPersonalize"
    const char *version;       // query only
    const char *iam_action;    // "personalize:GetRecommendations"
    enum operation_retry retry;
};

const struct operation *operation_get(enum operation_id id);
const struct operation *operation_find(struct str name); // NULL when unknown
// The row a server must answer with: by X-Amz-Target, else by method and path, else by Action in the
// form. NULL when no operation matches. `url` is the raw target.
const struct operation *operation_route(const struct request *request);
// The n-th {} of the path of an arrived request, percent-decoded. False: no such segment, or it is
// escaped wrongly.
bool operation_path_segment(
    const struct operation *operation, const struct request *request, size_t n, struct buf *out);
// Of the query protocol: the body, or in a signed address the query. A view of the request.
struct str operation_form(const struct request *request);
// Content-Type of requests of the protocol.
const char *operation_content_type(enum operation_protocol protocol);
// Method, URL (endpoint + path, which is encoded already), Host, Content-Type and body of a request.
bool operation_begin(
    const struct operation *operation,
    struct str endpoint,
    struct str path,
    struct str body,
    struct request *out,
    struct error *err) MUST_CHECK;
