// client_reply — see the header.
//
// A refusal is explained in three layers, the later the more special: the language's decoder (aws,
// segment) turns the answer into code and message, and gives a general hint; remedies.c replaces the
// hint where the call and the code are known; what this machine knows itself (its clock) comes last.
#include "client/client_reply.h"

#include "internal.h"
#include "override.h"

#include "base/clock.h"
#include "base/json.h"
#include "client/remedies.h"
#include "segment/tracking.h"

static void apply_remedy(
    const struct client_call *call, struct str code, struct str message, struct error *err) {
    CLEANUP(buf_release) struct buf hint = {0};
    struct error ignored = {0};
    const struct credentials *credentials = NULL;
    if (call->operation)
        credentials =
            call->credentials ? call->credentials : client_credentials(call->client, &ignored);
    const struct remedies_facts facts = {
        .kind = call->kind,
        .code = code,
        .message = message,
        .region = buf_str(&call->region),
        .subject = buf_str(&call->subject),
        .key_id = credentials ? buf_str(&credentials->access_key_id) : (struct str){0},
        .origin = credentials ? buf_str(&credentials->origin) : (struct str){0},
    };
    if (remedies_find(&facts, &hint)) error_hint(err, "%s", buf_text(&hint));
}

// A signature is refused for a wrong secret or a wrong clock, and the service's Date tells which.
static void
blame_clock(const struct client_call *call, const struct response *response, struct error *err) {
    int64_t server_s;
    if (!call->signed_at_ms) return;
    if (!clock_parse_http(headers_get(&response->headers, STR("Date")), &server_s)) return;
    const int64_t behind_s = server_s - call->signed_at_ms / 1000;
    if (behind_s > -240 && behind_s < 240) return;
    error_hint(
        err,
        "This machine's clock is %lld s %s. Correct it (timedatectl set-ntp true) and try again.",
        (long long)(behind_s > 0 ? behind_s : -behind_s), behind_s > 0 ? "behind" : "ahead");
}

static void explain_aws(
    const struct client_call *call,
    const struct response *response,
    struct aws_error *refusal,
    struct error *err) {
    aws_error_decode(call->operation->protocol, response, refusal);
    (void)!aws_error_to_error(call->operation, refusal, err);
    apply_remedy(call, str_from(refusal->code), str_from(refusal->message), err);
    if (aws_error_retry_class(call->operation, refusal) == AWS_ERROR_CLOCK)
        blame_clock(call, response, err);
}

static enum error_code code_of_status(int status) {
    if (status == 404) return ERROR_NOT_FOUND;
    if (status == 429) return ERROR_THROTTLED;
    return status >= 500 ? ERROR_UNREACHABLE : ERROR_REFUSED;
}

// {"error":{"message":…,"hint":…}} of our sandbox, {"message":…} of gateways, or plain text.
static void
explain_plain(const struct client_call *call, const struct response *response, struct error *err) {
    CLEANUP(json_release) struct json parsed = {0};
    CLEANUP(buf_release) struct buf message = {0};
    CLEANUP(buf_release) struct buf hint = {0};
    struct error ignored = {0};
    (void)!json_parse(buf_str(&response->body), &parsed, &ignored);
    const struct json_node *inner = json_get(parsed.root, "error");
    struct str text = json_get_text(inner ? inner : parsed.root, "message");
    if (!text.len && json_kind(inner) == JSON_STRING) text = json_text(inner);
    if (!text.len && !parsed.root) text = str_slice(buf_str(&response->body), 0, 200);
    buf_add_printable(&message, str_trim(text));
    buf_add_printable(&hint, json_get_text(inner, "hint"));
    error_set(
        err, code_of_status(response->status), "%s answered %d %s%s%s",
        client_call_title(call->kind), response->status, response_reason(response->status),
        message.len ? ": " : "", buf_text(&message));
    if (hint.len) error_hint(err, "%s", buf_text(&hint));
}

