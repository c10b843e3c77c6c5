// Reading files of events: three kinds, torn ends, and files that are none.
#include "recording/recording_reader.h"

#include "base/files.h"
#include "support/temp_folder.h"
#include "support/test.h"

#define HEAD "{\"recloop\":\"recording\",\"version\":1,\"at\":\"2026-01-05T10:00:00.000Z\"}\n"
#define EVENT "{\"t_ms\":1.5,\"run\":2,\"kind\":\"event\",\"message\":{\"type\":\"track\"}}\n"

struct reading {
    size_t entries, events;
    enum recording_reader_shape shape;
    bool is_torn;
    struct error err; // code ERROR_NONE: read to its end
};

static struct reading read_from(struct recording_reader *reader) {
    struct reading reading = {0};
    struct recording_reader_entry entry;
    bool has = false;
    while (recording_reader_next(reader, &entry, &has, &reading.err) && has) {
        reading.entries++;
        reading.events += entry.kind == RECORDING_READER_EVENT;
    }
    reading.shape = recording_reader_shape(reader);
    reading.is_torn = recording_reader_is_torn(reader);
    if (reading.err.code != ERROR_NONE) { // told once, then it is over
        struct error again = {0};
        assert_true(recording_reader_next(reader, &entry, &has, &again));
        assert_false(has);
    }
    return reading;
}

// From memory and from a file: the same.
static struct reading read_all(struct str text) {
    struct temp_folder folder = temp_folder_make();
    struct error err = {0};
    char path[320];
    temp_folder_path(&folder, "events", path, sizeof(path));
    assert_ok(files_write(path, 0600, text, &err), err);
    struct recording_reader *file = NULL;
    assert_ok(recording_reader_open(path, &file, &err), err);
    struct recording_reader *memory = recording_reader_new_text(path, text);
    const struct reading left = read_from(file);
    const struct reading right = read_from(memory);
    recording_reader_close(file);
    recording_reader_close(memory);
    temp_folder_remove(&folder);
    assert_int_equal(left.entries, right.entries);
    assert_int_equal(left.is_torn, right.is_torn);
    assert_str(str_from(left.err.message), right.err.message);
    return left;
}

static void the_first_line_tells_the_kind(void **state) {
    (void)state;
    assert_int_equal(read_all(STR(HEAD EVENT)).shape, RECORDING_READER_SESSION);
    assert_int_equal(
        read_all(STR("{\"reason\":\"r\",\"message\":{\"type\":\"track\"}}\n")).shape,
        RECORDING_READER_LETTERS);
    assert_int_equal(read_all(STR("{\"type\":\"track\"}\n")).shape, RECORDING_READER_MESSAGES);
    assert_int_equal(read_all(STR("")).shape, RECORDING_READER_EMPTY);
    assert_int_equal(read_all(STR("\n \n")).shape, RECORDING_READER_EMPTY);
}

static void what_nobody_knows_yet_is_passed_over(void **state) {
    (void)state;
    const struct reading reading = read_all(
        STR(HEAD "{\"kind\":\"weather\",\"sun\":true}\n{\"t_ms\":\"soon\",\"run\":-4}\n" EVENT));
    assert_int_equal(reading.err.code, ERROR_NONE);
    assert_int_equal(reading.entries, 3);
    assert_int_equal(reading.events, 1);
}

static void a_torn_last_line_is_left_out(void **state) {
    (void)state;
    const struct str whole = STR(HEAD EVENT EVENT);
    const size_t before = sizeof(HEAD EVENT) - 1;
    for (size_t cut = before + 1; cut < whole.len - 1; cut++) { // at every byte of the last line
        const struct reading reading = read_all(str_slice(whole, 0, cut));
        assert_int_equal(reading.err.code, ERROR_NONE);
        assert_int_equal(reading.events, 1);
        assert_true(reading.is_torn);
    }
    // only its line break is missing: it is whole
    const struct reading reading = read_all(str_slice(whole, 0, whole.len - 1));
    assert_int_equal(reading.events, 2);
    assert_false(reading.is_torn);
}

static void a_broken_line_in_the_middle_is_told(void **state) {
    (void)state;
    const struct reading reading = read_all(STR(HEAD EVENT "{\"kind\":\n" EVENT));
    assert_int_equal(reading.err.code, ERROR_INVALID);
    assert_contains(str_from(reading.err.message), "line 3");
    assert_int_equal(reading.events, 1);
}

static void other_versions_are_refused(void **state) {
    (void)state;
    const struct reading reading =
        read_all(STR("{\"recloop\":\"recording\",\"version\":2}\n" EVENT));
    assert_int_equal(reading.err.code, ERROR_INVALID);
    assert_contains(str_from(reading.err.message), "version");
    assert_contains(str_from(reading.err.hint), "version 1");
    assert_int_equal(
        read_all(STR("{\"recloop\":\"recording\",\"version\":\"1\"}\n")).err.code, ERROR_INVALID);
}

