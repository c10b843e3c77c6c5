// recording — writes what happens. A line is made as JSON, redacted by name, then swept for every value that
// is known to be a secret, and goes out in one write.
#include "recording/recording.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/secret.h"
#include "hide.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

struct recording {
    struct recording_options options; // its path is the one below
    char *path;                       // owned
    int fd;
    off_t whole; // bytes of whole lines in the file
    bool has_head, is_full;
    struct hide hide;
    struct buf line, swept; // kept for their memory
    struct error failure;
};

static void add_text(struct json_node *object, const char *key, const char *text) {
    if (text)
        json_add_text(object, key, str_from(text));
    else
        json_add_null(object, key);
}

// Microseconds are what clocks can tell.
static void add_ms(struct json_node *object, const char *key, double ms) {
    if (ms < 0 || isnan(ms))
        json_add_null(object, key);
    else
        json_add_number(object, key, round(ms * 1000) / 1000);
}

// Text that ought to be JSON; anything else stays a string.
static void add_embedded(struct json_node *object, const char *key, const char *text) {
    CLEANUP(json_release) struct json value = {0};
    struct error ignored = {0};
    if (text && json_parse(str_from(text), &value, &ignored))
        json_add_copy(object, key, value.root);
    else
        add_text(object, key, text);
}

static void add_free_text(
    struct json_node *object,
    const char *key,
    const char *text,
    const struct recording_options *options) {
    CLEANUP(buf_release) struct buf redacted = {0};
    if (text && options->redact_text) {
        options->redact_text(&redacted, str_from(text));
        text = buf_text(&redacted);
    }
    add_text(object, key, text);
}

static void add_sent(struct json_node *object, const struct message_event *event) {
    json_add_text(object, "kind", STR("event"));
    add_text(object, "via", event->via);
    add_text(object, "source", event->source);
    add_embedded(object, "message", event->raw);
}

static void add_seen(struct json_node *object, const struct message_event *event) {
    json_add_text(object, "kind", STR("seen"));
    add_text(object, "source", event->source);
    add_text(object, "type", event->type);
    add_text(object, "name", event->name);
    add_text(object, "user_id", event->user_id);
    add_text(object, "sku", event->sku);
    add_text(object, "message_id", event->message_id);
    add_text(object, "discard_reason", event->discard_reason);
}

static void
add_hop(struct json_node *object, const struct hop *hop, const struct recording_options *options) {
    json_add_text(object, "kind", STR("hop"));
    add_text(object, "hop", hop_name(hop->id));
    add_text(object, "state", hop_state_name(hop->state));
    add_ms(object, "ms", hop->ms);
    json_add_integer(object, "status", hop->status);
    add_free_text(object, "detail", hop->detail, options);
    add_free_text(object, "hint", hop->hint[0] ? hop->hint : NULL, options);
}

static void add_list(struct json_node *object, const struct message_recommendations *list) {
    json_add_text(object, "kind", STR("recommendations"));
    add_text(object, "user_id", list->user_id);
    add_text(object, "item_id", list->item_id);
    add_text(object, "campaign_arn", list->campaign_arn);
    add_text(object, "recommendation_id", list->recommendation_id);
    add_text(object, "trigger", list->trigger);
    add_ms(object, "ms", list->ms);
    struct json_node *items = json_add_array(object, "items");
    for (size_t i = 0; i < list->item_count; i++) {
        const struct message_item *item = &list->items[i];
        struct json_node *entry = json_add_object(items, NULL);
        json_add_integer(entry, "rank", (int64_t)i + 1);
        add_text(entry, "item_id", item->item_id);
        if (item->score < 0 || isnan(item->score))
            json_add_null(entry, "score");
        else
            json_add_number(entry, "score", item->score);
    }
}

static void add_traits(struct json_node *object, const struct message_profile *profile) {
    json_add_text(object, "kind", STR("traits"));
    add_text(object, "user_id", profile->user_id);
    add_ms(object, "ms", profile->ms);
    struct json_node *traits = json_add_object(object, "traits");
    for (size_t i = 0; i < profile->trait_count; i++)
        add_embedded(traits, profile->traits[i].name, profile->traits[i].value);
}

