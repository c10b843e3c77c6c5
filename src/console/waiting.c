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
    if (message->run_id == model->waiting.run_id) read_count(&model->waiting, values, "waiting");
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
    if (message->run_id == waiting->run_id) {
        waiting->run_id = 0;
        if (waiting->again) send(model, effects);
    } else if (message->run_id == model->fire.run_id) {
        if (is_well && waiting->count) send(model, effects);
    } else if (message->run_id == model->change_run_id) {
        if (is_well) send(model, effects); // the setting may have been what was wrong
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

const struct feature waiting_feature = {.name = "waiting", .start = send, .apply = apply};
