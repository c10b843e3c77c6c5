// access_assume — who may become a role, and the credentials that make one.
#include "access/access_internal.h"

#include "base/memory.h"
#include "store_records.h"

#define CHAINED_MAX_S 3600
#define KEY_ID_LETTERS 20
#define LOOKED_AT 50 // records of sessions, when one is added

// ---- trust ----

struct trying {
    const struct role *role;
    const struct sts_assume_role *call;
    struct str principal;
    struct access_facts facts;
};

static bool
trusts_action(const struct trying *trying, const char *action, enum policy_naming *out_naming) {
    const struct policy *trust = &trying->role->trust;
    const struct policy_request request = {
        .principal = trying->principal,
        .action = str_from(action),
        .resource = STR("*"),
        .facts = trying->facts.list,
        .fact_count = trying->facts.count};
    size_t statement = 0;
    if (policy_decide(trust, &request, &statement) != POLICY_ALLOWED) return false;
    // any statement that names the principal itself will do, whichever allowed first
    *out_naming = POLICY_NAMING_ACCOUNT;
    for (size_t i = 0; i < trust->count; i++) {
        if (!trust->statements[i].is_deny && policy_statement_matches(trust, i, &request) &&
            policy_principal_naming(&trust->statements[i], &request) == POLICY_NAMING_EXACT)
            *out_naming = POLICY_NAMING_EXACT;
    }
    return true;
}

static void
fill_facts(const struct cloud *cloud, const struct access_caller *caller, struct trying *trying) {
    const struct sts_assume_role *call = trying->call;
    access_facts_fill(cloud, caller, &trying->facts);
    access_facts_add(&trying->facts, "sts:ExternalId", call->external_id);
    access_facts_add(&trying->facts, "sts:RoleSessionName", call->session_name);
    access_facts_add(&trying->facts, "sts:SourceIdentity", call->source_identity);
}

static const char *missing_action(const struct trying *trying, enum policy_naming *out_naming) {
    const struct sts_assume_role *call = trying->call;
    enum policy_naming ignored;
    if (!trusts_action(trying, "sts:AssumeRole", out_naming)) return "sts:AssumeRole";
    if (call->tag_count && !trusts_action(trying, "sts:TagSession", &ignored))
        return "sts:TagSession";
    if (call->source_identity.len && !trusts_action(trying, "sts:SetSourceIdentity", &ignored))
        return "sts:SetSourceIdentity";
    return NULL;
}

static void note_key(void *context, struct str key) {
    bool *is_constant = context;
    if (!str_equal_nocase(key, STR("sts:ExternalId"))) *is_constant = false;
}

// Asked for every delivery: what was trusted before, on nothing but principal and external id, is.
bool access_trusts(
    const struct cloud *cloud,
    struct str role_arn,
    struct str external_id,
    struct str principal,
    struct aws_error *refusal) {
    if (!principal.len) principal = STR(ACCESS_SEGMENT_PRINCIPAL);
    const struct roles_question question = {
        .who = principal, .action = external_id, .resource = role_arn};
    if (roles_remember_allowed(cloud, &question)) return true;
    const struct sts_assume_role call = {
        .role_arn = role_arn, .external_id = external_id, .session_name = STR("segment")};
    struct access_caller caller = {.is_session = false};
    struct trying trying = {
        .role = roles_find_arn(cloud, role_arn), .call = &call, .principal = principal};
    enum policy_naming naming;
    const char *missing = "sts:AssumeRole";
    if (trying.role) {
        buf_add(&caller.arn, principal);
        fill_facts(cloud, &caller, &trying);
        missing = missing_action(&trying, &naming);
        access_facts_release(&trying.facts);
        access_caller_release(&caller);
    }
    if (!missing) {
        bool is_constant = true;
        policy_each_key(&trying.role->trust, note_key, &is_constant);
        if (is_constant) roles_keep_allowed(cloud, &question);
        return true;
    }
    return access_deny(
        &(struct access_denial){.who = principal, .action = missing, .resource = role_arn},
        refusal);
}

