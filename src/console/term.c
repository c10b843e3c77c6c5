// term — see the header. Curses decides how to say things to this terminal; what to show is the
// canvas'. Two differences are taken: ours against the last canvas, so that curses is asked about
// changed cells only, and curses' own against what the terminal shows.
#include "console/term.h"

#include "base/memory.h"
#include "console/clipboard.h"
#include "console/width.h"
#include "crash.h"
#include "term_direct.h"
#include "term_signals.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define ESCAPE_DELAY_MS 25 // long enough for one packet of an escape sequence, too short to notice
#define PASTE_START "\033[200~"
#define PASTE_END "\033[201~"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
// Buttons and moves with a button held, in the form without a limit to columns and rows.
#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define MOUSE_START "\033[<"
#define MOUSE_START_OLD "\033[M" // of terminals that do not know 1006: three bytes
#define KEY_MOUSE_START (KEY_MAX + 3)
#define KEY_MOUSE_START_OLD (KEY_MAX + 4)
#define KEY_PASTE_START (KEY_MAX + 1)
#define KEY_PASTE_END (KEY_MAX + 2)
#define KEY_CONTROL_LEFT (KEY_MAX + 11)
#define KEY_CONTROL_RIGHT (KEY_MAX + 12)
#define KEY_CONTROL_HOME (KEY_MAX + 13)
#define KEY_CONTROL_END (KEY_MAX + 14)
// With Alt a key comes as ESC and its character. Those with a meaning only: the key after Esc alone must stay
// itself.
#define KEY_ALT(character) (KEY_MAX + 0x80 + (character))
// An end of input looks like input without a key; a partial escape sequence does, too, but not so often.
#define EMPTY_READS_MAX 64

struct term {
    SCREEN *screen;
    enum theme_depth depth;
    enum theme_id theme;
    bool is_ascii, has_mouse;
    bool has_own_eight;  // among colours of 24 bits
    struct canvas shown; // what the terminal shows
    bool is_stale;       // everything must be written
    struct {
        short pair;
        attr_t attributes;
    } inks[THEME_ROLE_COUNT][2]; // of the theme in this depth; the second: selected
    struct termios saved;
    struct term_signals signals;
    int empty_reads;
};

// Colours

static enum theme_depth choose_depth(const struct term_options *options) {
    if (options->no_color || !has_colors() || start_color() == ERR || COLORS < 8) {
        return THEME_DEPTH_MONO;
    }
    if (COLORS > 256) return THEME_DEPTH_TRUE; // numbers of colours are the colours
    return COLORS >= 256 ? THEME_DEPTH_256 : THEME_DEPTH_8;
}

// In the entries of terminfo with 24 bits the first eight numbers are the terminal's own eight: black must not become
// whatever somebody has made of theirs.
static int number_of_color(const struct term *term, int color) {
    const bool is_direct = term->depth == THEME_DEPTH_TRUE;
    const bool is_own_eight = is_direct && term->has_own_eight && color >= 0 && color < 8;
    return is_own_eight ? 8 : color;
}

static attr_t attributes_of(const struct theme_style *style) {
    attr_t attributes = 0;
    if (style->bold) attributes |= WA_BOLD;
    if (style->dim) attributes |= WA_DIM;
    if (style->underline) attributes |= WA_UNDERLINE;
    if (style->reverse) attributes |= WA_REVERSE;
    return attributes;
}

// Once for a theme: what a role looks like takes a search among 256 colours.
static void make_inks(struct term *term) {
    const bool has_color = term->depth != THEME_DEPTH_MONO;
    if (has_color) use_default_colors();
    short pair = 1;
    for (int role = 0; role < THEME_ROLE_COUNT; role++) {
        for (int selected = 0; selected < 2; selected++) {
            const struct theme_style style =
                theme_style(term->theme, term->depth, (enum theme_role)role, selected == 1);
            term->inks[role][selected].attributes = attributes_of(&style);
            if (!has_color) continue;
            init_extended_pair(
                pair, number_of_color(term, style.foreground),
                number_of_color(term, style.background));
            term->inks[role][selected].pair = pair++;
        }
    }
}

// Opening

// The characters we may write. Without any locale variable the terminal is most likely UTF-8 as well:
// containers and bare ssh sessions set none.
static bool has_utf8(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
    const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (value && value[0]) return false;
    }
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}

