// recording_reader — see the header.
#include "recording/recording_reader.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)64 << 10)

struct recording_reader {
    int fd; // -1: a text
    char *name;
    struct buf read; // of a file: what has been read; `at` is where the next line begins
    size_t at;
    struct str text; // of a text: what is left
    bool has_ended, has_failed, is_torn, is_begun;
    size_t line;
    enum recording_reader_shape shape;
    int64_t started_ms, limit_bytes;
    struct json document; // of the entry returned last
};

static struct recording_reader *new_reader(const char *name, int fd) {
    struct recording_reader *reader = MEM_NEW(struct recording_reader);
    reader->name = mem_copy_string(name);
    reader->fd = fd;
    reader->read.limit = RECORDING_MAX_LINE + CHUNK_BYTES;
    reader->shape = RECORDING_READER_EMPTY;
    return reader;
}

bool recording_reader_open(const char *path, struct recording_reader **out, struct error *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERROR_NOT_FOUND, "%s does not exist", path);
    if (fd < 0) return error_from_errno(err, errno, "opening %s", path);
    *out = new_reader(path, fd);
    return true;
}

struct recording_reader *recording_reader_new_text(const char *name, struct str text) {
    struct recording_reader *reader = new_reader(name, -1);
    reader->text = text;
    return reader;
}

void recording_reader_close(struct recording_reader *reader) {
    if (!reader) return;
    if (reader->fd >= 0) close(reader->fd);
    json_release(&reader->document);
    buf_release(&reader->read);
    mem_free(reader->name);
    mem_free(reader);
}

static bool fail_line(
    const struct recording_reader *reader,
    enum error_code code,
    struct error *err,
    const char *what) {
    return error_set(err, code, "%s, line %zu: %s", reader->name, reader->line, what);
}

// More of the file behind what is there; *is_end when there is no more.
static bool fill(struct recording_reader *reader, bool *is_end, struct error *err) {
    if (reader->at) { // move what is left to the front
        const size_t left = reader->read.len - reader->at;
        memmove(reader->read.ptr, reader->read.ptr + reader->at, left);
        reader->read.len = left;
        reader->at = 0;
    }
    char *room = buf_extend(&reader->read, CHUNK_BYTES);
    ASSERT(room); // lines are measured before more is read
    ssize_t got = 0;
    do {
        got = read(reader->fd, room, CHUNK_BYTES);
    } while (got < 0 && errno == EINTR);
    const int saved_errno = errno;
    reader->read.len -= CHUNK_BYTES - (size_t)(got > 0 ? got : 0);
    *is_end = got == 0;
    if (got >= 0) return true;
    return error_from_errno(err, saved_errno, "reading %s", reader->name);
}

// The next line without its end. *is_whole: it had one. *has false: there is none.
static bool next_line(
    struct recording_reader *reader,
    struct str *out,
    bool *is_whole,
    bool *has,
    struct error *err) {
    struct str left = reader->text;
    for (;;) {
        if (reader->fd >= 0) left = str_skip(buf_str(&reader->read), reader->at);
        const size_t end = str_find_char(left, '\n');
        *is_whole = end < left.len;
        if (end > RECORDING_MAX_LINE) {
            reader->line++;
            fail_line(reader, ERROR_LIMIT, err, "longer than a line can be (1 MiB)");
            return error_hint(err, "An event has at most 32 KB: is this the right file?");
        }
        if (*is_whole || reader->fd < 0 || reader->has_ended) {
            *has = left.len > 0;
            *out = str_slice(left, 0, end);
            const size_t taken = end + *is_whole;
            reader->at += taken;
            if (reader->fd < 0) reader->text = str_skip(left, taken);
            reader->line += *has;
            return true;
        }
        if (!fill(reader, &reader->has_ended, err)) return false;
    }
}

static bool
read_head(struct recording_reader *reader, const struct json_node *root, struct error *err) {
    int64_t version = 0;
    const bool is_told = json_integer(json_get(root, "version"), &version);
    if (!is_told || version != RECORDING_VERSION) {
        fail_line(
            reader, ERROR_INVALID, err, "a recording of a version that this program cannot read");
        return error_hint(err, "It reads version %d.", RECORDING_VERSION);
    }
    if (!clock_parse_iso8601(json_get_text(root, "at"), &reader->started_ms))
        reader->started_ms = 0;
    reader->shape = RECORDING_READER_SESSION;
    return true;
}

static bool
read_event(struct recording_reader *reader, struct recording_reader_entry *out, struct error *err) {
    out->message = json_get(out->body, "message");
    out->source = json_get_text(out->body, "source");
    out->via = json_get_text(out->body, "via");
    if (json_kind(out->message) == JSON_OBJECT) return true;
    return fail_line(reader, ERROR_INVALID, err, "an event without its message");
}

