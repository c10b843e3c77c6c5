// function — see the header.
#include "functions/function.h"

#include "aws/arn.h"
#include "aws/lambda_control.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "functions/functions.h"
#include "http/base64.h"
#include "store_records.h"

#define KIND STR("function")
#define BUILT_IN_TEXT "recloop built-in handler"

static const char *const code_names[] = {
    [FUNCTION_CODE_UPLOADED] = "uploaded",
    [FUNCTION_CODE_DESTINATION] = "destination",
    [FUNCTION_CODE_ENDPOINT] = "endpoint",
};

static struct function_list *list_of(const struct cloud *cloud) {
    return functions_list(cloud);
}

// ---- deriving what a run needs ----

static void version_release(struct function_version *version) {
    buf_release(&version->label);
    buf_release(&version->log_group);
    buf_release(&version->log_stream);
    buf_release(&version->log_arn);
}

static void release_versions(struct function *function) {
    for (size_t i = 0; i < function->version_count; i++)
        version_release(&function->versions[i]);
    mem_free(function->versions);
    function->versions = NULL;
    function->version_count = 0;
}

static int source_of(struct str write_key) {
    for (int id = 0; id < SOURCE_COUNT; id++) {
        if (str_equal(write_key, str_from(identities_source((enum source_id)id)->write_key)))
            return id;
    }
    return -1;
}

// The names are those of the workshop's code; for the filter, the related campaign and the profile those
// that recloop's own handler reads in the cloud.
static void read_settings(const struct json_node *configuration, struct function_settings *out) {
    const struct json_node *variables =
        json_get(json_get(configuration, "Environment"), "Variables");
    const struct str key = json_get_text(variables, "connections_source_write_key");
    const struct str token = json_get_text(variables, "personas_api_key");
    const struct str space = json_get_text(variables, "personas_workspace_id");
    struct arn role;
    struct error ignored = {0};
    *out = (struct function_settings){
        .campaign_arn = json_get_text(variables, "personalize_campaign_arn"),
        .related_campaign_arn = json_get_text(variables, "personalize_related_campaign_arn"),
        .tracking_id = json_get_text(variables, "personalize_tracking_id"),
        .region = json_get_text(variables, "region_name"),
        .filter_arn = json_get_text(variables, "personalize_filter_arn"),
        .has_write_key = json_get(variables, "connections_source_write_key") != NULL,
        .source = source_of(key),
        .is_profile_key_wrong = (token.len && !str_equal(token, STR(IDENTITIES_PROFILE_TOKEN))) ||
                                (space.len && !str_equal(space, STR(IDENTITIES_SPACE_ID)))};
    if (arn_parse(json_get_text(configuration, "Role"), &role, &ignored))
        out->role_name = role.name;
}

static int64_t integer_or(const struct json_node *node, int64_t fallback) {
    int64_t value = 0;
    return json_integer(node, &value) ? value : fallback;
}

static void derive_version(
    struct cloud *cloud,
    const struct function *function,
    const struct json_node *configuration,
    struct function_version *out) {
    const struct str label = json_get_text(configuration, "Version");
    const struct str group = json_get_text(json_get(configuration, "LoggingConfig"), "LogGroup");
    *out = (struct function_version){
        .configuration = configuration,
        .timeout_ms =
            1000 * integer_or(json_get(configuration, "Timeout"), LAMBDA_CONTROL_DEFAULT_TIMEOUT_S),
        .memory_mb =
            integer_or(json_get(configuration, "MemorySize"), LAMBDA_CONTROL_DEFAULT_MEMORY_MB)};
    const struct str format = json_get_text(json_get(configuration, "LoggingConfig"), "LogFormat");
    out->has_json_log = str_equal(format, STR("JSON"));
    (void)str_parse_int64(label, &out->number);
    buf_add(&out->label, label);
    if (group.len)
        buf_add(&out->log_group, group);
    else
        buf_add_format(&out->log_group, "/aws/lambda/%s", function->name);
    function_add_stream(cloud, label, &out->log_stream);
    buf_add_format(
        &out->log_arn, "arn:aws:logs:%s:%s:log-group:%s:log-stream:%s", cloud_region(cloud),
        cloud_account(cloud), buf_text(&out->log_group), buf_text(&out->log_stream));
    read_settings(configuration, &out->settings);
}

