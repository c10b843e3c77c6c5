// stream_files — a run writes up to four files, and no two may be one: the cursor is replaced as a whole, the
// output is cut off, the dead letters are locked.
#include "stream.h"

#include <sys/stat.h>

struct file {
    const char *option;
    const char *path; // NULL: none
    bool has_companions;
};

static bool is_same_inode(const char *left, const char *right, bool *are_there) {
    struct stat one;
    struct stat other;
    *are_there = stat(left, &one) == 0 && stat(right, &other) == 0;
    return *are_there && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// The path up to the last slash, "." without one; *out_name: what follows.
static void split(const char *path, struct buf *folder, struct str *out_name) {
    const struct str text = str_from(path);
    size_t slash = text.len;
    while (slash && path[slash - 1] != '/')
        slash--;
    *out_name = str_skip(text, slash);
    buf_add(folder, slash ? str_slice(text, 0, slash) : STR("."));
}

// Also of files that are not there yet: the same name in the same folder, however it is written.
static bool is_same_file(const char *left, const char *right) {
    CLEANUP(buf_release) struct buf left_folder = {0};
    CLEANUP(buf_release) struct buf right_folder = {0};
    struct str left_name;
    struct str right_name;
    bool are_there = false;
    if (is_same_inode(left, right, &are_there)) return true;
    if (are_there) return false;
    split(left, &left_folder, &left_name);
    split(right, &right_folder, &right_name);
    return str_equal(left_name, right_name) &&
           (str_equal(buf_str(&left_folder), buf_str(&right_folder)) ||
            is_same_inode(buf_text(&left_folder), buf_text(&right_folder), &are_there));
}

// The cursor has others beside it (cursor.h).
static bool collides(const struct file *file, const struct file *other) {
    static const char *const endings[] = {"", ".safe", ".new", ".lock"};
    const size_t count = file->has_companions ? ARRAY_COUNT(endings) : 1;
    for (size_t i = 0; i < count; i++) {
        CLEANUP(buf_release) struct buf path = {0};
        buf_add_format(&path, "%s%s", file->path, endings[i]);
        if (is_same_file(buf_text(&path), other->path)) return true;
    }
    return false;
}

static const char *path_or_null(const struct buf *path) {
    return path->len ? buf_text(path) : NULL;
}

bool stream_files_check(const struct stream *self, struct error *err) {
    const struct stream_job *job = &self->job;
    const struct str record = arguments_get(&self->run.arguments, "record");
    const struct file files[] = {
        {.option = "cursor", .path = path_or_null(&job->path), .has_companions = true},
        {.option = "out", .path = path_or_null(&job->output)},
        {.option = "dead-letters", .path = path_or_null(&job->dead_letters)},
        {.option = "record", .path = record.len ? record.ptr : NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(files); i++) {
        for (size_t j = i + 1; j < ARRAY_COUNT(files); j++) {
            if (!files[i].path || !files[j].path || !collides(&files[i], &files[j])) continue;
            error_set(
                err, ERROR_USAGE, "--%s and --%s would write the same file, %s", files[i].option,
                files[j].option, files[j].path);
            return error_hint(err, "Give each a file of its own.");
        }
    }
    return true;
}
