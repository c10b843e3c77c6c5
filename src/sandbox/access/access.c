// access — see the header.
#include "access/access.h"

#include "aws/arn.h"
#include "aws/region.h"
#include "base/digest.h"
#include "base/memory.h"

#define SEGMENT_PRINCIPAL                                                                          \
    "arn:aws:sts::595280932656:assumed-role/customer-personalize-prod-destination-access/segment"
#define DESTINATION_ROLE_ID "AROARECLOOPSANDBOXDST"
#define ROLE_MAX_DURATION_S 3600 // IAM's default; the workshop's template sets none
#define STS_SKEW_S 900           // the others allow five minutes
#define USER_ID "AIDARECLOOPSANDBOXUSR"

void access_caller_release(struct access_caller *caller) {
    buf_release(&caller->arn);
    buf_release(&caller->user_id);
    buf_release(&caller->role);
    buf_release(&caller->region);
    *caller = (struct access_caller){0};
}

void access_refuse(struct aws_error *refusal, int status, const char *code, struct str message) {
    *refusal = (struct aws_error){.status = status, .retry_after_ms = -1};
    const size_t code_len = strlen(code);
    memcpy(
        refusal->code, code,
        code_len < sizeof(refusal->code) ? code_len : sizeof(refusal->code) - 1);
    const size_t length =
        message.len < sizeof(refusal->message) ? message.len : sizeof(refusal->message) - 1;
    memcpy(refusal->message, message.ptr ? message.ptr : "", length);
}

