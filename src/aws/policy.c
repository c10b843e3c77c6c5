// policy — reading a document: the grammar, in IAM's words where it is broken.
#include "policy_internal.h"

#include "base/memory.h"

struct reading {
    struct str text;
    struct policy *policy;
    enum policy_kind kind;
    size_t at; // the statement being read
    struct error *err;
};

static void release_list(struct policy_list *list) {
    mem_free(list->items);
    *list = (struct policy_list){0};
}

static void release_statement(struct policy_statement *statement) {
    release_list(&statement->actions);
    release_list(&statement->resources);
    for (size_t i = 0; i < statement->condition_count; i++)
        release_list(&statement->conditions[i].values);
    mem_free(statement->principals);
    mem_free(statement->conditions);
}

void policy_release(struct policy *policy) {
    if (!policy) return;
    for (size_t i = 0; i < policy->count; i++)
        release_statement(&policy->statements[i]);
    for (size_t i = 0; i < policy->text_count; i++)
        mem_free(policy->texts[i]);
    mem_free(policy->texts);
    mem_free(policy->statements);
    json_release(&policy->document);
    *policy = (struct policy){0};
}

// IAM's words, and in the hint the statement and what is wrong with it.
static bool refuse(const struct reading *reading, const char *words, const char *why) {
    const struct policy *policy = reading->policy;
    error_set(reading->err, ERROR_INVALID, "%s", words);
    if (reading->at >= policy->count) return error_hint(reading->err, "%s", why);
    const struct policy_position from = policy->statements[reading->at].from;
    return error_hint(
        reading->err, "Statement %zu, at line %d, column %d: %s", reading->at + 1, from.line,
        from.column, why);
}

static const char *syntax_words(const struct reading *reading) {
    return reading->kind == POLICY_IDENTITY ? "Syntax errors in policy."
                                            : "This policy contains invalid Json";
}

static bool refuse_value(
    const struct reading *reading, const char *before, struct str value, const char *after) {
    CLEANUP(buf_release) struct buf words = {0};
    buf_add(&words, str_from(before));
    buf_add_printable(&words, str_slice(value, 0, 200));
    buf_add(&words, str_from(after));
    return refuse(reading, buf_text(&words), "this value is not of the form IAM expects.");
}

static struct str keep_text(struct policy *policy, struct str text) {
    char *copy = mem_alloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    policy->texts = mem_resize(policy->texts, policy->text_count + 1, sizeof(*policy->texts));
    policy->texts[policy->text_count++] = copy;
    return (struct str){.ptr = copy, .len = text.len};
}

static bool read_scalar(struct policy *policy, const struct json_node *node, struct str *out) {
    CLEANUP(buf_release) struct buf number = {0};
    double value = 0;
    switch (json_kind(node)) {
    case JSON_STRING: *out = json_text(node); return true;
    case JSON_BOOL: *out = json_bool(node, false) ? STR("true") : STR("false"); return true;
    case JSON_NUMBER:
        (void)json_number(node, &value);
        buf_add_double(&number, value);
        *out = keep_text(policy, buf_str(&number));
        return true;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return false;
}

// A text, or a list of texts; of a condition's values also booleans and numbers.
static bool read_list(
    const struct reading *reading,
    const struct json_node *node,
    bool takes_scalars,
    struct policy_list *out) {
    const bool is_list = json_kind(node) == JSON_ARRAY;
    const struct json_node *element = is_list ? json_first(node) : node;
    out->items = mem_zeroed(is_list ? json_count(node) + 1 : 1, sizeof(*out->items));
    for (; element; element = is_list ? json_next(element) : NULL) {
        if (!takes_scalars && json_kind(element) != JSON_STRING)
            return refuse(reading, syntax_words(reading), "a text, or a list of texts, is wanted.");
        if (!read_scalar(reading->policy, element, &out->items[out->count]))
            return refuse(reading, syntax_words(reading), "a text or a list of texts is wanted.");
        out->count++;
    }
    return true;
}

static bool is_word(struct str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && (c == '\0' || !strchr(also, c))) return false;
    }
    return text.len > 0;
}