static bool check_terminal(struct error *err) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        error_set(err, ERROR_USAGE, "The console needs a terminal on standard input and output");
        return error_hint(
            err, "As lines: recloop console --linear. In scripts: recloop send --wait 10, recloop "
                 "help.");
    }
    return true;
}

static void add_capability(struct buf *out, const char *name) {
    const char *text = tigetstr(name);
    if (!text || text == (char *)-1) return;
    struct str rest = str_from(text), before, after;
    // "$<5>" is a pause for slow terminals
    while (str_contains(rest, STR("$<"))) {
        str_split(rest, '$', &before, &after);
        buf_add(out, before);
        str_split(after, '>', &before, &rest);
    }
    buf_add(out, rest);
}

static void arm_crash(const struct term *term) {
    struct buf restore = {0};
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
    buf_add(&restore, STR(MOUSE_OFF PASTE_OFF));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        add_capability(&restore, names[i]);
    crash_arm(STDOUT_FILENO, &term->saved, buf_str(&restore));
    buf_release(&restore);
}

static void say(const char *sequence) {
    fputs(sequence, stdout);
    fflush(stdout);
}

static bool open_screen(struct term *term, bool has_color, struct error *err) {
    const char *name = getenv("TERM");
    struct term_direct direct = {0};
    set_escdelay(ESCAPE_DELAY_MS);
    if (has_color) term_direct_begin(&direct);
    term->screen = newterm(NULL, stdout, stdin);
    term->has_own_eight = !direct.is_set;
    term_direct_end(&direct);
    // the entry is in a place of the person's own, and this curses cannot read ours
    if (!term->screen) term->screen = newterm(NULL, stdout, stdin);
    if (term->screen && tigetstr("cup")) return true;
    if (term->screen) {
        endwin();
        delscreen(term->screen);
        term->screen = NULL;
    }
    error_set(
        err, ERROR_USAGE, "TERM=%.40s names no terminal that can place the cursor",
        name ? name : "");
    return error_hint(err, "Set TERM to what your terminal is, for example TERM=xterm-256color.");
}

// Sequences that terminals send although their terminfo entry says others.
static const struct {
    const char *sequence;
    int key;
} known_sequences[] = {
    {PASTE_START, KEY_PASTE_START},
    {PASTE_END, KEY_PASTE_END},
    {MOUSE_START, KEY_MOUSE_START},
    {MOUSE_START_OLD, KEY_MOUSE_START_OLD},
    {"\033[A", KEY_UP},
    {"\033OA", KEY_UP},
    {"\033[B", KEY_DOWN},
    {"\033OB", KEY_DOWN},
    {"\033[C", KEY_RIGHT},
    {"\033OC", KEY_RIGHT},
    {"\033[D", KEY_LEFT},
    {"\033OD", KEY_LEFT},
    {"\033[H", KEY_HOME},
    {"\033OH", KEY_HOME},
    {"\033[1~", KEY_HOME},
    {"\033[7~", KEY_HOME},
    {"\033[F", KEY_END},
    {"\033OF", KEY_END},
    {"\033[4~", KEY_END},
    {"\033[8~", KEY_END},
    {"\033[5~", KEY_PPAGE},
    {"\033[6~", KEY_NPAGE},
    {"\033[3~", KEY_DC},
    {"\033[Z", KEY_BTAB},
    {"\033[1;5D", KEY_CONTROL_LEFT},
    {"\033[1;5C", KEY_CONTROL_RIGHT},
    {"\033[1;5H", KEY_CONTROL_HOME},
    {"\033[1;5F", KEY_CONTROL_END},
    {"\033[5D", KEY_CONTROL_LEFT},
    {"\033[5C", KEY_CONTROL_RIGHT},
    {"\033Od", KEY_CONTROL_LEFT},
    {"\033Oc", KEY_CONTROL_RIGHT},
    {"\033b", KEY_ALT('b')},
    {"\033d", KEY_ALT('d')},
    {"\033f", KEY_ALT('f')},
    {"\033_", KEY_ALT('_')},
    {"\033\177", KEY_ALT(0x7F)},
};

// Ctrl-S is pressed by mistake and Ctrl-Q never found: output must not be stopped by a key. And what is pasted may
// hold a Ctrl-C or a Ctrl-Z, which then belongs to a value: term_read makes signals of those that are pressed.
static void free_control_keys(void) {
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &mode) != 0) return;
    mode.c_iflag &= (tcflag_t)~IXON;
    mode.c_lflag &= (tcflag_t)~ISIG;
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &mode);
    def_prog_mode(); // for curses to return to after a stop
}

