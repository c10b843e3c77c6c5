// arn — see the header. A row of the table says how a resource text of a service begins and what its
// parts are called; the first row that fits wins, so longer forms stand above shorter ones.
#include "aws/arn.h"

enum shape {
    SHAPE_NAME,      // prefix NAME
    SHAPE_NAME_SUB,  // prefix NAME/SUB
    SHAPE_PATH,      // prefix [path/]NAME
    SHAPE_QUALIFIED, // prefix NAME[:QUALIFIER]
    SHAPE_STREAM,    // prefix GROUP:log-stream:STREAM
    SHAPE_WHOLE,     // the prefix is all of it
};

static const struct form {
    const char *service, *prefix;
    enum shape shape;
    enum arn_kind kind;
} forms[] = {
    {.service = "personalize", .prefix = "campaign/", .shape = SHAPE_NAME, .kind = ARN_CAMPAIGN},
    {.service = "personalize",
     .prefix = "recommender/",
     .shape = SHAPE_NAME,
     .kind = ARN_RECOMMENDER},
    {.service = "personalize",
     .prefix = "solution/",
     .shape = SHAPE_NAME_SUB,
     .kind = ARN_SOLUTION_VERSION},
    {.service = "personalize", .prefix = "solution/", .shape = SHAPE_NAME, .kind = ARN_SOLUTION},
    {.service = "personalize",
     .prefix = "dataset-group/",
     .shape = SHAPE_NAME,
     .kind = ARN_DATASET_GROUP},
    {.service = "personalize", .prefix = "dataset/", .shape = SHAPE_NAME_SUB, .kind = ARN_DATASET},
    {.service = "personalize", .prefix = "schema/", .shape = SHAPE_NAME, .kind = ARN_SCHEMA},
    {.service = "personalize", .prefix = "filter/", .shape = SHAPE_NAME, .kind = ARN_FILTER},
    {.service = "personalize",
     .prefix = "event-tracker/",
     .shape = SHAPE_NAME,
     .kind = ARN_EVENT_TRACKER},
    {.service = "personalize", .prefix = "recipe/", .shape = SHAPE_NAME, .kind = ARN_RECIPE},
    {.service = "personalize", .prefix = "algorithm/", .shape = SHAPE_NAME, .kind = ARN_ALGORITHM},
    {.service = "lambda", .prefix = "function:", .shape = SHAPE_QUALIFIED, .kind = ARN_FUNCTION},
    {.service = "lambda", .prefix = "layer:", .shape = SHAPE_QUALIFIED, .kind = ARN_LAYER},
    {.service = "iam", .prefix = "role/", .shape = SHAPE_PATH, .kind = ARN_ROLE},
    {.service = "iam", .prefix = "user/", .shape = SHAPE_PATH, .kind = ARN_USER},
    {.service = "iam", .prefix = "group/", .shape = SHAPE_PATH, .kind = ARN_GROUP},
    {.service = "iam", .prefix = "policy/", .shape = SHAPE_PATH, .kind = ARN_POLICY},
    {.service = "iam",
     .prefix = "instance-profile/",
     .shape = SHAPE_PATH,
     .kind = ARN_INSTANCE_PROFILE},
    {.service = "iam", .prefix = "root", .shape = SHAPE_WHOLE, .kind = ARN_ACCOUNT_ROOT},
    {.service = "sts",
     .prefix = "assumed-role/",
     .shape = SHAPE_NAME_SUB,
     .kind = ARN_ASSUMED_ROLE},
    {.service = "sts",
     .prefix = "federated-user/",
     .shape = SHAPE_NAME,
     .kind = ARN_FEDERATED_USER},
    {.service = "logs", .prefix = "log-group:", .shape = SHAPE_STREAM, .kind = ARN_LOG_STREAM},
    {.service = "logs", .prefix = "log-group:", .shape = SHAPE_QUALIFIED, .kind = ARN_LOG_GROUP},
};

static const struct kind_name {
    const char *name, *article;
} kind_names[] = {
    [ARN_UNKNOWN] = {.name = "resource of another kind", .article = "a resource of another kind"},
    [ARN_CAMPAIGN] = {.name = "campaign", .article = "a campaign"},
    [ARN_RECOMMENDER] = {.name = "recommender", .article = "a recommender"},
    [ARN_SOLUTION] = {.name = "solution", .article = "a solution"},
    [ARN_SOLUTION_VERSION] = {.name = "solution version", .article = "a solution version"},
    [ARN_DATASET_GROUP] = {.name = "dataset group", .article = "a dataset group"},
    [ARN_DATASET] = {.name = "dataset", .article = "a dataset"},
    [ARN_SCHEMA] = {.name = "schema", .article = "a schema"},
    [ARN_FILTER] = {.name = "filter", .article = "a filter"},
    [ARN_EVENT_TRACKER] = {.name = "event tracker", .article = "an event tracker"},
    [ARN_RECIPE] = {.name = "recipe", .article = "a recipe"},
    [ARN_ALGORITHM] = {.name = "algorithm", .article = "an algorithm"},
    [ARN_FUNCTION] = {.name = "Lambda function", .article = "a Lambda function"},
    [ARN_LAYER] = {.name = "Lambda layer", .article = "a Lambda layer"},
    [ARN_ROLE] = {.name = "IAM role", .article = "an IAM role"},
    [ARN_USER] = {.name = "IAM user", .article = "an IAM user"},
    [ARN_GROUP] = {.name = "IAM group", .article = "an IAM group"},
    [ARN_POLICY] = {.name = "IAM policy", .article = "an IAM policy"},
    [ARN_INSTANCE_PROFILE] = {.name = "instance profile", .article = "an instance profile"},
    [ARN_ACCOUNT_ROOT] = {.name = "account", .article = "an account"},
    [ARN_ASSUMED_ROLE] = {.name = "assumed-role session", .article = "an assumed-role session"},
    [ARN_FEDERATED_USER] = {.name = "federated user", .article = "a federated user"},
    [ARN_LOG_GROUP] = {.name = "log group", .article = "a log group"},
    [ARN_LOG_STREAM] = {.name = "log stream", .article = "a log stream"},
};
_Static_assert(ARRAY_COUNT(kind_names) == ARN_KIND_COUNT, "every kind has a name");