static bool check_action(const struct reading *reading, struct str action) {
    struct str vendor, name;
    if (str_equal(action, STR("*")) && reading->kind != POLICY_TRUST) return true;
    if (!str_split(action, ':', &vendor, &name) || name.len == 0)
        return refuse(
            reading, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
            "an action is service:Name, as lambda:InvokeFunction.");
    if (!is_word(vendor, "-*?")) return refuse_value(reading, "Vendor ", vendor, " is not valid");
    if (reading->kind == POLICY_TRUST && !str_equal_nocase(vendor, STR("sts")))
        return refuse(
            reading, "AssumeRole policy may only specify STS AssumeRole actions.",
            "a trust policy allows sts:AssumeRole and its kin.");
    return true;
}

static bool read_actions(
    const struct reading *reading,
    const struct json_node *node,
    struct policy_statement *statement) {
    const struct json_node *action = json_get(node, "Action");
    const struct json_node *not_action = json_get(node, "NotAction");
    const bool is_trust = reading->kind == POLICY_TRUST;
    statement->is_not_action = not_action != NULL;
    if (action && not_action)
        return refuse(
            reading, syntax_words(reading), "it holds both Action and NotAction: keep one.");
    if (!action && !not_action)
        return refuse(
            reading,
            is_trust ? "Missing required field Action" : "Policy statement must contain actions.",
            "add Action.");
    if (!read_list(reading, action ? action : not_action, false, &statement->actions)) return false;
    if (statement->actions.count == 0)
        return refuse(
            reading,
            is_trust ? "Missing required field Action cannot be empty!"
                     : "Policy statement must contain actions.",
            "the list of actions is empty.");
    for (size_t i = 0; i < statement->actions.count; i++) {
        if (!check_action(reading, statement->actions.items[i])) return false;
    }
    return true;
}

static bool check_resource(const struct reading *reading, struct str resource) {
    size_t colons = 0;
    if (str_equal(resource, STR("*"))) return true;
    for (size_t i = 0; i < resource.len; i++)
        colons += resource.ptr[i] == ':';
    if (str_starts_with(resource, STR("arn:")) && colons >= 5) return true;
    // a trailing wildcard may stand for the parts that are not written
    if (str_starts_with(resource, STR("arn:")) && str_ends_with(resource, STR("*"))) return true;
    return refuse_value(reading, "Resource ", resource, " must be in ARN format or \"*\".");
}

static bool read_resources(
    const struct reading *reading,
    const struct json_node *node,
    struct policy_statement *statement) {
    const struct json_node *resource = json_get(node, "Resource");
    const struct json_node *not_resource = json_get(node, "NotResource");
    statement->is_not_resource = not_resource != NULL;
    if (reading->kind == POLICY_TRUST) {
        if (!resource && !not_resource) return true;
        return refuse(
            reading, "Has prohibited field Resource",
            "a trust policy is about its own role: take Resource out.");
    }
    if (resource && not_resource)
        return refuse(
            reading, syntax_words(reading), "it holds both Resource and NotResource: keep one.");
    if (resource || not_resource) {
        if (!read_list(reading, resource ? resource : not_resource, false, &statement->resources))
            return false;
    }
    if (statement->resources.count == 0)
        return refuse(reading, "Policy statement must contain resources.", "add Resource.");
    for (size_t i = 0; i < statement->resources.count; i++) {
        if (!check_resource(reading, statement->resources.items[i])) return false;
    }
    return true;
}

