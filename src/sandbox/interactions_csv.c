// interactions_csv — see the header. One pass, byte by byte, through four states:
//
//   START ──"──▶ QUOTED ◀──"──▶ QUOTE      QUOTE is a quote inside a quoted field: another one makes
//     └──other─▶ PLAIN                     it text, a comma or line end closes the field.
#include "sandbox/interactions_csv.h"

#include "base/buf.h"
#include "base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
    FIELD_CAP = 64, // columns after these are read and skipped
    CHUNK_BYTES = 64 << 10,
    ID_MAX_BYTES = 256,
};
#define LATEST_S INT64_C(253402300799) // the year 9999

enum column { COLUMN_USER, COLUMN_ITEM, COLUMN_EVENT_TYPE, COLUMN_TIMESTAMP, COLUMN_COUNT };
static const struct {
    const char *name;
    bool required;
} columns[COLUMN_COUNT] = {
    [COLUMN_USER] = {.name = "USER_ID", .required = true},
    [COLUMN_ITEM] = {.name = "ITEM_ID", .required = true},
    [COLUMN_EVENT_TYPE] = {.name = "EVENT_TYPE"},
    [COLUMN_TIMESTAMP] = {.name = "TIMESTAMP", .required = true},
};

enum state { START, PLAIN, QUOTED, QUOTE };

struct interactions_csv {
    interactions_csv_fn *each;
    void *context;
    struct buf row; // the row's fields, unquoted, one after the other
    size_t ends[FIELD_CAP];
    size_t field_count, header_count;
    size_t column_at[COLUMN_COUNT]; // field of the column, FIELD_CAP: absent
    enum state state;
    bool has_header, had_quotes;
    uint8_t mark_bytes;      // of a byte order mark, read so far; 3: past it
    uint64_t line, row_line; // line read now, line the row began on
};

static void release(struct interactions_csv *reader) {
    buf_release(&reader->row);
}

static struct str field(const struct interactions_csv *reader, size_t at) {
    if (at >= reader->field_count || at >= FIELD_CAP) return (struct str){0};
    const size_t from = at ? reader->ends[at - 1] : 0;
    return str_slice(buf_str(&reader->row), from, reader->ends[at] - from);
}

static bool read_header(struct interactions_csv *reader, struct error *err) {
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        size_t at = 0;
        while (at < reader->field_count &&
               !str_equal_nocase(str_trim(field(reader, at)), str_from(columns[c].name))) {
            at++;
        }
        if (at >= reader->field_count && columns[c].required) {
            error_set(err, ERROR_INVALID, "the header has no column %s", columns[c].name);
            return error_hint(
                err, "The first line must read USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP in any order.");
        }
        reader->column_at[c] = at < reader->field_count ? at : FIELD_CAP;
    }
    reader->has_header = true;
    reader->header_count = reader->field_count;
    return true;
}

static bool check_id(const char *name, struct str id, struct error *err) {
    if (id.len > 0 && id.len <= ID_MAX_BYTES) return true;
    error_set(err, ERROR_INVALID, id.len ? "%s is longer than 256 bytes" : "%s is empty", name);
    return error_hint(err, "Every row needs a user and an item of 1 to 256 bytes.");
}

static bool parse_time(struct str text, int64_t *out, struct error *err) {
    if (!str_parse_int64(text, out)) {
        struct buf shown = {.limit = 256};
        buf_add_printable(&shown, str_slice(text, 0, 40));
        error_set(err, ERROR_INVALID, "TIMESTAMP \"%s\" is not a whole number", buf_text(&shown));
        buf_release(&shown);
        return error_hint(err, "Write Unix time in seconds, such as 1291191960.");
    }
    if (*out <= LATEST_S && *out >= -LATEST_S) return true;
    error_set(err, ERROR_INVALID, "TIMESTAMP %" PRId64 " is beyond the year 9999", *out);
    return error_hint(err, "Seconds are wanted: divide milliseconds by 1000.");
}

static bool deliver(struct interactions_csv *reader, struct error *err) {
    if (reader->field_count != reader->header_count) {
        error_set(
            err, ERROR_INVALID, "%zu fields where the header has %zu", reader->field_count,
            reader->header_count);
        return error_hint(err, "Put fields that contain commas in quotes.");
    }
    struct interactions_csv_row row = {
        .user = field(reader, reader->column_at[COLUMN_USER]),
        .item = field(reader, reader->column_at[COLUMN_ITEM]),
        .event_type = field(reader, reader->column_at[COLUMN_EVENT_TYPE]),
        .line = reader->row_line,
    };
    return check_id("USER_ID", row.user, err) && check_id("ITEM_ID", row.item, err) &&
           parse_time(
               str_trim(field(reader, reader->column_at[COLUMN_TIMESTAMP])), &row.time_s, err) &&
           reader->each(reader->context, &row, err);
}

static bool end_field(struct interactions_csv *reader, struct error *err) {
    if (reader->row.overflowed) {
        error_set(err, ERROR_LIMIT, "the row is longer than 64 KiB");
        return error_hint(err, "Look for a quote that is never closed.");
    }
    if (reader->field_count < FIELD_CAP) reader->ends[reader->field_count] = reader->row.len;
    reader->field_count++;
    reader->state = START;
    return true;
}

