// stream_report — how far it is, and the last words.
#include "stream.h"

#include "base/memory.h"

#define RATE_MS 1000          // a sample of the rate; what is shown is of a few of them
#define LONGEST_ETA_MS 3.2e12 // a hundred years
#define FIRST_RATE_MS 300     // the first one may be shorter, but not a guess

void stream_report_add_grouped(struct buf *out, uint64_t number) {
    CLEANUP(buf_release) struct buf digits = {0};
    buf_add_format(&digits, "%llu", (unsigned long long)number);
    for (size_t i = 0; i < digits.len; i++) {
        if (i > 0 && (digits.len - i) % 3 == 0) buf_add_char(out, ',');
        buf_add_char(out, digits.ptr[i]);
    }
}

void stream_report_note(struct stream *self, const char *format, ...) {
    CLEANUP(buf_release) struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_add_vformat(&text, format, args);
    va_end(args);
    run_note(&self->run, buf_str(&text));
}

static uint64_t ended(const struct stream_counts *counts) {
    return counts->accepted + counts->refused + counts->skipped;
}

// Of the last seconds: the average since the start says nothing after a pause.
static void rate(struct stream *self, uint64_t count, int64_t now_ms) {
    const int64_t passed_ms = now_ms - self->rated_ms;
    if (passed_ms < (self->recent_rate > 0 ? RATE_MS : FIRST_RATE_MS)) return;
    const double now = (double)(count - self->rated_count) * 1000 / (double)passed_ms;
    const double weight = self->recent_rate > 0 ? 0.5 : 1;
    self->recent_rate += (now - self->recent_rate) * weight;
    self->rated_ms = now_ms;
    self->rated_count = count;
}

// How many it will have been in all, if that is known.
static uint64_t find_total(const struct stream *self, uint64_t done, bool *is_about) {
    const struct stream_job *job = &self->job;
    const uint64_t limit = self->feed.limit ? self->base.mark.ordinal + self->feed.limit : 0;
    *is_about = !limit || (job->estimate && job->estimate < limit);
    uint64_t total = *is_about ? job->estimate : limit;
    if (total && total < done) total = done;
    return total;
}

static double average(const struct stream *self, uint64_t count, int64_t now_ms) {
    const int64_t passed_ms = now_ms - self->began_ms;
    return passed_ms > 0 ? (double)count * 1000 / (double)passed_ms : 0;
}

// Below 0: beyond any end that means something; a limit may be all that 64 bits hold.
static int64_t find_eta(uint64_t left, double per_second) {
    const double eta_ms = (double)left * 1000 / per_second;
    return eta_ms < LONGEST_ETA_MS ? (int64_t)eta_ms : -1;
}

static void fill(
    struct stream *self,
    const struct stream_counts *counts,
    int64_t now_ms,
    struct message_progress *progress) {
    const uint64_t done = self->base.mark.ordinal + ended(counts);
    progress->total = find_total(self, done, &progress->is_total_about);
    if (stream_feed_is_at_end(&self->feed, &counts->mark)) {
        progress->total = done;
        progress->is_total_about = false;
    }
    progress->accepted = self->base.accepted + counts->accepted;
    progress->refused = self->base.refused + counts->refused;
    progress->skipped = self->base.skipped + counts->skipped;
    progress->done = progress->accepted;
    progress->failed = progress->refused;
    progress->in_flight = counts->in_flight;
    progress->requests = counts->requests;
    progress->retried = counts->retried;
    progress->bytes = counts->bytes;
    progress->wanted_per_second = self->options.per_second;
    progress->is_paused = self->is_paused;
    rate(self, ended(counts), now_ms);
    progress->per_second =
        progress->is_running ? self->recent_rate : average(self, ended(counts), now_ms);
    progress->eta_ms = -1;
    if (progress->total && self->recent_rate > 0 && !self->is_paused)
        progress->eta_ms = find_eta(progress->total - done, self->recent_rate);
}

