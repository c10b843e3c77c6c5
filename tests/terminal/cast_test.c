// cast — the recording of a session, played into a terminal, shows what the console showed, whole or cut off.
#include "console/cast.h"

#include "base/files.h"
#include "base/json.h"
#include "base/memory.h"
#include "console/view.h"
#include "screens/script.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vterm.h>

#define SECRET "sk-live-0123456789"

static const char *fixtures; // folder of the screen tests
static struct temp_folder folder;

// Playing

struct screen {
    VTerm *terminal;
    VTermScreen *cells;
};

static void open_screen(struct screen *screen, int columns, int rows) {
    screen->terminal = vterm_new(rows, columns);
    vterm_set_utf8(screen->terminal, 1);
    screen->cells = vterm_obtain_screen(screen->terminal);
    vterm_screen_reset(screen->cells, 1);
}

static void print_screen(const struct screen *screen, struct buf *out) {
    int rows = 0, columns = 0;
    vterm_get_size(screen->terminal, &rows, &columns);
    for (int row = 0; row < rows; row++) {
        struct buf line = {0};
        for (int column = 0; column < columns; column++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(screen->cells, (VTermPos){.row = row, .col = column}, &cell);
            if (!cell.chars[0]) buf_add_char(&line, ' ');
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                buf_add_rune(&line, cell.chars[i]);
            if (cell.width == 2) column++;
        }
        while (line.len && line.ptr[line.len - 1] == ' ')
            line.len--;
        buf_add(out, buf_str(&line));
        buf_add_char(out, '\n');
        buf_release(&line);
    }
}

static void play_line(struct screen *screen, struct str line, double *time) {
    struct json document = {0};
    struct error err = {0};
    assert_ok(json_parse(line, &document, &err), err);
    const struct json_node *at = json_first(document.root);
    double when = -1;
    assert_true(json_number(at, &when));
    assert_true(when >= *time);
    *time = when;
    const struct str kind = json_text(json_next(at));
    const struct str data = json_text(json_next(json_next(at)));
    if (str_equal(kind, STR("r"))) {
        struct str left, right;
        int64_t columns = 0, rows = 0;
        assert_true(str_split(data, 'x', &left, &right));
        assert_true(str_parse_int64(left, &columns) && str_parse_int64(right, &rows));
        vterm_set_size(screen->terminal, (int)rows, (int)columns);
    } else if (!str_equal(kind, STR("m"))) { // a mark shows nothing
        assert_true(str_equal(kind, STR("o")));
        vterm_input_write(screen->terminal, data.ptr, data.len);
    }
    json_release(&document);
}

// Every line of the text must be one; the head gives the size.
static void play(struct str text, struct buf *out) {
    struct str line;
    struct json head = {0};
    struct error err = {0};
    struct screen screen;
    double time = 0;
    str_split(text, '\n', &line, &text);
    assert_ok(json_parse(line, &head, &err), err);
    int64_t version = 0, columns = 0, rows = 0;
    assert_true(json_integer(json_get(head.root, "version"), &version) && version == 2);
    assert_true(json_integer(json_get(head.root, "width"), &columns));
    assert_true(json_integer(json_get(head.root, "height"), &rows));
    json_release(&head);
    open_screen(&screen, (int)columns, (int)rows);
    while (text.len) {
        str_split(text, '\n', &line, &text);
        play_line(&screen, line, &time);
    }
    print_screen(&screen, out);
    vterm_free(screen.terminal);
}

// Recording

struct session {
    struct script script;
    struct cast *cast;
    struct buf path;
    int64_t now_us;
};

static void begin_limited(struct session *session, const char *name, uint64_t limit_bytes) {
    struct error err = {0};
    *session = (struct session){.now_us = 1000};
    script_init(&session->script, fixtures);
    buf_add_format(&session->path, "%s/%s", folder.path, name);
    const struct cast_options options = {
        .path = buf_text(&session->path),
        .wall_ms = 1767607205000,
        .now_us = session->now_us,
        .limit_bytes = limit_bytes,
        .depth = THEME_DEPTH_256,
    };
    assert_ok(cast_open(&options, &session->cast, &err), err);
}

static void begin(struct session *session, const char *name) {
    begin_limited(session, name, 0);
}

static void step(struct session *session, const char *text) {
    struct error err = {0};
    assert_ok(script_step(&session->script, str_from(text), &err), err);
    session->now_us += 40000;
    view_draw(&session->script.model, &session->script.canvas);
    cast_take(session->cast, &session->script.canvas, session->script.model.theme, session->now_us);
}

static void end(struct session *session) {
    struct error err = {0};
    assert_ok(cast_close(session->cast, &err), err);
    script_release(&session->script);
    buf_release(&session->path);
}

static void read_cast(const struct session *session, struct buf *out) {
    struct error err = {0};
    buf_reset(out);
    assert_ok(files_read(buf_text(&session->path), 16 << 20, out, &err), err);
}

static void shows_the_same(struct session *session) {
    struct buf text = {0}, expected = {0}, played = {0};
    read_cast(session, &text);
    canvas_print(&session->script.canvas, &expected);
    play(buf_str(&text), &played);
    assert_str(buf_str(&played), buf_text(&expected));
    buf_release(&text);
    buf_release(&expected);
    buf_release(&played);
}

