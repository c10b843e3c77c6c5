// stream_job — what the job is, where its cursor lies, and where it stands.
#include "stream.h"

#include "base/digest.h"
#include "base/files.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST_CHARACTERS 16 // of the cursor's name

// The sandbox's port changes from start to start, its data folder does not.
static void add_receiver(const struct stream *self, struct str url, struct buf *out) {
    CLEANUP(buf_release) struct buf folder = {0};
    const struct client *client = run_client(&self->run);
    const bool is_sandbox =
        client_is_sandbox(client) && str_starts_with(url, client_sandbox_url(client));
    const bool lasts = is_sandbox && !backend_note(self->run.context->backend) &&
                       backend_data_folder(self->run.context->backend, &folder, NULL);
    buf_add_format(out, " receiver=%s", lasts ? "sandbox " : "");
    buf_add(out, lasts ? buf_str(&folder) : url);
}

static bool add_target(const struct stream *self, struct buf *out, struct error *err) {
    const struct stream_options *options = &self->options;
    buf_add_format(out, " target=%s", stream_options_target_name(options->target));
    if (options->target >= STREAM_FILE) {
        buf_add_format(out, " format=%s file=", options->is_csv ? "csv" : "ndjson");
        buf_add(out, buf_str(&self->job.output));
        return true;
    }
    struct client *client = run_client(&self->run);
    const struct config *config = run_config(&self->run);
    buf_add_format(out, " profile=%s", config->profile);
    if (options->target == STREAM_SEGMENT) {
        add_receiver(self, client_tracking_url(client), out);
        return true;
    }
    CLEANUP(buf_release) struct buf url = {0};
    const struct str service = STR("personalize-events");
    if (!client_endpoint(client, service, (struct str){0}, &url, NULL, err)) return false;
    buf_add(out, STR(" tracking_id="));
    buf_add(out, config_text(&config->tracking_id));
    add_receiver(self, buf_str(&url), out);
    return true;
}

// Everything that changes the messages or where they go; two jobs never share this text. Rate, lanes and
// limit are of a run, not of the job.
static bool add_identity(const struct stream *self, struct buf *out, struct error *err) {
    const struct generator_plan *plan = generator_plan(self->feed.generator);
    buf_add_format(
        out, "model=%s seed=%llu users=%u from=", generator_model_name(plan->model),
        (unsigned long long)plan->seed, (unsigned)plan->users);
    stream_options_add_day(out, plan->from_day);
    buf_add(out, STR(" to="));
    if (self->options.is_open_ended)
        buf_add(out, STR("yesterday")); // the days since are added to it
    else
        stream_options_add_day(out, plan->to_day);
    buf_add_format(out, " shard=%u/%u platforms=", (unsigned)plan->shard, (unsigned)plan->shards);
    stream_options_add_platforms(plan, out);
    return add_target(self, out, err);
}

static bool
add_state_path(const struct stream *self, struct str identity, struct buf *out, struct error *err) {
    char digest[DIGEST_HEX_BYTES];
    const struct backend *backend = self->run.context->backend;
    const char *state = backend_environment(backend, "XDG_STATE_HOME");
    const char *home = backend_environment(backend, "HOME");
    if (state && state[0] == '/') {
        buf_add(out, str_from(state));
    } else if (home) {
        buf_add_format(out, "%s/.local/state", home);
    } else {
        error_set(err, ERROR_CONFIG, "there is no place for the cursor: HOME is not set");
        return error_hint(err, "Name a file for it: --cursor FILE");
    }
    digest_sha256_hex(identity, digest);
    buf_add_format(out, "/recloop/stream/%.*s.cursor", DIGEST_CHARACTERS, digest);
    return true;
}

// Beside the cursor, where none is named.
static void name_dead_letters(struct stream *self) {
    struct stream_job *job = &self->job;
    const struct arguments *arguments = &self->run.arguments;
    if (self->options.target >= STREAM_FILE) return;
    if (arguments_has(arguments, "dead-letters")) {
        buf_add(&job->dead_letters, arguments_get(arguments, "dead-letters"));
        return;
    }
    const struct str path = buf_str(&job->path);
    const struct str suffix = STR(".cursor");
    if (!path.len) return;
    const size_t kept = str_ends_with(path, suffix) ? path.len - suffix.len : path.len;
    buf_add(&job->dead_letters, str_slice(path, 0, kept));
    buf_add(&job->dead_letters, STR(".dead-letters.ndjson"));
}

static bool name_output(struct stream *self, struct error *err) {
    char folder[4096];
    const struct str file = arguments_get(&self->run.arguments, "out");
    struct buf *output = &self->job.output;
    if (self->options.target != STREAM_FILE) return true;
    if (file.ptr[0] != '/') {
        if (!getcwd(folder, sizeof(folder)))
            return error_from_errno(err, errno, "finding the working folder");
        buf_add_format(output, "%s/", folder);
    }
    buf_add(output, file);
    return true;
}

// While it is replaced only the safe one stands (cursor.c).
static bool has_cursor(const struct stream_job *job) {
    CLEANUP(buf_release) struct buf safe = {0};
    if (!job->path.len) return false;
    buf_add_format(&safe, "%s.safe", buf_text(&job->path));
    return files_exists(buf_text(&job->path)) || files_exists(buf_text(&safe));
}