static void split_path(struct str rest, struct arn *arn) {
    size_t slash = rest.len;
    while (slash > 0 && rest.ptr[slash - 1] != '/')
        slash--;
    arn->name = str_skip(rest, slash);
    // the '/' that ended the prefix also begins the path
    arn->path = (struct str){.ptr = rest.ptr - 1, .len = slash + 1};
}

static bool read_form(const struct form *form, struct arn *arn) {
    static const char stream_word[] = ":log-stream:";
    const struct str rest = str_skip(arn->resource, strlen(form->prefix));
    switch (form->shape) {
    case SHAPE_NAME: arn->name = rest; return rest.len && str_find_char(rest, '/') == rest.len;
    case SHAPE_NAME_SUB:
        return str_split(rest, '/', &arn->name, &arn->qualifier) && arn->name.len &&
               arn->qualifier.len;
    case SHAPE_PATH: split_path(rest, arn); return arn->name.len > 0;
    case SHAPE_QUALIFIED:
        (void)str_split(rest, ':', &arn->name, &arn->qualifier);
        return arn->name.len > 0;
    case SHAPE_STREAM:
        arn->name = str_slice(rest, 0, str_find_char(rest, ':'));
        arn->qualifier = str_skip(rest, arn->name.len + strlen(stream_word));
        return str_starts_with(str_skip(rest, arn->name.len), str_from(stream_word));
    case SHAPE_WHOLE: return rest.len == 0;
    }
    return false;
}

static void read_resource(struct arn *arn) {
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        if (!str_equal(arn->service, str_from(forms[i].service))) continue;
        if (!str_starts_with(arn->resource, str_from(forms[i].prefix))) continue;
        struct arn read = *arn;
        if (!read_form(&forms[i], &read)) continue;
        read.kind = forms[i].kind;
        *arn = read;
        return;
    }
}

static bool refuse(struct error *err, const char *what) {
    error_set(err, ERROR_INVALID, "not an ARN: %s", what);
    return error_hint(
        err, "An ARN reads arn:partition:service:region:account:resource, for example "
             "arn:aws:personalize:eu-west-1:210987654321:campaign/shoe-recs.");
}

static bool has_only_printable_ascii(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= 0x20 || (unsigned char)text.ptr[i] > 0x7E) return false;
    }
    return true;
}

bool arn_parse(struct str text, struct arn *out, struct error *err) {
    struct arn arn = {0};
    struct str prefix, rest;
    if (text.len > ARN_MAX_BYTES) return refuse(err, "it is far too long");
    if (!has_only_printable_ascii(text)) {
        return refuse(err, "it holds a blank, an invisible or a non-ASCII character");
    }
    if (!str_split(text, ':', &prefix, &rest) || !str_equal(prefix, STR("arn"))) {
        return refuse(err, "it does not begin with arn:");
    }
    struct str *const parts[] = {&arn.partition, &arn.service, &arn.region, &arn.account};
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (!str_split(rest, ':', parts[i], &rest))
            return refuse(err, "it has fewer than six parts");
    }
    arn.resource = rest;
    if (arn.partition.len == 0) return refuse(err, "the partition is missing");
    if (arn.service.len == 0) return refuse(err, "the service is missing");
    if (arn.resource.len == 0) return refuse(err, "the resource is missing");
    const bool is_personalize_model = str_starts_with(arn.resource, STR("recipe/")) ||
                                      str_starts_with(arn.resource, STR("algorithm/"));
    const bool needs_account =
        str_equal(arn.service, STR("iam")) || str_equal(arn.service, STR("sts")) ||
        str_equal(arn.service, STR("lambda")) || str_equal(arn.service, STR("logs")) ||
        (str_equal(arn.service, STR("personalize")) && !is_personalize_model);
    // policies and layers that AWS owns carry "aws" in place of an account
    if (needs_account && !arn_is_account(arn.account) && !str_equal(arn.account, STR("aws"))) {
        return refuse(
            err, arn.account.len ? "the account is not twelve digits" : "the account is missing");
    }
    read_resource(&arn);
    *out = arn;
    return true;
}

void arn_format(const struct arn *arn, struct buf *out) {
    const struct str parts[] = {
        arn->partition, arn->service, arn->region, arn->account, arn->resource};
    buf_add(out, STR("arn"));
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        buf_add_char(out, ':');
        buf_add(out, parts[i]);
    }
}

bool arn_looks_like(struct str text) {
    return str_equal_nocase(str_slice(text, 0, 4), STR("arn:"));
}

const char *arn_kind_name(enum arn_kind kind) {
    return kind_names[kind].name;
}

const char *arn_kind_article(enum arn_kind kind) {
    return kind_names[kind].article;
}

bool arn_is_account(struct str account) {
    for (size_t i = 0; i < account.len; i++) {
        if (account.ptr[i] < '0' || account.ptr[i] > '9') return false;
    }
    return account.len == 12;
}
