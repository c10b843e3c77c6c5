// intent — what a person wants, whatever key they said it with; and its name in a key file.
//
// Shape    one list: an intent is an enumerator and a stable name. A renamed intent breaks the key files of people.
//          PANE_… stand in the order of enum pane_id, pane.h.
// Threads  a value.
#pragma once

#include "base/str.h"

#define INTENTS(X)                                                                                 \
    X(INTENT_QUIT, "quit")                                                                         \
    X(INTENT_HELP, "help")                                                                         \
    X(INTENT_PANE_SETUP, "pane-setup")                                                             \
    X(INTENT_PANE_EVENT, "pane-event")                                                             \
    X(INTENT_PANE_STREAM, "pane-stream")                                                           \
    X(INTENT_PANE_RECOMMENDATIONS, "pane-recommendations")                                         \
    X(INTENT_PANE_PROFILE, "pane-profile")                                                         \
    X(INTENT_PANE_LOG, "pane-log")                                                                 \
    X(INTENT_PANE_NEXT, "pane-next")                                                               \
    X(INTENT_PANE_PREVIOUS, "pane-previous")                                                       \
    X(INTENT_ZOOM, "zoom")                                                                         \
    X(INTENT_UNZOOM, "unzoom")                                                                     \
    X(INTENT_FIRE, "fire")                                                                         \
    X(INTENT_USER, "user")                                                                         \
    X(INTENT_REFRESH, "refresh")                                                                   \
    X(INTENT_REPAINT, "repaint")                                                                   \
    X(INTENT_PRESENT, "present")                                                                   \
    X(INTENT_MOUSE, "mouse")                                                                       \
    X(INTENT_PALETTE, "palette")                                                                   \
    X(INTENT_THEME, "theme")                                                                       \
    X(INTENT_COPY, "copy")                                                                         \
    X(INTENT_COPY_AS, "copy-as")                                                                   \
    X(INTENT_EXPORT, "export")                                                                     \
    X(INTENT_FILTER, "filter")                                                                     \
    X(INTENT_STOP, "stop")                                                                         \
    X(INTENT_UP, "up")                                                                             \
    X(INTENT_DOWN, "down")                                                                         \
    X(INTENT_PAGE_UP, "page-up")                                                                   \
    X(INTENT_PAGE_DOWN, "page-down")                                                               \
    X(INTENT_FIRST, "first")                                                                       \
    X(INTENT_LAST, "last")                                                                         \
    X(INTENT_DETAIL, "detail")                                                                     \
    X(INTENT_DETAIL_UP, "detail-up")                                                               \
    X(INTENT_DETAIL_DOWN, "detail-down")                                                           \
    X(INTENT_CLOSE, "close")                                                                       \
    X(INTENT_EDIT, "edit")                                                                         \
    X(INTENT_UNSET, "unset")                                                                       \
    X(INTENT_EXPLAIN, "explain")                                                                   \
    X(INTENT_RESEND, "resend")                                                                     \
    X(INTENT_RESEND_SAME, "resend-same")                                                           \
    X(INTENT_OUTER_EDITOR, "outer-editor")                                                         \
    X(INTENT_GO_TO_ERROR, "go-to-error")                                                           \
    X(INTENT_REVEAL, "reveal")                                                                     \
    X(INTENT_PROFILES, "profiles")                                                                 \
    X(INTENT_PROFILE_USE, "profile-use")                                                           \
    X(INTENT_PROFILE_NEW, "profile-new")                                                           \
    X(INTENT_PROFILE_COPY, "profile-copy")                                                         \
    X(INTENT_PROFILE_DELETE, "profile-delete")                                                     \
    X(INTENT_VALUE_NEXT, "value-next")                                                             \
    X(INTENT_VALUE_PREVIOUS, "value-previous")                                                     \
    X(INTENT_RELATED, "related")                                                                   \
    X(INTENT_RANK, "rank")                                                                         \
    X(INTENT_BESIDE, "beside")                                                                     \
    X(INTENT_FILTER_PURCHASED, "filter-purchased")                                                 \
    X(INTENT_PIN, "pin")                                                                           \
    X(INTENT_JOURNEY, "journey")                                                                   \
    X(INTENT_JOURNEY_OF_ROW, "journey-of-row")                                                     \
    X(INTENT_JOURNEY_FAILED, "journey-failed")                                                     \
    X(INTENT_JOURNEY_CAUSE, "journey-cause")                                                       \
    X(INTENT_JOURNEY_OLDER, "journey-older")                                                       \
    X(INTENT_JOURNEY_NEWER, "journey-newer")                                                       \
    X(INTENT_LOOP, "loop")                                                                         \
    X(INTENT_FOLD, "fold")                                                                         \
    X(INTENT_FOLD_ALL, "fold-all")                                                                 \
    X(INTENT_FIND, "find")                                                                         \
    X(INTENT_FIND_NEXT, "find-next")                                                               \
    X(INTENT_FIND_PREVIOUS, "find-previous")                                                       \
    X(INTENT_LOG_VIEW, "log-view")                                                                 \
    X(INTENT_LOG_POLLS, "log-polls")                                                               \
    X(INTENT_PAUSE, "pause")                                                                       \
    X(INTENT_GENERATE_PAUSE, "generate-pause")                                                     \
    X(INTENT_STEP, "step")                                                                         \
    X(INTENT_CONTROLS, "controls")                                                                 \
    X(INTENT_FOLLOW, "follow")                                                                     \
    X(INTENT_MARK, "mark")                                                                         \
    X(INTENT_INVERT, "invert")                                                                     \
    X(INTENT_HIGHLIGHT, "highlight")                                                               \
    X(INTENT_ERROR_NEXT, "error-next")                                                             \
    X(INTENT_ERROR_PREVIOUS, "error-previous")                                                     \
    X(INTENT_GENERATE, "generate")                                                                 \
    X(INTENT_RATE_UP, "rate-up")                                                                   \
    X(INTENT_RATE_DOWN, "rate-down")                                                               \
    X(INTENT_YES, "yes")                                                                           \
    X(INTENT_SUBMIT, "submit")                                                                     \
    X(INTENT_CANCEL, "cancel")                                                                     \
    X(INTENT_ERASE, "erase")                                                                       \
    X(INTENT_ERASE_AHEAD, "erase-ahead")                                                           \
    X(INTENT_ERASE_WORD, "erase-word")                                                             \
    X(INTENT_ERASE_WORD_LEFT, "erase-word-left")                                                   \
    X(INTENT_ERASE_WORD_RIGHT, "erase-word-right")                                                 \
    X(INTENT_ERASE_HEAD, "erase-head")                                                             \
    X(INTENT_ERASE_TAIL, "erase-tail")                                                             \
    X(INTENT_YANK, "yank")                                                                         \
    X(INTENT_TRANSPOSE, "transpose")                                                               \
    X(INTENT_UNDO, "undo")                                                                         \
    X(INTENT_REDO, "redo")                                                                         \
    X(INTENT_NEWLINE, "newline")                                                                   \
    X(INTENT_CURSOR_LEFT, "cursor-left")                                                           \
    X(INTENT_CURSOR_RIGHT, "cursor-right")                                                         \
    X(INTENT_CURSOR_WORD_LEFT, "cursor-word-left")                                                 \
    X(INTENT_CURSOR_WORD_RIGHT, "cursor-word-right")                                               \
    X(INTENT_CURSOR_HOME, "cursor-home")                                                           \
    X(INTENT_CURSOR_END, "cursor-end")                                                             \
    X(INTENT_COMPLETE, "complete")                                                                 \
    X(INTENT_HISTORY_OLDER, "history-older")                                                       \
    X(INTENT_HISTORY_NEWER, "history-newer")

enum intent {
    INTENT_NONE,
#define X(intent, name) intent,
    INTENTS(X)
#undef X
        INTENT_COUNT
};

const char *intent_name(enum intent intent);         // "none" for INTENT_NONE
bool intent_find(struct str name, enum intent *out); // not INTENT_NONE
