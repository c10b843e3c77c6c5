// dead_letters — see the header. Which ids stand in the file is kept as their hashes with the places of the
// lines: sixteen bytes a letter, whatever its length; an equal hash is looked up in the file.
#include "delivery/dead_letters.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGE_LIMIT ((size_t)1 << 20) // thirty times what Segment takes: the rest is no message
#define LINE_LIMIT ((size_t)8 << 20)    // with every byte escaped
#define LINE_BEGINNING STR("{\"at\":\"")

struct place {
    uint64_t hash; // 0: free
    uint64_t offset;
};

struct dead_letters {
    char *path;
    int fd;
    uint64_t bytes; // of whole lines
    uint64_t count;
    struct place *places; // open addressing, a power of two
    size_t place_count, place_cap;
};

static bool fail(const struct dead_letters *letters, int saved_errno, struct error *err) {
    (void)error_from_errno(err, saved_errno, "writing dead letters to %s", letters->path);
    err->code = ERROR_IO;
    return error_hint(
        err, "Make room on that disk or name another file with --dead-letters; then go on.");
}

// ---- ids ----

static uint64_t hash_of(struct str id) {
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a, then mixed so that the low bits are good
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.ptr[i]) * 0x100000001b3u;
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93u;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static void place_id(struct dead_letters *letters, uint64_t hash, uint64_t offset) {
    size_t at = hash & (letters->place_cap - 1);
    while (letters->places[at].hash)
        at = (at + 1) & (letters->place_cap - 1);
    letters->places[at] = (struct place){.hash = hash, .offset = offset};
    letters->place_count++;
}

static void add_id(struct dead_letters *letters, struct str id, uint64_t offset) {
    if (!id.len) return;
    if (2 * (letters->place_count + 1) > letters->place_cap) {
        struct place *old = letters->places;
        const size_t old_cap = letters->place_cap;
        letters->place_cap = old_cap ? old_cap * 2 : 64;
        letters->places = mem_zeroed(letters->place_cap, sizeof(*letters->places));
        letters->place_count = 0;
        for (size_t i = 0; i < old_cap; i++)
            if (old[i].hash) place_id(letters, old[i].hash, old[i].offset);
        mem_free(old);
    }
    place_id(letters, hash_of(id), offset);
}

// The id of a line: that of its message. False: this is no dead letter.
static bool read_id(struct str line, struct buf *out) {
    CLEANUP(json_release) struct json json = {0};
    struct error ignored = {0};
    if (!str_starts_with(line, LINE_BEGINNING)) return false;
    if (!json_parse(line, &json, &ignored)) return false;
    if (json_kind(json_get(json.root, "message")) == JSON_ABSENT) return false;
    buf_add(out, json_get_text(json.root, "messageId"));
    return true;
}

static bool read_line_at(const struct dead_letters *letters, uint64_t offset, struct buf *out) {
    char piece[4096];
    while (out->len < LINE_LIMIT) {
        const ssize_t got = pread(letters->fd, piece, sizeof(piece), (off_t)(offset + out->len));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        const struct str text = {.ptr = piece, .len = (size_t)got};
        const size_t end = str_find_char(text, '\n');
        buf_add(out, str_slice(text, 0, end));
        if (end < text.len) return true;
    }
    return false;
}

static bool has_id(const struct dead_letters *letters, struct str id) {
    if (!id.len || !letters->place_cap) return false;
    const uint64_t hash = hash_of(id);
    for (size_t at = hash & (letters->place_cap - 1); letters->places[at].hash;
         at = (at + 1) & (letters->place_cap - 1)) {
        CLEANUP(buf_release) struct buf line = {.limit = LINE_LIMIT};
        CLEANUP(buf_release) struct buf found = {0};
        if (letters->places[at].hash != hash) continue;
        if (!read_line_at(letters, letters->places[at].offset, &line)) continue;
        if (read_id(buf_str(&line), &found) && str_equal(buf_str(&found), id)) return true;
    }
    return false;
}

// ---- opening ----

static bool refuse_file(const struct dead_letters *letters, struct error *err) {
    (void)error_set(err, ERROR_INVALID, "%s is not a file of dead letters", letters->path);
    return error_hint(err, "Name another file with --dead-letters; this one is left as it is.");
}

// Only what one of our own writes can have left is cut off: the beginning of a line, or the zeros that a
// power failure puts where a line was to be.
static bool is_torn(struct str rest) {
    const struct str beginning = LINE_BEGINNING;
    size_t zeros = 0;
    while (zeros < rest.len && rest.ptr[zeros] == '\0')
        zeros++;
    if (zeros == rest.len) return true;
    if (rest.len < beginning.len) return str_starts_with(beginning, rest);
    return str_starts_with(rest, beginning);
}