static void add_done(
    struct json_node *object,
    const struct error *outcome,
    const struct recording_options *options) {
    json_add_text(object, "kind", STR("done"));
    json_add_bool(object, "ok", outcome->code == ERROR_NONE);
    if (outcome->code == ERROR_NONE) {
        json_add_null(object, "error");
        return;
    }
    struct json_node *error = json_add_object(object, "error");
    add_text(error, "code", error_code_name(outcome->code));
    add_free_text(error, "message", outcome->message, options);
    add_free_text(error, "hint", outcome->hint[0] ? outcome->hint : NULL, options);
}

static void add_line(
    struct json_node *object,
    const struct message_line *line,
    const struct recording_options *options) {
    json_add_text(object, "kind", STR("line"));
    add_free_text(object, "text", line->text, options);
    json_add_bool(object, "is_diagnostic", line->is_diagnostic);
}

// False: this kind leaves no line.
static bool add_members(
    struct json_node *object,
    const struct message *message,
    const struct recording_options *options) {
    switch (message->kind) {
    case MESSAGE_HOP: add_hop(object, &message->as.hop, options); return true;
    case MESSAGE_EVENT:
        if (message->as.event.is_sent)
            add_sent(object, &message->as.event);
        else
            add_seen(object, &message->as.event);
        return true;
    case MESSAGE_RECOMMENDATIONS: add_list(object, &message->as.recommendations); return true;
    case MESSAGE_PROFILE: add_traits(object, &message->as.profile); return true;
    case MESSAGE_LINE: add_line(object, &message->as.line, options); return true;
    case MESSAGE_DONE: add_done(object, &message->as.done, options); return true;
    case MESSAGE_SETTINGS:
    case MESSAGE_VALUES:
    case MESSAGE_PROGRESS:
    case MESSAGE_BACKEND:
    case MESSAGE_JOURNEY:
    case MESSAGE_REQUEST: return false;
    }
    return false;
}

void recording_add_line(
    struct buf *out,
    const struct recording_options *options,
    int64_t now_us,
    const struct message *message) {
    CLEANUP(json_release) struct json made = {0};
    struct json_node *object = json_new_object(&made);
    const int64_t since_us = now_us > options->now_us ? now_us - options->now_us : 0;
    json_add_number(object, "t_ms", (double)since_us / 1000);
    json_add_integer(object, "run", (int64_t)message->run_id);
    if (!add_members(object, message, options)) return;
    if (options->redact_json)
        options->redact_json(out, made.root);
    else
        json_print(made.root, out);
}

static ssize_t write_whole(int fd, struct str text) {
    while (text.len) {
        const ssize_t put = write(fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return -1;
        text = str_skip(text, (size_t)put);
    }
    return 0;
}

// What was written of a line that could not be finished is taken back, as far as the file lets us.
static void write_line(struct recording *recording, struct str line) {
    if (recording->failure.code != ERROR_NONE) return;
    if (write_whole(recording->fd, line) == 0) {
        recording->whole += (off_t)line.len;
        return;
    }
    error_from_errno(&recording->failure, errno, "recording to %s", recording->path);
    error_hint(
        &recording->failure, "The recording ends here: make room, and record to another file.");
    (void)!ftruncate(recording->fd, recording->whole);
}

static void write_head(struct recording *recording) {
    CLEANUP(json_release) struct json made = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *object = json_new_object(&made);
    clock_add_iso8601(&text, recording->options.wall_ms);
    json_add_text(object, "recloop", STR("recording"));
    json_add_integer(object, "version", RECORDING_VERSION);
    json_add_text(object, "at", buf_str(&text));
    buf_reset(&text);
    json_print(made.root, &text);
    buf_add_char(&text, '\n');
    recording->has_head = true;
    write_line(recording, buf_str(&text));
}

// Room for the line that tells of it is kept.
#define LIMIT_LINE_BYTES 128

static bool has_room(const struct recording *recording, struct str line) {
    const uint64_t limit = recording->options.limit_bytes;
    return !limit || (uint64_t)recording->whole + line.len + LIMIT_LINE_BYTES <= limit;
}

static void write_limit(struct recording *recording, int64_t now_us) {
    CLEANUP(json_release) struct json made = {0};
    CLEANUP(buf_release) struct buf text = {0};
    struct json_node *object = json_new_object(&made);
    const int64_t since_us = now_us - recording->options.now_us;
    json_add_number(object, "t_ms", since_us > 0 ? (double)since_us / 1000 : 0);
    json_add_integer(object, "run", 0);
    json_add_text(object, "kind", STR("limit"));
    json_add_integer(object, "bytes", (int64_t)recording->options.limit_bytes);
    json_print(made.root, &text);
    buf_add_char(&text, '\n');
    recording->is_full = true;
    write_line(recording, buf_str(&text));
}

static bool lock_new(int fd, const char *path, struct error *err) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat facts;
    if (fstat(fd, &facts) != 0) return error_from_errno(err, errno, "recording to %s", path);
    if (!S_ISREG(facts.st_mode)) return true; // a pipe or /dev/null: nothing to spare
    if (fcntl(fd, F_SETLK, &whole) != 0) {
        error_set(err, ERROR_BUSY, "%s is being written by another process", path);
        return error_hint(err, "Record to another file.");
    }
    if (facts.st_size > 0) {
        error_set(err, ERROR_REFUSED, "%s holds something already", path);
        return error_hint(err, "Record to another file, or remove this one first.");
    }
    if (fchmod(fd, 0600) != 0) return error_from_errno(err, errno, "recording to %s", path);
    return true;
}

