// roles — see the header.
#include "access/roles.h"

#include "access/role_templates.h"
#include "aws/arn.h"
#include "base/log.h"
#include "base/memory.h"
#include "store_records.h"

#include <stdlib.h>

#define RECORD_KIND STR("iam-role")
#define MAX_SESSION_S 3600                   // IAM's default; the workshop's template sets none
#define CREATED_AT_MS INT64_C(1714564800000) // 2024-05-01T12:00:00Z, so that answers repeat
#define REMEMBERED 256
#define REMEMBERED_BYTES 400

struct roles {
    bool is_loaded;
    struct role user;
    struct role *list; // by name
    size_t count, cap;
    struct {
        uint64_t hash;
        size_t len;
        char text[REMEMBERED_BYTES];
    } allowed[REMEMBERED];
};

static void release_role(struct role *role) {
    for (size_t i = 0; i < role->count; i++) {
        mem_free(role->policies[i].name);
        mem_free(role->policies[i].document);
        policy_release(&role->policies[i].policy);
    }
    mem_free(role->policies);
    mem_free(role->name);
    mem_free(role->id);
    mem_free(role->path);
    mem_free(role->description);
    mem_free(role->trust_document);
    policy_release(&role->trust);
    *role = (struct role){0};
}

static void empty(struct roles *roles) {
    for (size_t i = 0; i < roles->count; i++)
        release_role(&roles->list[i]);
    mem_free(roles->list);
    release_role(&roles->user);
    *roles = (struct roles){0};
}

struct roles *roles_new(void) {
    return MEM_NEW(struct roles);
}

void roles_free(struct roles *roles) {
    if (!roles) return;
    empty(roles);
    mem_free(roles);
}

void roles_forget(struct cloud *cloud) {
    empty(cloud->roles);
}

// ---- making them ----

static char *copy_text(struct str text) {
    struct buf copy = {0};
    buf_add(&copy, text);
    return buf_take(&copy);
}

static char *fill_in(const struct cloud *cloud, const char *pattern) {
    struct buf out = {0};
    struct str rest = str_from(pattern);
    while (rest.len) {
        const size_t brace = str_find_char(rest, '{');
        buf_add(&out, str_slice(rest, 0, brace));
        rest = str_skip(rest, brace);
        if (str_starts_with(rest, STR("{region}"))) {
            buf_add(&out, str_from(cloud_region(cloud)));
            rest = str_skip(rest, strlen("{region}"));
        } else if (str_starts_with(rest, STR("{account}"))) {
            buf_add(&out, str_from(cloud_account(cloud)));
            rest = str_skip(rest, strlen("{account}"));
        } else if (rest.len) {
            buf_add_char(&out, '{');
            rest = str_skip(rest, 1);
        }
    }
    return buf_take(&out);
}

const char *roles_managed_document(struct str arn) {
    for (size_t i = 0; i < role_template_managed_count; i++) {
        if (str_equal(arn, str_from(role_template_managed[i].arn)))
            return role_template_managed[i].document;
    }
    return NULL;
}

// Every document was parsed before it came here: the templates by the tests, the others when they were put.
static bool parse(const char *document, enum policy_kind kind, struct policy *out) {
    struct error err = {0};
    if (policy_parse(str_from(document), kind, out, &err)) return true;
    log_note(LOG_LEVEL_ERROR, "sandbox", "a stored policy cannot be read: %s", err.message);
    return false;
}

static struct roles_policy *add_policy(struct role *role) {
    role->policies = mem_resize(role->policies, role->count + 1, sizeof(*role->policies));
    struct roles_policy *policy = &role->policies[role->count++];
    *policy = (struct roles_policy){0};
    return policy;
}

static void add_inline(struct role *role, struct str name, char *take_document) {
    struct roles_policy *policy = add_policy(role);
    policy->name = copy_text(name);
    policy->document = take_document;
    (void)parse(policy->document, POLICY_IDENTITY, &policy->policy);
}

static void add_managed(struct role *role, struct str text) {
    struct arn parts;
    struct error ignored;
    for (size_t i = 0; i < role_template_managed_count; i++) {
        const struct role_template_managed *managed = &role_template_managed[i];
        if (!str_equal(text, str_from(managed->arn)) || !arn_parse(text, &parts, &ignored))
            continue;
        struct roles_policy *policy = add_policy(role);
        policy->arn = managed->arn;
        policy->name = copy_text(parts.name);
        (void)parse(managed->document, POLICY_IDENTITY, &policy->policy);
    }
}