static bool read_session(
    struct recording_reader *reader, struct recording_reader_entry *out, struct error *err) {
    static const struct {
        const char *name;
        enum recording_reader_kind kind;
    } kinds[] = {
        {.name = "event", .kind = RECORDING_READER_EVENT},
        {.name = "recommendations", .kind = RECORDING_READER_RECOMMENDATIONS},
        {.name = "traits", .kind = RECORDING_READER_TRAITS},
        {.name = "done", .kind = RECORDING_READER_DONE},
    };
    int64_t run = 0;
    out->kind = RECORDING_READER_OTHER;
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (str_equal(json_get_text(out->body, "kind"), str_from(kinds[i].name)))
            out->kind = kinds[i].kind;
    }
    if (str_equal(json_get_text(out->body, "kind"), STR("limit")) &&
        (!json_integer(json_get(out->body, "bytes"), &reader->limit_bytes) ||
         reader->limit_bytes < 1))
        reader->limit_bytes = 1;
    // !(x >= 0) also takes what is no number at all
    if (!json_number(json_get(out->body, "t_ms"), &out->t_ms) || !(out->t_ms >= 0)) out->t_ms = -1;
    if (json_integer(json_get(out->body, "run"), &run) && run > 0) out->run = (uint64_t)run;
    return out->kind != RECORDING_READER_EVENT || read_event(reader, out, err);
}

static bool
read_other(struct recording_reader *reader, struct recording_reader_entry *out, struct error *err) {
    out->kind = RECORDING_READER_EVENT;
    out->t_ms = -1;
    const bool is_envelope = json_kind(json_get(out->body, "message")) != JSON_ABSENT;
    if (reader->shape == RECORDING_READER_EMPTY)
        reader->shape = is_envelope ? RECORDING_READER_LETTERS : RECORDING_READER_MESSAGES;
    if (is_envelope && json_kind(json_get(out->body, "message")) != JSON_OBJECT) {
        out->kind = RECORDING_READER_OTHER; // a letter about what was no message
        return true;
    }
    if (is_envelope) return read_event(reader, out, err);
    out->message = out->body;
    out->source = json_get_text(out->body, "source");
    return true;
}

// The first line of an asciicast.
static bool is_cast(const struct json_node *root) {
    int64_t unused = 0;
    return json_integer(json_get(root, "version"), &unused) &&
           json_integer(json_get(root, "width"), &unused) &&
           json_integer(json_get(root, "height"), &unused);
}

// One line as an entry; *is_entry false: it was the file's own first line, or it is torn.
static bool read_line(
    struct recording_reader *reader,
    struct str line,
    bool is_whole,
    struct recording_reader_entry *out,
    bool *is_entry,
    struct error *err) {
    struct error reason = {0};
    json_release(&reader->document);
    const bool is_json = json_parse(line, &reader->document, &reason);
    if (!is_json || json_kind(reader->document.root) != JSON_OBJECT) {
        reader->is_torn = !is_whole && reader->is_begun;
        if (reader->is_torn) return true;
        fail_line(reader, ERROR_INVALID, err, is_json ? "not a JSON object" : reason.message);
        return error_hint(
            err, "A recording, dead letters and plain messages have one JSON object a line.");
    }
    const bool is_first = !reader->is_begun;
    const struct json_node *root = reader->document.root;
    reader->is_begun = true;
    if (is_first && is_cast(root)) {
        fail_line(reader, ERROR_INVALID, err, "a recording of the screen, not of events");
        return error_hint(
            err, "Players of asciicasts show it; --record writes a session under a name that does "
                 "not end in "
                 ".cast.");
    }
    if (is_first && str_equal(json_get_text(root, "recloop"), STR("recording")))
        return read_head(reader, root, err);
    struct recording_reader_entry made = {.line = reader->line, .body = root};
    const bool is_session = reader->shape == RECORDING_READER_SESSION;
    if (!(is_session ? read_session(reader, &made, err) : read_other(reader, &made, err)))
        return false;
    *is_entry = true;
    *out = made;
    return true;
}

bool recording_reader_next(
    struct recording_reader *reader,
    struct recording_reader_entry *out,
    bool *has,
    struct error *err) {
    *has = false;
    while (!reader->has_failed) {
        struct str line = {0};
        bool is_whole = false;
        bool has_line = false;
        if (!next_line(reader, &line, &is_whole, &has_line, err)) break;
        if (!has_line) return true;
        if (!str_trim(line).len) continue;
        if (!read_line(reader, line, is_whole, out, has, err)) break;
        if (*has) return true;
    }
    const bool is_told_before = reader->has_failed;
    reader->has_failed = true;
    return is_told_before;
}

enum recording_reader_shape recording_reader_shape(const struct recording_reader *reader) {
    return reader->shape;
}

int64_t recording_reader_started_ms(const struct recording_reader *reader) {
    return reader->started_ms;
}

bool recording_reader_is_torn(const struct recording_reader *reader) {
    return reader->is_torn;
}

int64_t recording_reader_limit_bytes(const struct recording_reader *reader) {
    return reader->limit_bytes;
}