static void set_up_keys(void) {
    cbreak();
    free_control_keys();
    noecho();
    nonl(); // Enter is its own key, and curses may move with line feeds
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    typeahead(-1); // a frame goes out whole, in one write, keys waiting or not
    for (size_t i = 0; i < ARRAY_COUNT(known_sequences); i++) {
        define_key(known_sequences[i].sequence, known_sequences[i].key);
    }
}

void term_hear_alt(struct term *term, char character) {
    const char sequence[] = {27, character, 0};
    (void)term;
    define_key(sequence, KEY_ALT(character));
}

static void free_term(struct term *term) {
    term_signals_close(&term->signals);
    canvas_release(&term->shown);
    mem_free(term);
}

bool term_open(const struct term_options *options, struct term **out, struct error *err) {
    if (!check_terminal(err)) return false;
    struct term *term = MEM_NEW(struct term);
    term->is_ascii = !has_utf8() || options->is_ascii;
    tcgetattr(STDIN_FILENO, &term->saved);
    if (!term_signals_open(&term->signals, err)) {
        free_term(term);
        return false;
    }
    // before curses, which leaves alone what is taken; it would lose a Ctrl-Z pressed while it writes
    term_signals_watch(&term->signals);
    if (!open_screen(term, !options->no_color, err)) {
        term_signals_unwatch(&term->signals);
        tcsetattr(STDIN_FILENO, TCSANOW, &term->saved);
        free_term(term);
        return false;
    }
    arm_crash(term);
    set_up_keys();
    term->depth = choose_depth(options);
    make_inks(term);
    term->is_stale = true;
    say(PASTE_ON);
    *out = term;
    return true;
}

void term_close(struct term *term) {
    if (!term) return;
    term_leave(term);
    term_signals_unwatch(&term->signals);
    crash_disarm();
    delscreen(term->screen);
    free_term(term);
}

bool term_is_ascii(const struct term *term) {
    return term->is_ascii;
}

enum theme_depth term_depth(const struct term *term) {
    return term->depth;
}

void term_size(const struct term *term, int *columns, int *rows) {
    struct winsize size = {0};
    (void)term;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col || !size.ws_row) {
        *columns = COLS;
        *rows = LINES;
        return;
    }
    *columns = size.ws_col;
    *rows = size.ws_row;
}

// Presenting

// A character whose width this machine's C library sees otherwise would shift the rest of the row.
static bool is_agreed(const struct canvas_cell *cell) {
    return wcwidth((wchar_t)cell->runes[0]) == cell->width;
}

static void put_cell(const struct term *term, int row, int column, const struct canvas_cell *cell) {
    wchar_t text[CANVAS_RUNES + 1] = {0};
    const attr_t attributes = term->inks[cell->role][cell->is_selected ? 1 : 0].attributes;
    const short pair =
        term->theme == THEME_ID_MONO ? 0 : term->inks[cell->role][cell->is_selected ? 1 : 0].pair;
    cchar_t glyph;
    if (is_agreed(cell)) {
        for (size_t i = 0, at = 0; i < CANVAS_RUNES && cell->runes[i]; i++) {
            if (i == 0 || wcwidth((wchar_t)cell->runes[i]) == 0)
                text[at++] = (wchar_t)cell->runes[i];
        }
        setcchar(&glyph, text, attributes, pair, NULL);
        mvadd_wchnstr(row, column, &glyph, 1);
        return;
    }
    text[0] = term->is_ascii ? L'?' : (wchar_t)STR_BAD_RUNE;
    for (int i = 0; i < cell->width; i++) {
        setcchar(&glyph, text, attributes, pair, NULL);
        mvadd_wchnstr(row, column + i, &glyph, 1);
        text[0] = L' ';
    }
}

static void fit_size(struct term *term, const struct canvas *canvas) {
    if (term->shown.columns == canvas->columns && term->shown.rows == canvas->rows) return;
    if (canvas->columns != COLS || canvas->rows != LINES) resizeterm(canvas->rows, canvas->columns);
    canvas_resize(&term->shown, canvas->columns, canvas->rows);
    term->is_stale = true;
}