// The caller as itself, and the permanent key also as Segment. Within one account the trust must name the
// caller itself, or the caller's own policies must allow it; they never may deny it.
static bool may_assume(
    const struct cloud *cloud,
    const struct access_caller *caller,
    struct trying *trying,
    const char **out_missing) {
    enum policy_naming naming = POLICY_NAMING_NONE;
    struct aws_error ignored;
    struct access_caller segment = {0};
    trying->principal = buf_str(&caller->arn);
    fill_facts(cloud, caller, trying);
    *out_missing = missing_action(trying, &naming);
    access_facts_release(&trying->facts);
    const bool is_own =
        !*out_missing &&
        (naming == POLICY_NAMING_EXACT ||
         access_allows(cloud, caller, "sts:AssumeRole", trying->call->role_arn, &ignored));
    if (is_own || caller->is_session) return is_own;
    buf_add(&segment.arn, STR(ACCESS_SEGMENT_PRINCIPAL));
    trying->principal = buf_str(&segment.arn);
    fill_facts(cloud, &segment, trying);
    const char *missing = missing_action(trying, &naming);
    access_facts_release(&trying->facts);
    access_caller_release(&segment);
    if (missing && !str_equal(str_from(missing), STR("sts:AssumeRole"))) *out_missing = missing;
    return !missing;
}

// ---- what the session may not exceed ----

static bool check_duration(
    const struct access_caller *caller,
    const struct role *role,
    const struct sts_assume_role *call,
    struct aws_error *refusal) {
    const char *text = NULL;
    if (caller->is_session && call->duration_s > CHAINED_MAX_S)
        text =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining";
    else if (call->duration_s > role->max_session_s)
        text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    if (!text) return true;
    access_refuse(refusal, 400, "ValidationError", str_from(text));
    return false;
}

static bool check_policy(struct str document, size_t *packed, struct aws_error *refusal) {
    struct policy policy = {0};
    struct buf compact = {0};
    struct error err = {0};
    const bool is_read = policy_parse(document, POLICY_IDENTITY, &policy, &err);
    if (is_read) {
        json_print(policy.document.root, &compact);
        *packed += compact.len;
    } else {
        access_refuse(refusal, 400, "MalformedPolicyDocument", str_from(err.message));
    }
    buf_release(&compact);
    policy_release(&policy);
    return is_read;
}

static bool find_managed(struct str arn, struct json_node *list, struct aws_error *refusal) {
    struct buf text = {0};
    const char *document = roles_managed_document(arn);
    if (document) {
        json_add_text(list, NULL, str_from(document));
        return true;
    }
    buf_add(&text, STR("Policy "));
    buf_add_printable(&text, str_slice(arn, 0, 200));
    buf_add(&text, STR(" does not exist or is not attachable."));
    access_refuse(refusal, 400, "ValidationError", buf_str(&text));
    buf_release(&text);
    return false;
}

// The documents that narrow the session, and how much of the allotted space they and the tags take.
static bool collect_policies(
    const struct sts_assume_role *call,
    struct json_node *list,
    int64_t *out_percent,
    struct aws_error *refusal) {
    size_t packed = 0;
    struct buf text = {0};
    if (call->policy.len) {
        if (!check_policy(call->policy, &packed, refusal)) return false;
        json_add_text(list, NULL, call->policy);
    }
    for (size_t i = 0; i < call->policy_arn_count; i++) {
        packed += call->policy_arns[i].len;
        if (!find_managed(call->policy_arns[i], list, refusal)) return false;
    }
    for (size_t i = 0; i < call->tag_count; i++)
        packed += call->tags[i].key.len + call->tags[i].value.len;
    *out_percent = (int64_t)((packed * 100 + STS_MAX_POLICY_BYTES - 1) / STS_MAX_POLICY_BYTES);
    if (*out_percent <= 100) return true;
    buf_add_format(
        &text, "Packed policy consumes %lld%% of allotted space, please use smaller policy.",
        (long long)*out_percent);
    access_refuse(refusal, 400, "PackedPolicyTooLarge", buf_str(&text));
    buf_release(&text);
    return false;
}

// ---- credentials ----

static void add_chance(struct buf *out, const char *letters, size_t count) {
    uint8_t chance[DIGEST_BYTES];
    const size_t letter_count = strlen(letters); // a power of two
    for (size_t i = 0; i < count; i++) {
        if (i % DIGEST_BYTES == 0) digest_random(chance, sizeof(chance));
        buf_add_char(out, letters[chance[i % DIGEST_BYTES] & (letter_count - 1)]);
    }
    mem_wipe(chance, sizeof(chance));
}

struct forgetting {
    struct cloud *cloud;
    struct buf ids; // of 20 letters each
};

static bool note_over(void *context, const struct store_record *record) {
    struct forgetting *forgetting = context;
    struct cloud *cloud = forgetting->cloud;
    struct store_session session;
    const bool is_there = store_get_session(cloud->store, record->id, &session) &&
                          session.expires_at_s > cloud->now_ms / 1000;
    if (!is_there && record->id.len == KEY_ID_LETTERS) buf_add(&forgetting->ids, record->id);
    return true;
}

