// looks_test — every pane and overlay in every layout: its text, the role of each cell, and what that looks like in every
// theme and depth, compared with looks/*.look and looks/*.theme; and what must hold of all of them (look_check.h).
// With UPDATE_GOLDEN=1 the files are rewritten instead; the diff is then reviewed.
#include "screens/looks_test.h"

#include "screens/look.h"
#include "screens/look_check.h"
#include "screens/script.h"
#include "support/test.h"

#include "base/files.h"
#include "base/memory.h"

#include <dirent.h>

#define LOOKS_MAX 64
#define SECTION "--- "

static const char *folder;
static const char *const sizes[] = {"160x50", "120x40", "80x24", "40x12"};

static bool is_update(void) {
    const char *update = getenv("UPDATE_GOLDEN");
    return update && update[0] == '1';
}

static void show_difference(const char *name, struct str expected, struct str actual) {
    print_error("%s differs; \"-\" expected, \"+\" drawn\n", name);
    for (int number = 1; expected.len || actual.len; number++) {
        struct str left, right;
        str_split(expected, '\n', &left, &expected);
        str_split(actual, '\n', &right, &actual);
        if (str_equal(left, right)) continue;
        print_error("%d\n- " STR_FMT "\n+ " STR_FMT "\n", number, STR_ARG(left), STR_ARG(right));
    }
}

// `whole` is what the file must hold.
static void compare(const char *path, struct str expected, struct str whole) {
    struct error err;
    if (str_equal(expected, whole)) return;
    if (is_update()) {
        assert_ok(files_write(path, 0644, whole, &err), err);
        return;
    }
    show_difference(path, expected, whole);
    fail();
}

// Every pane in every layout

static void play(struct script *script, const char *name, const char *size, struct str steps) {
    struct error err = {0};
    struct buf first = {0};
    buf_add_format(&first, "size %s", size);
    assert_ok(script_step(script, buf_str(&first), &err), err);
    buf_release(&first);
    while (steps.len) {
        struct str line;
        str_split(steps, '\n', &line, &steps);
        if (!str_starts_with(line, STR("> "))) continue; // a comment
        if (!script_step(script, str_skip(line, 2), &err))
            fail_msg("%s at %s, " STR_FMT ": %s", name, size, STR_ARG(line), err.message);
    }
}

static void check(struct script *script, const char *name, const char *size) {
    struct buf complaints = {0};
    look_check_contrast(&script->canvas, &complaints);
    look_check_without_color(&script->canvas, &complaints);
    look_check_themes(script, &complaints);
    for (int id = 0; id < THEME_ID_COUNT; id++)
        look_check_svg(&script->canvas, (enum theme_id)id, &complaints);
    if (complaints.len) fail_msg("%s at %s:\n%s", name, size, buf_text(&complaints));
}

static void add_section(const char *name, const char *size, struct str steps, struct buf *out) {
    struct script script;
    script_init(&script, folder);
    play(&script, name, size, steps);
    buf_add_format(out, SECTION "%s\n", size);
    script_draw(&script, out);
    buf_add_format(out, SECTION "%s, the roles\n", size);
    look_print_roles(&script.canvas, out);
    check(&script, name, size);
    script_release(&script);
}

// Where the first section begins.
static size_t steps_end(struct str text) {
    size_t at = 0;
    while (at < text.len && !str_starts_with(str_skip(text, at), STR(SECTION)))
        at += str_find_char(str_skip(text, at), '\n') + 1;
    return at < text.len ? at : text.len;
}

static void screen_looks_as_its_map(void **state) {
    const char *name = *state;
    struct error err;
    struct buf path = {0}, content = {0}, whole = {0};
    buf_add_format(&path, "%s/looks/%s", folder, name);
    assert_ok(files_read(buf_text(&path), 1 << 20, &content, &err), err);
    const struct str steps = str_slice(buf_str(&content), 0, steps_end(buf_str(&content)));
    buf_add(&whole, steps);
    for (size_t i = 0; i < ARRAY_COUNT(sizes); i++)
        add_section(name, sizes[i], steps, &whole);
    compare(buf_text(&path), buf_str(&content), buf_str(&whole));
    buf_release(&path);
    buf_release(&content);
    buf_release(&whole);
}

// Every theme

static void theme_looks_as_its_table(void **state) {
    const char *name = *state;
    struct error err;
    struct buf path = {0}, content = {0}, whole = {0};
    enum theme_id theme = THEME_ID_TERMINAL;
    assert_true(theme_find(str_from(name), &theme));
    buf_add_format(&path, "%s/looks/%s.theme", folder, name);
    if (!files_read(buf_text(&path), 1 << 20, &content, &err)) assert_true(is_update());
    look_print_theme(theme, &whole);
    compare(buf_text(&path), buf_str(&content), buf_str(&whole));
    buf_release(&path);
    buf_release(&content);
    buf_release(&whole);
}

static int by_name(const void *left, const void *right) {
    const struct CMUnitTest *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static size_t find_looks(struct CMUnitTest tests[LOOKS_MAX]) {
    struct buf path = {0};
    size_t count = 0;
    buf_add_format(&path, "%s/looks", folder);
    DIR *directory = opendir(buf_text(&path));
    buf_release(&path);
    if (!directory) return 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (!str_ends_with(str_from(entry->d_name), STR(".look"))) continue;
        ASSERT(count < LOOKS_MAX);
        char *name = mem_copy_string(entry->d_name);
        tests[count++] = (struct CMUnitTest){
            .name = name, .test_func = screen_looks_as_its_map, .initial_state = name};
    }
    closedir(directory);
    qsort(tests, count, sizeof(tests[0]), by_name);
    return count;
}

int looks_test(const char *screens) {
    static struct CMUnitTest looks[LOOKS_MAX], themes[THEME_ID_COUNT];
    folder = screens;
    const size_t count = find_looks(looks);
    if (count == 0) {
        fprintf(stderr, "no .look files in %s/looks\n", folder);
        return 1;
    }
    for (int id = 0; id < THEME_ID_COUNT; id++) {
        themes[id] = (struct CMUnitTest){
            .name = theme_names[id],
            .test_func = theme_looks_as_its_table,
            .initial_state = (void *)(uintptr_t)theme_names[id],
        };
    }
    int failed = _cmocka_run_group_tests("looks", looks, count, NULL, NULL);
    failed += _cmocka_run_group_tests("themes", themes, THEME_ID_COUNT, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        mem_free(looks[i].initial_state);
    return failed;
}
