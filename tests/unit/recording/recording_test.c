// Recording: what is written can be read again, nothing is lost by a crash, and no secret gets in.
#include "recording/recording.h"

#include "base/files.h"
#include "base/memory.h"
#include "recording/recording_reader.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define KEY "wKq3Zf7Hn2Lp9Xs5Vt8Bd4Gm6Jc1RyTe"

struct world {
    struct temp_folder folder;
    char path[320];
};

static int make_world(void **state) {
    static struct world world;
    world.folder = temp_folder_make();
    temp_folder_path(&world.folder, "session.ndjson", world.path, sizeof(world.path));
    *state = &world;
    return 0;
}

static int remove_world(void **state) {
    struct world *world = *state;
    temp_folder_remove(&world->folder);
    return 0;
}

static struct recording *begin(const char *path) {
    struct error err = {0};
    struct recording *recording = NULL;
    const struct recording_options options = {
        .path = path, .wall_ms = 1767607200000, .now_us = 5000000};
    assert_ok(recording_open(&options, &recording, &err), err);
    return recording;
}

static void end(struct recording *recording) {
    struct error err = {0};
    assert_ok(recording_close(recording, &err), err);
}

static void take(struct recording *recording, int64_t now_us, struct message *take_message) {
    recording_take(recording, now_us, take_message);
    message_free(take_message);
}

static void take_event(struct recording *recording, const char *json) {
    struct message *message = message_new(MESSAGE_EVENT, 7);
    message->as.event.is_sent = true;
    message->as.event.source = mem_copy_string("website-prod");
    message->as.event.via = mem_copy_string("segment");
    message->as.event.raw = mem_copy_string(json);
    take(recording, 5012345, message);
}

static void take_line(struct recording *recording, const char *text) {
    take(recording, 5000000, message_new_line(7, false, str_from(text)));
}

static struct buf read_back(const char *path) {
    struct buf text = {0};
    struct error err = {0};
    assert_ok(files_read(path, 1 << 20, &text, &err), err);
    return text;
}

static void a_session_is_read_as_it_was_written(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    take_event(recording, "{\"type\":\"track\",\"messageId\":\"m-1\",\"price\":1.5}");
    struct message *list = message_new(MESSAGE_RECOMMENDATIONS, 7);
    (void)message_add_item(list, STR("led-high-tops"), 0.25);
    (void)message_add_item(list, STR("zipped-jacket"), -1);
    take(recording, 5013000, list);
    struct message *profile = message_new(MESSAGE_PROFILE, 7);
    (void)message_add_trait(profile, STR("recommended_products"), STR("[\"led-high-tops\"]"));
    take(recording, 5014000, profile);
    struct error refused = {.code = ERROR_REFUSED, .message = "no"};
    take(recording, 5015000, message_new_done(7, &refused));
    end(recording);

    struct error err = {0};
    struct recording_reader_entry entry;
    bool has = false;
    CLEANUP(recording_reader_closep) struct recording_reader *reader = NULL;
    assert_ok(recording_reader_open(world->path, &reader, &err), err);
    assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_true(has);
    assert_int_equal(recording_reader_shape(reader), RECORDING_READER_SESSION);
    assert_int_equal(recording_reader_started_ms(reader), 1767607200000);
    assert_int_equal(entry.kind, RECORDING_READER_EVENT);
    assert_int_equal(entry.run, 7);
    assert_true(entry.t_ms > 12.344 && entry.t_ms < 12.346);
    assert_str(entry.source, "website-prod");
    assert_str(entry.via, "segment");
    assert_str(json_get_text(entry.message, "messageId"), "m-1");
    assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_int_equal(entry.kind, RECORDING_READER_RECOMMENDATIONS);
    const struct json_node *first = json_first(json_get(entry.body, "items"));
    double score = 0;
    assert_true(json_number(json_get(first, "score"), &score) && score > 0.24 && score < 0.26);
    assert_int_equal(json_kind(json_get(json_next(first), "score")), JSON_NULL);
    assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_int_equal(entry.kind, RECORDING_READER_TRAITS);
    assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_int_equal(entry.kind, RECORDING_READER_DONE);
    assert_str(json_get_text(json_get(entry.body, "error"), "code"), "refused");
    assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_false(has);
    assert_false(recording_reader_is_torn(reader));
}