// Policies of sessions that are over, or that the store has dropped for newer ones. A look at a few from a
// place that chance gives is enough: the more there are, the more of them it finds.
static void forget_expired(struct cloud *cloud, struct str access_key_id) {
    struct forgetting forgetting = {.cloud = cloud};
    store_each_record(
        cloud->store, ACCESS_SESSION_RECORD, access_key_id, LOOKED_AT, note_over, &forgetting);
    for (size_t at = 0; at < forgetting.ids.len; at += KEY_ID_LETTERS)
        store_remove_record(
            cloud->store, ACCESS_SESSION_RECORD,
            str_slice(buf_str(&forgetting.ids), at, KEY_ID_LETTERS));
    buf_release(&forgetting.ids);
}

static void keep_policies(
    struct cloud *cloud, struct str access_key_id, int64_t expires_s, struct json *record) {
    struct buf body = {0};
    struct json whole = {0};
    if (!json_count(record->root)) return;
    forget_expired(cloud, access_key_id);
    struct json_node *root = json_new_object(&whole);
    json_add_integer(root, "expires_s", expires_s);
    json_add_copy(root, "policies", record->root);
    json_print(root, &body);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = ACCESS_SESSION_RECORD,
                          .id = access_key_id,
                          .body = buf_str(&body),
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
    json_release(&whole);
    buf_release(&body);
}

// Keys come from the system's chance, never from the seeded rng.
static void make_credentials(
    struct cloud *cloud,
    const struct role *role,
    struct str session,
    int64_t duration_s,
    struct sts_session *out) {
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf key = {0}, secret = {0}, token = {0};
    buf_add(&key, STR("ASIA"));
    add_chance(&key, base32, KEY_ID_LETTERS - strlen("ASIA"));
    add_chance(&secret, base64, 40);
    buf_add(&token, STR("IQoJb3JpZ2luX2Vj")); // as the cloud's begin
    add_chance(&token, base64, 240);
    credentials_set(&out->credentials, buf_str(&key), buf_str(&secret), buf_str(&token));
    out->credentials.expires_at_s = cloud->now_ms / 1000 + duration_s;
    store_add_session(
        cloud->store, &(struct store_session){
                          .access_key_id = buf_str(&key),
                          .secret = buf_str(&secret),
                          .token = buf_str(&token),
                          .role_name = str_from(role->name),
                          .session_name = session,
                          .expires_at_s = out->credentials.expires_at_s});
    buf_add_format(&out->assumed_role_id, "%s:" STR_FMT, role->id, STR_ARG(session));
    buf_add_format(
        &out->arn, "arn:aws:sts::%s:assumed-role/%s/" STR_FMT, cloud_account(cloud), role->name,
        STR_ARG(session));
    mem_wipe(secret.ptr, secret.len);
    mem_wipe(token.ptr, token.len);
    buf_release(&key);
    buf_release(&secret);
    buf_release(&token);
}

bool access_issue_credentials(
    struct cloud *cloud,
    struct str role_name,
    struct str session,
    int64_t duration_s,
    struct sts_session *out) {
    const struct role *role = roles_find(cloud, role_name);
    if (!role) return false;
    make_credentials(cloud, role, session, duration_s, out);
    return true;
}

bool access_assume_role(
    struct cloud *cloud,
    const struct access_caller *caller,
    const struct sts_assume_role *call,
    struct sts_session *out,
    struct aws_error *refusal) {
    const char *missing = "sts:AssumeRole";
    struct json policies = {0};
    struct trying trying = {.role = roles_find_arn(cloud, call->role_arn), .call = call};
    if (call->serial_number.len || call->token_code.len) { // nobody here has a device
        access_refuse(
            refusal, 403, "AccessDenied",
            STR("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify "
                "your "
                "MFA serial number is valid and associated with this user."));
        return false;
    }
    struct json_node *list = json_new_array(&policies);
    if (!collect_policies(call, list, &out->packed_percent, refusal)) {
        json_release(&policies);
        return false;
    }
    bool is_done = false;
    if (!trying.role || !may_assume(cloud, caller, &trying, &missing)) {
        (void)access_deny(
            &(struct access_denial){
                .who = buf_str(&caller->arn),
                .action = missing ? missing : "sts:AssumeRole",
                .resource = call->role_arn},
            refusal);
    } else if (check_duration(caller, trying.role, call, refusal)) {
        const int64_t duration_s = call->duration_s ? call->duration_s : STS_DEFAULT_DURATION_S;
        make_credentials(cloud, trying.role, call->session_name, duration_s, out);
        keep_policies(
            cloud, buf_str(&out->credentials.access_key_id), out->credentials.expires_at_s,
            &policies);
        buf_add(&out->source_identity, call->source_identity);
        is_done = true;
    }
    json_release(&policies);
    return is_done;
}