static void put_changed_cells(struct term *term, const struct canvas *canvas) {
    for (int row = 0; row < canvas->rows; row++) {
        for (int column = 0; column < canvas->columns; column++) {
            const struct canvas_cell *cell = canvas_at(canvas, column, row);
            const struct canvas_cell *old = canvas_at(&term->shown, column, row);
            if (cell->width == 0) continue; // comes with the cell before it
            if (!term->is_stale && memcmp(cell, old, sizeof(*cell)) == 0) continue;
            put_cell(term, row, column, cell);
        }
    }
    const size_t cells = (size_t)canvas->columns * (size_t)canvas->rows;
    memcpy(term->shown.cells, canvas->cells, cells * sizeof(canvas->cells[0]));
}

void term_present(struct term *term, const struct canvas *canvas) {
    fit_size(term, canvas);
    if (term->is_stale) clearok(curscr, TRUE);
    put_changed_cells(term, canvas);
    term->is_stale = false;
    curs_set(canvas->has_cursor ? 1 : 0);
    if (canvas->has_cursor) move(canvas->cursor_row, canvas->cursor_column);
    refresh();
}

void term_repaint(struct term *term) {
    term->is_stale = true;
}

void term_set_mouse(struct term *term, bool is_on) {
    if (term->has_mouse != is_on) say(is_on ? MOUSE_ON : MOUSE_OFF);
    term->has_mouse = is_on;
}

void term_set_theme(struct term *term, enum theme_id theme) {
    if (term->theme == theme) return;
    term->theme = theme;
    make_inks(term);
    term->is_stale = true;
}

void term_copy(struct term *term, struct str text) {
    struct buf sequence = {0};
    (void)term;
    clipboard_add(&sequence, text, clipboard_way_for(getenv("TMUX"), getenv("STY")));
    say(buf_text(&sequence));
    buf_release(&sequence);
}

void term_bell(struct term *term) {
    (void)term;
    beep();
}

// Reading

static const struct {
    wint_t curses;
    uint32_t key;
} function_keys[] = {
    {KEY_UP, INPUT_UP},
    {KEY_DOWN, INPUT_DOWN},
    {KEY_LEFT, INPUT_LEFT},
    {KEY_RIGHT, INPUT_RIGHT},
    {KEY_HOME, INPUT_HOME},
    {KEY_END, INPUT_END},
    {KEY_PPAGE, INPUT_PAGE_UP},
    {KEY_NPAGE, INPUT_PAGE_DOWN},
    {KEY_DC, INPUT_DELETE},
    {KEY_BTAB, INPUT_BACK_TAB},
    {KEY_ENTER, INPUT_ENTER},
    {KEY_BACKSPACE, INPUT_BACKSPACE},
    {KEY_FIND, INPUT_HOME},
    {KEY_SELECT, INPUT_END},
    {KEY_CONTROL_LEFT, INPUT_CONTROL_LEFT},
    {KEY_CONTROL_RIGHT, INPUT_CONTROL_RIGHT},
    {KEY_CONTROL_HOME, INPUT_CONTROL_HOME},
    {KEY_CONTROL_END, INPUT_CONTROL_END},
};

static bool find_function_key(wint_t curses, uint32_t *out) {
    if (curses >= KEY_ALT(0) && curses <= KEY_ALT(0x7F)) {
        *out = INPUT_ALT(curses - KEY_ALT(0));
        return true;
    }
    for (size_t i = 0; i < ARRAY_COUNT(function_keys); i++) {
        if (function_keys[i].curses != curses) continue;
        *out = function_keys[i].key;
        return true;
    }
    return false;
}

// Until its end marker: short waits only, for the marker may never come. Bytes, not characters: curses gives up at
// those that are none, and what follows them would be keys.
static void read_paste(struct input *input) {
    struct buf bytes = {.limit = INPUT_PASTE_MAX};
    input->key = INPUT_PASTE;
    input->paste.limit = INPUT_PASTE_MAX;
    timeout(500);
    for (int byte = getch(); byte != ERR && byte != KEY_PASTE_END; byte = getch()) {
        if (byte <= 0xFF) buf_add_char(&bytes, (char)(byte == '\r' ? '\n' : byte));
    }
    nodelay(stdscr, TRUE);
    for (struct str rest = buf_str(&bytes); rest.len;) {
        bool is_valid = true;
        buf_add_rune(&input->paste, str_next_rune(&rest, &is_valid));
    }
    buf_release(&bytes);
}

