// request_log — every request of this process, and the lines that the function writes in CloudWatch.
//
// Shape    two lists, oldest first, shown by the pane Log one at a time. On the newest row the
//          selection goes with what comes; above it, or when it is held, it stays.
// Polls    what the console asks by itself again and again (the debugger, deliveries, the function's lines, the
//          profile) and what went well is counted, and shown when somebody wants it or the filter speaks of it
//          (`poll:yes`). Of those no more than REQUEST_LOG_POLLS are kept, so that they push nothing else out.
// Bounds   REQUEST_LOG_ROWS requests and REQUEST_LOG_BYTES of their texts, REQUEST_LOG_LINES lines and
//          REQUEST_LOG_LINE_BYTES: older ones leave and are counted. What nobody was told of, because
//          requests came faster than they were taken, is counted, too.
// Lines    come from the action `lambda logs --follow`, started when they are first looked at; it ends with
//          the program.
// Owns     the messages and lines it keeps; released with the model.
// Threads  the UI's.
#pragma once

#include "console/feature.h"
#include "console/fold.h"
#include "console/list.h"
#include "protocol/message.h"

struct model;

#define REQUEST_LOG_ROWS 1000
#define REQUEST_LOG_POLLS 250
#define REQUEST_LOG_BYTES ((size_t)8 << 20)
#define REQUEST_LOG_LINES 2000
#define REQUEST_LOG_LINE_BYTES ((size_t)1 << 20)

enum request_log_view { REQUEST_LOG_REQUESTS, REQUEST_LOG_FUNCTION, REQUEST_LOG_VIEW_COUNT };

struct request_log_line {
    int64_t at_ms; // wall, as it tells itself; 0: it does not
    char *text;
    bool is_bad, is_diagnostic;
};

// The screen of one request: OVERLAY_REQUEST.
struct request_log_screen {
    uint64_t sequence; // of the request that is shown
    bool is_answer;    // its answer instead of the request
    struct fold fold;
};

struct request_log_row {
    struct message *message; // MESSAGE_REQUEST, owned
    bool is_poll;            // the console asked by itself
};

struct request_log {
    struct request_log_row rows[REQUEST_LOG_ROWS]; // all that are kept, oldest first
    size_t count, bytes, polls;                    // polls: of them, those that went well
    size_t shown[REQUEST_LOG_ROWS];                // the numbers of those that the pane shows
    size_t shown_count;
    bool wants_polls;                             // somebody asked to see them
    bool is_poll_filter;                          // … or the filter does
    uint64_t polled;                              // polls that went well, of all that were received
    uint64_t received, left_out, dropped, failed; // failed: of all that were received
    struct request_log_line lines[REQUEST_LOG_LINES];
    size_t line_first, line_count, line_bytes;
    uint64_t lines_dropped;
    uint64_t lines_run_id; // 0: nobody follows
    bool has_asked;        // … and somebody has looked
    bool has_lines_answer; // CloudWatch said something since
    struct error lines_problem;
    enum request_log_view view;
    bool is_held[REQUEST_LOG_VIEW_COUNT]; // stays on the newest row, too
    struct list
        others[REQUEST_LOG_VIEW_COUNT]; // selection and scroll of the view that is not shown
    struct request_log_screen screen;
};

extern const struct feature request_log_feature;

// Before lists are settled: what the filter now says of polls.
void request_log_settle(struct model *model);
bool request_log_shows_polls(const struct model *model);
void request_log_show_polls(struct model *model, bool wants);
bool request_log_is_poll(const struct model *model, size_t row);

// Row 0 is the oldest that is shown.
size_t request_log_count(const struct model *model);
const struct message_request *request_log_at(const struct model *model, size_t row);
const struct request_log_line *request_log_line_at(const struct model *model, size_t row);
// Level, time and text of a line that has them; false: it has not, and nothing is changed.
bool request_log_split_line(
    struct str line, struct str *out_level, int64_t *out_at_ms, struct str *out_text);
bool request_log_is_bad(const struct message_request *request);
// The request that the pane has selected; NULL: none, or lines are shown.
const struct message_request *request_log_selected(const struct model *model);

// What the keys of the pane do.
void request_log_show(struct model *model, enum request_log_view view, struct effects *effects);
void request_log_follow_lines(
    struct model *model, struct effects *effects); // again, when it has ended
bool request_log_is_following(const struct model *model);
void request_log_set_following(struct model *model, bool follows); // at the end; else: hold
// To the next row, or the one before, that tells of something wrong; false: there is none.
bool request_log_find_bad(struct model *model, bool is_backwards);
void request_log_inspect(struct model *model); // the screen of the selected request
// Its request or its answer, as a copy: it stays when the request leaves the log.
void request_log_set_tab(struct model *model, bool is_answer);
// The request that the screen shows; NULL: it has left the log meanwhile.
const struct message_request *request_log_opened(const struct model *model);
// Opens the menu of forms; NULL says that there is no request.
void request_log_copy_as(struct model *model, const struct message_request *request);
void request_log_search(struct model *model, struct str value, struct effects *effects);
