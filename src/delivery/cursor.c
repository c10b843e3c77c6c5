// cursor — see the header.
//
// Every place is written beside the file and renamed over it: kill -9 leaves the old one or the new one. Waiting
// for the disk each time would be dear, so that is done once a second; in between the last durable place is kept
// as PATH.safe. After a power failure (another boot than the one a place was written in) only a durable place
// counts: an older one, never a torn one, and never one that is ahead of an output file.
#include "delivery/cursor.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNC_MS 1000
#define FILE_LIMIT ((size_t)1 << 20)
#define BOOT_FILE "/proc/sys/kernel/random/boot_id"
#define LOCK_TRIES 100

struct cursor {
    struct buf path, safe, fresh, lock; // of the files
    struct buf job, boot;
    int lock_fd;
    bool begins_anew;
    int64_t synced_ms;
    bool has_synced;   // in this process
    bool is_durable;   // what stands at `path`
    bool has_unsynced; // `last` is not durable
    struct cursor_place last;
};

struct found {
    struct cursor_place place;
    bool is_there, is_readable, is_ours, is_durable, is_of_this_boot;
    bool is_strange; // no cursor, nor what is left of one
};

// ---- text ----

static void add_number(struct json_node *parent, const char *key, int64_t number) {
    CLEANUP(buf_release) struct buf text = {0};
    buf_add_int(&text, number); // as text: beyond 2^53 a JSON number is not exact
    json_add_text(parent, key, buf_str(&text));
}

static void print_place(
    const struct cursor *cursor,
    const struct cursor_place *place,
    bool is_durable,
    struct buf *out) {
    CLEANUP(json_release) struct json json = {0};
    struct json_node *root = json_new_object(&json);
    json_add_text(root, "recloop", STR("cursor"));
    json_add_text(root, "job", buf_str(&cursor->job));
    json_add_bool(root, "complete", place->is_complete);
    add_number(root, "messages", (int64_t)place->mark.ordinal);
    add_number(root, "accepted", (int64_t)place->accepted);
    add_number(root, "refused", (int64_t)place->refused);
    add_number(root, "skipped", (int64_t)place->skipped);
    add_number(root, "bytes", (int64_t)place->bytes);
    struct json_node *words = json_add_array(root, "position");
    for (size_t i = 0; i < ARRAY_COUNT(place->mark.words); i++)
        add_number(words, NULL, place->mark.words[i]);
    json_add_bool(root, "durable", is_durable);
    json_add_text(root, "boot", buf_str(&cursor->boot));
    json_print_pretty(json.root, out);
    buf_add_char(out, '\n');
}

static bool read_number(const struct json_node *node, int64_t *out) {
    return str_parse_int64(json_text(node), out);
}

static bool read_count(const struct json_node *root, const char *key, uint64_t *out) {
    int64_t number;
    if (!read_number(json_get(root, key), &number) || number < 0) return false;
    *out = (uint64_t)number;
    return true;
}

static bool read_place(const struct json_node *root, struct cursor_place *out) {
    struct cursor_place read = {.is_complete = json_bool(json_get(root, "complete"), false)};
    const struct json_node *words = json_get(root, "position");
    const struct json_node *word = json_first(words);
    if (!str_equal(json_get_text(root, "recloop"), STR("cursor"))) return false;
    if (json_count(words) != ARRAY_COUNT(read.mark.words)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(read.mark.words); i++, word = json_next(word))
        if (!read_number(word, &read.mark.words[i])) return false;
    if (!read_count(root, "messages", &read.mark.ordinal) ||
        !read_count(root, "accepted", &read.accepted) ||
        !read_count(root, "refused", &read.refused) ||
        !read_count(root, "skipped", &read.skipped) || !read_count(root, "bytes", &read.bytes))
        return false;
    *out = read;
    return true;
}

// ---- opening ----

static bool say_way_out(const struct cursor *cursor, struct error *err) {
    if (cursor->begins_anew) return error_hint(err, "Name another file: --cursor FILE.");
    return error_hint(
        err, "Begin again with --restart, or name another file: --cursor FILE (not %s).",
        buf_text(&cursor->path));
}

// A power failure may leave a beginning of what we wrote, or zeros where it was to be.
static bool is_left_of_cursor(struct str text) {
    const struct str beginning = STR("{\n\t\"recloop\":\t\"cursor\"");
    size_t zeros = 0;
    while (zeros < text.len && text.ptr[zeros] == '\0')
        zeros++;
    if (zeros == text.len) return true;
    return text.len < beginning.len ? str_starts_with(beginning, text)
                                    : str_starts_with(text, beginning);
}

