// interactions_csv — what people's files look like, and what they are told when one is wrong.
#include "support/test.h"

#include "base/files.h"
#include "base/memory.h"
#include "sandbox/interactions_csv.h"

#include <stdlib.h>
#include <unistd.h>

static bool note(void *context, const struct interactions_csv_row *row, struct error *err) {
    struct buf *out = context;
    if (str_equal(row->user, STR("stop"))) return error_set(err, ERROR_BUSY, "enough");
    buf_add_format(
        out, "%d:" STR_FMT "|" STR_FMT "|" STR_FMT "|%d;", (int)row->line, STR_ARG(row->user),
        STR_ARG(row->item), STR_ARG(row->event_type), (int)row->time_s);
    return true;
}

static const struct {
    const char *name, *text, *rows;
} good[] = {
    {"plain", "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nu,i,Click,5\nv,j,,-6\n",
     "2:u|i|Click|5;3:v|j||-6;"},
    {"no line end at the end", "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\nu,i,Click,5",
     "2:u|i|Click|5;"},
    {"other order, case and columns", "timestamp,x,Item_Id,user_id\n7,ignored,i,u\n", "2:u|i||7;"},
    {"CRLF, mark and empty lines",
     "\xEF\xBB\xBFUSER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\r\n\r\nu,i,c,1\r\n\r\n", "3:u|i|c|1;"},
    {"quotes", "\"USER_ID\",ITEM_ID,EVENT_TYPE,TIMESTAMP\n\"a,b\",\"say \"\"x\"\"\",\"\",\"12\"\n",
     "2:a,b|say \"x\"||12;"},
    {"line breaks inside quotes", "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n\"a\nb\",i,c,1\nv,j,c,2\n",
     "2:a\nb|i|c|1;4:v|j|c|2;"},
    {"a quote amid a field is a character",
     "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n5\" pipe,i,c,1\n", "2:5\" pipe|i|c|1;"},
    {"only a header", "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n", ""},
};

static void good_files_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(good); i++) {
        struct buf rows = {0};
        struct error err;
        print_message("           %s\n", good[i].name);
        assert_ok(interactions_csv_read_text(str_from(good[i].text), note, &rows, &err), err);
        assert_str(buf_str(&rows), good[i].rows);
        buf_reset(&rows);
        struct interactions_csv *reader = interactions_csv_new(note, &rows);
        for (const char *at = good[i].text; *at; at++) // byte by byte it is the same
            assert_ok(interactions_csv_feed(reader, (struct str){at, 1}, &err), err);
        assert_ok(interactions_csv_finish(reader, &err), err);
        assert_str(buf_str(&rows), good[i].rows);
        interactions_csv_free(reader);
        buf_release(&rows);
    }
}

#define HEADER "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n"
static const struct {
    const char *text, *message, *hint;
    enum error_code code;
} bad[] = {
    {"", "the file is empty", "first line", ERROR_INVALID},
    {"\n\n", "the file is empty", "first line", ERROR_INVALID},
    {"u,i,c,5\n", "line 1: the header has no column USER_ID", "first line", ERROR_INVALID},
    {"USER_ID,ITEM_ID,EVENT_TYPE\n", "no column TIMESTAMP", "first line", ERROR_INVALID},
    {HEADER "u,i,c,5\nu,i,5\n", "line 3: 3 fields where the header has 4", "quotes", ERROR_INVALID},
    {HEADER "u,i,c,5,6\n", "line 2: 5 fields", "quotes", ERROR_INVALID},
    {HEADER "u,i,c,soon\n", "line 2: TIMESTAMP \"soon\" is not", "1291191960", ERROR_INVALID},
    {HEADER "u,i,c,1\x1B[2J\n", "\\e[2J", "1291191960", ERROR_INVALID},
    {HEADER "u,i,c,1700000000000\n", "beyond the year 9999", "divide milliseconds", ERROR_INVALID},
    {HEADER ",i,c,5\n", "line 2: USER_ID is empty", "1 to 256", ERROR_INVALID},
    {HEADER "u,,c,5\n", "line 2: ITEM_ID is empty", "1 to 256", ERROR_INVALID},
    {HEADER "\"u\"x,i,c,5\n", "line 2: text after a closing quote", "two quotes", ERROR_INVALID},
    {HEADER "u,i,c,5\n\"u,i,c,5\nu,i", "line 3: a quote is never closed", "Close", ERROR_INVALID},
    {HEADER "u,i,c,1\nstop,i,c,5\n", "line 3: enough", "", ERROR_BUSY},
};

static void bad_files_are_explained(void **state) {
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        struct buf rows = {0};
        struct error err = {0};
        assert_false(interactions_csv_read_text(str_from(bad[i].text), note, &rows, &err));
        assert_int_equal(err.code, bad[i].code);
        assert_contains(str_from(err.message), bad[i].message);
        assert_contains(str_from(err.hint), bad[i].hint);
        buf_release(&rows);
    }
}

static void long_rows_and_ids_are_refused(void **state) {
    (void)state;
    struct buf text = {0}, rows = {0};
    struct error err = {0};
    buf_add(&text, STR(HEADER));
    for (int i = 0; i < 257; i++)
        buf_add_char(&text, 'u');
    buf_add(&text, STR(",i,c,1\n"));
    assert_false(interactions_csv_read_text(buf_str(&text), note, &rows, &err));
    assert_contains(str_from(err.message), "line 2: USER_ID is longer than 256 bytes");
    buf_reset(&text);
    buf_add(&text, STR(HEADER "\""));
    for (size_t i = 0; i < 2 * INTERACTIONS_CSV_MAX_ROW_BYTES; i++)
        buf_add_char(&text, 'u');
    buf_add(&text, STR("\",i,c,1\n"));
    assert_false(interactions_csv_read_text(buf_str(&text), note, &rows, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.hint), "never closed");
    buf_release(&text);
    buf_release(&rows);
}

static void files_are_read_in_chunks(void **state) {
    (void)state;
    char path[] = "/tmp/interactions-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    struct buf text = {0}, rows = {0}, wanted = {0};
    struct error err;
    buf_add(&text, STR("\xEF\xBB\xBF" HEADER));
    for (int i = 0; i < 20000; i++) {
        buf_add_format(&text, "user-%d,\"item,%d\",c,%d\n", i, i, i);
        buf_add_format(&wanted, "%d:user-%d|item,%d|c|%d;", i + 2, i, i, i);
    }
    assert_ok(files_write(path, 0600, buf_str(&text), &err), err);
    assert_ok(interactions_csv_read_file(path, note, &rows, &err), err);
    assert_true(str_equal(buf_str(&rows), buf_str(&wanted)));
    assert_int_equal(unlink(path), 0);
    assert_false(interactions_csv_read_file(path, note, &rows, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_contains(str_from(err.message), path);
    buf_release(&text);
    buf_release(&rows);
    buf_release(&wanted);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(good_files_are_read),
    cmocka_unit_test(bad_files_are_explained),
    cmocka_unit_test(long_rows_and_ids_are_refused),
    cmocka_unit_test(files_are_read_in_chunks),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
