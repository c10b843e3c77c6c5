// keymap_log — rows of the keymap for the pane Log and what opens from it.
#pragma once

#include "keymap_rows.h"

// A text that folds and has a cursor, over the whole body.
#define TEXT_KEYS(where)                                                                           \
    KEY(where, INPUT_UP, INTENT_UP, "a line up"), ALIAS(where, 'k', INTENT_UP),                    \
        KEY(where, INPUT_DOWN, INTENT_DOWN, "a line down"), ALIAS(where, 'j', INTENT_DOWN),        \
        KEY(where, INPUT_PAGE_DOWN, INTENT_PAGE_DOWN, "page down"),                                \
        ALIAS(where, INPUT_SPACE, INTENT_PAGE_DOWN),                                               \
        KEY(where, INPUT_PAGE_UP, INTENT_PAGE_UP, "page up"),                                      \
        KEY(where, 'g', INTENT_FIRST, "first line"), KEY(where, 'G', INTENT_LAST, "last line"),    \
        LABELLED(where, 'z', INTENT_FOLD, "fold or unfold the part at the cursor", "fold"),        \
        KEY(where, 'Z', INTENT_FOLD_ALL, "fold or unfold all of it"),                              \
        LABELLED(where, '/', INTENT_FIND, "find in the text", "find"),                             \
        KEY(where, 'n', INTENT_FIND_NEXT, "next match"),                                           \
        KEY(where, 'N', INTENT_FIND_PREVIOUS, "previous match")

#define COPY_AS_KEY(where)                                                                         \
    LABELLED(                                                                                      \
        where, 'Y', INTENT_COPY_AS, "copy it as curl, AWS CLI, Python or Segment JSON", "copy as")

#define COPY_KEYS                                                                                  \
    LABELLED(KEYMAP_COPY, INPUT_ENTER, INTENT_YES, "copy it", "copy"),                             \
        ALIAS(KEYMAP_COPY, 'y', INTENT_YES),                                                       \
        LABELLED(KEYMAP_COPY, INPUT_DOWN, INTENT_DOWN, "the next form", "form"),                   \
        ALIAS(KEYMAP_COPY, 'j', INTENT_DOWN), ALIAS(KEYMAP_COPY, INPUT_TAB, INTENT_DOWN),          \
        KEY(KEYMAP_COPY, INPUT_UP, INTENT_UP, "the form before"),                                  \
        ALIAS(KEYMAP_COPY, 'k', INTENT_UP), ALIAS(KEYMAP_COPY, INPUT_BACK_TAB, INTENT_UP)

#define REQUEST_KEYS                                                                               \
    LABELLED(                                                                                      \
        KEYMAP_REQUEST, INPUT_TAB, INTENT_VALUE_NEXT, "the request, or its answer", "other text"), \
        ALIAS(KEYMAP_REQUEST, INPUT_RIGHT, INTENT_VALUE_NEXT),                                     \
        ALIAS(KEYMAP_REQUEST, INPUT_LEFT, INTENT_VALUE_NEXT),                                      \
        ALIAS(KEYMAP_REQUEST, INPUT_BACK_TAB, INTENT_VALUE_NEXT), TEXT_KEYS(KEYMAP_REQUEST),       \
        COPY_AS_KEY(KEYMAP_REQUEST)

#define LOOP_KEYS                                                                                  \
    LABELLED(                                                                                      \
        KEYMAP_LOOP, INPUT_ENTER, INTENT_JOURNEY_OF_ROW,                                           \
        "the journey of the last event seen at this hop", "journey"),                              \
        LABELLED(                                                                                  \
            KEYMAP_LOOP, 'e', INTENT_JOURNEY_FAILED,                                               \
            "the journey of the last event that failed here", "failed one"),                       \
        KEY(KEYMAP_LOOP, INPUT_DOWN, INTENT_DOWN, "the next hop"),                                 \
        ALIAS(KEYMAP_LOOP, 'j', INTENT_DOWN),                                                      \
        KEY(KEYMAP_LOOP, INPUT_UP, INTENT_UP, "the hop before"),                                   \
        ALIAS(KEYMAP_LOOP, 'k', INTENT_UP),                                                        \
        KEY(KEYMAP_LOOP, INPUT_HOME, INTENT_FIRST, "the first hop"),                               \
        ALIAS(KEYMAP_LOOP, 'g', INTENT_FIRST),                                                     \
        KEY(KEYMAP_LOOP, INPUT_END, INTENT_LAST, "the last hop"),                                  \
        ALIAS(KEYMAP_LOOP, 'G', INTENT_LAST),                                                      \
        KEY(KEYMAP_LOOP, INPUT_PAGE_DOWN, INTENT_PAGE_DOWN, "scroll on"),                          \
        KEY(KEYMAP_LOOP, INPUT_PAGE_UP, INTENT_PAGE_UP, "scroll back"),                            \
        LABELLED(KEYMAP_LOOP, ']', INTENT_ERROR_NEXT, "the next hop with an error", "error"),      \
        KEY(KEYMAP_LOOP, '[', INTENT_ERROR_PREVIOUS, "the hop with an error before"),              \
        KEY(KEYMAP_LOOP, 'y', INTENT_COPY, "copy the hop: its figures, and what failed last"),     \
        KEY(KEYMAP_LOOP, 'R', INTENT_REFRESH, "ask again for the deliveries, when they ended"),    \
        KEY(KEYMAP_LOOP, 'L', INTENT_LOOP, "close it")

#define LOG_KEYS                                                                                   \
    LABELLED(                                                                                      \
        KEYMAP_LOG, INPUT_ENTER, INTENT_DETAIL, "request and answer, folded and searched",         \
        "open"),                                                                                   \
        {                                                                                          \
            .context = KEYMAP_LOG,                                                                 \
            .key = 'l',                                                                            \
            .intent = INTENT_LOG_VIEW,                                                             \
            .help = "the lines that the function writes; back to the requests",                    \
            .label = "function",                                                                   \
            .label_on = "requests",                                                                \
        },                                                                                         \
        {                                                                                          \
            .context = KEYMAP_LOG,                                                                 \
            .key = 'a',                                                                            \
            .intent = INTENT_LOG_POLLS,                                                            \
            .help = "all: with what the console asks by itself; without",                          \
            .label = "polls",                                                                      \
            .label_on = "no polls",                                                                \
        },                                                                                         \
        LABELLED(KEYMAP_LOG, ']', INTENT_ERROR_NEXT, "next error", "error"),                       \
        KEY(KEYMAP_LOG, '[', INTENT_ERROR_PREVIOUS, "previous error"), COPY_AS_KEY(KEYMAP_LOG), {  \
        .context = KEYMAP_LOG, .key = 'F', .intent = INTENT_FOLLOW,                                \
        .help = "follow what comes; again: stay at this row", .label = "follow",                   \
        .label_on = "stay",                                                                        \
    }