static void deny(
    struct aws_error *refusal,
    bool is_query,
    struct str who,
    const char *action,
    struct str resource,
    const char *because) {
    struct buf text = {0};
    buf_add_format(
        &text, "User: " STR_FMT " is not authorized to perform: %s", STR_ARG(who), action);
    if (resource.len) buf_add_format(&text, " on resource: " STR_FMT, STR_ARG(resource));
    if (because) buf_add_format(&text, " because %s policy allows the %s action", because, action);
    access_refuse(
        refusal, 403, is_query ? "AccessDenied" : "AccessDeniedException", buf_str(&text));
    buf_release(&text);
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

static void set_session_arn(
    const struct cloud *cloud, struct str role, struct str session, struct access_caller *out) {
    out->is_session = true;
    buf_add(&out->role, role);
    buf_add_format(
        &out->arn, "arn:aws:sts::%s:assumed-role/" STR_FMT "/" STR_FMT, cloud_account(cloud),
        STR_ARG(role), STR_ARG(session));
    buf_add_format(&out->user_id, DESTINATION_ROLE_ID ":" STR_FMT, STR_ARG(session));
}

// False: the session went between the look-up and now. Never anybody else's rights instead.
static bool set_caller(struct cloud *cloud, struct str access_key_id, struct access_caller *out) {
    struct store_session session;
    if (!str_equal(access_key_id, STR(IDENTITIES_ACCESS_KEY_ID))) {
        if (!store_get_session(cloud->store, access_key_id, &session)) return false;
        set_session_arn(cloud, session.role_name, session.session_name, out);
        return true;
    }
    buf_add_format(&out->arn, "arn:aws:iam::%s:user/" IDENTITIES_USER_NAME, cloud_account(cloud));
    buf_add(&out->user_id, STR(USER_ID));
    return true;
}

bool access_authenticate(
    struct cloud *cloud,
    const struct request *request,
    const struct operation *operation,
    struct access_caller *out,
    struct aws_error *refusal) {
    // Any region is accepted here: a request scoped to another one arrives there, and finds nothing.
    const struct sigv4_verify_policy policy = {
        .service = str_from(operation->signing_name),
        .now_s = cloud->now_ms / 1000,
        .skew_s = operation->protocol == OPERATION_QUERY ? STS_SKEW_S : 0,
        .lookup = look_up,
        .lookup_context = cloud,
        .cache = &cloud->keys};
    struct sigv4_verify_result result = {0};
    bool is_accepted = sigv4_verify(request, &policy, &result);
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

bool access_allows(
    const struct cloud *cloud,
    const struct access_caller *caller,
    const char *action,
    struct str resource,
    struct aws_error *refusal) {
    if (!caller->is_session) return true;
    if (str_equal(str_from(action), STR("lambda:InvokeFunction")) &&
        str_equal(buf_str(&caller->role), STR(IDENTITIES_DESTINATION_ROLE)) &&
        str_equal(resource, cloud_identity(cloud, "function_arn"))) {
        return true;
    }
    deny(refusal, false, buf_str(&caller->arn), action, resource, "no identity-based");
    return false;
}

bool access_trusts(
    const struct cloud *cloud,
    struct str role_arn,
    struct str external_id,
    struct str principal,
    struct aws_error *refusal) {
    if (str_equal(role_arn, cloud_identity(cloud, "destination_role_arn")) &&
        str_equal(external_id, STR(IDENTITIES_EXTERNAL_ID))) {
        return true;
    }
    deny(
        refusal, true, principal.len ? principal : STR(SEGMENT_PRINCIPAL), "sts:AssumeRole",
        role_arn, NULL);
    return false;
}

static void
make_credentials(struct cloud *cloud, const struct sts_assume_role *call, struct sts_session *out) {
    struct buf key = {0}, secret = {0}, token = {0};
    uint8_t chance[DIGEST_BYTES];
    // Keys come from the system's chance, never from the seeded rng.
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    buf_add(&key, STR("ASIA"));
    digest_random(chance, sizeof(chance));
    for (size_t i = 0; i < 16; i++)
        buf_add_char(&key, letters[chance[i] & 31]);
    char hex[DIGEST_HEX_BYTES];
    digest_random(chance, sizeof(chance));
    digest_hex(chance, hex);
    buf_add(&secret, str_slice(str_from(hex), 0, 40));
    for (size_t i = 0; i < 4; i++) {
        digest_random(chance, sizeof(chance));
        digest_hex(chance, hex);
        buf_add(&token, str_from(hex));
    }
    const int64_t duration_s = call->duration_s ? call->duration_s : STS_DEFAULT_DURATION_S;
    credentials_set(&out->credentials, buf_str(&key), buf_str(&secret), buf_str(&token));
    out->credentials.expires_at_s = cloud->now_ms / 1000 + duration_s;
    store_add_session(
        cloud->store, &(struct store_session){
                          .access_key_id = buf_str(&key),
                          .secret = buf_str(&secret),
                          .token = buf_str(&token),
                          .role_name = STR(IDENTITIES_DESTINATION_ROLE),
                          .session_name = call->session_name,
                          .expires_at_s = out->credentials.expires_at_s});
    mem_wipe(secret.ptr, secret.len);
    buf_release(&key);
    buf_release(&secret);
    buf_release(&token);
}

bool access_assume_role(
    struct cloud *cloud,
    const struct access_caller *caller,
    const struct sts_assume_role *call,
    struct sts_session *out,
    struct aws_error *refusal) {
    if (caller->is_session) {
        deny(refusal, true, buf_str(&caller->arn), "sts:AssumeRole", call->role_arn, NULL);
        return false;
    }
    if (!access_trusts(cloud, call->role_arn, call->external_id, buf_str(&caller->arn), refusal)) {
        return false;
    }
    if (call->duration_s > ROLE_MAX_DURATION_S) {
        access_refuse(
            refusal, 400, "ValidationError",
            STR("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
        return false;
    }
    make_credentials(cloud, call, out);
    buf_add_format(
        &out->assumed_role_id, DESTINATION_ROLE_ID ":" STR_FMT, STR_ARG(call->session_name));
    buf_add_format(
        &out->arn, "arn:aws:sts::%s:assumed-role/" IDENTITIES_DESTINATION_ROLE "/" STR_FMT,
        cloud_account(cloud), STR_ARG(call->session_name));
    return true;
}

void access_identity(
    struct cloud *cloud, const struct access_caller *caller, struct sts_identity *out) {
    buf_add(&out->arn, buf_str(&caller->arn));
    buf_add(&out->user_id, buf_str(&caller->user_id));
    buf_add(&out->account, str_from(cloud_account(cloud)));
}

void access_make_session_caller(
    const struct cloud *cloud, struct str region, struct str session, struct access_caller *out) {
    set_session_arn(cloud, STR(IDENTITIES_DESTINATION_ROLE), session, out);
    buf_add(&out->region, region);
}
