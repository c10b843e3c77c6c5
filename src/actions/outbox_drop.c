// outbox drop — takes events out of the outbox unsent, and says what was lost.
#include "base/memory.h"
#include "outbox_place.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "id",
        .kind = PARAMETER_NUMBER,
        .metavar = "ID",
        .help = "the event's number in `outbox list`",
        .positional = true,
    },
    {
        .name = "all",
        .kind = PARAMETER_FLAG,
        .help = "every event of this profile",
    },
};

static bool
drop(struct run *run, struct outbox *outbox, const struct outbox_entry *entry, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_format(&text, "Dropped event %lld (", (long long)entry->id);
    outbox_place_add_entry(entry, &text);
    buf_add_format(
        &text, "): it %s.",
        entry->unknown > 0 ? "may have arrived all the same" : "never arrived and is lost");
    if (!outbox_settle(outbox, entry->id, err)) return false;
    run_note(run, buf_str(&text));
    return true;
}

static bool drop_one(struct run *run, struct outbox *outbox, int64_t id, struct error *err) {
    struct outbox_entry entry = {0};
    bool found = false;
    if (outbox && !outbox_next(outbox, (struct str){0}, id - 1, &entry, &found, err)) return false;
    if (found && entry.id == id) return drop(run, outbox, &entry, err);
    error_set(err, ERROR_NOT_FOUND, "no event %lld waits in the outbox", (long long)id);
    return error_hint(err, "`recloop outbox list` shows those that do.");
}

static bool drop_all(struct run *run, struct outbox *outbox, int64_t *dropped, struct error *err) {
    CLEANUP(buf_release) struct buf profile = {0};
    struct outbox_entry entry = {0};
    bool found = outbox != NULL;
    outbox_place_add_profile(run, &profile);
    while (found) {
        if (!outbox_next(outbox, buf_str(&profile), entry.id, &entry, &found, err)) return false;
        if (!found) break;
        if (!drop(run, outbox, &entry, err)) return false;
        ++*dropped;
    }
    return true;
}

static bool work(struct run *run, struct error *err) {
    const bool is_all = arguments_has(&run->arguments, "all");
    struct outbox *outbox = NULL;
    int64_t id = 0;
    int64_t dropped = 0;
    if (!arguments_number(&run->arguments, "id", 0, 1, INT64_MAX, &id, err)) return false;
    if (!backend_config(run->context->backend, err)) return false;
    if (!outbox_place_look(run, &outbox, err)) return false;
    const bool ok = is_all ? drop_all(run, outbox, &dropped, err) : drop_one(run, outbox, id, err);
    outbox_close(outbox);
    CLEANUP(buf_release) struct buf count = {0};
    buf_add_int(&count, is_all ? dropped : ok);
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message_add_value_json(message, "dropped", buf_str(&count));
    if (run->context->wants_json)
        run_emit(run, message);
    else
        message_free(message);
    return ok;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    if (arguments_has(arguments, "id") == arguments_has(arguments, "all")) {
        error_set(err, ERROR_USAGE, "outbox drop takes the number of one event, or --all");
        error_hint(err, "`recloop outbox list` shows the numbers.");
        return NULL;
    }
    return run_new_local(context, arguments, run_id, work);
}

static const char *const examples[] = {"recloop outbox drop 3", "recloop outbox drop --all", NULL};

const struct action outbox_drop_action = {
    .descriptor =
        {
            .name = "outbox drop",
            .summary = "forget an event that has not arrived yet",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .takes_away = true,
            .details =
                "It says what is lost with it. --all takes those of the profile in use only.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