static void finish(struct role *role) {
    if (role->trust_document) (void)parse(role->trust_document, POLICY_TRUST, &role->trust);
    role->is_constant = true;
    for (size_t i = 0; i < role->count; i++)
        role->is_constant = role->is_constant && !policy_has_conditions(&role->policies[i].policy);
}

static void make_from_template(
    const struct cloud *cloud, const struct role_template *template, struct role *role) {
    *role = (struct role){
        .name = copy_text(str_from(template->name)),
        .id = copy_text(str_from(template->id)),
        .path = copy_text(str_from(template->path)),
        .description = copy_text(str_from(template->description)),
        .is_user = template->trust == NULL,
        .created_at_ms = CREATED_AT_MS,
        .max_session_s = MAX_SESSION_S,
        .trust_document = template->trust ? fill_in(cloud, template->trust) : NULL};
    for (size_t i = 0; i < ARRAY_COUNT(template->policies) && template->policies[i].name; i++) {
        const struct role_template_policy *policy = &template->policies[i];
        if (policy->document)
            add_inline(role, str_from(policy->name), fill_in(cloud, policy->document));
        else
            add_managed(role, str_from(policy->name));
    }
    finish(role);
}

// False: the record is the mark of a role that was deleted.
static bool make_from_record(const struct store_record *record, struct role *role) {
    struct json document = {0};
    struct error ignored;
    if (!json_parse(record->body, &document, &ignored)) return false;
    const struct json_node *root = document.root;
    const bool is_there = !json_bool(json_get(root, "deleted"), false);
    if (is_there) {
        *role = (struct role){
            .name = copy_text(record->id),
            .id = copy_text(json_get_text(root, "id")),
            .path = copy_text(json_get_text(root, "path")),
            .description = copy_text(json_get_text(root, "description")),
            .trust_document = copy_text(json_get_text(root, "trust"))};
        (void)json_integer(json_get(root, "created_at_ms"), &role->created_at_ms);
        (void)json_integer(json_get(root, "max_session_s"), &role->max_session_s);
        const struct json_node *node = json_first(json_get(root, "policies"));
        for (; node; node = json_next(node))
            add_inline(
                role, json_get_text(node, "name"), copy_text(json_get_text(node, "document")));
        for (node = json_first(json_get(root, "attached")); node; node = json_next(node))
            add_managed(role, json_text(node));
        finish(role);
    }
    json_release(&document);
    return is_there;
}

static struct role *add_role(struct roles *roles) {
    if (roles->count == roles->cap) {
        roles->cap = roles->cap ? roles->cap * 2 : 16;
        roles->list = mem_resize(roles->list, roles->cap, sizeof(*roles->list));
    }
    return &roles->list[roles->count++];
}

static bool take_record(void *context, const struct store_record *record) {
    struct roles *roles = context;
    struct role *role = add_role(roles);
    if (!make_from_record(record, role)) roles->count--;
    return true;
}

static int compare_names(const void *left, const void *right) {
    return strcmp(((const struct role *)left)->name, ((const struct role *)right)->name);
}

static struct roles *load(const struct cloud *cloud) {
    struct roles *roles = cloud->roles;
    if (roles->is_loaded) return roles;
    for (size_t i = 0; i < role_template_count; i++) {
        const struct role_template *template = &role_templates[i];
        if (!template->trust)
            make_from_template(cloud, template, &roles->user);
        else if (!store_get_record(cloud->store, RECORD_KIND, str_from(template->name), NULL, NULL))
            make_from_template(cloud, template, add_role(roles));
    }
    store_each_record(cloud->store, RECORD_KIND, (struct str){0}, 0, take_record, roles);
    qsort(roles->list, roles->count, sizeof(*roles->list), compare_names);
    roles->is_loaded = true;
    return roles;
}

// ---- finding ----

const struct role *roles_find(const struct cloud *cloud, struct str name) {
    const struct roles *roles = load(cloud);
    for (size_t i = 0; i < roles->count; i++) {
        const struct role *role = &roles->list[i];
        if (str_equal_nocase(str_from(role->name), name)) return role;
    }
    return NULL;
}