static bool read_conditions(
    const struct reading *reading,
    const struct json_node *node,
    struct policy_statement *statement) {
    const struct json_node *block = json_get(node, "Condition");
    size_t cap = 0;
    if (!block) return true;
    if (json_kind(block) != JSON_OBJECT)
        return refuse(reading, syntax_words(reading), "Condition is {operator: {key: value}}.");
    for (const struct json_node *by = json_first(block); by; by = json_next(by))
        cap += json_count(by);
    statement->conditions = mem_zeroed(cap + 1, sizeof(*statement->conditions));
    for (const struct json_node *by = json_first(block); by; by = json_next(by)) {
        struct policy_condition row = {.operator_name = json_key(by)};
        if (json_kind(by) != JSON_OBJECT)
            return refuse(reading, syntax_words(reading), "Condition is {operator: {key: value}}.");
        if (!policy_find_operator(&row))
            return refuse_value(
                reading, "Invalid Condition type : ", row.operator_name,
                reading->kind == POLICY_IDENTITY ? "." : "");
        for (const struct json_node *key = json_first(by); key; key = json_next(key)) {
            struct policy_condition *condition =
                &statement->conditions[statement->condition_count++];
            *condition = row;
            condition->key = json_key(key);
            if (str_find_char(condition->key, ':') == condition->key.len)
                return refuse(
                    reading,
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                    "a condition key is service:name, as sts:ExternalId.");
            if (!read_list(reading, key, true, &condition->values)) return false;
        }
    }
    return true;
}

static bool check_members(const struct reading *reading, const struct json_node *node) {
    static const char *const known[] = {"Sid",       "Effect",   "Principal",   "NotPrincipal",
                                        "Action",    "Resource", "NotResource", "NotAction",
                                        "Condition", NULL};
    if (json_kind(node) != JSON_OBJECT)
        return refuse(reading, syntax_words(reading), "a statement is an object.");
    for (const struct json_node *member = json_first(node); member; member = json_next(member)) {
        size_t i = 0;
        while (known[i] && !str_equal(json_key(member), str_from(known[i])))
            i++;
        if (known[i]) continue;
        CLEANUP(buf_release) struct buf why = {0};
        buf_add(&why, STR("it holds '"));
        buf_add_printable(&why, str_slice(json_key(member), 0, 60));
        buf_add(&why, STR("', which no statement has."));
        return refuse(reading, syntax_words(reading), buf_text(&why));
    }
    return true;
}

static bool read_sid(
    const struct reading *reading,
    const struct json_node *node,
    struct policy_statement *statement) {
    const struct json_node *sid = json_get(node, "Sid");
    const struct policy *policy = reading->policy;
    if (!sid) return true;
    statement->sid = json_text(sid);
    if (json_kind(sid) != JSON_STRING)
        return refuse(reading, syntax_words(reading), "Sid is a text.");
    if (statement->sid.len &&
        !is_word(statement->sid, reading->kind == POLICY_RESOURCE ? "-_" : ""))
        return refuse(
            reading,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular "
            "expression [0-9A-Za-z]*",
            "change its Sid.");
    for (size_t i = 0; i < reading->at; i++) {
        if (statement->sid.len && str_equal(policy->statements[i].sid, statement->sid))
            return refuse(
                reading, "Statement IDs (SID) in a single policy must be unique.",
                "another statement has the same Sid.");
    }
    return true;
}

static bool read_statement(const struct reading *reading, const struct json_node *node) {
    struct policy_statement *statement = &reading->policy->statements[reading->at];
    const struct str effect = json_get_text(node, "Effect");
    if (!check_members(reading, node) || !read_sid(reading, node, statement)) return false;
    statement->is_deny = str_equal(effect, STR("Deny"));
    if (!statement->is_deny && !str_equal(effect, STR("Allow")))
        return refuse(
            reading,
            reading->kind == POLICY_IDENTITY || effect.len ? syntax_words(reading)
                                                           : "Missing required field Effect",
            "Effect is \"Allow\" or \"Deny\".");
    if (!policy_read_principals(reading->kind, node, statement, reading->err)) {
        const struct error why = *reading->err;
        return refuse(reading, why.message, why.hint);
    }
    return read_actions(reading, node, statement) && read_resources(reading, node, statement) &&
           read_conditions(reading, node, statement);
}

