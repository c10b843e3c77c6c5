// code_archive — see the header.
//
//     [local header, data]… [central directory: one record per entry] [end record, comment]
//
// The end record is searched from behind, for its comment has any length; everything else is found
// from there. Sizes are those of the central directory, as every unpacker takes them.
#include "aws/code_archive.h"

#define END_BYTES 22
#define MAX_COMMENT_BYTES 65535
#define ENTRY_BYTES 46
#define LOCAL_BYTES 30
#define IN_ZIP64 UINT32_C(0xFFFFFFFF)
#define MADE_ON_UNIX 3
#define MAY_EXECUTE UINT32_C(0111)

static uint32_t number(struct str zip, size_t at, int bytes) {
    uint32_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | (unsigned char)zip.ptr[at + (size_t)i];
    return value;
}

static bool has_mark(struct str zip, size_t at, size_t record_bytes, const char *mark) {
    return at <= zip.len && zip.len - at >= record_bytes && memcmp(zip.ptr + at, mark, 4) == 0;
}

static bool refuse(struct error *err) {
    error_set(
        err, ERROR_INVALID,
        "Could not unzip uploaded file. Please check your file, then try to upload again.");
    return error_hint(err, "Send the bytes of a zip file, in base64.");
}

static bool find_end(struct str zip, size_t *out) {
    if (zip.len < END_BYTES) return false;
    for (size_t comment = 0; comment <= MAX_COMMENT_BYTES; comment++) {
        if (comment + END_BYTES > zip.len) return false;
        const size_t at = zip.len - END_BYTES - comment;
        if (has_mark(zip, at, END_BYTES, "PK\5\6") && number(zip, at + 20, 2) == comment) {
            *out = at;
            return true;
        }
    }
    return false;
}

static void look_at_entry(struct str zip, size_t at, struct str name, struct code_archive *out) {
    out->entries++;
    out->unpacked_bytes += number(zip, at + 24, 4);
    if (!str_equal(name, STR("bootstrap"))) return;
    // Without Unix attributes an unpacker gives no right to execute.
    const bool is_unix = number(zip, at + 5, 1) == MADE_ON_UNIX;
    out->has_bootstrap = true;
    out->is_bootstrap_executable = is_unix && (number(zip, at + 38, 4) >> 16 & MAY_EXECUTE) != 0;
}

// False: the directory is broken at `*at`, which moves to the next record.
static bool read_entry(struct str zip, size_t end, size_t *at, struct code_archive *out) {
    if (!has_mark(zip, *at, ENTRY_BYTES, "PK\1\2")) return false;
    const size_t name_bytes = number(zip, *at + 28, 2);
    const size_t bytes =
        ENTRY_BYTES + name_bytes + number(zip, *at + 30, 2) + number(zip, *at + 32, 2);
    const uint32_t packed = number(zip, *at + 20, 4), local = number(zip, *at + 42, 4);
    if (bytes > end - *at || name_bytes == 0) return false;
    if (packed == IN_ZIP64 || local == IN_ZIP64 || number(zip, *at + 24, 4) == IN_ZIP64)
        return false;
    if (!has_mark(zip, local, LOCAL_BYTES, "PK\3\4") || packed > zip.len - local) return false;
    look_at_entry(zip, *at, str_slice(zip, *at + ENTRY_BYTES, name_bytes), out);
    *at += bytes;
    return true;
}

bool code_archive_read(struct str zip, struct code_archive *out, struct error *err) {
    struct code_archive read = {0};
    size_t end = 0;
    if (zip.len == 0) {
        error_set(err, ERROR_INVALID, "Uploaded file must be a non-empty zip");
        return error_hint(err, "Send the bytes of a zip file, in base64.");
    }
    if (zip.len > CODE_ARCHIVE_MAX_BYTES) {
        error_set(err, ERROR_LIMIT, "Zipped size must be smaller than 52428800 bytes");
        return error_hint(err, "Take out what the function does not need.");
    }
    if (!find_end(zip, &end)) return refuse(err);
    const size_t wanted = number(zip, end + 10, 2);
    size_t at = number(zip, end + 16, 4);
    if (at > end) return refuse(err);
    while (read.entries < wanted) {
        if (!read_entry(zip, end, &at, &read)) return refuse(err);
    }
    if (read.entries == 0) {
        error_set(err, ERROR_INVALID, "Uploaded file must be a non-empty zip");
        return error_hint(err, "Put the function's files into it.");
    }
    if (read.unpacked_bytes > CODE_ARCHIVE_MAX_UNPACKED_BYTES) {
        error_set(err, ERROR_LIMIT, "Unzipped size must be smaller than 262144000 bytes");
        return error_hint(err, "Take out what the function does not need.");
    }
    *out = read;
    return true;
}