bool recording_open(
    const struct recording_options *options, struct recording **out, struct error *err) {
    const int fd = open(options->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        error_from_errno(err, errno, "recording to %s", options->path);
        return error_hint(err, "Give --record a file in a folder that exists and can be written.");
    }
    if (!lock_new(fd, options->path, err)) {
        close(fd);
        return false;
    }
    struct recording *recording = MEM_NEW(struct recording);
    recording->options = *options;
    recording->path = mem_copy_string(options->path);
    recording->options.path = recording->path;
    recording->fd = fd;
    recording->line.limit = recording->swept.limit = RECORDING_MAX_LINE - 2;
    *out = recording;
    return true;
}

void recording_hide(struct recording *recording, struct str secret) {
    hide_add(&recording->hide, secret);
}

static void begin_line(struct recording *recording) {
    buf_reset(&recording->line);
    buf_reset(&recording->swept);
    recording->line.overflowed = recording->swept.overflowed = false;
}

void recording_take(struct recording *recording, int64_t now_us, const struct message *message) {
    if (recording->failure.code != ERROR_NONE || recording->is_full) return;
    if (!recording->has_head && message->kind == MESSAGE_DONE)
        return; // nothing was: it stays empty
    begin_line(recording);
    recording_add_line(&recording->line, &recording->options, now_us, message);
    if (!recording->line.len && !recording->line.overflowed) return;
    hide_sweep(&recording->hide, buf_str(&recording->line), &recording->swept);
    buf_add_char(&recording->swept, '\n');
    // what no reader would take is not written; an event is measured long before
    if (recording->line.overflowed || recording->swept.overflowed) return;
    if (!recording->has_head) write_head(recording);
    if (has_room(recording, buf_str(&recording->swept)))
        write_line(recording, buf_str(&recording->swept));
    else
        write_limit(recording, now_us);
}

bool recording_is_full(const struct recording *recording) {
    return recording->is_full;
}

bool recording_has_failed(const struct recording *recording, struct error *err) {
    if (recording->failure.code == ERROR_NONE) return false;
    *err = recording->failure;
    return true;
}

bool recording_close(struct recording *recording, struct error *err) {
    if (!recording) return true;
    const bool has_failed = recording_has_failed(recording, err);
    const bool is_closed = close(recording->fd) == 0;
    if (!has_failed && !is_closed) error_from_errno(err, errno, "recording to %s", recording->path);
    hide_release(&recording->hide);
    buf_release(&recording->line);
    buf_release(&recording->swept);
    mem_free(recording->path);
    mem_free(recording);
    return !has_failed && is_closed;
}