static void derive(struct cloud *cloud, struct function *function) {
    const struct json_node *root = function->document.root;
    const struct json_node *published = json_get(root, "versions");
    const struct str code = json_get_text(root, "builtin");
    release_versions(function);
    function->code = FUNCTION_CODE_UPLOADED;
    for (size_t i = 0; i < ARRAY_COUNT(code_names); i++) {
        if (str_equal(code, str_from(code_names[i]))) function->code = (enum function_code)i;
    }
    function->created_at_ms = integer_or(json_get(root, "created_ms"), 0);
    function->changed_at_ms = integer_or(json_get(root, "changed_ms"), 0);
    function->reserved = integer_or(json_get(root, "reserved"), -1);
    function->versions = mem_zeroed(json_count(published) + 1, sizeof(*function->versions));
    derive_version(
        cloud, function, json_get(root, "configuration"),
        &function->versions[function->version_count++]);
    for (const struct json_node *at = json_first(published); at; at = json_next(at))
        derive_version(cloud, function, at, &function->versions[function->version_count++]);
}

// ---- the list ----

static void free_function(struct function *function) {
    release_versions(function);
    json_release(&function->document);
    mem_free(function);
}

void function_list_release(struct function_list *list) {
    while (list->first) {
        struct function *next = list->first->next;
        free_function(list->first);
        list->first = next;
    }
    list->count = 0;
}

struct function *function_find(const struct cloud *cloud, struct str name) {
    struct function *at = list_of(cloud)->first;
    while (at && !str_equal(name, str_from(at->name)))
        at = at->next;
    return at;
}

static struct function *insert(struct function_list *list, struct str name) {
    struct function *function = MEM_NEW(struct function);
    struct function **link = &list->first;
    ASSERT(name.len < sizeof(function->name));
    memcpy(function->name, name.ptr, name.len);
    while (*link && str_compare(str_from((*link)->name), name) < 0)
        link = &(*link)->next;
    function->next = *link;
    *link = function;
    list->count++;
    return function;
}

struct function *function_add(struct cloud *cloud, struct str name) {
    struct function *function = insert(list_of(cloud), name);
    (void)json_new_object(&function->document);
    return function;
}

void function_save(struct cloud *cloud, struct function *function) {
    struct buf text = {0};
    json_print(function->document.root, &text);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = KIND,
                          .id = str_from(function->name),
                          .body = buf_str(&text),
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
    function->document_bytes = text.len;
    buf_release(&text);
    derive(cloud, function);
}

bool function_has_room(const struct cloud *cloud, const struct function *function, size_t bytes) {
    const size_t own = function ? function->document_bytes : 0;
    size_t all = 0;
    for (const struct function *at = list_of(cloud)->first; at; at = at->next)
        all += at->document_bytes;
    return bytes <= FUNCTION_DOCUMENT_BYTES && own + bytes <= FUNCTION_DOCUMENT_BYTES &&
           all + bytes <= FUNCTION_DOCUMENTS_BYTES;
}

bool function_has_code_room(
    const struct cloud *cloud, const struct function *function, int64_t bytes) {
    for (const struct function *at = list_of(cloud)->first; at; at = at->next) {
        if (at != function)
            bytes += integer_or(json_get(at->versions[0].configuration, "CodeSize"), 0);
    }
    return bytes <= FUNCTION_CODE_BYTES;
}

