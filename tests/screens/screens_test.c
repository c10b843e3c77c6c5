// screens — plays every .screen file of a folder and compares the picture below its "---" line; then the looks. Every
// screen must hold what look_check.h says of all of them. With UPDATE_GOLDEN=1 the pictures are rewritten instead; the
// diff is then reviewed.
#include "screens/look_check.h"
#include "screens/looks_test.h"
#include "screens/script.h"
#include "support/test.h"

#include "base/files.h"
#include "base/memory.h"

#include <dirent.h>

#define SCREENS_MAX 1024
#define SEPARATOR "---\n"

static const char *folder;

struct screen {
    char *name;
};

static size_t picture_at(struct str text) {
    for (size_t at = 0; at + 4 <= text.len; at++) {
        const bool starts_line = at == 0 || text.ptr[at - 1] == '\n';
        if (starts_line && str_starts_with(str_skip(text, at), STR(SEPARATOR))) return at;
    }
    return text.len;
}

static void play(struct script *script, const char *name, struct str steps) {
    struct str line;
    int number = 0;
    while (steps.len) {
        str_split(steps, '\n', &line, &steps);
        number++;
        struct error err;
        if (!str_starts_with(line, STR("> "))) continue; // a comment
        if (script_step(script, str_skip(line, 2), &err)) continue;
        fail_msg("%s:%d: %s", name, number, err.message);
    }
}

static void show_difference(const char *name, struct str expected, struct str actual) {
    print_error("%s: the picture differs; \"-\" expected, \"+\" drawn\n", name);
    while (expected.len || actual.len) {
        struct str left, right;
        str_split(expected, '\n', &left, &expected);
        str_split(actual, '\n', &right, &actual);
        if (str_equal(left, right)) {
            print_error("  " STR_FMT "\n", STR_ARG(left));
        } else {
            print_error("- " STR_FMT "\n+ " STR_FMT "\n", STR_ARG(left), STR_ARG(right));
        }
    }
}

static void rewrite(const char *path, struct str steps, struct str picture) {
    struct error err;
    struct buf whole = {0};
    buf_add(&whole, steps);
    buf_add(&whole, STR(SEPARATOR));
    buf_add(&whole, picture);
    assert_ok(files_write(path, 0644, buf_str(&whole), &err), err);
    buf_release(&whole);
}

static void check(struct script *script, const char *name) {
    struct buf complaints = {0};
    look_check_contrast(&script->canvas, &complaints);
    look_check_without_color(&script->canvas, &complaints);
    look_check_themes(script, &complaints);
    look_check_svg(&script->canvas, THEME_ID_DARK, &complaints);
    if (complaints.len) fail_msg("%s:\n%s", name, buf_text(&complaints));
}

static void screen_looks_as_its_picture(void **state) {
    const struct screen *screen = *state;
    struct error err;
    struct buf path = {0}, content = {0}, picture = {0};
    buf_add_format(&path, "%s/%s", folder, screen->name);
    assert_ok(files_read(buf_text(&path), 1 << 20, &content, &err), err);
    const size_t at = picture_at(buf_str(&content));
    const struct str steps = str_slice(buf_str(&content), 0, at);

    struct script script;
    script_init(&script, folder);
    play(&script, screen->name, steps);
    script_draw(&script, &picture);
    check(&script, screen->name);
    script_release(&script);

    const struct str expected = str_skip(buf_str(&content), at + strlen(SEPARATOR));
    const char *update = getenv("UPDATE_GOLDEN");
    const bool is_same = str_equal(expected, buf_str(&picture));
    if (update && update[0] == '1') {
        if (!is_same) rewrite(buf_text(&path), steps, buf_str(&picture));
    } else if (!is_same) {
        show_difference(screen->name, expected, buf_str(&picture));
        fail();
    }
    buf_release(&path);
    buf_release(&content);
    buf_release(&picture);
}

static int by_name(const void *left, const void *right) {
    const struct screen *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static size_t find_screens(struct screen screens[SCREENS_MAX]) {
    size_t count = 0;
    DIR *directory = opendir(folder);
    if (!directory) return 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (!str_ends_with(str_from(entry->d_name), STR(".screen"))) continue;
        ASSERT(count < SCREENS_MAX);
        screens[count++].name = mem_copy_string(entry->d_name);
    }
    closedir(directory);
    qsort(screens, count, sizeof(screens[0]), by_name);
    return count;
}

int main(int argc, char **argv) {
    static struct screen screens[SCREENS_MAX];
    static struct CMUnitTest tests[SCREENS_MAX];
    folder = argc > 1 ? argv[1] : "tests/screens";
    const size_t count = find_screens(screens);
    if (count == 0) {
        fprintf(stderr, "no .screen files in %s\n", folder);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        tests[i] = (struct CMUnitTest){
            .name = screens[i].name,
            .test_func = screen_looks_as_its_picture,
            .initial_state = &screens[i],
        };
    }
    int failed = _cmocka_run_group_tests("screens", tests, count, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        mem_free(screens[i].name);
    failed += looks_test(folder);
    return failed;
}
