// record — see the header.
#include "actions/record.h"

#include "actions/backend.h"
#include "base/clock.h"
#include "base/memory.h"
#include "client/client.h"
#include "http/redact.h"
#include "recording/recording.h"
#include "sandbox/sandbox.h"

struct record {
    struct recording *recording;
    const struct client *known; // whose AWS keys are hidden already
    uint64_t limit_bytes;
    bool has_told_failure, has_told_limit;
};

static void redact_text(struct buf *out, struct str text) {
    redact_add_body(out, STR("text/plain"), text);
}

bool record_limit(const struct arguments *arguments, uint64_t *out_bytes, struct error *err) {
    int64_t mib = 0;
    if (!arguments_number(
            arguments, "record-limit", RECORD_LIMIT_MIB, 0, RECORD_LIMIT_MIB_MOST, &mib, err))
        return false;
    if (arguments_has(arguments, "record-limit") && !arguments_has(arguments, "record"))
        return error_set(err, ERROR_USAGE, "--record-limit is of no use without --record");
    *out_bytes = (uint64_t)mib << 20;
    return true;
}

bool record_open(const struct arguments *arguments, struct record **out, struct error *err) {
    const struct str path = arguments_get(arguments, "record");
    uint64_t limit_bytes = 0;
    *out = NULL;
    if (!record_limit(arguments, &limit_bytes, err)) return false;
    if (!arguments_has(arguments, "record")) return true;
    if (!path.len) return error_set(err, ERROR_USAGE, "--record needs the name of a file");
    const struct recording_options options = {
        .path = path.ptr, // arguments are NUL-terminated
        .wall_ms = clock_wall_ms(),
        .now_us = clock_monotonic_us(),
        .limit_bytes = limit_bytes,
        .redact_json = redact_add_json,
        .redact_text = redact_text,
    };
    struct recording *recording = NULL;
    if (!recording_open(&options, &recording, err)) return false;
    *out = MEM_NEW(struct record);
    (*out)->recording = recording;
    (*out)->limit_bytes = limit_bytes;
    return true;
}

// Settings may change while a session runs, so they are looked at again each time: a few dozen comparisons.
static void hide_settings(struct record *record, struct backend *backend) {
    struct error ignored = {0};
    const struct config *config = backend_config(backend, &ignored);
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; config && i < count; i++) {
        if (!settings[i].is_secret) continue;
        const struct config_value *value = config_get(config, &settings[i]);
        recording_hide(record->recording, secret_reveal(config_secret(value)));
    }
    const struct sandbox_identities *identities = backend_identities(backend);
    for (size_t i = 0; identities && i < identities->count; i++) {
        if (identities->rows[i].is_secret)
            recording_hide(record->recording, str_from(identities->rows[i].value));
    }
}

// Looking them up may read files: once for each client.
static void hide_credentials(struct record *record, struct client *client) {
    if (!client || client == record->known) return;
    struct error ignored = {0};
    const struct credentials *credentials = client_credentials(client, &ignored);
    record->known = client;
    if (!credentials) return;
    recording_hide(record->recording, buf_str(&credentials->access_key_id));
    recording_hide(record->recording, secret_reveal(&credentials->secret_access_key));
    recording_hide(record->recording, secret_reveal(&credentials->session_token));
}

static void tell_failure(struct record *record, const struct action_context *context) {
    struct error err = {0};
    if (record->has_told_failure || !recording_has_failed(record->recording, &err)) return;
    record->has_told_failure = true;
    if (context->emit)
        context->emit(context->emit_context, message_new_line(0, true, str_from(err.message)));
}

static void tell_limit(struct record *record, const struct action_context *context) {
    CLEANUP(buf_release) struct buf text = {0};
    if (record->has_told_limit || !recording_is_full(record->recording)) return;
    record->has_told_limit = true;
    buf_add_format(
        &text,
        "The recording stopped at its limit of %llu MiB; the file is whole up to here. Give "
        "--record-limit for more.",
        (unsigned long long)(record->limit_bytes >> 20));
    if (context->emit)
        context->emit(context->emit_context, message_new_line(0, true, buf_str(&text)));
}

static void
observe(void *self, const struct action_context *context, const struct message *message) {
    struct record *record = self;
    hide_settings(record, context->backend);
    hide_credentials(record, backend_client(context->backend));
    recording_take(record->recording, clock_monotonic_us(), message);
    tell_failure(record, context);
    tell_limit(record, context);
}

void record_attach(struct record *record, struct action_context *context) {
    if (!record) return;
    context->observe = observe;
    context->observe_context = record;
}

bool record_close(struct record *record, struct error *err) {
    if (!record) return true;
    const bool is_whole = recording_close(record->recording, err);
    mem_free(record);
    return is_whole;
}