static bool end_row(struct interactions_csv *reader, struct error *err) {
    if (!end_field(reader, err)) return false;
    const bool is_empty = reader->field_count == 1 && reader->row.len == 0 && !reader->had_quotes;
    if (!is_empty && !(reader->has_header ? deliver(reader, err) : read_header(reader, err))) {
        return error_wrap(err, "line %" PRIu64, reader->row_line);
    }
    buf_reset(&reader->row);
    reader->field_count = 0;
    reader->had_quotes = false;
    reader->row_line = reader->line;
    return true;
}

static bool refuse_after_quote(struct interactions_csv *reader, struct error *err) {
    error_set(err, ERROR_INVALID, "line %" PRIu64 ": text after a closing quote", reader->line);
    return error_hint(err, "Inside a quoted field, write a quote as two quotes.");
}

static bool feed(struct interactions_csv *reader, char byte, struct error *err) {
    if (byte == '\n') reader->line++;
    if (reader->state == QUOTED) {
        if (byte == '"') {
            reader->state = QUOTE;
        } else {
            buf_add_char(&reader->row, byte);
        }
        return true;
    }
    if (byte == ',')
        return end_field(reader, err) || error_wrap(err, "line %" PRIu64, reader->line);
    if (byte == '\n') return end_row(reader, err);
    if (byte == '\r') return true; // of CRLF
    if (byte == '"' && reader->state != PLAIN) {
        if (reader->state == QUOTE) buf_add_char(&reader->row, byte);
        reader->state = QUOTED;
        reader->had_quotes = true;
        return true;
    }
    if (reader->state == QUOTE) return refuse_after_quote(reader, err);
    reader->state = PLAIN;
    buf_add_char(&reader->row, byte);
    return true;
}

// A byte order mark may come before the header; pieces may cut it.
static struct str skip_byte_order_mark(struct interactions_csv *reader, struct str text) {
    static const char mark[] = "\xEF\xBB\xBF";
    while (reader->mark_bytes < 3 && text.len) {
        if (text.ptr[0] != mark[reader->mark_bytes]) {
            // not a mark after all: what looked like one is text
            for (uint8_t i = 0; i < reader->mark_bytes; i++)
                buf_add_char(&reader->row, mark[i]);
            if (reader->mark_bytes) reader->state = PLAIN;
            reader->mark_bytes = 3;
            return text;
        }
        reader->mark_bytes++;
        text = str_skip(text, 1);
    }
    return text;
}

bool interactions_csv_feed(struct interactions_csv *reader, struct str text, struct error *err) {
    if (reader->mark_bytes < 3) text = skip_byte_order_mark(reader, text);
    for (size_t i = 0; i < text.len; i++) {
        if (!feed(reader, text.ptr[i], err)) return false;
    }
    return true;
}

bool interactions_csv_finish(struct interactions_csv *reader, struct error *err) {
    if (reader->state == QUOTED) {
        error_set(
            err, ERROR_INVALID, "line %" PRIu64 ": a quote is never closed", reader->row_line);
        return error_hint(err, "Close the field with a quote, or write \"\" for one inside it.");
    }
    reader->line++;
    if (!end_row(reader, err)) return false;
    if (reader->has_header) return true;
    error_set(err, ERROR_INVALID, "the file is empty");
    return error_hint(err, "The first line must read USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP.");
}

static struct interactions_csv reader_for(interactions_csv_fn *each, void *context) {
    return (struct interactions_csv){
        .each = each,
        .context = context,
        .row = {.limit = INTERACTIONS_CSV_MAX_ROW_BYTES},
        .line = 1,
        .row_line = 1,
    };
}

struct interactions_csv *interactions_csv_new(interactions_csv_fn *each, void *context) {
    struct interactions_csv *reader = MEM_NEW(struct interactions_csv);
    *reader = reader_for(each, context);
    return reader;
}

void interactions_csv_free(struct interactions_csv *reader) {
    if (!reader) return;
    release(reader);
    mem_free(reader);
}

bool interactions_csv_read_text(
    struct str text, interactions_csv_fn *each, void *context, struct error *err) {
    CLEANUP(release) struct interactions_csv reader = reader_for(each, context);
    return interactions_csv_feed(&reader, text, err) && interactions_csv_finish(&reader, err);
}

static bool read_chunks(FILE *file, struct interactions_csv *reader, struct error *err) {
    char *chunk = mem_alloc(CHUNK_BYTES);
    bool ok = true;
    for (size_t got; ok && (got = fread(chunk, 1, CHUNK_BYTES, file)) > 0;) {
        const struct str text = {.ptr = chunk, .len = got};
        ok = interactions_csv_feed(reader, text, err);
    }
    mem_free(chunk);
    if (!ok) return false;
    if (ferror(file)) return error_from_errno(err, errno, "reading");
    return interactions_csv_finish(reader, err);
}

bool interactions_csv_read_file(
    const char *path, interactions_csv_fn *each, void *context, struct error *err) {
    FILE *file = fopen(path, "rbe");
    if (!file && errno == ENOENT) {
        error_set(err, ERROR_NOT_FOUND, "there is no file %s", path);
        return error_hint(err, "Give the path of a CSV file of interactions.");
    }
    if (!file) return error_from_errno(err, errno, "opening %s", path);
    CLEANUP(release) struct interactions_csv reader = reader_for(each, context);
    const bool ok = read_chunks(file, &reader, err);
    (void)fclose(file); // only read
    return ok || error_wrap(err, "%s", path);
}