void function_remove(struct cloud *cloud, struct function *function) {
    struct function **link = &list_of(cloud)->first;
    while (*link != function)
        link = &(*link)->next;
    *link = function->next;
    list_of(cloud)->count--;
    store_remove_record(cloud->store, KIND, str_from(function->name));
    free_function(function);
}

static bool load_one(void *context, const struct store_record *record) {
    struct cloud *cloud = context;
    struct json document = {0};
    struct error ignored = {0};
    if (record->id.len >= FUNCTION_NAME_BYTES || !json_parse(record->body, &document, &ignored))
        return true;
    struct function *function = insert(list_of(cloud), record->id);
    function->document = document;
    function->document_bytes = record->body.len;
    derive(cloud, function);
    return true;
}

void function_list_load(struct cloud *cloud) {
    function_list_release(list_of(cloud));
    store_each_record(cloud->store, KIND, STR(""), 0, load_one, cloud);
}

bool function_find_version(const struct function *function, struct str qualifier, size_t *out) {
    const struct json_node *alias = function_find_alias(function, qualifier);
    if (alias) qualifier = json_get_text(alias, "FunctionVersion");
    if (!qualifier.len) qualifier = STR(FUNCTION_LATEST);
    for (size_t i = 0; i < function->version_count; i++) {
        if (!str_equal(qualifier, buf_str(&function->versions[i].label))) continue;
        *out = i;
        return true;
    }
    return false;
}

const struct json_node *function_find_alias(const struct function *function, struct str name) {
    const struct json_node *at = json_first(json_get(function->document.root, "aliases"));
    while (at && !str_equal(name, json_get_text(at, "Name")))
        at = json_next(at);
    return at;
}

// ---- texts and times ----

void function_add_arn(
    const struct cloud *cloud, struct str name, struct str qualifier, struct buf *out) {
    buf_add_format(
        out, "arn:aws:lambda:%s:%s:function:" STR_FMT, cloud_region(cloud), cloud_account(cloud),
        STR_ARG(name));
    if (qualifier.len) buf_add_format(out, ":" STR_FMT, STR_ARG(qualifier));
}

void function_add_time(struct buf *out, int64_t unix_ms) {
    struct buf text = {0};
    clock_add_iso8601(&text, unix_ms);
    buf_add(out, str_slice(buf_str(&text), 0, text.len - 1));
    buf_add(out, STR("+0000"));
    buf_release(&text);
}

void function_add_stream(struct cloud *cloud, struct str label, struct buf *out) {
    const struct clock_date date = clock_date_from_s(cloud->now_ms / 1000);
    buf_add_format(
        out, "%04d/%02d/%02d/[" STR_FMT "]%016llx%016llx", date.year, date.month, date.day,
        STR_ARG(label), (unsigned long long)rng_next(&cloud->rng),
        (unsigned long long)rng_next(&cloud->rng));
}

static bool is_within_step(const struct cloud *cloud, int64_t since_ms) {
    return !cloud->options.has_instant_statuses &&
           cloud->now_ms < since_ms + cloud->options.status_step_ms;
}

bool function_is_pending(const struct cloud *cloud, const struct function *function) {
    return is_within_step(cloud, function->created_at_ms);
}

bool function_is_updating(const struct cloud *cloud, const struct function *function) {
    return function->changed_at_ms > function->created_at_ms &&
           is_within_step(cloud, function->changed_at_ms);
}

// ---- seeds ----

static const struct seed {
    const char *name, *code, *description, *handler;
    struct {
        const char *name, *identity;
    } variables[3];
} seeds[] = {
    {
        .name = IDENTITIES_FUNCTION,
        .code = "destination",
        .description = "Segment events into Amazon Personalize, recommendations back (Exercise 4)",
        .handler = "app.lambda_handler",
        .variables =
            {{"personalize_campaign_arn", "campaign_arn"},
             {"personalize_tracking_id", "tracking_id"},
             {"connections_source_write_key", "write_keys.personas-event-source"}},
    },
    {
        .name = IDENTITIES_ENDPOINT_FUNCTION,
        .code = "endpoint",
        .description = "Recommendations over HTTP (Exercise 3)",
        .handler = "lambda_function.lambda_handler",
        .variables =
            {{"personalize_campaign_arn", "campaign_arn"},
             {"personalize_related_campaign_arn", "related_campaign_arn"}},
    },
};