static void
explain_other(const struct client_call *call, const struct response *response, struct error *err) {
    CLEANUP(buf_release) struct buf status = {0};
    const struct str body = buf_str(&response->body);
    if (call->kind == CLIENT_CALL_PROFILE)
        (void)!profile_decode_error(response->status, body, err);
    else if (call->kind == CLIENT_CALL_EVENT || call->kind == CLIENT_CALL_BATCH)
        (void)!tracking_reply_decode(response->status, body, err);
    else
        explain_plain(call, response, err);
    buf_add_int(&status, response->status);
    apply_remedy(call, buf_str(&status), body, err);
}

bool client_reply_check(
    const struct client_call *call,
    const struct task_event *event,
    struct aws_error *refusal,
    struct error *err) {
    struct aws_error mine;
    if (refusal) *refusal = (struct aws_error){.retry_after_ms = -1};
    if (event->error) {
        *err = *event->error;
        override_blame(call, err);
        return error_wrap(err, "%s", client_call_title(call->kind));
    }
    if (response_is_success(event->response)) return true;
    if (call->operation)
        explain_aws(call, event->response, refusal ? refusal : &mine, err);
    else
        explain_other(call, event->response, err);
    return false;
}

// An answer of the right status that cannot be read is somebody else's server, or a proxy's page.
static bool unreadable(const struct client_call *call, struct error *err) {
    error_wrap(err, "the answer to %s cannot be read", client_call_title(call->kind));
    if (err->hint[0]) return false;
    return error_hint(
        err, "Check that the URL in the settings points at the service, not at a proxy.");
}

static struct str body_of(const struct task_event *event) {
    return buf_str(&event->response->body);
}

bool client_reply_items(
    const struct client_call *call,
    const struct task_event *event,
    struct personalize_items *out,
    struct error *err) {
    const enum personalize_reply reply = call->kind == CLIENT_CALL_RANKING
                                             ? PERSONALIZE_REPLY_RANKING
                                             : PERSONALIZE_REPLY_RECOMMENDATIONS;
    if (!client_reply_check(call, event, NULL, err)) return false;
    return personalize_decode_items(body_of(event), reply, out, err) || unreadable(call, err);
}

bool client_reply_accepted(
    const struct client_call *call, const struct task_event *event, struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    if (call->kind != CLIENT_CALL_EVENT && call->kind != CLIENT_CALL_BATCH) return true;
    return tracking_reply_decode(event->response->status, body_of(event), err);
}

bool client_reply_invoke(
    const struct client_call *call,
    const struct task_event *event,
    struct invoke_reply *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return invoke_decode_reply(event->response, out, err) || unreadable(call, err);
}

bool client_reply_function_error(
    const struct client_call *call, const struct invoke_reply *reply, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    if (reply->error_type.len) {
        buf_add_printable(&text, buf_str(&reply->error_type));
        buf_add(&text, STR(": "));
    }
    if (reply->error_message.len)
        buf_add_printable(&text, buf_str(&reply->error_message));
    else
        buf_add_printable(&text, str_slice(buf_str(&reply->payload), 0, 200));
    error_set(err, ERROR_REFUSED, "the function failed: %s", buf_text(&text));
    error_hint(err, "Read the end of its log, below or in CloudWatch.");
    apply_remedy(call, buf_str(&reply->error_type), buf_str(&reply->error_message), err);
    return false;
}

bool client_reply_session(
    const struct client_call *call,
    const struct task_event *event,
    struct sts_session *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return sts_decode_session(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_identity(
    const struct client_call *call,
    const struct task_event *event,
    struct sts_identity *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return sts_decode_identity(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_log_events(
    const struct client_call *call,
    const struct task_event *event,
    struct log_events_page *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return log_events_decode_page(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_log_streams(
    const struct client_call *call,
    const struct task_event *event,
    struct log_events_streams *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return log_events_decode_streams(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_traits(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_traits *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return profile_traits_decode(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_ids(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_ids *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return profile_ids_decode(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_events(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_events *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return profile_events_decode(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_metadata(
    const struct client_call *call,
    const struct task_event *event,
    struct profile_metadata *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return profile_metadata_decode(body_of(event), out, err) || unreadable(call, err);
}

bool client_reply_json(
    const struct client_call *call,
    const struct task_event *event,
    struct json *out,
    struct error *err) {
    if (!client_reply_check(call, event, NULL, err)) return false;
    return json_parse(body_of(event), out, err) || unreadable(call, err);
}
