// term_direct — see the header.
#include "term_direct.h"

#include "base/buf.h"
#include "base/memory.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#define MAGIC 01036 // numbers have 32 bits
#define NAME_BYTES_MAX 100
#define COLORS_ALL 0x1000000
#define PAIRS_ALL 0x10000
#define RGB_PARAMETERS "%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%dm"
// What is not there, in numbers and in places of strings.
#define ABSENT (-1)

// How the terminal's own entry is changed. What sets or resets a palette has nothing to do any more.
static const struct {
    const char *name;
    const char *text; // NULL: taken out
} changed_strings[] = {
    {"setaf", "\033[38;2;" RGB_PARAMETERS},
    {"setab", "\033[48;2;" RGB_PARAMETERS},
    {"setf", NULL},
    {"setb", NULL},
    {"initc", NULL},
    {"initp", NULL},
    {"oc", NULL},
};
static const struct {
    const char *name;
    int number;
} changed_numbers[] = {{"colors", COLORS_ALL}, {"pairs", PAIRS_ALL}};

static const char *find_string(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(changed_strings); i++) {
        if (strcmp(changed_strings[i].name, name) == 0) return changed_strings[i].text;
    }
    const char *text = tigetstr(name);
    return text == (char *)-1 ? NULL : text;
}

static int find_number(const char *name) {
    for (size_t i = 0; i < ARRAY_COUNT(changed_numbers); i++) {
        if (strcmp(changed_numbers[i].name, name) == 0) return changed_numbers[i].number;
    }
    const int number = tigetnum(name);
    return number < 0 ? ABSENT : number;
}

static bool find_flag(const char *name) {
    return strcmp(name, "ccc") != 0 && tigetflag(name) > 0;
}

// Little-endian, whatever the machine.
static void add_number(struct buf *out, int bytes, int number) {
    for (int i = 0; i < bytes; i++)
        buf_add_char(out, (char)((unsigned)number >> (8 * i) & 0xFF));
}

static void make_even(struct buf *out) {
    if (out->len % 2) buf_add_char(out, 0);
}

static size_t count_names(const char *const *names) {
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

static void add_text(struct buf *out, const char *text) {
    buf_add(out, str_from(text));
    buf_add_char(out, 0);
}

// Where each string begins, then the strings.
static void list_strings(struct buf *places, struct buf *strings) {
    for (size_t i = 0; strnames[i]; i++) {
        const char *text = find_string(strnames[i]);
        add_number(places, 2, text ? (int)strings->len : ABSENT);
        if (text) add_text(strings, text);
    }
}

// The one capability that only ncurses knows: numbers of colours are the colours.
static void add_rgb(struct buf *out) {
    const int head[] = {
        1, 0, 0, 1, (int)sizeof("RGB")}; // flags, numbers, strings; texts, their bytes
    for (size_t i = 0; i < ARRAY_COUNT(head); i++)
        add_number(out, 2, head[i]);
    buf_add_char(out, 1);
    make_even(out);
    add_number(out, 2, 0);
    add_text(out, "RGB");
}

static void add_entry(struct buf *out, const char *name) {
    struct buf places = {0}, strings = {0};
    list_strings(&places, &strings);
    const int head[] = {
        MAGIC,
        (int)strlen(name) + 1,
        (int)count_names(boolnames),
        (int)count_names(numnames),
        (int)count_names(strnames),
        (int)strings.len,
    };
    for (size_t i = 0; i < ARRAY_COUNT(head); i++)
        add_number(out, 2, head[i]);
    add_text(out, name);
    for (size_t i = 0; boolnames[i]; i++)
        buf_add_char(out, find_flag(boolnames[i]) ? 1 : 0);
    make_even(out);
    for (size_t i = 0; numnames[i]; i++)
        add_number(out, 4, find_number(numnames[i]));
    buf_add(out, buf_str(&places));
    buf_add(out, buf_str(&strings));
    make_even(out);
    add_rgb(out);
    buf_release(&places);
    buf_release(&strings);
}

// screen passes COLORTERM on from the terminal around it and does not know such colours; tmux does, also under the
// name of screen.
static bool is_promised(const char *name) {
    const struct str told = str_from(getenv("COLORTERM"));
    if (!str_equal(told, STR("truecolor")) && !str_equal(told, STR("24bit"))) return false;
    const bool is_screen = str_starts_with(str_from(name), STR("screen"));
    return is_screen ? getenv("TMUX") != NULL : getenv("STY") == NULL;
}

// Of the entry that curses has at hand.
static bool can_be_changed(void) {
    const int colors = tigetnum("colors");
    const char *foreground = tigetstr("setaf"), *default_pair = tigetstr("op");
    const bool has_strings =
        foreground && foreground != (char *)-1 && default_pair && default_pair != (char *)-1;
    return has_strings && colors >= 8 && colors <= 256 && tigetflag("RGB") <= 0;
}

static bool describe(const char *name, struct buf *out) {
    int found = 0;
    if (setupterm(name, STDOUT_FILENO, &found) == ERR) return false;
    const bool is_changed = can_be_changed();
    struct buf entry = {0};
    if (is_changed) add_entry(&entry, name);
    del_curterm(cur_term);
    buf_add(out, STR("hex:"));
    for (size_t i = 0; i < entry.len; i++) {
        buf_add_char(out, "0123456789ABCDEF"[(unsigned char)entry.ptr[i] >> 4]);
        buf_add_char(out, "0123456789ABCDEF"[(unsigned char)entry.ptr[i] & 0xF]);
    }
    buf_release(&entry);
    return is_changed;
}

void term_direct_begin(struct term_direct *direct) {
    *direct = (struct term_direct){0};
    const char *name = getenv("TERM"), *before = getenv("TERMINFO");
    if (!name || !name[0] || strlen(name) > NAME_BYTES_MAX || !is_promised(name)) return;
    struct buf described = {0};
    if (describe(name, &described)) {
        direct->before = before ? mem_copy_string(before) : NULL;
        direct->is_set = setenv("TERMINFO", buf_text(&described), 1) == 0;
    }
    buf_release(&described);
}

void term_direct_end(struct term_direct *direct) {
    if (direct->is_set && direct->before) (void)setenv("TERMINFO", direct->before, 1);
    if (direct->is_set && !direct->before) (void)unsetenv("TERMINFO");
    mem_free(direct->before);
    *direct = (struct term_direct){0};
}
