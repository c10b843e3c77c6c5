// printer — see the header.
#include "printer.h"

#include "base/clock.h"
#include "cli/as_json.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SHORT_LIST 10    // of a list beside the answer
#define PROGRESS_MS 1000 // at most one progress line a second for people
#define USUAL_COLUMNS 80 // of a terminal that does not tell

void printer_init(struct printer *printer, const struct parse *parsed, const char *no_color) {
    const struct arguments *globals = &parsed->globals;
    const bool may_colour = !arguments_has(globals, "no-color") && !(no_color && *no_color);
    const struct as_text_style style = {
        .is_ascii = arguments_has(globals, "ascii"),
        .is_verbose = arguments_has(globals, "verbose"),
    };
    *printer = (struct printer){.out_style = style, .err_style = style};
    printer->out_style.has_colour = may_colour && isatty(STDOUT_FILENO);
    printer->err_style.has_colour = may_colour && isatty(STDERR_FILENO);
    printer->is_json = arguments_has(globals, "json");
    printer->is_quiet = arguments_has(globals, "quiet");
    printer->has_status = !printer->is_json && !printer->is_quiet && isatty(STDERR_FILENO);
    if (!parsed->action) return;
    printer->main_kind = parsed->action->main_kind;
    if (printer->main_kind != MESSAGE_RECOMMENDATIONS && !style.is_verbose)
        printer->out_style.list_limit = SHORT_LIST;
    printer->is_lines =
        parsed->action->output == ACTION_LINES || arguments_has(&parsed->arguments, "watch");
    if (printer->is_json && !printer->is_lines) json_new_object(&printer->object);
}

void printer_release(struct printer *printer) {
    json_release(&printer->object);
}

static void write_err(struct str text) {
    if (text.len) (void)fwrite(text.ptr, 1, text.len, stderr);
}

static void clear_status(struct printer *printer) {
    CLEANUP(buf_release) struct buf text = {0};
    status_line_add_clear(&printer->status, &text);
    write_err(buf_str(&text));
}

static size_t terminal_columns(void) {
    struct winsize size = {0};
    const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : USUAL_COLUMNS;
}

static void write_out(struct printer *printer, struct str text) {
    if (printer->is_reader_gone || printer->out_errno || !text.len) return;
    clear_status(printer);
    errno = 0;
    if (fwrite(text.ptr, 1, text.len, stdout) == text.len && fflush(stdout) == 0) return;
    if (errno == EPIPE)
        printer->is_reader_gone = true;
    else
        printer->out_errno = errno ? errno : EIO;
}

bool printer_check(const struct printer *printer, struct error *err) {
    if (!printer->out_errno) return true;
    error_from_errno(err, printer->out_errno, "writing to standard output");
    return error_hint(err, "What was printed is not complete: make room, or print elsewhere.");
}

// The last one stays, with its line feed.
static void print_status(struct printer *printer, struct str line) {
    CLEANUP(buf_release) struct buf text = {0};
    status_line_add_text(&printer->status, line, terminal_columns(), &text);
    write_err(buf_str(&text));
}

static void print_diagnostic(struct printer *printer, const struct message *message) {
    if (printer->is_quiet) return;
    CLEANUP(buf_release) struct buf text = {0};
    as_text_add(&text, message, &printer->err_style);
    if (message->kind == MESSAGE_PROGRESS && message->as.progress.is_running) {
        const int64_t now_ms = clock_monotonic_ms();
        if (printer->has_status) {
            print_status(printer, str_trim(buf_str(&text)));
            return;
        }
        if (now_ms - printer->progress_at_ms < PROGRESS_MS) return;
        printer->progress_at_ms = now_ms;
    }
    clear_status(printer);
    write_err(buf_str(&text));
}

static void print_json(struct printer *printer, const struct message *message) {
    if (!printer->is_lines) {
        as_json_collect(printer->object.root, message, printer->main_kind);
        return;
    }
    CLEANUP(buf_release) struct buf line = {0};
    as_json_add_line(&line, message);
    write_out(printer, buf_str(&line));
}

static void print_text(struct printer *printer, const struct message *message) {
    CLEANUP(buf_release) struct buf text = {0};
    as_text_add(&text, message, &printer->out_style);
    write_out(printer, buf_str(&text));
}

void printer_take(struct printer *printer, struct message *take_message) {
    // in JSON, progress is data: programs read it from the one stream they have
    const bool is_note = as_text_is_diagnostic(take_message) &&
                         !(printer->is_json && take_message->kind == MESSAGE_PROGRESS);
    if (is_note)
        print_diagnostic(printer, take_message);
    else if (printer->is_json)
        print_json(printer, take_message);
    else
        print_text(printer, take_message);
    message_free(take_message);
}

void printer_finish(struct printer *printer, const struct error *err) {
    if (!printer->is_json) return;
    CLEANUP(buf_release) struct buf text = {0};
    if (printer->is_lines) {
        struct message *done = message_new_done(0, err);
        as_json_add_line(&text, done);
        message_free(done);
    } else {
        as_json_finish(printer->object.root, err);
        json_print(printer->object.root, &text);
        buf_add_char(&text, '\n');
    }
    write_out(printer, buf_str(&text));
}

void printer_note(struct printer *printer, const char *text) {
    struct message *message = message_new_line(0, true, str_from(text));
    print_diagnostic(printer, message);
    message_free(message);
}

void printer_error(struct printer *printer, const struct error *err) {
    clear_status(printer);
    CLEANUP(buf_release) struct buf text = {0};
    as_text_add_error(&text, err, &printer->err_style);
    write_err(buf_str(&text));
}
