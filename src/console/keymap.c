// keymap — see the header.
#include "console/keymap.h"

#include "keymap_log.h"
#include "keymap_rows.h"
#include "keymap_stream.h"

#include <assert.h>

// In the order of the help page and of the footer.
static const struct keymap_row rows[] = {
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 't',
        .intent = INTENT_FIRE,
        .help = "fire the test event and watch the loop turn",
        .label = "fire",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'u',
        .intent = INTENT_USER,
        .help = "choose the shopper in focus",
        .label = "shopper",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'R',
        .intent = INTENT_REFRESH,
        .help = "ask again for what this pane shows",
        .label = "refresh",
    },
    {.context = KEYMAP_EVERYWHERE, .key = '1', .intent = INTENT_PANE_SETUP, .help = "Setup"},
    {.context = KEYMAP_EVERYWHERE, .key = '2', .intent = INTENT_PANE_EVENT, .help = "Event"},
    {.context = KEYMAP_EVERYWHERE, .key = '3', .intent = INTENT_PANE_STREAM, .help = "Stream"},
    {
        .context = KEYMAP_EVERYWHERE,
        .key = '4',
        .intent = INTENT_PANE_RECOMMENDATIONS,
        .help = "Recommendations",
    },
    {.context = KEYMAP_EVERYWHERE, .key = '5', .intent = INTENT_PANE_PROFILE, .help = "Profile"},
    {.context = KEYMAP_EVERYWHERE, .key = '6', .intent = INTENT_PANE_LOG, .help = "Log"},
    {
        .context = KEYMAP_EVERYWHERE,
        .key = INPUT_TAB,
        .intent = INTENT_PANE_NEXT,
        .help = "next pane",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = INPUT_BACK_TAB,
        .intent = INTENT_PANE_PREVIOUS,
        .help = "previous pane",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'v',
        .intent = INTENT_JOURNEY,
        .help = "view the journey of the last event fired",
        .label = "journey",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = '+',
        .intent = INTENT_ZOOM,
        .help = "this pane alone with its details, and back",
        .label = "zoom",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = '_',
        .intent = INTENT_UNZOOM,
        .help = "all panes again",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = INPUT_CONTROL('l'),
        .intent = INTENT_REPAINT,
        .help = "paint the screen anew",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'y',
        .intent = INTENT_COPY,
        .help = "copy the selected row to the clipboard",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'w',
        .intent = INTENT_EXPORT,
        .help = "write the pane (JSON, CSV) or the screen (SVG, HTML, text) to a file",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = ':',
        .intent = INTENT_PALETTE,
        .help = "everything by name: keys, actions and their parameters",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'T',
        .intent = INTENT_THEME,
        .help = "next theme",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'P',
        .intent = INTENT_PRESENT,
        .help = "presenter mode: the loop, large and calm, for a room; and back",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'M',
        .intent = INTENT_MOUSE,
        .help = "mouse off, so that the terminal's own selection works; on again",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = '?',
        .intent = INTENT_HELP,
        .help = "this help",
        .label = "help",
    },
    {
        .context = KEYMAP_EVERYWHERE,
        .key = 'q',
        .intent = INTENT_QUIT,
        .help = "quit (Ctrl-C does, too)",
        .label = "quit",
    },

    {.context = KEYMAP_LIST, .key = INPUT_UP, .intent = INTENT_UP, .help = "one row up"},
    {.context = KEYMAP_LIST, .key = 'k', .intent = INTENT_UP, .is_alias = true},
    {.context = KEYMAP_LIST, .key = INPUT_DOWN, .intent = INTENT_DOWN, .help = "one row down"},
    {.context = KEYMAP_LIST, .key = 'j', .intent = INTENT_DOWN, .is_alias = true},
    {.context = KEYMAP_LIST, .key = INPUT_PAGE_UP, .intent = INTENT_PAGE_UP, .help = "page up"},
    {
        .context = KEYMAP_LIST,
        .key = INPUT_PAGE_DOWN,
        .intent = INTENT_PAGE_DOWN,
        .help = "page down",
    },
    {.context = KEYMAP_LIST, .key = INPUT_HOME, .intent = INTENT_FIRST, .help = "first row"},
    {.context = KEYMAP_LIST, .key = 'g', .intent = INTENT_FIRST, .is_alias = true},
    {.context = KEYMAP_LIST, .key = INPUT_END, .intent = INTENT_LAST, .help = "last row"},
    {.context = KEYMAP_LIST, .key = 'G', .intent = INTENT_LAST, .is_alias = true},
    {
        .context = KEYMAP_LIST,
        .key = 'd',
        .intent = INTENT_DETAIL,
        .help = "details of the row, in the whole pane",
    },
    {.context = KEYMAP_LIST,
     .key = 'J',
     .intent = INTENT_DETAIL_DOWN,
     .help = "scroll the details"},
    {
        .context = KEYMAP_LIST,
        .key = 'K',
        .intent = INTENT_DETAIL_UP,
        .help = "scroll the details back",
    },

    SETUP_KEYS,

    EVENT_KEYS,
    LINE_KEYS(KEYMAP_TEXT),

    STREAM_KEYS,
    COPY_AS_KEY(KEYMAP_STREAM),

    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = INPUT_ENTER,
        .intent = INTENT_DETAIL,
        .help = "why this item",
        .label = "why",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = 'i',
        .intent = INTENT_RELATED,
        .help = "items related to this one (setting related_campaign_arn)",
        .label = "related",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = 'o',
        .intent = INTENT_RANK,
        .help = "order the list anew by PersonalizeRanking (setting ranking_campaign_arn)",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = 'c',
        .intent = INTENT_BESIDE,
        .help = "another shopper's list beside this one",
        .label = "compare",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = 'f',
        .intent = INTENT_FILTER_PURCHASED,
        .help = "leave out what was purchased, or not (setting filter_arn)",
        .label = "filter",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = 'b',
        .intent = INTENT_PIN,
        .help = "pin this list: movement is against it until it is unpinned",
    },
    {
        .context = KEYMAP_RECOMMENDATIONS,
        .key = INPUT_ESCAPE,
        .intent = INTENT_CLOSE,
        .help = "back to the shopper's own list",
        .label = "back",
    },
    {
        .context = KEYMAP_PROFILE,
        .key = INPUT_ENTER,
        .intent = INTENT_DETAIL,
        .help = "the whole value",
        .label = "open",
    },

    LOG_KEYS,

    {.context = KEYMAP_DETAIL, .key = INPUT_UP, .intent = INTENT_DETAIL_UP, .help = "scroll back"},
    {.context = KEYMAP_DETAIL, .key = 'k', .intent = INTENT_DETAIL_UP, .is_alias = true},
    {
        .context = KEYMAP_DETAIL,
        .key = INPUT_DOWN,
        .intent = INTENT_DETAIL_DOWN,
        .help = "scroll on",
        .label = "scroll",
    },
    {.context = KEYMAP_DETAIL, .key = 'j', .intent = INTENT_DETAIL_DOWN, .is_alias = true},
    {
        .context = KEYMAP_DETAIL,
        .key = INPUT_ESCAPE,
        .intent = INTENT_CLOSE,
        .help = "back to the list",
        .label = "back",
    },
    {.context = KEYMAP_DETAIL, .key = INPUT_ENTER, .intent = INTENT_CLOSE, .is_alias = true},
    {.context = KEYMAP_DETAIL, .key = 'd', .intent = INTENT_CLOSE, .is_alias = true},
    {.context = KEYMAP_DETAIL, .key = 'q', .intent = INTENT_CLOSE, .is_alias = true},

    {
        .context = KEYMAP_EDITOR,
        .key = INPUT_ENTER,
        .intent = INTENT_SUBMIT,
        .help = "take the value",
        .label = "take",
    },
    {
        .context = KEYMAP_EDITOR,
        .key = INPUT_ESCAPE,
        .intent = INTENT_CANCEL,
        .help = "leave it as it was",
        .label = "cancel",
    },
    {
        .context = KEYMAP_EDITOR,
        .key = INPUT_TAB,
        .intent = INTENT_COMPLETE,
        .help = "complete, where something can be completed",
    },
    {
        .context = KEYMAP_EDITOR,
        .key = INPUT_UP,
        .intent = INTENT_HISTORY_OLDER,
        .help = "what was typed here before",
    },
    {
        .context = KEYMAP_EDITOR,
        .key = INPUT_DOWN,
        .intent = INTENT_HISTORY_NEWER,
        .help = "and back",
    },
    LINE_KEYS(KEYMAP_EDITOR),

    {
        .context = KEYMAP_HELP,
        .key = '/',
        .intent = INTENT_FIND,
        .help = "show only what is searched for",
        .label = "find",
    },
    {.context = KEYMAP_HELP, .key = '?', .intent = INTENT_CLOSE, .help = "close the help"},
    {
        .context = KEYMAP_HELP,
        .key = INPUT_DOWN,
        .intent = INTENT_DOWN,
        .help = "scroll on",
        .label = "scroll",
    },
    {.context = KEYMAP_HELP, .key = 'j', .intent = INTENT_DOWN, .is_alias = true},
    {.context = KEYMAP_HELP, .key = INPUT_UP, .intent = INTENT_UP, .help = "scroll back"},
    {.context = KEYMAP_HELP, .key = 'k', .intent = INTENT_UP, .is_alias = true},
    {.context = KEYMAP_HELP,
     .key = INPUT_PAGE_DOWN,
     .intent = INTENT_PAGE_DOWN,
     .help = "page down"},
    {.context = KEYMAP_HELP, .key = INPUT_SPACE, .intent = INTENT_PAGE_DOWN, .is_alias = true},
    {.context = KEYMAP_HELP, .key = INPUT_PAGE_UP, .intent = INTENT_PAGE_UP, .help = "page up"},

    {
        .context = KEYMAP_OUTPUT,
        .key = INPUT_DOWN,
        .intent = INTENT_DOWN,
        .help = "scroll on",
        .label = "scroll",
    },
    {.context = KEYMAP_OUTPUT, .key = 'j', .intent = INTENT_DOWN, .is_alias = true},
    {.context = KEYMAP_OUTPUT, .key = INPUT_UP, .intent = INTENT_UP, .help = "scroll back"},
    {.context = KEYMAP_OUTPUT, .key = 'k', .intent = INTENT_UP, .is_alias = true},
    {
        .context = KEYMAP_OUTPUT,
        .key = INPUT_PAGE_DOWN,
        .intent = INTENT_PAGE_DOWN,
        .help = "page down",
    },
    {.context = KEYMAP_OUTPUT, .key = INPUT_SPACE, .intent = INTENT_PAGE_DOWN, .is_alias = true},
    {.context = KEYMAP_OUTPUT, .key = INPUT_PAGE_UP, .intent = INTENT_PAGE_UP, .help = "page up"},
    {.context = KEYMAP_OUTPUT, .key = INPUT_HOME, .intent = INTENT_FIRST, .help = "its start"},
    {.context = KEYMAP_OUTPUT, .key = 'g', .intent = INTENT_FIRST, .is_alias = true},
    {.context = KEYMAP_OUTPUT,
     .key = INPUT_END,
     .intent = INTENT_LAST,
     .help = "its end, followed"},
    {.context = KEYMAP_OUTPUT, .key = 'G', .intent = INTENT_LAST, .is_alias = true},
    {
        .context = KEYMAP_OUTPUT,
        .key = 'x',
        .intent = INTENT_STOP,
        .help = "stop the action",
        .label = "stop",
    },

    {
        .context = KEYMAP_LEAVE,
        .key = 'q',
        .intent = INTENT_YES,
        .help = "leave all the same",
        .label = "leave",
    },
    {.context = KEYMAP_LEAVE, .key = 'y', .intent = INTENT_YES, .is_alias = true},
    {.context = KEYMAP_LEAVE, .key = 'n', .intent = INTENT_CLOSE, .help = "stay"},

    {
        .context = KEYMAP_PRESENTER,
        .key = 's',
        .intent = INTENT_GENERATE,
        .help = "start or stop the stream",
    },

    {
        .context = KEYMAP_CONFIRM,
        .key = 'y',
        .intent = INTENT_YES,
        .help = "do it",
        .label = "yes",
    },
    {.context = KEYMAP_CONFIRM, .key = INPUT_ENTER, .intent = INTENT_YES, .is_alias = true},
    {.context = KEYMAP_CONFIRM, .key = 'n', .intent = INTENT_CLOSE, .help = "leave it"},

    CONTROLS_KEYS,

    {.context = KEYMAP_JOURNEY,
     .key = INPUT_UP,
     .intent = INTENT_UP,
     .help = "the exchange before; a line up"},
    {.context = KEYMAP_JOURNEY, .key = 'k', .intent = INTENT_UP, .is_alias = true},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_DOWN,
     .intent = INTENT_DOWN,
     .help = "the next exchange; a line down"},
    {.context = KEYMAP_JOURNEY, .key = 'j', .intent = INTENT_DOWN, .is_alias = true},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_RIGHT,
     .intent = INTENT_VALUE_NEXT,
     .help = "request, answer, log, list, trait",
     .label = "next tab"},
    {.context = KEYMAP_JOURNEY, .key = INPUT_TAB, .intent = INTENT_VALUE_NEXT, .is_alias = true},
    {.context = KEYMAP_JOURNEY, .key = 'l', .intent = INTENT_VALUE_NEXT, .is_alias = true},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_LEFT,
     .intent = INTENT_VALUE_PREVIOUS,
     .help = "the tab before"},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_BACK_TAB,
     .intent = INTENT_VALUE_PREVIOUS,
     .is_alias = true},
    {.context = KEYMAP_JOURNEY, .key = 'h', .intent = INTENT_VALUE_PREVIOUS, .is_alias = true},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_ENTER,
     .intent = INTENT_DETAIL,
     .help = "read the text: it has the whole body and the keys; again: back",
     .label = "read"},
    {.context = KEYMAP_JOURNEY,
     .key = 'J',
     .intent = INTENT_DETAIL_DOWN,
     .help = "scroll the text"},
    {.context = KEYMAP_JOURNEY,
     .key = 'K',
     .intent = INTENT_DETAIL_UP,
     .help = "scroll the text back"},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_PAGE_DOWN,
     .intent = INTENT_PAGE_DOWN,
     .help = "page down in the text"},
    {.context = KEYMAP_JOURNEY,
     .key = INPUT_PAGE_UP,
     .intent = INTENT_PAGE_UP,
     .help = "page up in the text"},
    {.context = KEYMAP_JOURNEY,
     .key = 'g',
     .intent = INTENT_FIRST,
     .help = "first line of the text"},
    {.context = KEYMAP_JOURNEY, .key = 'G', .intent = INTENT_LAST, .help = "last line of the text"},
    {.context = KEYMAP_JOURNEY,
     .key = 'z',
     .intent = INTENT_FOLD,
     .help = "fold or unfold the part at the cursor",
     .label = "fold"},
    {.context = KEYMAP_JOURNEY,
     .key = 'Z',
     .intent = INTENT_FOLD_ALL,
     .help = "fold or unfold all of it"},
    {.context = KEYMAP_JOURNEY,
     .key = '/',
     .intent = INTENT_FIND,
     .help = "find in the text",
     .label = "find"},
    {.context = KEYMAP_JOURNEY, .key = 'n', .intent = INTENT_FIND_NEXT, .help = "next match"},
    {.context = KEYMAP_JOURNEY,
     .key = 'N',
     .intent = INTENT_FIND_PREVIOUS,
     .help = "previous match"},
    {.context = KEYMAP_JOURNEY,
     .key = 'R',
     .intent = INTENT_REFRESH,
     .help = "ask again",
     .label = "refresh"},

    COPY_AS_KEY(KEYMAP_JOURNEY),
    REQUEST_KEYS,
    COPY_KEYS,

    {
        .context = KEYMAP_OVERLAY,
        .key = INPUT_ESCAPE,
        .intent = INTENT_CLOSE,
        .help = "close what opened last",
        .label = "close",
    },
    {.context = KEYMAP_OVERLAY, .key = 'q', .intent = INTENT_CLOSE, .is_alias = true},
};

