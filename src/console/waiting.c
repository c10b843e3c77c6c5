// waiting — see the header.
#include "console/waiting.h"

#include "console/model.h"

static void send(struct model *model, struct effects *effects) {
    struct waiting *waiting = &model->waiting;
    waiting->again = waiting->run_id != 0;
    if (waiting->again) return;
    struct command *command = model_new_run(model, "outbox send");
    waiting->run_id = command->run_id;
    effects_add(effects, command);
}

// How many there are is asked before any is sent: into a real account several go only with a yes.
static void count(struct model *model, struct effects *effects) {
    struct command *command = model_new_run(model, "outbox send");
    arguments_set(&command->arguments, "count", STR("1"));
    model->waiting.count_run_id = command->run_id;
    effects_add(effects, command);
}

static void ask(struct model *model) {
    struct waiting *waiting = &model->waiting;
    struct buf text = {0};
    overlay_add_account(model, &text);
    buf_add(&text, STR(": "));
    waiting_add_text(waiting, &text);
    buf_add_format(
        &text, ". %s fired before and did not arrive.",
        waiting->count == 1 ? "It was" : "They were");
    waiting->asked = waiting->count;
    overlay_confirm(
        model, STR("Send them into a LIVE account?"), buf_str(&text), "send", NULL, send);
    buf_release(&text);
}

// A key sends its own event and no other one besides; a start of the console may send one.
static bool must_ask(const struct model *model) {
    const struct waiting *waiting = &model->waiting;
    return model_is_live(model) && waiting->count > (waiting->is_by_key ? 0 : 1);
}

static void decide(struct model *model, struct effects *effects) {
    struct waiting *waiting = &model->waiting;
    waiting->is_due = false;
    if (!waiting->count) return;
    if (!must_ask(model))
        send(model, effects);
    else if (waiting->count != waiting->asked) // who said no is not asked again about the same
        ask(model);
}

static void call_for(struct model *model, bool is_by_key, struct effects *effects) {
    struct waiting *waiting = &model->waiting;
    waiting->is_by_key = is_by_key;
    waiting->is_due = true;
    if (model->backend && !must_ask(model)) decide(model, effects);
}

// A question waits until nothing else is open: nobody may answer it who meant something else.
static int64_t wake_ms(const struct model *model) {
    const bool is_free = model->overlay_count == 0 && model->editing == MODEL_EDITING_NOTHING;
    if (!model->waiting.is_due || !model->backend || (must_ask(model) && !is_free)) return 0;
    return model->now_ms > 0 ? model->now_ms : 1;
}

static struct str value_of(const struct message_values *values, const char *key) {
    for (size_t i = 0; i < values->value_count; i++) {
        if (str_equal(str_from(values->values[i].key), str_from(key)))
            return str_from(values->values[i].text);
    }
    return (struct str){0};
}

static void
read_count(struct waiting *waiting, const struct message_values *values, const char *key) {
    int64_t count = 0;
    (void)str_parse_int64(value_of(values, key), &count); // not told: none
    waiting->count = count > 0 ? (uint64_t)count : 0;
}

static void apply_values(struct model *model, const struct message *message) {
    const struct message_values *values = &message->as.values;
    if (!message->run_id) return;
    if (message->run_id == model->waiting.run_id || message->run_id == model->waiting.count_run_id)
        read_count(&model->waiting, values, "waiting");
    // another way than Segment's does not look into the outbox
    if (message->run_id == model->fire.run_id &&
        str_equal(value_of(values, "via"), str_from(model_via_name(MODEL_VIA_SEGMENT))))
        read_count(&model->waiting, values, "outbox_waiting");
}

// Why it failed is not told here: nobody asked for it, and the count says what matters.
static void
apply_done(struct model *model, const struct message *message, struct effects *effects) {
    struct waiting *waiting = &model->waiting;
    const bool is_well = message->as.done.code == ERROR_NONE;
    if (!message->run_id) return;
    if (message->run_id == waiting->count_run_id) {
        waiting->count_run_id = 0;
        if (is_well) call_for(model, waiting->is_by_key, effects);
    } else if (message->run_id == waiting->run_id) {
        waiting->run_id = 0;
        if (waiting->again) send(model, effects);
    } else if (message->run_id == model->fire.run_id) {
        if (is_well && waiting->count) call_for(model, true, effects);
    } else if (message->run_id == model->change_run_id) {
        if (!is_well) return; // what was set may have been what was wrong; or it is another profile
        waiting->is_by_key = true;
        waiting->asked = 0;
        count(model, effects);
    }
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    if (message->kind == MESSAGE_VALUES) apply_values(model, message);
    if (message->kind == MESSAGE_DONE) apply_done(model, message, effects);
}

void waiting_add_text(const struct waiting *waiting, struct buf *out) {
    if (waiting->count == 1)
        buf_add(out, STR("1 event waits in the outbox"));
    else if (waiting->count)
        buf_add_format(out, "%llu events wait in the outbox", (unsigned long long)waiting->count);
}

const struct feature waiting_feature = {
    .name = "waiting", .start = count, .apply = apply, .wake_ms = wake_ms, .wake = decide};