const struct role *roles_find_arn(const struct cloud *cloud, struct str text) {
    struct arn arn;
    struct error ignored;
    if (!arn_parse(text, &arn, &ignored) || arn.kind != ARN_ROLE ||
        !str_equal(arn.account, str_from(cloud_account(cloud))))
        return NULL;
    const struct role *role = roles_find(cloud, arn.name);
    const bool is_it =
        role && str_equal(arn.path, str_from(role->path)) &&
        str_equal(arn.name, str_from(role->name)); // names alone are found in any case
    return is_it ? role : NULL;
}

const struct role *roles_user(const struct cloud *cloud) {
    return &load(cloud)->user;
}

size_t roles_count(const struct cloud *cloud) {
    return load(cloud)->count;
}

const struct role *roles_at(const struct cloud *cloud, size_t at) {
    ASSERT(at < roles_count(cloud));
    return &load(cloud)->list[at];
}

void roles_add_arn(const struct cloud *cloud, const struct role *role, struct buf *out) {
    buf_add_format(
        out, "arn:aws:iam::%s:%s%s%s", cloud_account(cloud), role->is_user ? "user" : "role",
        role->path, role->name);
}

const struct roles_policy *roles_find_policy(const struct role *role, struct str name) {
    for (size_t i = 0; i < role->count; i++) {
        if (!role->policies[i].arn && str_equal(str_from(role->policies[i].name), name))
            return &role->policies[i];
    }
    return NULL;
}

// ---- deciding ----

enum policy_decision roles_decide(
    const struct role *role,
    const struct policy_request *request,
    const struct roles_policy **out_policy,
    size_t *out_statement) {
    enum policy_decision decision = POLICY_IMPLICIT_DENY;
    for (size_t i = 0; i < role->count; i++) {
        size_t statement = 0;
        const enum policy_decision one =
            policy_decide(&role->policies[i].policy, request, &statement);
        if (one <= decision) continue; // the order of the enum is that of their weight
        decision = one;
        if (out_policy) *out_policy = &role->policies[i];
        if (out_statement) *out_statement = statement;
        if (decision == POLICY_EXPLICIT_DENY) break;
    }
    return decision;
}

// The question as one text, and FNV-1a of it. 0: too long to keep.
static size_t write_question(
    const struct roles_question *question, char text[REMEMBERED_BYTES], uint64_t *out_hash) {
    const struct str parts[] = {question->who, question->action, question->resource};
    size_t len = 0;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) {
        if (len + parts[i].len + 1 > REMEMBERED_BYTES) return 0;
        if (parts[i].len) memcpy(text + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
        text[len++] = '\n';
    }
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    *out_hash = hash;
    return len;
}

bool roles_remember_allowed(const struct cloud *cloud, const struct roles_question *question) {
    const struct roles *roles = load(cloud);
    char text[REMEMBERED_BYTES];
    uint64_t hash = 0;
    const size_t len = write_question(question, text, &hash);
    const size_t at = (size_t)(hash % REMEMBERED);
    return len && roles->allowed[at].hash == hash && roles->allowed[at].len == len &&
           memcmp(roles->allowed[at].text, text, len) == 0;
}

void roles_keep_allowed(const struct cloud *cloud, const struct roles_question *question) {
    struct roles *roles = load(cloud);
    char text[REMEMBERED_BYTES];
    uint64_t hash = 0;
    const size_t len = write_question(question, text, &hash);
    const size_t at = (size_t)(hash % REMEMBERED);
    if (!len) return;
    roles->allowed[at].hash = hash;
    roles->allowed[at].len = len;
    memcpy(roles->allowed[at].text, text, len);
}

// ---- changing ----

struct change {
    struct str trust;    // ptr NULL: as it is
    struct str name;     // of the inline policy that changes
    struct str document; // ptr NULL: it goes
    struct str attach, detach;
};

static void put(struct cloud *cloud, struct str name, const struct json_node *root) {
    struct buf body = {0};
    json_print(root, &body);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = RECORD_KIND,
                          .id = name,
                          .body = buf_str(&body),
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
    buf_release(&body);
    roles_forget(cloud);
}