static const char *const context_titles[] = {
    [KEYMAP_EDITOR] = "While typing a value",
    [KEYMAP_HELP] = "In this help",
    [KEYMAP_PRESENTER] = "In presenter mode",
    [KEYMAP_CONTROLS] = "The generator's panel",
    [KEYMAP_JOURNEY] = "In a journey",
    [KEYMAP_COPY] = "In the forms of a copy",
    [KEYMAP_REQUEST] = "In a request of the log",
    [KEYMAP_CONFIRM] = "When asked",
    [KEYMAP_LEAVE] = "When leaving while something runs",
    [KEYMAP_OUTPUT] = "In the output of an action",
    [KEYMAP_OVERLAY] = "In whatever opens over the panes",
    [KEYMAP_TEXT] = "While editing the event's JSON",
    [KEYMAP_GUIDE] = "In the explanation of a setting",
    [KEYMAP_PROFILES] = "In the profiles",
    [KEYMAP_DETAIL] = "In the details",
    [KEYMAP_SETUP] = "Setup",
    [KEYMAP_EVENT] = "Event",
    [KEYMAP_STREAM] = "Stream",
    [KEYMAP_RECOMMENDATIONS] = "Recommendations",
    [KEYMAP_PROFILE] = "Profile",
    [KEYMAP_LOG] = "Log",
    [KEYMAP_LIST] = "Lists",
    [KEYMAP_EVERYWHERE] = "Everywhere",
};
static_assert(ARRAY_COUNT(context_titles) == KEYMAP_CONTEXT_COUNT, "a title per context");

const struct keymap_row *keymap_rows(size_t *out_count) {
    *out_count = ARRAY_COUNT(rows);
    return rows;
}

const char *keymap_context_title(enum keymap_context context) {
    ASSERT(context < KEYMAP_CONTEXT_COUNT);
    return context_titles[context];
}

enum intent keymap_find(const enum keymap_context *contexts, size_t context_count, uint32_t key) {
    for (size_t at = 0; at < context_count; at++) {
        for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
            if (rows[i].context == contexts[at] && rows[i].key == key) return rows[i].intent;
        }
    }
    return INTENT_NONE;
}

void keymap_add_keys(struct buf *out, const struct keymap_row *row) {
    input_add_key_name(out, row->key);
    for (const struct keymap_row *next = row + 1; next < rows + ARRAY_COUNT(rows); next++) {
        if (!next->is_alias) return;
        buf_add_char(out, ' ');
        input_add_key_name(out, next->key);
    }
}
