// role_templates — see the header. The inline documents are compact, as CloudFormation writes them.
#include "access/role_templates.h"

#include "base/attributes.h"
#include "identities.h"

#define TRUST(principal, condition)                                                                \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{" principal   \
    "},\"Action\":\"sts:AssumeRole\"" condition "}]}"
#define INLINE(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define SHARED_BUCKETS "\"arn:aws:s3:::aws-glue-*\",\"arn:aws:s3:::personalize-data-{account}\""

const struct role_template role_templates[] = {
    {.name = "module-personalize-GlueServiceRole-5SANDBOX6LOOP",
     .id = "AROARECLOOPSANDBOXGLU",
     .path = "/",
     .description = "",
     .trust = TRUST("\"Service\":\"glue.amazonaws.com\"", ""),
     .policies =
         {{.name = "glue-execution-policy",
           .document = INLINE(
               "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Resource\":["
               "\"arn:aws:s3:::personalize-data-{account}/raw-events*\","
               "\"arn:aws:s3:::personalize-data-{account}/transformed/*\"]},"
               "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":[" SHARED_BUCKETS
               "]}")},
          {.name = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"}}},
    {.name = "module-personalize-PersonalizeS3RoleForLab-9SANDBOX0LOOP",
     .id = "AROARECLOOPSANDBOXLAB",
     .path = "/",
     .description = "",
     .trust = TRUST("\"Service\":\"personalize.amazonaws.com\"", ""),
     .policies = {{.name = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}}},
    {.name = "module-personalize-PersonalizeServiceRole-7SANDBOX8LOOP",
     .id = "AROARECLOOPSANDBOXPSV",
     .path = "/",
     .description = "",
     .trust = TRUST("\"Service\":\"personalize.amazonaws.com\"", ""),
     .policies =
         {{.name = "personalize-execution-policy",
           .document =
               INLINE("{\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\"],\"Resource\":"
                      "[\"arn:aws:s3:::personalize-data-{account}\"]},"
                      "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],"
                      "\"Resource\":[\"arn:aws:s3:::personalize-data-{account}/*\"]}")},
          {.name = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"}}},
    {.name = IDENTITIES_DESTINATION_ROLE,
     .id = "AROARECLOOPSANDBOXDST",
     .path = "/",
     .description = "",
     .trust = TRUST(
         "\"AWS\":\"arn:aws:iam::595280932656:root\"",
         ",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"" IDENTITIES_EXTERNAL_ID "\"}}"),
     .policies =
         {{.name = "segment-execute-lambda-policy",
           .document = INLINE("{\"Effect\":\"Allow\",\"Action\":[\"lambda:InvokeFunction\"],"
                              "\"Resource\":[\"arn:aws:lambda:{region}:{account}:function:"
                              "" IDENTITIES_FUNCTION "\"]}")}}},
    {.name = IDENTITIES_EXECUTION_ROLE,
     .id = "AROARECLOOPSANDBOXEXE",
     .path = "/",
     .description = "",
     .trust = TRUST("\"Service\":\"lambda.amazonaws.com\"", ""),
     .policies =
         {{.name = "segment-personalize-lambda-policy",
           .document =
               INLINE("{\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogGroup\","
                      "\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":"
                      "\"arn:aws:logs:*:*:*\"},"
                      "{\"Effect\":\"Allow\",\"Action\":[\"personalize:*\"],\"Resource\":\"*\"},"
                      "{\"Effect\":\"Allow\",\"Action\":[\"personalize:GetRecommendations\"],"
                      "\"Resource\":\"arn:aws:personalize:{region}:{account}:campaign/"
                      "" IDENTITIES_CAMPAIGN "\"}")}}},
    {.name = IDENTITIES_USER_NAME,
     .id = "AIDARECLOOPSANDBOXUSR",
     .path = "/",
     .description = "",
     .policies = {{.name = "arn:aws:iam::aws:policy/AdministratorAccess"}}},
};
const size_t role_template_count = ARRAY_COUNT(role_templates);

const struct role_template_managed role_template_managed[] = {
    {.arn = "arn:aws:iam::aws:policy/AdministratorAccess",
     .document = "{\n"
                 "  \"Version\": \"2012-10-17\",\n"
                 "  \"Statement\": [\n"
                 "    {\n"
                 "      \"Effect\": \"Allow\",\n"
                 "      \"Action\": \"*\",\n"
                 "      \"Resource\": \"*\"\n"
                 "    }\n"
                 "  ]\n"
                 "}"},
    {.arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
     .document = "{\n"
                 "  \"Version\": \"2012-10-17\",\n"
                 "  \"Statement\": [\n"
                 "    {\n"
                 "      \"Effect\": \"Allow\",\n"
                 "      \"Action\": [\n"
                 "        \"s3:Get*\",\n"
                 "        \"s3:List*\",\n"
                 "        \"s3:Describe*\",\n"
                 "        \"s3-object-lambda:Get*\",\n"
                 "        \"s3-object-lambda:List*\"\n"
                 "      ],\n"
                 "      \"Resource\": \"*\"\n"
                 "    }\n"
                 "  ]\n"
                 "}"},
    {.arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
     .document = "{\n"
                 "  \"Version\": \"2012-10-17\",\n"
                 "  \"Statement\": [\n"
                 "    {\n"
                 "      \"Effect\": \"Allow\",\n"
                 "      \"Action\": [\n"
                 "        \"logs:CreateLogGroup\",\n"
                 "        \"logs:CreateLogStream\",\n"
                 "        \"logs:PutLogEvents\"\n"
                 "      ],\n"
                 "      \"Resource\": \"*\"\n"
                 "    }\n"
                 "  ]\n"
                 "}"},
    {.arn = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess",
     .document = "{\n"
                 "  \"Version\": \"2012-10-17\",\n"
                 "  \"Statement\": [\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"personalize:*\"], \"Resource\": "
                 "\"*\"},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"cloudwatch:PutMetricData\", "
                 "\"cloudwatch:ListMetrics\"], \"Resource\": \"*\"},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\", "
                 "\"s3:DeleteObject\", \"s3:ListBucket\"], \"Resource\": "
                 "[\"arn:aws:s3:::*Personalize*\", \"arn:aws:s3:::*personalize*\"]},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"iam:PassRole\"], \"Resource\": \"*\", "
                 "\"Condition\": {\"StringEquals\": {\"iam:PassedToService\": "
                 "\"personalize.amazonaws.com\"}}}\n"
                 "  ]\n"
                 "}"},
    {.arn = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole",
     .document = "{\n"
                 "  \"Version\": \"2012-10-17\",\n"
                 "  \"Statement\": [\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"glue:*\", \"s3:GetBucketLocation\", "
                 "\"s3:ListBucket\", \"s3:ListAllMyBuckets\", \"s3:GetBucketAcl\", "
                 "\"iam:ListRolePolicies\", \"iam:GetRole\", \"iam:GetRolePolicy\", "
                 "\"cloudwatch:PutMetricData\"], \"Resource\": [\"*\"]},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"s3:CreateBucket\"], \"Resource\": "
                 "[\"arn:aws:s3:::aws-glue-*\"]},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\", "
                 "\"s3:DeleteObject\"], \"Resource\": [\"arn:aws:s3:::aws-glue-*/*\", "
                 "\"arn:aws:s3:::*/*aws-glue-*/*\"]},\n"
                 "    {\"Effect\": \"Allow\", \"Action\": [\"logs:CreateLogGroup\", "
                 "\"logs:CreateLogStream\", \"logs:PutLogEvents\"], \"Resource\": "
                 "[\"arn:aws:logs:*:*:*:/aws-glue/*\"]}\n"
                 "  ]\n"
                 "}"},
};
const size_t role_template_managed_count = ARRAY_COUNT(role_template_managed);
