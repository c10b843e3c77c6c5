// stream_write — the run that writes a file, or standard output.
//
// The file is appended to in pieces of whole lines. Before the cursor says that something is in it, the
// file has been synced; whatever lies behind that place after a crash is cut off and written again, the
// same bytes.
#include "stream.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)128 << 10)
#define STEP_MS 20      // a step gives way to others after so long
#define LOOK_EVERY 256  // messages, at the clock
#define PIPE_BYTES 4096 // POSIX: so much does not block where there is room
#define ROOM_MS 100     // how long to wait for a slow reader before looking at who wants us to stop

struct stream_write {
    struct stream stream;
    int fd;                      // -1: not open
    struct buf piece;            // owned
    struct stream_counts counts; // up to the last whole piece
    struct stream_counts next;   // with what is in the piece
    uint64_t paced;              // messages since `paced_ms`
    int64_t paced_ms;
    bool is_reader_gone;
};

static struct stream_write *write_of(struct stream *stream) {
    return (struct stream_write *)(void *)stream;
}

static bool is_file(const struct stream_write *self) {
    return self->stream.options.target == STREAM_FILE;
}

static bool is_told_to_stop(const struct stream_write *self) {
    const struct action_context *context = self->stream.run.context;
    return context->cancelled && context->cancelled(context->cancelled_context);
}

// Standard output may be a pipe that nobody empties: then waiting must not be for ever.
static ssize_t write_some(const struct stream_write *self, struct str text) {
    if (is_file(self)) return write(self->fd, text.ptr, text.len);
    struct pollfd room = {.fd = self->fd, .events = POLLOUT};
    if (poll(&room, 1, ROOM_MS) == 0) {
        errno = EINTR;
        return -1;
    }
    return write(self->fd, text.ptr, text.len < PIPE_BYTES ? text.len : PIPE_BYTES);
}

static bool fail_to_write(struct stream_write *self, int failure, struct error *err) {
    if (failure == EPIPE && !is_file(self)) {
        self->is_reader_gone = true;
        return error_set(err, ERROR_IO, "the reader is gone");
    }
    const bool is_named = is_file(self);
    error_from_errno(
        err, failure, "writing %s",
        is_named ? buf_text(&self->stream.job.output) : "standard output");
    if (!is_named) return false;
    return error_hint(err, "Make room; the same command then goes on behind what is whole.");
}

static bool write_piece(struct stream_write *self, struct error *err) {
    struct str rest = buf_str(&self->piece);
    while (rest.len) {
        const ssize_t bytes = write_some(self, rest);
        if (bytes >= 0) {
            rest = str_skip(rest, (size_t)bytes);
        } else if (errno != EINTR) {
            return fail_to_write(self, errno, err);
        } else if (!is_file(self) && is_told_to_stop(self)) {
            return error_set(err, ERROR_CANCELLED, "stopped");
        }
    }
    self->next.bytes += self->piece.len;
    stream_feed_tell(&self->stream.feed, &self->next.mark);
    self->counts = self->next;
    buf_reset(&self->piece);
    return true;
}

// How many messages the pace allows now.
static uint64_t allowed(const struct stream_write *self, int64_t now_ms) {
    const double per_second = self->stream.options.per_second;
    if (self->stream.is_paused) return 0;
    if (per_second <= 0) return UINT64_MAX;
    const double due = (double)(now_ms - self->paced_ms) * per_second / 1000 + 1;
    return due > (double)self->paced ? (uint64_t)due - self->paced : 0;
}

static void add_message(struct stream_write *self, const struct generator_message *message) {
    const size_t before = self->piece.len;
    if (self->stream.options.is_csv) {
        generator_add_rows(message, &self->piece);
    } else {
        generator_add_json(self->stream.feed.generator, message, &self->piece);
        buf_add_char(&self->piece, '\n');
    }
    self->next.taken++;
    if (self->piece.len > before)
        self->next.accepted++;
    else
        self->next.skipped++; // no product, no row
}

// Fills the piece; false when no more comes.
static bool fill_piece(struct stream_write *self, int64_t now_ms) {
    const uint64_t most = allowed(self, now_ms);
    struct generator_message message;
    for (uint64_t i = 0; i < most && self->piece.len < PIECE_BYTES; i++) {
        if (i % LOOK_EVERY == LOOK_EVERY - 1 && clock_monotonic_ms() - now_ms >= STEP_MS) break;
        const enum stream_gate gate = stream_feed_next(&self->stream.feed, &message);
        if (gate == STREAM_END) return false;
        if (gate == STREAM_NOT_YET) break;
        add_message(self, &message);
        self->paced++;
    }
    return true;
}