static bool check_document(const struct reading *reading, const struct json_node *root) {
    const struct json_node *version = json_get(root, "Version");
    static const char *const known[] = {"Version", "Id", "Statement"};
    if (json_kind(root) != JSON_OBJECT)
        return refuse(reading, syntax_words(reading), "A policy is an object.");
    for (const struct json_node *member = json_first(root); member; member = json_next(member)) {
        size_t i = 0;
        while (i < ARRAY_COUNT(known) && !str_equal(json_key(member), str_from(known[i])))
            i++;
        if (i == ARRAY_COUNT(known))
            return refuse(
                reading, syntax_words(reading), "A policy holds Version, Id and Statement only.");
    }
    if (version && !str_equal(json_text(version), STR("2012-10-17")) &&
        !str_equal(json_text(version), STR("2008-10-17")))
        return refuse(
            reading, "Policy document must be version 2012-10-17 or greater.",
            "Version is \"2012-10-17\".");
    return true;
}

static void find_positions(const struct reading *reading, const struct json_node *list) {
    const struct policy *policy = reading->policy;
    const size_t count = policy->count;
    struct policy_position *from = mem_zeroed(count * 2, sizeof(*from));
    size_t member = 0;
    const struct json_node *at = json_first(policy->document.root);
    for (; at && at != list; at = json_next(at))
        member++;
    const size_t found = policy_find_positions(reading->text, member, from, from + count, count);
    for (size_t i = 0; i < found; i++) {
        policy->statements[i].from = from[i];
        policy->statements[i].to = from[count + i];
    }
    mem_free(from);
}

static bool read_document(struct reading *reading) {
    struct policy *policy = reading->policy;
    const struct json_node *root = policy->document.root;
    const struct json_node *list = json_get(root, "Statement");
    if (!check_document(reading, root)) return false;
    const bool is_list = json_kind(list) == JSON_ARRAY;
    const size_t count = is_list ? json_count(list) : list != NULL;
    if (count == 0)
        return refuse(reading, syntax_words(reading), "There is no Statement in the policy.");
    if (count > POLICY_MAX_STATEMENTS)
        return error_set(
            reading->err, ERROR_LIMIT, "a policy of more than %d statements",
            POLICY_MAX_STATEMENTS);
    policy->has_variables = str_equal(json_get_text(root, "Version"), STR("2012-10-17"));
    policy->statements = mem_zeroed(count, sizeof(*policy->statements));
    policy->count = count;
    find_positions(reading, list);
    const struct json_node *node = is_list ? json_first(list) : list;
    for (; node && reading->at < count; node = is_list ? json_next(node) : NULL) {
        if (!read_statement(reading, node)) return false;
        reading->at++;
    }
    return true;
}

// cJSON's complaint names the byte; people count lines.
static bool refuse_json(const struct reading *reading) {
    struct str before, number, rest;
    int64_t byte = 0;
    const struct error why = *reading->err;
    (void)str_split(str_from(why.message), ',', &before, &rest);
    rest = str_trim(rest);
    if (str_starts_with(rest, STR("at byte "))) {
        (void)str_split(str_skip(rest, strlen("at byte ")), ' ', &number, &rest);
        (void)str_parse_int64(number, &byte);
    }
    const struct policy_position at = policy_position_at(reading->text, (size_t)byte);
    error_set(reading->err, ERROR_INVALID, "%s", syntax_words(reading));
    return error_hint(reading->err, "Line %d, column %d: %s", at.line, at.column, why.message);
}

bool policy_parse(struct str text, enum policy_kind kind, struct policy *out, struct error *err) {
    CLEANUP(policy_release) struct policy policy = {.kind = kind};
    struct reading reading = {.text = text, .policy = &policy, .kind = kind, .err = err};
    if (text.len > POLICY_MAX_BYTES) {
        error_set(err, ERROR_LIMIT, "a policy of more than %zu bytes", POLICY_MAX_BYTES);
        return error_hint(err, "Split it into several policies.");
    }
    if (!json_parse(text, &policy.document, err)) return refuse_json(&reading);
    if (!read_document(&reading)) return false;
    policy_release(out);
    *out = policy;
    policy = (struct policy){0};
    return true;
}
