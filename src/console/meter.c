// meter — see the header.
#include "console/meter.h"

#include "console/model.h"

#include <stdlib.h>
#include <string.h>

static void note_time(struct meter_hop *hop, double ms) {
    hop->last_ms = ms;
    if (ms < 0) return;
    hop->ms[hop->next] = ms;
    hop->next = (hop->next + 1) % METER_KEPT;
    if (hop->kept < METER_KEPT) hop->kept++;
}

static void note(struct meter_hop *hop, const struct hop *told, int64_t now_ms) {
    hop->has_failed_last = told->state == HOP_FAILED;
    hop->seen_ms = now_ms;
    memcpy(hop->message_id, told->message_id, sizeof(hop->message_id));
    if (hop->has_failed_last) {
        hop->failed++;
        hop->failed_ms = now_ms;
        hop->failure = *told;
    } else {
        hop->passed++;
    }
    note_time(hop, told->ms);
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

double meter_percentile(const struct meter_hop *hop, double share) {
    double sorted[METER_KEPT];
    if (!hop->kept) return -1;
    for (size_t i = 0; i < hop->kept; i++)
        sorted[i] = hop->ms[i];
    qsort(sorted, hop->kept, sizeof(sorted[0]), compare);
    return sorted[(size_t)(share * (double)(hop->kept - 1) + 0.5)];
}

size_t meter_recent(const struct meter_hop *hop, double *out, size_t most) {
    const size_t count = hop->kept < most ? hop->kept : most;
    for (size_t i = 0; i < count; i++)
        out[i] = hop->ms[(hop->next + METER_KEPT - count + i) % METER_KEPT];
    return count;
}

bool meter_sees_inside(const struct model *model) {
    return model->meter.watch_run_id && !model_is_live(model);
}

static bool is_inside(enum hop_id id) {
    return id > HOP_SEGMENT && id < HOP_PROFILE;
}

bool meter_is_sample(const struct model *model, enum hop_id id) {
    return model->meter.is_sampled && is_inside(id);
}

// A hop counts once: the deliveries tell what lies inside, our own runs what only they see.
static bool counts(const struct model *model, const struct message *message) {
    const struct meter *meter = &model->meter;
    const enum hop_id id = message->as.hop.id;
    if (message->run_id == meter->watch_run_id) return is_inside(id);
    if (message->run_id != model->fire.run_id) return false;
    return !is_inside(id) || !meter->watch_run_id;
}

static void note_refused(struct model *model, const struct message_progress *told) {
    struct meter_hop *hop = &model->meter.hops[HOP_SEGMENT];
    struct buf text = {0};
    buf_add_format(&text, "%ju events of the stream refused", (uintmax_t)told->refused);
    if (told->trouble) buf_add_format(&text, ": %s", told->trouble);
    hop->failed_ms = model->now_ms;
    hop->failure = (struct hop){.id = HOP_SEGMENT, .state = HOP_FAILED, .ms = -1};
    hop_set_detail(&hop->failure, buf_str(&text));
    hop_set_hint(&hop->failure, STR("They are kept as dead letters, each with its reason."));
    buf_release(&text);
}

// The generator tells how many of its job's events there are, earlier runs of it included.
static void note_streamed(struct model *model, const struct message_progress *told) {
    struct meter *meter = &model->meter;
    struct meter_hop *hop = &meter->hops[HOP_SEGMENT];
    const bool is_first = meter->stream_run_id != model->stream.generate_run_id;
    if (!is_first && told->accepted + told->refused > meter->streamed + meter->refused) {
        hop->passed += told->accepted - meter->streamed;
        hop->failed += told->refused - meter->refused;
        hop->seen_ms = model->now_ms;
        hop->message_id[0] = '\0'; // which one is not told
        hop->has_failed_last = told->refused > meter->refused;
        if (hop->has_failed_last) note_refused(model, told);
    }
    meter->stream_run_id = model->stream.generate_run_id;
    meter->streamed = told->accepted;
    meter->refused = told->refused;
}

static void hear_stream(struct model *model, const struct message *message) {
    const uint64_t run_id = model->stream.generate_run_id;
    if (!run_id) return;
    if (message->kind == MESSAGE_PROGRESS && message->run_id == run_id)
        note_streamed(model, &message->as.progress);
    const struct message_request *request = &message->as.request;
    if (message->kind == MESSAGE_REQUEST && request->status == 200 &&
        (!request->run_id || request->run_id != model->fire.run_id) &&
        str_equal(str_from(request->what), STR("Segment tracking")))
        note_time(&model->meter.hops[HOP_SEGMENT], request->ms);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct meter *meter = &model->meter;
    hear_stream(model, message);
    (void)effects;
    if (message->kind == MESSAGE_DONE && message->run_id == meter->watch_run_id) {
        meter->watch_run_id = 0;
    }
    if (message->kind == MESSAGE_LINE && message->run_id == meter->watch_run_id)
        meter->is_sampled = meter->watch_run_id != 0;
    if (message->kind != MESSAGE_HOP || message->as.hop.id >= HOP_COUNT) return;
    const struct hop *hop = &message->as.hop;
    const bool has_ended = hop->state == HOP_DONE || hop->state == HOP_FAILED;
    if (!has_ended || !counts(model, message)) return;
    note(&meter->hops[hop->id], hop, model->now_ms);
}

static void watch(struct model *model, struct effects *effects) {
    struct command *command = model_new_run(model, "watch deliveries");
    model->meter.watch_run_id = command->run_id;
    effects_add(effects, command);
}

void meter_watch(struct model *model, struct effects *effects) {
    if (!model->meter.watch_run_id && !model_is_live(model)) watch(model, effects);
}

// The travelling dot

void meter_travel(struct model *model) {
    model->meter.travel_since_ms = model->now_ms;
    model->meter.frame_at_ms = model->now_ms + METER_FRAME_MS;
    model->meter.travelled = 0;
}

// The last hop that the event is known to have reached.
static int reached(const struct model *model) {
    int hop = 0;
    for (int id = 0; id < HOP_COUNT; id++) {
        const enum hop_state state = model->fire.hops[id].state;
        if (state == HOP_DONE || state == HOP_RUNNING || state == HOP_FAILED) hop = id;
    }
    return hop;
}

static int64_t wake_ms(const struct model *model) {
    const struct meter *meter = &model->meter;
    if (!meter->travel_since_ms) return 0;
    const bool is_waiting = meter->travelled >= reached(model) && model->fire.run_id;
    // while it waits at a hop, the hop's answer moves it on
    return is_waiting ? 0 : meter->frame_at_ms;
}

static void wake(struct model *model, struct effects *effects) {
    struct meter *meter = &model->meter;
    (void)effects;
    const int end = reached(model);
    meter->frame_at_ms = model->now_ms + METER_FRAME_MS;
    const double step = (double)(HOP_COUNT - 1) * METER_FRAME_MS / METER_TRAVEL_MS;
    meter->travelled += step;
    if (meter->travelled < end) return;
    meter->travelled = end;
    if (!model->fire.run_id) meter->travel_since_ms = 0; // arrived
}

double meter_travelled(const struct model *model) {
    return model->meter.travel_since_ms ? model->meter.travelled : -1;
}

static void leave(struct model *model, struct effects *effects) {
    if (model->meter.watch_run_id)
        effects_add(effects, command_new_cancel(model->meter.watch_run_id));
    model->meter = (struct meter){0};
    watch(model, effects);
}

const struct feature meter_feature = {
    .name = "meter",
    .start = watch,
    .apply = apply,
    .leave = leave,
    .wake_ms = wake_ms,
    .wake = wake,
};