static void cast_played_shows_every_picture(void **state) {
    (void)state;
    static const char *const steps[] = {
        "size 80x24",
        "now 2026-01-05T10:00:05Z",
        "include fixtures/seeded.script",
        "key t",
        "pass 140",
        "include fixtures/turn.script",
        "pass 900",
        "key P",
        "size 120x40",
        "pass 3000",
        "key P 5",
        "size 160x50",
        "key u",
        "type 7",
        "key Esc",
        "key T",
        "key T",
        "size 40x12",
        "include fixtures/hostile.script",
        "include fixtures/events.script",
        "key 3",
        "size 100x30",
        "key ?",
    };
    struct session session;
    begin(&session, "all.cast");
    for (size_t i = 0; i < ARRAY_COUNT(steps); i++) {
        print_message("%s\n", steps[i]);
        step(&session, steps[i]);
        shows_the_same(&session);
    }
    end(&session);
}

static void cast_writes_nothing_when_nothing_changed(void **state) {
    (void)state;
    struct session session;
    struct buf before = {0}, after = {0};
    begin(&session, "still.cast");
    step(&session, "size 80x24");
    read_cast(&session, &before);
    step(&session, "size 80x24");
    read_cast(&session, &after);
    assert_str(buf_str(&after), buf_text(&before));
    step(&session, "key ?");
    read_cast(&session, &after);
    assert_true(after.len > before.len);
    end(&session);
    buf_release(&before);
    buf_release(&after);
}

static void cast_hides_what_is_secret(void **state) {
    (void)state;
    struct session session;
    struct buf text = {0};
    begin(&session, "secret.cast");
    step(&session, "size 80x24");
    struct canvas *canvas = &session.script.canvas;
    const struct rect place = {.column = 4, .row = 3, .columns = 30, .rows = 1};
    struct canvas_pen pen = canvas_pen(canvas, place, 0);
    canvas_write_text(&pen, THEME_TEXT, SECRET);
    canvas_keep_secret(canvas, place);
    cast_take(session.cast, canvas, THEME_ID_TERMINAL, session.now_us + 1);
    shows_the_same(&session);
    read_cast(&session, &text);
    assert_false(str_contains(buf_str(&text), STR("sk-live")));
    assert_true(str_contains(buf_str(&text), STR("•")));
    end(&session);
    buf_release(&text);
}

static void cast_never_replaces_a_file_and_is_ones_own(void **state) {
    (void)state;
    struct session session;
    struct error err = {0};
    struct cast *other = NULL;
    struct stat facts;
    begin(&session, "mine.cast");
    assert_int_equal(stat(buf_text(&session.path), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    const struct cast_options options = {.path = buf_text(&session.path)};
    assert_false(cast_open(&options, &other, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_true(str_contains(str_from(err.hint), STR("another name")));
    end(&session);
}

// A limit of the file's size is what a full disk looks like: a line is cut off, and the rest refused.
static void cast_without_room_ends_with_a_whole_line_and_tells(void **state) {
    (void)state;
    struct session session;
    struct error err = {0};
    struct buf text = {0}, played = {0};
    struct rlimit before, low;
    signal(SIGXFSZ, SIG_IGN);
    begin(&session, "full.cast");
    step(&session, "size 80x24");
    read_cast(&session, &text);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    low = before;
    low.rlim_cur = text.len + 100;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    step(&session, "key ?");
    step(&session, "key Esc");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    const size_t whole = text.len;
    read_cast(&session, &text);
    assert_int_equal(text.len, whole);
    play(buf_str(&text), &played);
    assert_false(cast_close(session.cast, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_true(str_contains(str_from(err.hint), STR("make room")));
    script_release(&session.script);
    buf_release(&session.path);
    buf_release(&text);
    buf_release(&played);
}

static void cast_stops_at_its_limit_and_says_so(void **state) {
    (void)state;
    struct session session;
    struct buf text = {0}, played = {0};
    begin_limited(&session, "limited.cast", 16000);
    step(&session, "size 80x24");
    assert_false(cast_is_full(session.cast));
    for (int i = 0; i < 40; i++) {
        step(&session, "key ?");
        step(&session, "key Esc");
    }
    assert_true(cast_is_full(session.cast));
    read_cast(&session, &text);
    assert_true(text.len <= 16000);
    assert_true(
        str_contains(buf_str(&text), STR("\"m\",\"the recording stopped at its limit\"]\n")));
    play(buf_str(&text), &played);
    end(&session); // no failure
    buf_release(&text);
    buf_release(&played);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(cast_played_shows_every_picture),
    cmocka_unit_test(cast_writes_nothing_when_nothing_changed),
    cmocka_unit_test(cast_hides_what_is_secret),
    cmocka_unit_test(cast_never_replaces_a_file_and_is_ones_own),
    cmocka_unit_test(cast_without_room_ends_with_a_whole_line_and_tells),
    cmocka_unit_test(cast_stops_at_its_limit_and_says_so),
};

// cast_test FOLDER_OF_SCREENS
int main(int argc, char **argv) {
    if (argc < 2) return 2;
    fixtures = argv[1];
    folder = temp_folder_make();
    const int failed = cmocka_run_group_tests_name("cast", tests, NULL, NULL);
    temp_folder_remove(&folder);
    return failed;
}