static void add_policy_record(struct json_node *list, struct str name, struct str document) {
    struct json_node *node = json_add_object(list, NULL);
    json_add_text(node, "name", name);
    json_add_text(node, "document", document);
}

static void
add_inline_records(struct json_node *root, const struct role *role, const struct change *change) {
    struct json_node *list = json_add_array(root, "policies");
    bool is_replaced = false;
    for (size_t i = 0; i < role->count; i++) {
        const struct roles_policy *policy = &role->policies[i];
        if (policy->arn) continue;
        const bool is_it = str_equal(str_from(policy->name), change->name);
        is_replaced = is_replaced || is_it;
        if (is_it && !change->document.ptr) continue;
        add_policy_record(
            list, str_from(policy->name), is_it ? change->document : str_from(policy->document));
    }
    if (!is_replaced && change->document.ptr)
        add_policy_record(list, change->name, change->document);
}

static void
add_attached_records(struct json_node *root, const struct role *role, const struct change *change) {
    struct json_node *list = json_add_array(root, "attached");
    bool is_attached = change->attach.len == 0;
    for (size_t i = 0; i < role->count; i++) {
        const struct str arn = str_from(role->policies[i].arn);
        if (!arn.len || str_equal(arn, change->detach)) continue;
        json_add_text(list, NULL, arn);
        is_attached = is_attached || str_equal(arn, change->attach);
    }
    if (!is_attached) json_add_text(list, NULL, change->attach);
}

static void save(struct cloud *cloud, const struct role *role, const struct change *change) {
    struct json record = {0};
    struct json_node *root = json_new_object(&record);
    json_add_text(root, "id", str_from(role->id));
    json_add_text(root, "path", str_from(role->path));
    json_add_text(root, "description", str_from(role->description));
    json_add_integer(root, "created_at_ms", role->created_at_ms);
    json_add_integer(root, "max_session_s", role->max_session_s);
    json_add_text(
        root, "trust", change->trust.ptr ? change->trust : str_from(role->trust_document));
    add_inline_records(root, role, change);
    add_attached_records(root, role, change);
    put(cloud, str_from(role->name), root);
    json_release(&record);
}

void roles_put_policy(
    struct cloud *cloud, const struct role *role, struct str name, struct str document) {
    save(cloud, role, &(struct change){.name = name, .document = document});
}

void roles_remove_policy(struct cloud *cloud, const struct role *role, struct str name) {
    save(cloud, role, &(struct change){.name = name});
}

void roles_attach(struct cloud *cloud, const struct role *role, struct str managed_arn) {
    save(cloud, role, &(struct change){.attach = managed_arn});
}

void roles_detach(struct cloud *cloud, const struct role *role, struct str managed_arn) {
    save(cloud, role, &(struct change){.detach = managed_arn});
}

void roles_set_trust(struct cloud *cloud, const struct role *role, struct str document) {
    save(cloud, role, &(struct change){.trust = document});
}

void roles_make(struct cloud *cloud, const struct roles_new_role *role) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    struct buf id = {0};
    buf_add(&id, STR("AROA"));
    for (int i = 0; i < 17; i++)
        buf_add_char(&id, letters[rng_below(&cloud->rng, strlen(letters))]);
    char *name = copy_text(role->name), *path = copy_text(role->path),
         *description = copy_text(role->description);
    const struct role made = {
        .name = name,
        .id = id.ptr,
        .path = path,
        .description = description,
        .created_at_ms = cloud->now_ms,
        .max_session_s = role->max_session_s};
    save(cloud, &made, &(struct change){.trust = role->trust});
    mem_free(name);
    mem_free(path);
    mem_free(description);
    buf_release(&id);
}

// One of the templates leaves its mark, or it would be back.
void roles_remove(struct cloud *cloud, const struct role *role) {
    struct json record = {0};
    bool is_template = false;
    for (size_t i = 0; i < role_template_count; i++)
        is_template =
            is_template || str_equal(str_from(role->name), str_from(role_templates[i].name));
    if (!is_template) {
        store_remove_record(cloud->store, RECORD_KIND, str_from(role->name));
        roles_forget(cloud);
        return;
    }
    struct json_node *root = json_new_object(&record);
    json_add_bool(root, "deleted", true);
    put(cloud, str_from(role->name), root);
    json_release(&record);
}