void stream_report_progress(
    struct stream *self, const struct stream_counts *counts, int64_t now_ms, bool is_running) {
    struct message *message = message_new(MESSAGE_PROGRESS, self->run.run_id);
    struct message_progress *progress = &message->as.progress;
    const bool is_sent = self->options.target < STREAM_FILE;
    progress->label = mem_copy_string(is_sent ? "events streamed" : "messages written");
    progress->is_delivery = true;
    progress->is_running = is_running;
    fill(self, counts, now_ms, progress);
    CLEANUP(buf_release) struct buf where = {0};
    stream_feed_add_where(&self->feed, &counts->mark, &where);
    if (where.len) progress->where = buf_take(&where);
    if (counts->trouble.len) progress->trouble = message_copy_text(counts->trouble);
    self->reported_ms = now_ms;
    run_emit(&self->run, message);
}

static void add_number(struct message *message, const char *key, double number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_double(&text, number);
    message_add_value_json(message, key, buf_str(&text));
}

static void add_text(struct message *message, const char *key, const struct buf *text) {
    if (text->len)
        message_add_value(message, key, buf_str(text));
    else
        message_add_value_json(message, key, STR("null"));
}

static void emit_values(struct stream *self, const struct stream_counts *counts, int64_t now_ms) {
    CLEANUP(buf_release) struct buf where = {0};
    const struct stream_job *job = &self->job;
    struct message *message = message_new(MESSAGE_VALUES, self->run.run_id);
    message->as.values.title = mem_copy_string("stream");
    add_number(message, "taken", (double)counts->taken);
    add_number(message, "accepted", (double)counts->accepted);
    add_number(message, "refused", (double)counts->refused);
    add_number(message, "skipped", (double)counts->skipped);
    add_number(message, "requests", (double)counts->requests);
    add_number(message, "retried", (double)counts->retried);
    add_number(message, "bytes", (double)counts->bytes);
    add_number(message, "seconds", (double)(now_ms - self->began_ms) / 1000);
    add_number(message, "per_second", average(self, ended(counts), now_ms));
    const bool is_complete = job->cursor && job->place.is_complete;
    message_add_value_json(message, "is_complete", is_complete ? STR("true") : STR("false"));
    stream_feed_add_where(&self->feed, &counts->mark, &where);
    add_text(message, "where", &where);
    add_text(message, "cursor", &job->path);
    add_text(message, "output", &job->output);
    add_text(message, "dead_letters", &job->dead_letters);
    run_emit(&self->run, message);
}

static void tell_counts(struct stream *self, const struct stream_counts *counts, int64_t now_ms) {
    CLEANUP(buf_release) struct buf text = {0};
    stream_report_add_grouped(&text, counts->taken);
    buf_add(&text, STR(" taken, "));
    stream_report_add_grouped(&text, counts->accepted);
    buf_add(&text, self->options.target < STREAM_FILE ? STR(" accepted, ") : STR(" written, "));
    stream_report_add_grouped(&text, counts->refused);
    buf_add(&text, STR(" refused, "));
    stream_report_add_grouped(&text, counts->retried);
    buf_add(&text, STR(" requests sent again, "));
    stream_report_add_grouped(&text, counts->skipped);
    buf_add_format(&text, " passed over in %.1f s: ", (double)(now_ms - self->began_ms) / 1000);
    stream_report_add_grouped(&text, (uint64_t)average(self, ended(counts), now_ms));
    buf_add(&text, STR(" events/s."));
    run_note(&self->run, buf_str(&text));
}

static void tell_place(struct stream *self, const struct stream_counts *counts) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct stream_job *job = &self->job;
    if (!job->cursor) return;
    if (job->place.is_complete) {
        run_note(&self->run, STR("The job is complete."));
        return;
    }
    buf_add(&text, STR("It stands at "));
    stream_feed_add_where(&self->feed, &counts->mark, &text);
    buf_add(&text, STR(", "));
    stream_job_add_done(self, counts->mark.ordinal, &text);
    buf_add(&text, STR("; the same command goes on from there."));
    run_note(&self->run, buf_str(&text));
}

void stream_report_end(struct stream *self, const struct stream_counts *counts, int64_t now_ms) {
    if (self->run.context->wants_json) emit_values(self, counts, now_ms);
    tell_counts(self, counts, now_ms);
    if (counts->refused && self->job.dead_letters.len) {
        stream_report_note(
            self,
            "What was refused is in %s, with the reasons; once they are mended: recloop "
            "replay FILE",
            buf_text(&self->job.dead_letters));
    }
    tell_place(self, counts);
}