static void seed_environment(
    const struct cloud *cloud, const struct seed *seed, struct json_node *configuration) {
    struct json_node *variables =
        json_add_object(json_add_object(configuration, "Environment"), "Variables");
    for (size_t i = 0; i < ARRAY_COUNT(seed->variables) && seed->variables[i].name; i++)
        json_add_text(
            variables, seed->variables[i].name, cloud_identity(cloud, seed->variables[i].identity));
}

// The workshop's: Python 3.7, 128 MB, 3 seconds. The digest stands for code that is part of this program.
static void
seed_configuration(struct cloud *cloud, const struct seed *seed, struct json_node *out) {
    struct buf arn = {0}, time = {0}, revision = {0}, digest = {0}, group = {0};
    uint8_t bytes[DIGEST_BYTES];
    digest_sha256(STR(BUILT_IN_TEXT), bytes);
    base64_encode(&digest, (struct str){.ptr = (const char *)bytes, .len = sizeof(bytes)});
    function_add_arn(cloud, str_from(seed->name), STR(""), &arn);
    function_add_time(&time, cloud->now_ms);
    rng_add_uuid(&cloud->rng, &revision);
    buf_add_format(&group, "/aws/lambda/%s", seed->name);
    json_add_text(out, "FunctionName", str_from(seed->name));
    json_add_text(out, "FunctionArn", buf_str(&arn));
    json_add_text(out, "Runtime", STR("python3.7"));
    json_add_text(out, "Role", cloud_identity(cloud, "execution_role_arn"));
    json_add_text(out, "Handler", str_from(seed->handler));
    json_add_integer(out, "CodeSize", (int64_t)strlen(BUILT_IN_TEXT));
    json_add_text(out, "Description", str_from(seed->description));
    json_add_integer(out, "Timeout", LAMBDA_CONTROL_DEFAULT_TIMEOUT_S);
    json_add_integer(out, "MemorySize", LAMBDA_CONTROL_DEFAULT_MEMORY_MB);
    json_add_text(out, "LastModified", buf_str(&time));
    json_add_text(out, "CodeSha256", buf_str(&digest));
    json_add_text(out, "Version", STR(FUNCTION_LATEST));
    seed_environment(cloud, seed, out);
    json_add_text(json_add_object(out, "TracingConfig"), "Mode", STR("PassThrough"));
    json_add_text(out, "RevisionId", buf_str(&revision));
    json_add_text(out, "PackageType", STR("Zip"));
    json_add_text(json_add_array(out, "Architectures"), NULL, STR("x86_64"));
    json_add_integer(json_add_object(out, "EphemeralStorage"), "Size", 512);
    struct json_node *logging = json_add_object(out, "LoggingConfig");
    json_add_text(logging, "LogFormat", STR("Text"));
    json_add_text(logging, "LogGroup", buf_str(&group));
    buf_release(&arn);
    buf_release(&time);
    buf_release(&revision);
    buf_release(&digest);
    buf_release(&group);
}

void function_list_seed(struct cloud *cloud) {
    function_list_release(list_of(cloud));
    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        struct function *function = function_add(cloud, str_from(seeds[i].name));
        struct json_node *root = function->document.root;
        json_add_text(root, "builtin", str_from(seeds[i].code));
        json_add_integer(root, "created_ms", 0); // long ago: Active
        json_add_integer(root, "changed_ms", 0);
        seed_configuration(cloud, &seeds[i], json_add_object(root, "configuration"));
        function_save(cloud, function);
    }
}
