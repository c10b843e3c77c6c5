// access — signatures and callers; see the header.
#include "access/access_internal.h"

#include "aws/region.h"
#include "base/memory.h"
#include "store_records.h"

#define STS_SKEW_S 900 // the others allow five minutes

void access_caller_release(struct access_caller *caller) {
    buf_release(&caller->arn);
    buf_release(&caller->user_id);
    buf_release(&caller->role);
    buf_release(&caller->region);
    buf_release(&caller->policies);
    *caller = (struct access_caller){0};
}

void access_refuse(struct aws_error *refusal, int status, const char *code, struct str message) {
    aws_error_set(refusal, status, str_from(code), message);
}

// The session's texts are views of a row, good until the next question to the store; verifying asks
// none.
static bool look_up(void *context, struct str access_key_id, struct sigv4_verify_key *out) {
    struct cloud *cloud = context;
    struct store_session session;
    if (str_equal(access_key_id, STR(IDENTITIES_ACCESS_KEY_ID))) {
        *out = (struct sigv4_verify_key){.secret_access_key = STR(IDENTITIES_SECRET_ACCESS_KEY)};
        return true;
    }
    if (!store_get_session(cloud->store, access_key_id, &session)) return false;
    *out = (struct sigv4_verify_key){
        .secret_access_key = session.secret,
        .session_token = session.token,
        .expires_at_s = session.expires_at_s};
    return true;
}

void access_set_session(
    const struct cloud *cloud,
    const struct role *role,
    struct str session,
    struct access_caller *out) {
    out->is_session = true;
    buf_add(&out->role, str_from(role->name));
    buf_add_format(
        &out->arn, "arn:aws:sts::%s:assumed-role/%s/" STR_FMT, cloud_account(cloud), role->name,
        STR_ARG(session));
    buf_add_format(&out->user_id, "%s:" STR_FMT, role->id, STR_ARG(session));
}

static void read_session_policies(
    const struct cloud *cloud, struct str access_key_id, struct access_caller *out) {
    struct buf body = {0};
    struct json record = {0};
    struct error ignored;
    if (store_get_record(cloud->store, ACCESS_SESSION_RECORD, access_key_id, &body, NULL) &&
        json_parse(buf_str(&body), &record, &ignored)) {
        const struct json_node *list = json_get(record.root, "policies");
        if (json_count(list)) json_print(list, &out->policies);
    }
    json_release(&record);
    buf_release(&body);
}

// False: the session, or its role, went between the look-up and now. Never anybody else's rights instead.
static bool
set_caller(const struct cloud *cloud, struct str access_key_id, struct access_caller *out) {
    struct store_session session;
    struct buf name = {0};
    if (str_equal(access_key_id, STR(IDENTITIES_ACCESS_KEY_ID))) {
        const struct role *user = roles_user(cloud);
        roles_add_arn(cloud, user, &out->arn);
        buf_add(&out->user_id, str_from(user->id));
        return true;
    }
    if (!store_get_session(cloud->store, access_key_id, &session)) return false;
    buf_add(&name, session.session_name); // a view of a row: finding the role may read others
    buf_add(&out->role, session.role_name);
    const struct role *role = roles_find(cloud, buf_str(&out->role));
    buf_reset(&out->role);
    if (role) {
        access_set_session(cloud, role, buf_str(&name), out);
        read_session_policies(cloud, access_key_id, out);
    }
    buf_release(&name);
    return role != NULL;
}

bool access_authenticate(
    struct cloud *cloud,
    const struct request *request,
    const struct operation *operation,
    struct access_caller *out,
    struct aws_error *refusal) {
    const struct sigv4_verify_policy policy = {
        .service = str_from(operation->signing_name),
        .now_s = cloud->now_ms / 1000,
        .skew_s = operation->protocol == OPERATION_QUERY ? STS_SKEW_S : 0,
        .lookup = look_up,
        .lookup_context = cloud,
        .cache = &cloud->keys};
    struct sigv4_verify_result result = {0};
    bool is_accepted = sigv4_verify(request, &policy, &result);
    // Any region is accepted: a request scoped to another one arrives there, and finds nothing. Also by IAM,
    // whose only region is us-east-1: botocore signs with the client's own once an endpoint is given.
    if (is_accepted && !region_is_valid(result.claim.region)) {
        result.outcome = SIGV4_VERIFY_WRONG_REGION;
        is_accepted = false;
    } else if (is_accepted && !set_caller(cloud, result.claim.access_key_id, out)) {
        result.outcome = SIGV4_VERIFY_UNKNOWN_KEY;
        is_accepted = false;
    }
    if (is_accepted) {
        buf_add(&out->region, result.claim.region);
    } else {
        sigv4_verify_to_aws_error(&result, operation->protocol, &policy, refusal);
        cloud->counters.signature_failures++;
    }
    sigv4_verify_result_release(&result);
    return is_accepted;
}

void access_identity(
    struct cloud *cloud, const struct access_caller *caller, struct sts_identity *out) {
    buf_add(&out->arn, buf_str(&caller->arn));
    buf_add(&out->user_id, buf_str(&caller->user_id));
    buf_add(&out->account, str_from(cloud_account(cloud)));
}

void access_make_session_caller(
    const struct cloud *cloud, const struct access_session *session, struct access_caller *out) {
    const struct role *role = roles_find_arn(cloud, session->role_arn);
    out->is_session = true;
    if (role) access_set_session(cloud, role, session->name, out);
    buf_add(&out->region, session->region);
}