static bool save(struct stream_write *self, int64_t now_ms, struct error *err) {
    self->stream.saved_ms = now_ms;
    if (!self->stream.job.cursor) return true;
    if (fdatasync(self->fd) != 0) return fail_to_write(self, errno, err);
    return stream_job_save(&self->stream, &self->counts, err);
}

static void end(struct stream_write *self, int64_t now_ms, struct error *err) {
    struct task *task = &self->stream.run.task;
    struct error failure = {0};
    const bool is_saved = save(self, now_ms, &failure);
    if (!is_saved && err->code == ERROR_NONE) *err = failure;
    if (self->is_reader_gone) {
        task_finish(task);
        return;
    }
    stream_report_progress(&self->stream, &self->counts, now_ms, false);
    stream_report_end(&self->stream, &self->counts, now_ms);
    if (err->code == ERROR_NONE)
        task_finish(task);
    else
        task_fail(task, err);
}

static int64_t wait_ms(const struct stream_write *self, int64_t now_ms) {
    const double per_second = self->stream.options.per_second;
    if (self->stream.is_paused) return STREAM_REPORT_MS;
    if (per_second <= 0) return 0;
    const double due_ms =
        (double)self->paced_ms + (double)self->paced * 1000 / per_second - (double)now_ms;
    if (due_ms <= 0) return 0;
    return due_ms < STREAM_REPORT_MS ? (int64_t)due_ms + 1 : STREAM_REPORT_MS;
}

static void go_on(struct stream_write *self, int64_t now_ms) {
    struct stream *stream = &self->stream;
    struct error err = {0};
    const bool has_more = fill_piece(self, now_ms);
    if (!write_piece(self, &err)) {
        end(self, now_ms, &err);
        return;
    }
    if (stream->feed.is_stepped) stream->is_paused = true;
    const int64_t later_ms = clock_monotonic_ms();
    const bool is_due = later_ms - stream->saved_ms >= STREAM_SAVE_MS;
    if (stream->feed.is_stopped) error_set(&err, ERROR_CANCELLED, "stopped");
    if (!has_more || stream->feed.is_stopped || (is_due && !save(self, later_ms, &err))) {
        end(self, later_ms, &err);
        return;
    }
    if (later_ms - stream->reported_ms >= STREAM_REPORT_MS)
        stream_report_progress(stream, &self->counts, later_ms, true);
    task_wait(&stream->run.task, wait_ms(self, later_ms));
}

static bool lost_output(const struct stream_write *self, struct error *err) {
    error_set(
        err, ERROR_INVALID, "%s is not as this job left it", buf_text(&self->stream.job.output));
    return error_hint(err, "Write it anew with --restart.");
}

// Another job into the same file has a cursor, and a lock, of its own.
static bool lock_file(const struct stream_write *self, struct error *err) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(self->fd, F_SETLK, &whole) == 0) return true;
    if (errno != EACCES && errno != EAGAIN) return true; // a file system without locks
    error_set(err, ERROR_BUSY, "another process writes %s", buf_text(&self->stream.job.output));
    return error_hint(err, "Wait for it, or write another file: --out FILE");
}

