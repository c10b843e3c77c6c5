// sandbox env — every identifier a client needs, as shell lines or JSON. Secrets in full: they open
// nothing but the sandbox.
#include "identity_values.h"
#include "run.h"
#include "sandbox/sandbox.h"

#include "registry.h"

static bool is_plain(struct str value) {
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.ptr[i];
        const bool is_safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || str_find_char(STR("_-./:+=@%,"), c) < 10;
        if (!is_safe) return false;
    }
    return value.len > 0;
}

static void add_shell_value(struct buf *out, struct str value) {
    if (is_plain(value)) {
        buf_add(out, value);
        return;
    }
    buf_add_char(out, '\'');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_add_char(out, value.ptr[i]);
    }
    buf_add_char(out, '\'');
}

// The variable official clients read, or RECLOOP_ and the key for what none of them has a name for.
static void add_variable(struct buf *out, const struct sandbox_identity *row) {
    if (row->environment) {
        buf_add(out, str_from(row->environment));
        return;
    }
    buf_add(out, STR("RECLOOP_"));
    for (const char *at = row->key; *at; at++) {
        const bool is_letter = *at >= 'a' && *at <= 'z';
        const bool is_digit = *at >= '0' && *at <= '9';
        buf_add_char(out, is_letter ? (char)(*at - 'a' + 'A') : is_digit ? *at : '_');
    }
}

static bool need_sandbox(struct run *run, struct error *err) {
    if (backend_sandbox_url(run->context->backend)) return true;
    error_set(err, ERROR_CONFIG, "the profile in use is not the sandbox");
    return error_hint(err, "recloop --profile sandbox sandbox env");
}

static bool print_env(struct run *run, struct error *err) {
    if (!need_sandbox(run, err)) return false;
    const struct sandbox_identities *identities = backend_identities(run->context->backend);
    if (backend_owns_sandbox(run->context->backend)) {
        run_note(
            run, STR("No sandbox is running: the URL ends with this command. Start one with "
                     "`recloop sandbox` or the console."));
    }
    if (run->context->wants_json) {
        run_emit(run, identity_values_new(run->run_id, identities));
        return true;
    }
    for (size_t i = 0; i < identities->count; i++) {
        const struct sandbox_identity *row = &identities->rows[i];
        if (!row->value[0]) continue; // an empty variable is not the same as none
        CLEANUP(buf_release) struct buf line = {0};
        buf_add(&line, STR("export "));
        add_variable(&line, row);
        buf_add_char(&line, '=');
        add_shell_value(&line, str_from(row->value));
        run_emit(run, message_new_line(run->run_id, false, buf_str(&line)));
    }
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    if (!backend_open(context->backend, err)) return NULL;
    return run_new_local(context, arguments, run_id, print_env);
}

static const char *const examples[] = {
    "eval \"$(recloop sandbox env)\"", "recloop sandbox env --json | jq -r .campaign_arn", NULL};

const struct action sandbox_env_action = {
    .descriptor =
        {
            .name = "sandbox env",
            .summary = "every identifier a client of the sandbox needs",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .details = "Useful while a sandbox runs (`recloop sandbox` or the console): the URL is "
                       "that of the running one.",
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
