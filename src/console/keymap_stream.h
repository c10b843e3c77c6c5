// keymap_stream — rows of the keymap for the pane Stream and the generator's panel.
#pragma once

#include "keymap_rows.h"

#define SWITCHED(where, code, what, text, short, short_on)                                         \
    {                                                                                              \
        .context = where, .key = code, .intent = what, .help = text, .label = short,               \
        .label_on = short_on                                                                       \
    }

#define STREAM_KEYS                                                                                \
    SWITCHED(                                                                                      \
        KEYMAP_STREAM, 's', INTENT_GENERATE, "start or stop the generator", "generate", "stop"),   \
        LABELLED(                                                                                  \
            KEYMAP_STREAM, 'c', INTENT_CONTROLS, "the generator: days, shoppers, platforms, seed", \
            "controls"),                                                                           \
        KEY(KEYMAP_STREAM, '>', INTENT_RATE_UP, "generate faster"),                                \
        KEY(KEYMAP_STREAM, '<', INTENT_RATE_DOWN, "generate slower"),                              \
        KEY(KEYMAP_STREAM, ',', INTENT_GENERATE_PAUSE, "pause or resume the generator"),           \
        KEY(KEYMAP_STREAM, '.', INTENT_STEP, "one step of the generator, and a pause"),            \
        SWITCHED(                                                                                  \
            KEYMAP_STREAM, 'p', INTENT_PAUSE, "pause the view; events are still received",         \
            "pause", "resume"),                                                                    \
        LABELLED(                                                                                  \
            KEYMAP_STREAM, '/', INTENT_FILTER, "filter: words, field:value, ms>3, /expression/",   \
            "filter"),                                                                             \
        SWITCHED(                                                                                  \
            KEYMAP_STREAM, 'F', INTENT_FOLLOW,                                                     \
            "follow the newest event, or stay; scrolling away stops it", "follow", "stay"),        \
        LABELLED(                                                                                  \
            KEYMAP_STREAM, INPUT_ENTER, INTENT_JOURNEY_OF_ROW, "the event's way round the loop",   \
            "journey"),                                                                            \
        KEY(KEYMAP_STREAM, '!', INTENT_INVERT, "turn the filter round"),                           \
        KEY(KEYMAP_STREAM, 'f', INTENT_HIGHLIGHT,                                                  \
            "the filter hides the others, or only dims them"),                                     \
        KEY(KEYMAP_STREAM, INPUT_SPACE, INTENT_MARK, "mark the event, or unmark it"),              \
        ALIAS(KEYMAP_STREAM, 'm', INTENT_MARK),                                                    \
        KEY(KEYMAP_STREAM, 'n', INTENT_FIND_NEXT, "next mark or match below"),                     \
        KEY(KEYMAP_STREAM, 'N', INTENT_FIND_PREVIOUS, "next mark or match above"),                 \
        KEY(KEYMAP_STREAM, ']', INTENT_ERROR_NEXT, "next refused event below"),                    \
        KEY(KEYMAP_STREAM, '[', INTENT_ERROR_PREVIOUS, "next refused event above"),                \
        KEY(KEYMAP_STREAM, INPUT_ESCAPE, INTENT_CLOSE, "take the filter off, then the marks")

#define CONTROLS_KEYS                                                                              \
    KEY(KEYMAP_CONTROLS, INPUT_UP, INTENT_UP, "the value above"),                                  \
        ALIAS(KEYMAP_CONTROLS, 'k', INTENT_UP),                                                    \
        KEY(KEYMAP_CONTROLS, INPUT_DOWN, INTENT_DOWN, "the value below"),                          \
        ALIAS(KEYMAP_CONTROLS, 'j', INTENT_DOWN),                                                  \
        LABELLED(KEYMAP_CONTROLS, INPUT_RIGHT, INTENT_VALUE_NEXT, "next choice", "choose"),        \
        KEY(KEYMAP_CONTROLS, INPUT_LEFT, INTENT_VALUE_PREVIOUS, "choice before"),                  \
        LABELLED(KEYMAP_CONTROLS, INPUT_ENTER, INTENT_EDIT, "type a value", "type"),               \
        KEY(KEYMAP_CONTROLS, 'x', INTENT_UNSET, "back to the default"),                            \
        SWITCHED(KEYMAP_CONTROLS, 's', INTENT_GENERATE, "start or stop", "start", "stop"),         \
        SWITCHED(                                                                                  \
            KEYMAP_CONTROLS, 'p', INTENT_GENERATE_PAUSE, "pause or resume", "pause", "resume"),    \
        ALIAS(KEYMAP_CONTROLS, ',', INTENT_GENERATE_PAUSE),                                        \
        LABELLED(KEYMAP_CONTROLS, '.', INTENT_STEP, "one step, and a pause", "step"),              \
        KEY(KEYMAP_CONTROLS, 'c', INTENT_CLOSE, "close the panel")