static bool
look(const struct cursor *cursor, const char *path, struct found *out, struct error *err) {
    CLEANUP(buf_release) struct buf text = {.limit = FILE_LIMIT};
    CLEANUP(json_release) struct json json = {0};
    struct error unreadable = {0};
    *out = (struct found){0};
    if (!files_read(path, FILE_LIMIT, &text, err)) {
        if (err->code == ERROR_NOT_FOUND) return true;
        out->is_there = true;
        out->is_strange = err->code == ERROR_LIMIT; // far longer than ours
        if (out->is_strange) return true;
        err->code = ERROR_IO;
        return say_way_out(cursor, err);
    }
    out->is_there = true;
    const bool is_json = json_parse(buf_str(&text), &json, &unreadable);
    out->is_strange = !str_equal(json_get_text(json.root, "recloop"), STR("cursor")) &&
                      !is_left_of_cursor(buf_str(&text));
    if (!is_json) return true;
    out->is_readable = read_place(json.root, &out->place);
    out->is_ours = str_equal(json_get_text(json.root, "job"), buf_str(&cursor->job));
    out->is_durable = json_bool(json_get(json.root, "durable"), false);
    out->is_of_this_boot = str_equal(json_get_text(json.root, "boot"), buf_str(&cursor->boot));
    return true;
}

static bool refuse_job(const struct cursor *cursor, struct error *err) {
    (void)error_set(err, ERROR_USAGE, "%s is the cursor of another job", buf_text(&cursor->path));
    return say_way_out(cursor, err);
}

static bool refuse_strange(const struct cursor *cursor, struct error *err) {
    (void)error_set(err, ERROR_INVALID, "%s is not a cursor", buf_text(&cursor->path));
    return error_hint(err, "Name another file: --cursor FILE. This one is left as it is.");
}

static bool discard(const char *path, struct error *err) {
    if (unlink(path) == 0 || errno == ENOENT) return true;
    (void)error_from_errno(err, errno, "removing %s", path);
    err->code = ERROR_IO;
    return error_hint(err, "Name another file: --cursor FILE.");
}

// Our own stays until the first save: whoever is killed before that goes on as if nothing had been.
static bool make_way(
    struct cursor *cursor,
    const struct found *newest,
    const struct found *safe,
    struct error *err) {
    cursor->is_durable = newest->is_readable && newest->is_durable && newest->is_ours;
    const bool is_ours = newest->is_readable ? newest->is_ours : safe->is_ours;
    if (is_ours) return true;
    return discard(buf_text(&cursor->safe), err) && discard(buf_text(&cursor->path), err);
}

// The place to go on from: the newest that can be trusted.
static bool read_files(struct cursor *cursor, struct cursor_place *out, struct error *err) {
    struct found newest, safe;
    if (!look(cursor, buf_text(&cursor->path), &newest, err)) return false;
    if (!look(cursor, buf_text(&cursor->safe), &safe, err)) return false;
    *err = (struct error){0};
    *out = (struct cursor_place){0};
    if (newest.is_strange) return refuse_strange(cursor, err);
    if (cursor->begins_anew) return make_way(cursor, &newest, &safe, err);
    cursor->is_durable = newest.is_readable && newest.is_durable;
    const bool is_trusted = newest.is_readable && (newest.is_durable || newest.is_of_this_boot);
    const bool has_safe = safe.is_readable && safe.is_durable;
    if (newest.is_readable && !newest.is_ours) return refuse_job(cursor, err);
    if (!newest.is_readable && has_safe && !safe.is_ours) return refuse_job(cursor, err);
    if (is_trusted || (newest.is_readable && !has_safe)) {
        *out = newest.place;
        return true;
    }
    if (has_safe && safe.is_ours) {
        *out = safe.place;
        return true;
    }
    if (!newest.is_there) return true; // a new one
    (void)error_set(err, ERROR_INVALID, "%s cannot be read as a cursor", buf_text(&cursor->path));
    return say_way_out(cursor, err);
}

// The lock has a file of its own, for the cursor's is replaced. Whoever closes takes it away; then a lock on what
// was taken away is worth nothing, and is tried for again.
static bool lock(struct cursor *cursor, struct error *err) {
    const char *path = buf_text(&cursor->lock);
    for (int i = 0; i < LOCK_TRIES; i++) {
        struct stat held, standing;
        if (!files_lock(path, &cursor->lock_fd, err)) break;
        const bool is_same = fstat(cursor->lock_fd, &held) == 0 && stat(path, &standing) == 0 &&
                             held.st_ino == standing.st_ino && held.st_dev == standing.st_dev;
        if (is_same) return true;
        files_unlock(cursor->lock_fd);
        cursor->lock_fd = -1;
        (void)error_set(err, ERROR_BUSY, "%s is locked by another process", path);
    }
    if (err->code != ERROR_BUSY) {
        err->code = ERROR_IO;
        return error_hint(err, "Name a file that can be written: --cursor FILE.");
    }
    (void)error_set(
        err, ERROR_BUSY, "another process works on the job of %s", buf_text(&cursor->path));
    return error_hint(err, "Wait for it, or do another job with another file: --cursor FILE.");
}

static bool make_folder(const struct cursor *cursor, struct error *err) {
    CLEANUP(buf_release) struct buf folder = {0};
    const struct str path = buf_str(&cursor->path);
    size_t slash = path.len;
    while (slash && path.ptr[slash - 1] != '/')
        slash--;
    if (slash < 2) return true;
    buf_add(&folder, str_slice(path, 0, slash - 1));
    if (files_make_folders(buf_text(&folder), 0755, err)) return true;
    err->code = ERROR_IO;
    return error_hint(err, "Name a file that can be written: --cursor FILE.");
}

