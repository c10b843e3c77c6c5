// replay_bulk — the file's events through the delivery: in batches, repeated until they have arrived, the refused
// ones kept. A recording goes on one lane, so that its order is kept.
#include "replay.h"

#include "base/memory.h"
#include "delivery/delivery.h"

#include <sys/stat.h>
#include <unistd.h>

#define REPORT_MS 250

static enum delivery_pull next(
    void *context,
    int64_t now_ms,
    struct delivery_message *out,
    struct delivery_mark *mark,
    int64_t *out_due_ms) {
    struct replay *replay = context;
    struct replay_event *event = &replay->event;
    if (!replay_source_look(replay)) return DELIVERY_END;
    if (event->due_ms > now_ms) {
        *out_due_ms = event->due_ms;
        return DELIVERY_NOT_YET;
    }
    replay_source_prepare(replay, event);
    buf_reset(&replay->sending);
    buf_reset(&replay->sending_id);
    json_print(event->document.root, &replay->sending);
    buf_add(&replay->sending_id, json_get_text(event->document.root, "messageId"));
    *out = (struct delivery_message){
        .source = event->source,
        .text = buf_str(&replay->sending),
        .message_id = buf_str(&replay->sending_id),
    };
    mark->ordinal = replay->counts.sent++;
    run_tell_sent(
        &replay->run, event->source, send_via_name(SEND_VIA_SEGMENT), buf_str(&replay->sending));
    replay_event_release(event);
    replay->has_event = false;
    return DELIVERY_MESSAGE;
}

static struct client *recover(void *context, const struct task_event *event) {
    struct replay *replay = context;
    return run_recover(&replay->run, event) ? run_client(&replay->run) : NULL;
}

// What is refused must not land in the file that is being read: it would never end.
static bool choose_dead_letters(struct replay *replay, struct error *err) {
    const struct str told = arguments_get(&replay->run.arguments, "dead-letters");
    struct stat from;
    struct stat to;
    buf_reset(&replay->dead_letters);
    buf_add(&replay->dead_letters, told.len ? told : replay->path);
    if (!told.len) buf_add(&replay->dead_letters, STR(".refused"));
    const bool is_same = stat(replay->path.ptr, &from) == 0 &&
                         stat(buf_text(&replay->dead_letters), &to) == 0 &&
                         from.st_dev == to.st_dev && from.st_ino == to.st_ino;
    if (!is_same) return true;
    error_set(err, ERROR_USAGE, "refused events cannot go into the file that is replayed");
    return error_hint(err, "Name another one: --dead-letters FILE");
}

static bool begin(struct replay *replay, struct error *err) {
    if (!choose_dead_letters(replay, err)) return false;
    const struct delivery_options options = {
        .client = run_client(&replay->run),
        .target = DELIVERY_SEGMENT,
        .feed = {.next = next, .context = replay},
        .lanes = replay_source_is_recording(replay) ? 1 : 0,
        .dead_letters = buf_text(&replay->dead_letters),
        .recover = recover,
        .context = replay,
    };
    return delivery_begin(&options, &replay->run.task, &replay->delivery, err);
}

static void report(struct replay *replay, bool is_running) {
    struct delivery_counts counts = {0};
    struct message *message = message_new(MESSAGE_PROGRESS, replay->run.run_id);
    struct message_progress *progress = &message->as.progress;
    const int64_t elapsed_ms = replay->now_ms - replay->began_ms;
    delivery_count(replay->delivery, &counts);
    progress->label = mem_copy_string("events replayed");
    progress->is_delivery = true;
    progress->is_running = is_running;
    progress->done = progress->accepted = counts.accepted;
    progress->failed = progress->refused = counts.refused;
    progress->total = (uint64_t)replay->limit;
    progress->in_flight = counts.in_flight;
    progress->requests = counts.requests;
    progress->retried = counts.retried;
    progress->bytes = counts.bytes;
    progress->eta_ms = -1;
    if (elapsed_ms > 0) progress->per_second = (double)counts.accepted * 1000 / (double)elapsed_ms;
    if (counts.trouble.code != ERROR_NONE)
        progress->trouble = mem_copy_string(counts.trouble.message);
    run_emit(&replay->run, message);
}

static bool
judge(const struct replay *replay, const struct delivery_counts *counts, struct error *err) {
    if (err->code != ERROR_NONE) return false;
    if (replay->read_error.code != ERROR_NONE) {
        *err = replay->read_error;
        return error_wrap(err, "after %llu events", (unsigned long long)counts->accepted);
    }
    if (!counts->refused) return true;
    error_set(
        err, ERROR_REFUSED, "%llu of %llu events were refused", (unsigned long long)counts->refused,
        (unsigned long long)counts->taken);
    return error_hint(
        err, "%s has each with its reason; mend the cause and replay that file.",
        buf_text(&replay->dead_letters));
}

// The delivery made the file before anything was refused; an empty one would only puzzle.
static void drop_empty_letters(const struct replay *replay) {
    struct stat facts;
    const char *path = buf_text(&replay->dead_letters);
    if (stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size == 0) (void)unlink(path);
}

static void end(struct replay *replay, struct error *err) {
    struct delivery_counts counts = {0};
    delivery_count(replay->delivery, &counts);
    report(replay, false);
    delivery_free(mem_take(&replay->delivery));
    drop_empty_letters(replay);
    const struct replay_report_delivered delivered = {
        .sent = counts.taken,
        .accepted = counts.accepted,
        .refused = counts.refused,
        .dead_letters = counts.refused ? buf_str(&replay->dead_letters) : (struct str){0},
    };
    replay_report_delivered(replay, &delivered);
    replay_report_limits(replay);
    if (judge(replay, &counts, err))
        task_finish(&replay->run.task);
    else
        task_fail(&replay->run.task, err);
}

void replay_bulk_step(struct replay *replay, const struct task_event *event) {
    struct error err = {0};
    if (event->kind == TASK_BEGIN && !begin(replay, &err)) {
        task_fail(&replay->run.task, &err);
        return;
    }
    if (event->kind == TASK_CANCELLED) {
        if (replay->delivery) report(replay, false);
        delivery_free(mem_take(&replay->delivery));
        return;
    }
    if (delivery_has_ended(replay->delivery, &err)) {
        end(replay, &err);
        return;
    }
    report(replay, true);
    task_wait(&replay->run.task, REPORT_MS);
}