// Before there is a cursor nothing that is in the file can be ours.
static bool check_output(const struct stream *self, struct error *err) {
    struct stat found = {0};
    const char *path = buf_text(&self->job.output);
    if (!self->job.output.len || self->options.restarts) return true;
    if (stat(path, &found) != 0 || found.st_size == 0) return true;
    if (has_cursor(&self->job)) return true;
    error_set(err, ERROR_USAGE, "%s exists and is not of this job", path);
    if (!self->options.is_job) return error_hint(err, "Choose another file.");
    return error_hint(err, "Choose another file, or replace it with --restart.");
}

static bool open_cursor(struct stream *self, struct str identity, struct error *err) {
    struct stream_job *job = &self->job;
    const char *path = buf_text(&job->path);
    if (self->options.restarts) return cursor_open_anew(path, identity, &job->cursor, err);
    return cursor_open(path, identity, &job->cursor, &job->place, err);
}

void stream_job_add_done(const struct stream *self, uint64_t done, struct buf *out) {
    stream_report_add_grouped(out, done);
    buf_add(out, STR(" of about "));
    stream_report_add_grouped(out, self->job.estimate > done ? self->job.estimate : done);
    buf_add(out, STR(" done"));
}

static void tell_complete(struct stream *self) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct cursor_place *place = &self->job.place;
    buf_add(&text, STR("Nothing is left to do: the job is complete, "));
    stream_report_add_grouped(&text, place->accepted);
    buf_add(&text, self->job.output.len ? STR(" written") : STR(" accepted"));
    if (place->refused) {
        buf_add(&text, STR(", "));
        stream_report_add_grouped(&text, place->refused);
        buf_add(&text, STR(" refused"));
    }
    buf_add(&text, STR(". --restart begins again."));
    run_note(&self->run, buf_str(&text));
}

static void tell_start(struct stream *self) {
    CLEANUP(buf_release) struct buf text = {0};
    const struct cursor_place *place = &self->job.place;
    if (self->options.restarts) {
        if (self->options.target >= STREAM_FILE) return;
        run_note(
            &self->run,
            STR("Beginning again. The messages have the same ids as before: what was sent "
                "within 24 hours Segment takes for repeats and counts once."));
    } else if (place->mark.ordinal) {
        buf_add(&text, STR("Resuming at "));
        stream_feed_add_where(&self->feed, &place->mark, &text);
        buf_add(&text, STR(", "));
        stream_job_add_done(self, place->mark.ordinal, &text);
        buf_add(&text, STR("; --restart begins again."));
        run_note(&self->run, buf_str(&text));
    }
}

static bool find_place(struct stream *self, struct error *err) {
    struct stream_job *job = &self->job;
    if (!job->place.mark.ordinal) return true;
    if (!stream_feed_seek(&self->feed, &job->place.mark, err)) {
        error_wrap(err, "going on from %s", buf_text(&job->path));
        return error_hint(err, "The cursor does not fit the job. --restart begins again.");
    }
    struct delivery_mark mark;
    stream_feed_tell(&self->feed, &mark);
    self->is_over = stream_feed_is_at_end(&self->feed, &mark);
    return true;
}

static bool open_named(struct stream *self, struct error *err) {
    struct stream_job *job = &self->job;
    CLEANUP(buf_release) struct buf identity = {0};
    if (!add_identity(self, &identity, err)) return false;
    const struct str named = arguments_get(&self->run.arguments, "cursor");
    buf_add(&job->path, named);
    if (!named.len && !add_state_path(self, buf_str(&identity), &job->path, err)) return false;
    name_dead_letters(self);
    return stream_files_check(self, err) && check_output(self, err) &&
           open_cursor(self, buf_str(&identity), err) && find_place(self, err);
}

bool stream_job_open(struct stream *self, struct error *err) {
    struct stream_job *job = &self->job;
    const struct generator_plan *plan = generator_plan(self->feed.generator);
    if (self->options.is_job) job->estimate = generator_estimate(plan);
    const bool has_cursor = self->options.is_job && self->options.target != STREAM_STDOUT;
    if (!name_output(self, err)) return false;
    if (has_cursor) {
        if (!open_named(self, err)) return false;
    } else {
        name_dead_letters(self);
        if (!stream_files_check(self, err) || !check_output(self, err)) return false;
    }
    self->base = job->place;
    if (self->is_over)
        tell_complete(self);
    else
        tell_start(self);
    return true;
}

void stream_job_release(struct stream_job *job) {
    cursor_close(job->cursor);
    buf_release(&job->path);
    buf_release(&job->dead_letters);
    buf_release(&job->output);
    *job = (struct stream_job){0};
}

bool stream_job_save(struct stream *self, const struct stream_counts *counts, struct error *err) {
    struct stream_job *job = &self->job;
    if (!job->cursor) return true;
    struct cursor_place place = {
        .mark = counts->mark,
        .accepted = self->base.accepted + counts->accepted,
        .refused = self->base.refused + counts->refused,
        .skipped = self->base.skipped + counts->skipped,
        .bytes = job->output.len ? self->base.bytes + counts->bytes : 0,
        .is_complete = stream_feed_is_at_end(&self->feed, &counts->mark),
    };
    if (!cursor_save(job->cursor, &place, err)) return false;
    job->place = place;
    return true;
}