static void an_event_needs_its_message(void **state) {
    (void)state;
    const struct reading reading =
        read_all(STR(HEAD "{\"kind\":\"event\",\"message\":\"text\"}\n"));
    assert_int_equal(reading.err.code, ERROR_INVALID);
    assert_contains(str_from(reading.err.message), "without its message");
}

static void what_is_no_json_is_told(void **state) {
    (void)state;
    static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const struct str binary = {.ptr = png, .len = sizeof(png) - 1};
    assert_int_equal(read_all(binary).err.code, ERROR_INVALID);
    assert_int_equal(read_all(STR("hello\nworld\n")).err.code, ERROR_INVALID);
    assert_int_equal(read_all(STR("[1,2]\n")).err.code, ERROR_INVALID);
    assert_int_equal(read_all(STR("\"text\"")).err.code, ERROR_INVALID);
    const struct reading reading = read_all(STR("name,price\n"));
    assert_contains(str_from(reading.err.message), "line 1");
    assert_contains(str_from(reading.err.hint), "one JSON object a line");
    const struct reading cast = read_all(STR("{\"version\":2,\"width\":80,\"height\":24}\n"));
    assert_contains(str_from(cast.err.message), "of the screen");
}

static void a_huge_line_ends_the_reading(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    buf_add(&text, STR(HEAD EVENT "{\"a\":\""));
    for (size_t i = 0; i <= RECORDING_MAX_LINE / 16; i++)
        buf_add(&text, STR("aaaaaaaaaaaaaaaa"));
    buf_add(&text, STR("\"}\n" EVENT));
    const struct reading reading = read_all(buf_str(&text));
    assert_int_equal(reading.err.code, ERROR_LIMIT);
    assert_contains(str_from(reading.err.message), "line 3");
    assert_int_equal(reading.events, 1);
}

static void sources_come_from_envelope_or_message(void **state) {
    (void)state;
    const struct str text =
        STR("{\"source\":\"ios-prod\",\"message\":{\"type\":\"track\",\"source\":\"inner\"}}\n"
            "{\"type\":\"track\",\"source\":\"android-prod\"}\n{\"type\":\"track\"}\n");
    static const char *const expected[] = {"ios-prod", "android-prod", ""};
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader = recording_reader_new_text("it", text);
    for (size_t i = 0; i < ARRAY_COUNT(expected); i++) {
        struct recording_reader_entry entry;
        struct error err = {0};
        bool has = false;
        assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
        assert_true(has);
        assert_int_equal(entry.line, i + 1);
        assert_str(entry.source, expected[i]);
        assert_str(json_get_text(entry.message, "type"), "track");
    }
}

static void a_recordings_limit_is_known_at_the_end(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } cases[] = {
        {HEAD EVENT, 0},
        {HEAD EVENT "{\"t_ms\":2,\"run\":0,\"kind\":\"limit\",\"bytes\":268435456}\n", 268435456},
        {HEAD EVENT "{\"t_ms\":2,\"run\":0,\"kind\":\"limit\",\"bytes\":-5}\n", 1}, // still one
        {HEAD EVENT "{\"kind\":\"limit\"}\n", 1},
        {"{\"type\":\"track\",\"kind\":\"limit\",\"bytes\":5}\n", 0}, // no recording
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(recording_reader_closep)
        struct recording_reader *reader = recording_reader_new_text("it", str_from(cases[i].text));
        assert_int_equal(read_from(reader).events, 1);
        assert_int_equal(recording_reader_limit_bytes(reader), cases[i].bytes);
    }
}

static void a_missing_file_is_told(void **state) {
    (void)state;
    struct recording_reader *reader = NULL;
    struct error err = {0};
    assert_false(recording_reader_open("/no/such/file", &reader, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_ok(recording_reader_open("/", &reader, &err), err); // a folder opens, and cannot be read
    assert_int_equal(read_from(reader).err.code, ERROR_IO);
    recording_reader_close(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_tells_the_kind),
        cmocka_unit_test(what_nobody_knows_yet_is_passed_over),
        cmocka_unit_test(a_torn_last_line_is_left_out),
        cmocka_unit_test(a_broken_line_in_the_middle_is_told),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(an_event_needs_its_message),
        cmocka_unit_test(what_is_no_json_is_told),
        cmocka_unit_test(a_huge_line_ends_the_reading),
        cmocka_unit_test(sources_come_from_envelope_or_message),
        cmocka_unit_test(a_recordings_limit_is_known_at_the_end),
        cmocka_unit_test(a_missing_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