// A file that is new must be found after a power failure, for the cursor will tell of it.
static void sync_folder(const char *path) {
    CLEANUP(buf_release) struct buf folder = {0};
    const char *slash = strrchr(path, '/'); // the path is absolute
    buf_add(&folder, str_slice(str_from(path), 0, (size_t)(slash - path) + 1));
    const int fd = open(buf_text(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return; // it may be written but not read: then there is no more to do
    (void)fsync(fd);
    close(fd);
}

static bool fail_to_open(const char *path, struct error *err) {
    error_from_errno(err, errno, "opening %s", path);
    return error_hint(
        err, "Name a file that can be written, in a folder that is there: --out FILE");
}

// Opens the file at the place where it is whole; what lies behind it was written before a crash.
static bool open_file(struct stream_write *self, struct error *err) {
    struct stat found = {0};
    const char *path = buf_text(&self->stream.job.output);
    const off_t whole = (off_t)self->stream.base.bytes;
    const int make = whole || self->stream.is_over ? 0 : O_CREAT;
    // without a reader a named pipe would hold us here
    self->fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | make, 0644);
    if (self->fd < 0 && errno == ENOENT && !make) return lost_output(self, err);
    if (self->fd < 0) return fail_to_open(path, err);
    if (fstat(self->fd, &found) != 0) return error_from_errno(err, errno, "reading %s", path);
    if (!S_ISREG(found.st_mode)) {
        error_set(err, ERROR_USAGE, "%s is no file that could be gone on with", path);
        return error_hint(err, "For pipes and devices write to standard output: --out -");
    }
    if (!lock_file(self, err)) return false;
    if (found.st_size < whole) return lost_output(self, err);
    if (self->stream.is_over) return found.st_size == whole || lost_output(self, err);
    if (ftruncate(self->fd, whole) != 0 || lseek(self->fd, whole, SEEK_SET) < 0)
        return error_from_errno(err, errno, "cutting off %s", path);
    if (make) sync_folder(path);
    return true;
}

static void step_begin(struct stream_write *self, int64_t now_ms) {
    struct stream *stream = &self->stream;
    struct task *task = &stream->run.task;
    struct error err = {0};
    if (stream->is_over) {
        task_finish(task);
        return;
    }
    stream->began_ms = stream->rated_ms = self->paced_ms = now_ms;
    stream_feed_tell(&stream->feed, &self->counts.mark);
    self->next = self->counts;
    // from here on what is in the file is this job's
    if (!save(self, now_ms, &err)) {
        task_fail(task, &err);
        return;
    }
    const bool is_new = !stream->base.bytes && stream->options.is_csv;
    if (is_new) buf_add(&self->piece, generator_row_header());
    stream_report_progress(stream, &self->counts, now_ms, true);
    go_on(self, now_ms);
}

static void step(struct task *task, const struct task_event *event) {
    struct stream_write *self = write_of(stream_of(task));
    struct error ignored = {0};
    switch (event->kind) {
    case TASK_BEGIN: step_begin(self, event->now_ms); break;
    case TASK_TIMER:
    case TASK_RESPONSE: go_on(self, event->now_ms); break;
    case TASK_CANCELLED:
        (void)save(self, event->now_ms, &ignored);
        stream_report_progress(&self->stream, &self->counts, event->now_ms, false);
        stream_report_end(&self->stream, &self->counts, event->now_ms);
        break;
    }
}

// The pace begins anew: neither a pause nor a slower rate is caught up.
static void apply(struct stream *stream) {
    struct stream_write *self = write_of(stream);
    self->paced_ms = clock_monotonic_ms();
    self->paced = 0;
    task_nudge(&stream->run.task);
}

static void free_write(struct task *task) {
    struct stream_write *self = write_of(stream_of(task));
    if (self->fd >= 0 && is_file(self)) close(self->fd);
    buf_release(&self->piece);
    stream_release(&self->stream);
    mem_free(self);
}

static bool check_output(const struct action_context *context, struct error *err) {
    if (!context->may_write_output) {
        error_set(err, ERROR_USAGE, "standard output is not free here");
        return error_hint(err, "Write to a file: --out FILE");
    }
    if (!context->wants_json) return true;
    error_set(err, ERROR_USAGE, "--json and --out - both want standard output");
    return error_hint(err, "The messages are JSON by themselves; leave out --json.");
}

static bool prepare(struct stream_write *self, struct error *err) {
    struct stream *stream = &self->stream;
    const struct stream_options *options = &stream->options;
    if (options->target == STREAM_STDOUT && !check_output(stream->run.context, err)) return false;
    if (!stream_feed_open(&stream->feed, &options->plan, !options->is_job, err)) return false;
    stream->feed.limit = options->limit;
    if (!stream_job_open(stream, err)) return false;
    if (options->target == STREAM_FILE) return open_file(self, err);
    self->fd = STDOUT_FILENO;
    return true;
}

struct task *stream_write_start(
    struct action_context *context,
    const struct arguments *arguments,
    const struct stream_options *options,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "stream", .step = step, .free = free_write};
    static const struct stream_engine engine = {.apply = apply};
    struct stream_write *self = MEM_NEW(struct stream_write);
    self->fd = -1;
    stream_init(&self->stream, &ops, context, arguments, options, run_id);
    self->stream.engine = &engine;
    if (prepare(self, err)) return &self->stream.run.task;
    free_write(&self->stream.run.task);
    return NULL;
}