// A character of which this is the first byte; the rest of it is on its way. False: there is none.
static bool read_rune(int first, uint32_t *out) {
    char bytes[4] = {(char)first};
    size_t count = 1, wanted = 1;
    if (first >= 0xC0) wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    timeout(ESCAPE_DELAY_MS);
    while (count < wanted) {
        const int byte = getch();
        if (byte >= 0x80 && byte < 0xC0) {
            bytes[count++] = (char)byte;
            continue;
        }
        if (byte != ERR) ungetch(byte);
        break;
    }
    nodelay(stdscr, TRUE);
    struct str text = {.ptr = bytes, .len = count};
    bool is_valid = true;
    *out = str_next_rune(&text, &is_valid);
    return is_valid && text.len == 0;
}

// A character of a sequence that has begun; the rest of it is on its way.
static bool read_next(int *out) {
    *out = getch();
    return *out != ERR && *out <= 0xFF;
}

// The rest of a report, up to its last character; shorter when it does not come.
static bool read_mouse(struct input *input, bool is_old) {
    struct buf report = {0};
    int character = 0;
    timeout(ESCAPE_DELAY_MS);
    while (!input_is_whole_report(buf_str(&report), is_old) && read_next(&character))
        buf_add_char(&report, (char)(character < 0x7F ? character : 0x7F));
    nodelay(stdscr, TRUE);
    const bool is_good = is_old ? input_decode_old_report(buf_str(&report), input)
                                : input_decode_report(buf_str(&report), input);
    buf_release(&report);
    return is_good;
}

// What begins with a sequence of its own and goes on for longer. False: nothing that means something.
static bool read_sequence(wint_t start, struct input *input) {
    switch (start) {
    case KEY_PASTE_START: read_paste(input); return true;
    case KEY_MOUSE_START: return read_mouse(input, false);
    case KEY_MOUSE_START_OLD: return read_mouse(input, true);
    default: return find_function_key(start, &input->key);
    }
}

static bool is_end_of_input(struct term *term) {
    return ++term->empty_reads > EMPTY_READS_MAX;
}

// To everybody in the foreground, as the terminal would have sent it.
static bool send_signal(const struct term *term, int byte) {
    static const struct {
        int control, number;
    } keys[] = {{VINTR, SIGINT}, {VSUSP, SIGTSTP}, {VQUIT, SIGQUIT}};
    for (size_t i = 0; i < ARRAY_COUNT(keys); i++) {
        const int control = term->saved.c_cc[keys[i].control];
        if (control == _POSIX_VDISABLE || control != byte) continue;
        (void)kill(0, keys[i].number);
        return true;
    }
    return false;
}

bool term_read(struct term *term, struct input *input) {
    input_release(input);
    for (;;) {
        const int byte = getch();
        if (byte == ERR) {
            if (is_end_of_input(term)) term_signals_tell(SIGHUP); // as if the terminal had hung up
            return false;
        }
        term->empty_reads = 0;
        if (byte > 0xFF) {
            if (read_sequence((wint_t)byte, input)) return true;
            continue;
        }
        if (send_signal(term, byte) || !read_rune(byte, &input->key)) continue;
        if (byte == 0x7F || byte == 0x08) input->key = INPUT_BACKSPACE;
        if (byte == '\n') input->key = INPUT_ENTER;
        return true;
    }
}

// Signals

int term_signal_fd(const struct term *term) {
    return term->signals.pipe[0];
}

enum term_signal term_next_signal(struct term *term) {
    switch (term_signals_next(&term->signals)) {
    case 0: return TERM_SIGNAL_NONE;
    case SIGINT: return TERM_SIGNAL_INTERRUPT;
    case SIGWINCH: return TERM_SIGNAL_RESIZE;
    case SIGTSTP: return TERM_SIGNAL_SUSPEND;
    default: return TERM_SIGNAL_END;
    }
}

void term_leave(struct term *term) {
    if (term->has_mouse) say(MOUSE_OFF);
    say(PASTE_OFF);
    curs_set(1);
    endwin();
}

void term_return(struct term *term) {
    term->is_stale = true;
    refresh();
    say(PASTE_ON);
    if (term->has_mouse) say(MOUSE_ON);
}

void term_suspend(struct term *term) {
    term_leave(term);
    struct sigaction stop = {.sa_handler = SIG_DFL}, ours;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &ours);
    raise(SIGTSTP); // here we sleep until SIGCONT
    sigaction(SIGTSTP, &ours, NULL);
    term_return(term);
}
