// printer — where messages go in the command line: text or JSON, standard output or error.
//
// Shape    printer_take prints or collects each message; printer_finish prints what was collected.
//          A reader that went away (broken pipe) turns printing off and is no error; an output that
//          cannot be written for another reason (full disk) turns it off too and is told by
//          printer_check.
// Progress one line a second at most; on a terminal one line that replaces itself, which everything else
//          that is printed clears first. Never with --json or --quiet.
#pragma once

#include "base/json.h"
#include "cli/as_text.h"
#include "cli/parse.h"
#include "cli/status_line.h"
#include "protocol/message.h"

struct printer {
    struct as_text_style out_style, err_style;
    bool is_json, is_lines, is_quiet, is_reader_gone;
    int out_errno; // why standard output could not be written; 0: it could
    enum message_kind main_kind;
    struct json object; // owned: what is collected for one object
    int64_t progress_at_ms;
    bool has_status; // standard error is a terminal
    struct status_line status;
};

void printer_init(struct printer *printer, const struct parse *parsed, const char *no_color);
void printer_release(struct printer *printer);
void printer_take(struct printer *printer, struct message *take_message);
// `err` is what the run ended with.
void printer_finish(struct printer *printer, const struct error *err);
// False: what was printed did not arrive; the error says why.
bool printer_check(const struct printer *printer, struct error *err) MUST_CHECK;
void printer_note(struct printer *printer, const char *text); // to standard error unless quiet
void printer_error(struct printer *printer, const struct error *err);