// Takes the whole lines off the front of `pending`.
static bool take_lines(struct dead_letters *letters, struct buf *pending, struct error *err) {
    struct str rest = buf_str(pending);
    for (;;) {
        CLEANUP(buf_release) struct buf id = {0};
        const size_t end = str_find_char(rest, '\n');
        if (end == rest.len) break;
        if (!read_id(str_slice(rest, 0, end), &id)) return refuse_file(letters, err);
        add_id(letters, buf_str(&id), letters->bytes);
        letters->count++;
        letters->bytes += end + 1;
        rest = str_skip(rest, end + 1);
    }
    struct buf kept = {.limit = pending->limit};
    buf_add(&kept, rest);
    buf_release(pending);
    *pending = kept;
    return true;
}

static bool read_all(struct dead_letters *letters, struct error *err) {
    CLEANUP(buf_release) struct buf pending = {.limit = LINE_LIMIT};
    char piece[65536];
    for (;;) {
        const ssize_t got = read(letters->fd, piece, sizeof(piece));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(letters, errno, err);
        if (got == 0) break;
        buf_add(&pending, (struct str){.ptr = piece, .len = (size_t)got});
        if (pending.overflowed) return refuse_file(letters, err);
        if (!take_lines(letters, &pending, err)) return false;
    }
    if (!pending.len) return true;
    if (!is_torn(buf_str(&pending))) return refuse_file(letters, err);
    if (ftruncate(letters->fd, (off_t)letters->bytes) == 0) return true;
    return fail(letters, errno, err);
}

bool dead_letters_open(const char *path, struct dead_letters **out, struct error *err) {
    struct dead_letters *letters = MEM_NEW(struct dead_letters);
    struct stat facts;
    letters->path = mem_copy_string(path);
    letters->fd = -1;
    bool is_ok = files_lock(path, &letters->fd, err);
    if (!is_ok && err->code == ERROR_BUSY) {
        (void)error_hint(err, "Wait for the other run, or name another file with --dead-letters.");
    } else if (!is_ok) {
        err->code = ERROR_IO;
        (void)error_hint(err, "Name a file that can be written with --dead-letters.");
    } else if (fstat(letters->fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        is_ok = refuse_file(letters, err);
    } else {
        is_ok = read_all(letters, err);
    }
    if (is_ok)
        *out = letters;
    else
        dead_letters_close(letters);
    return is_ok;
}

void dead_letters_close(struct dead_letters *letters) {
    if (!letters) return;
    files_unlock(letters->fd);
    mem_free(letters->places);
    mem_free(letters->path);
    mem_free(letters);
}

// ---- writing ----

static void add_member(struct buf *line, struct str key, struct str value) {
    buf_add(line, STR(",\""));
    buf_add(line, key);
    buf_add(line, STR("\":"));
    json_quote(line, value);
}

// As it is, numbers to the last digit; line breaks between members become blanks.
static void add_message(struct buf *line, struct str text) {
    CLEANUP(json_release) struct json json = {0};
    struct error ignored = {0};
    buf_add(line, STR(",\"message\":"));
    if (text.len > MESSAGE_LIMIT || !json_parse(text, &json, &ignored)) {
        json_quote(line, str_slice(text, 0, MESSAGE_LIMIT));
        return;
    }
    const size_t from = line->len;
    buf_add(line, text);
    for (size_t i = from; i < line->len; i++)
        if (line->ptr[i] == '\n' || line->ptr[i] == '\r') line->ptr[i] = ' ';
}

static void print_letter(const struct dead_letter *letter, struct buf *line) {
    buf_add(line, LINE_BEGINNING);
    clock_add_iso8601(line, letter->at_ms);
    buf_add_char(line, '"');
    add_member(line, STR("source"), letter->source);
    buf_add(line, STR(",\"status\":"));
    buf_add_int(line, letter->status);
    add_member(line, STR("code"), letter->code);
    add_member(line, STR("reason"), letter->reason);
    add_member(line, STR("messageId"), letter->message_id);
    add_message(line, letter->text);
    buf_add(line, STR("}\n"));
}

static bool write_line(struct dead_letters *letters, struct str line, struct error *err) {
    uint64_t at = letters->bytes;
    while (line.len) {
        const ssize_t put = pwrite(letters->fd, line.ptr, line.len, (off_t)at);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) {
            const int saved_errno = errno;
            (void)!ftruncate(
                letters->fd, (off_t)letters->bytes); // no half lines; opening cuts them, too
            return fail(letters, saved_errno, err);
        }
        at += (uint64_t)put;
        line = str_skip(line, (size_t)put);
    }
    return true;
}

bool dead_letters_add(
    struct dead_letters *letters, const struct dead_letter *letter, struct error *err) {
    CLEANUP(buf_release) struct buf line = {.limit = LINE_LIMIT};
    struct str text;
    if (has_id(letters, letter->message_id)) return true;
    print_letter(letter, &line);
    if (!buf_finish(&line, &text, err)) return error_wrap(err, "%s", letters->path);
    if (!write_line(letters, text, err)) return false;
    add_id(letters, letter->message_id, letters->bytes);
    letters->bytes += text.len;
    letters->count++;
    return true;
}

bool dead_letters_sync(struct dead_letters *letters, struct error *err) {
    return fdatasync(letters->fd) == 0 || fail(letters, errno, err);
}

uint64_t dead_letters_count(const struct dead_letters *letters) {
    return letters->count;
}