static void read_boot(struct buf *out) {
    CLEANUP(buf_release) struct buf text = {0};
    struct error ignored = {0};
    if (files_read(BOOT_FILE, 4096, &text, &ignored)) buf_add(out, str_trim(buf_str(&text)));
}

static void free_cursor(struct cursor *cursor) {
    files_unlock(cursor->lock_fd);
    buf_release(&cursor->path);
    buf_release(&cursor->safe);
    buf_release(&cursor->fresh);
    buf_release(&cursor->lock);
    buf_release(&cursor->job);
    buf_release(&cursor->boot);
    mem_free(cursor);
}

static bool open_cursor(
    const char *path,
    struct str job,
    bool begins_anew,
    struct cursor **out,
    struct cursor_place *place,
    struct error *err) {
    struct cursor *cursor = MEM_NEW(struct cursor);
    cursor->lock_fd = -1;
    cursor->begins_anew = begins_anew;
    buf_add(&cursor->path, str_from(path));
    buf_add_format(&cursor->safe, "%s.safe", path);
    buf_add_format(&cursor->fresh, "%s.new", path);
    buf_add_format(&cursor->lock, "%s.lock", path);
    buf_add(&cursor->job, job);
    read_boot(&cursor->boot);
    if (make_folder(cursor, err) && lock(cursor, err) && read_files(cursor, place, err)) {
        *out = cursor;
        return true;
    }
    if (cursor->lock_fd >= 0) unlink(buf_text(&cursor->lock));
    free_cursor(cursor);
    return false;
}

bool cursor_open(
    const char *path,
    struct str job,
    struct cursor **out,
    struct cursor_place *place,
    struct error *err) {
    return open_cursor(path, job, false, out, place, err);
}

bool cursor_open_anew(const char *path, struct str job, struct cursor **out, struct error *err) {
    struct cursor_place ignored;
    return open_cursor(path, job, true, out, &ignored, err);
}

// ---- writing ----

static bool fail(const struct cursor *cursor, struct error *err) {
    (void)error_from_errno(err, errno, "writing the cursor %s", buf_text(&cursor->path));
    err->code = ERROR_IO;
    return error_hint(err, "Make room on that disk, or name another file: --cursor FILE.");
}

static bool write_fresh(const struct cursor *cursor, struct str text, bool is_durable) {
    const int fd = open(buf_text(&cursor->fresh), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return false;
    bool is_ok = true;
    while (is_ok && text.len) {
        const ssize_t put = write(fd, text.ptr, text.len);
        if (put < 0 && errno == EINTR) continue;
        is_ok = put >= 0;
        if (is_ok) text = str_skip(text, (size_t)put);
    }
    is_ok = is_ok && (!is_durable || fsync(fd) == 0);
    const int saved_errno = errno;
    const bool is_closed = close(fd) == 0;
    if (!is_ok) errno = saved_errno;
    return is_ok && is_closed;
}

static bool
save(struct cursor *cursor, const struct cursor_place *place, bool is_durable, struct error *err) {
    CLEANUP(buf_release) struct buf text = {0};
    const char *path = buf_text(&cursor->path);
    print_place(cursor, place, is_durable, &text);
    if (!write_fresh(cursor, buf_str(&text), is_durable)) return fail(cursor, err);
    // Between the two renames only the safe one stands: that is enough.
    const bool keeps_safe = !is_durable && cursor->is_durable;
    if (keeps_safe && rename(path, buf_text(&cursor->safe)) != 0 && errno != ENOENT)
        return fail(cursor, err);
    if (rename(buf_text(&cursor->fresh), path) != 0) return fail(cursor, err);
    cursor->is_durable = is_durable;
    cursor->has_unsynced = !is_durable;
    cursor->last = *place;
    return true;
}

bool cursor_wants_sync(const struct cursor *cursor, const struct cursor_place *place) {
    return !cursor->has_synced || place->is_complete ||
           clock_monotonic_ms() - cursor->synced_ms >= SYNC_MS;
}

bool cursor_save(struct cursor *cursor, const struct cursor_place *place, struct error *err) {
    const bool is_durable = cursor_wants_sync(cursor, place);
    if (!save(cursor, place, is_durable, err)) return false;
    if (is_durable) cursor->synced_ms = clock_monotonic_ms();
    cursor->has_synced |= is_durable;
    return true;
}

void cursor_close(struct cursor *cursor) {
    if (!cursor) return;
    struct error ignored = {0}; // what stands there is good, if not durable
    if (cursor->has_unsynced) (void)!save(cursor, &cursor->last, true, &ignored);
    if (cursor->is_durable && cursor->has_synced) unlink(buf_text(&cursor->safe));
    unlink(buf_text(&cursor->lock));
    free_cursor(cursor);
}