static void only_the_owner_reads_the_file(void **state) {
    struct world *world = *state;
    const int fd = open(world->path, O_CREAT | O_WRONLY, 0666);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chmod(world->path, 0666), 0);
    end(begin(world->path)); // it was empty, so it may be used
    struct stat facts;
    assert_int_equal(stat(world->path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void what_is_there_is_refused(void **state) {
    struct world *world = *state;
    struct error err = {0};
    struct recording *recording = NULL;
    const struct recording_options options = {.path = world->path};
    assert_ok(files_write(world->path, 0600, STR("mine"), &err), err);
    assert_false(recording_open(&options, &recording, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_contains(str_from(err.message), "session.ndjson");
    assert_contains(str_from(err.hint), "another file");
    assert_null(recording);
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_str(buf_str(&text), "mine");
}

static void where_nothing_can_be_written_is_told(void **state) {
    (void)state;
    struct error err = {0};
    struct recording *recording = NULL;
    const struct recording_options options = {.path = "/no/such/folder/session"};
    assert_false(recording_open(&options, &recording, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.message), "/no/such/folder/session");
}

static void a_run_that_only_ended_leaves_the_file_empty(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    take(recording, 5000000, message_new_done(1, NULL));
    struct message *values = message_new(MESSAGE_VALUES, 1);
    message_add_value(values, "key", STR("value"));
    take(recording, 5000000, values);
    end(recording);
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_int_equal(text.len, 0);
}

static void two_processes_do_not_share_a_file(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    const pid_t pid = fork();
    if (pid == 0) {
        struct error err = {0};
        struct recording *second = NULL;
        const struct recording_options options = {.path = world->path};
        const bool ok = recording_open(&options, &second, &err);
        _exit(!ok && err.code == ERROR_BUSY ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    end(recording);
}

static void what_was_seen_survives_a_kill(void **state) {
    struct world *world = *state;
    const pid_t pid = fork();
    if (pid == 0) {
        struct recording *recording = begin(world->path);
        take_line(recording, "first");
        take_line(recording, "second");
        raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_contains(buf_str(&text), "\"second\"");
    assert_true(str_ends_with(buf_str(&text), STR("\n")));
}

static void a_full_disk_is_told_at_the_end(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    struct error err = {0};
    struct recording *recording = begin("/dev/full");
    assert_false(recording_has_failed(recording, &err));
    take_line(recording, "lost");
    assert_true(recording_has_failed(recording, &err));
    take_line(recording, "lost as well");
    err = (struct error){0};
    assert_false(recording_close(recording, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_contains(str_from(err.message), "/dev/full");
    assert_contains(str_from(err.hint), "make room");
}

static void it_stops_at_its_limit_and_says_so(void **state) {
    const struct world *world = *state;
    struct error err = {0};
    struct recording *recording = NULL;
    const struct recording_options options = {
        .path = world->path, .wall_ms = 1767607200000, .now_us = 5000000, .limit_bytes = 4096};
    assert_ok(recording_open(&options, &recording, &err), err);
    for (int i = 0; i < 500; i++) {
        take_line(recording, "as long as a line is");
        if (i == 3) assert_false(recording_is_full(recording));
    }
    assert_true(recording_is_full(recording));
    end(recording); // no failure
    CLEANUP(buf_release) struct buf text = {0};
    assert_ok(files_read(world->path, 65536, &text, &err), err);
    assert_true(text.len <= 4096);
    assert_true(text.len > 3500);
    assert_true(str_ends_with(buf_str(&text), STR("\"kind\":\"limit\",\"bytes\":4096}\n")));
}

static void known_values_are_hidden_wherever_they_stand(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    recording_hide(recording, STR(KEY));
    recording_hide(recording, STR(KEY));
    recording_hide(recording, STR("with\"quote\\and\nbreak"));
    take_event(recording, "{\"a\":\"x" KEY "y\",\"" KEY "\":{\"deep\":[\"" KEY "\"]}}");
    take_line(recording, "key=" KEY ", again " KEY);
    take_line(recording, "say with\"quote\\and\nbreak now");
    take(recording, 5000000, message_new_hop(7, &(struct hop){.detail = KEY}));
    end(recording);
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_false(str_contains(buf_str(&text), STR(KEY)));
    assert_false(str_contains(buf_str(&text), STR("quote")));
    assert_contains(buf_str(&text), "x••••y");
    assert_contains(buf_str(&text), "key=••••, again ••••");
    assert_contains(buf_str(&text), "say •••• now");
}

static void short_values_are_hidden_as_words_only(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    recording_hide(recording, STR("123456789"));
    recording_hide(recording, STR("abc")); // too short to tell from anything
    take_event(
        recording, "{\"user\":\"1234567890\",\"id\":\"123456789\",\"n\":123456789,\"m\":1."
                   "123456789,\"abc\":1}");
    take_line(recording, "line\n123456789\tend, é123456789");
    end(recording);
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_contains(buf_str(&text), "\"user\":\"1234567890\"");
    assert_contains(buf_str(&text), "\"id\":\"••••\"");
    assert_contains(buf_str(&text), "\"n\":\"••••\"");
    assert_contains(buf_str(&text), "\"m\":1.123456789");
    assert_contains(buf_str(&text), "\"abc\":1");
    assert_contains(buf_str(&text), "line\\n••••\\tend, é••••");
    // and every line is still what a reader takes
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader = recording_reader_new_text("it", buf_str(&text));
    struct recording_reader_entry entry;
    struct error err = {0};
    bool has = true;
    size_t count = 0;
    for (; has; count += has)
        assert_ok(recording_reader_next(reader, &entry, &has, &err), err);
    assert_int_equal(count, 2);
}

static void drop_all(struct buf *out, const struct json_node *node) {
    (void)node;
    buf_add(out, STR("{\"redacted\":true}"));
}

static void shout(struct buf *out, struct str text) {
    buf_add_format(out, "<" STR_FMT ">", STR_ARG(text));
}

static void lines_go_through_the_redaction(void **state) {
    (void)state;
    CLEANUP(buf_release) struct buf text = {0};
    struct message *line = message_new_line(1, true, STR("free"));
    struct recording_options options = {.redact_text = shout};
    recording_add_line(&text, &options, 0, line);
    assert_contains(buf_str(&text), "<free>");
    buf_reset(&text);
    options.redact_json = drop_all;
    recording_add_line(&text, &options, 0, line);
    assert_str(buf_str(&text), "{\"redacted\":true}");
    message_free(line);
}

static void the_watched_and_the_sent_are_told_apart(void **state) {
    struct world *world = *state;
    struct recording *recording = begin(world->path);
    struct message *seen = message_new(MESSAGE_EVENT, 3);
    seen->as.event.raw = mem_copy_string("{\"type\":\"track\"}");
    take(recording, 5000000, seen);
    end(recording);
    CLEANUP(buf_release) struct buf text = read_back(world->path);
    assert_contains(buf_str(&text), "\"kind\":\"seen\"");
    assert_false(str_contains(buf_str(&text), STR("track")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_session_is_read_as_it_was_written, make_world, remove_world),
        cmocka_unit_test_setup_teardown(only_the_owner_reads_the_file, make_world, remove_world),
        cmocka_unit_test_setup_teardown(what_is_there_is_refused, make_world, remove_world),
        cmocka_unit_test(where_nothing_can_be_written_is_told),
        cmocka_unit_test_setup_teardown(
            a_run_that_only_ended_leaves_the_file_empty, make_world, remove_world),
        cmocka_unit_test_setup_teardown(
            two_processes_do_not_share_a_file, make_world, remove_world),
        cmocka_unit_test_setup_teardown(what_was_seen_survives_a_kill, make_world, remove_world),
        cmocka_unit_test(a_full_disk_is_told_at_the_end),
        cmocka_unit_test_setup_teardown(
            it_stops_at_its_limit_and_says_so, make_world, remove_world),
        cmocka_unit_test_setup_teardown(
            known_values_are_hidden_wherever_they_stand, make_world, remove_world),
        cmocka_unit_test_setup_teardown(
            short_values_are_hidden_as_words_only, make_world, remove_world),
        cmocka_unit_test(lines_go_through_the_redaction),
        cmocka_unit_test_setup_teardown(
            the_watched_and_the_sent_are_told_apart, make_world, remove_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
