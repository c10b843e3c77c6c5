// composer — the event that `t` fires: from a template with the fields filled in, or as JSON of one's own; how it
// was sent last, and what the function's log said.
//
// Templates  those of the workshop, and broken ones that show what refusals look like. Plain ones go to `send`
//            as fields; all others, and one's own, as a message that is sent as it is.
// Own        JSON that somebody edited stays until it is edited again, and is a choice beside the templates.
// Threads    one: the UI.
#pragma once

#include "console/feature.h"
#include "console/json_check.h"
#include "console/overlay.h"
#include "console/text_editor.h"

#define COMPOSER_LOG_BYTES ((size_t)16 << 10)
#define COMPOSER_MESSAGE_BYTES ((size_t)32 << 10) // Segment's limit

struct model;

enum composer_template {
    COMPOSER_CLICKED,
    COMPOSER_VIEWED,
    COMPOSER_ADDED,
    COMPOSER_ORDER,
    COMPOSER_ANONYMOUS,
    COMPOSER_NO_USER,
    COMPOSER_NUMERIC_USER,
    COMPOSER_NO_SKU,
    COMPOSER_NULL_PROPERTIES,
    COMPOSER_WRONG_TYPE,
    COMPOSER_TOO_LARGE,
    COMPOSER_UNKNOWN_KEY,
    COMPOSER_OWN,
    COMPOSER_COUNT
};

struct composer {
    enum composer_template chosen;
    struct text_editor editor; // while its overlay is open
    struct json_check check;   // of the text in the editor, else of one's own
    struct buf own;            // empty: none yet
    struct buf paste_note;
    // The last one fired.
    struct buf sent;         // as JSON, without messageId unless one was written into it
    struct buf message_id;   // as `send` told it
    struct buf log;          // the function's, as far as it was told
    const char *sent_broken; // what came of it, of a broken one; NULL: of any other
    bool is_log_cut, has_unknown_key, shows_result;
};

extern const struct feature composer_feature;

void composer_choose(struct model *model, int step);
const char *composer_title(const struct model *model);   // of what is chosen
const char *composer_expects(const struct model *model); // what will come of it; NULL: the usual
// Do the fields of event, product and shopper make it?
bool composer_uses_fields(const struct model *model);
void composer_add_json(const struct model *model, struct buf *out); // indented, as it would be sent
void composer_add_label(
    const struct model *model, struct buf *out); // "Product Clicked ocean-blue-shirt"

// A broken one into a real account: asks, and calls `then` with a yes. False: there is nothing to ask.
bool composer_asks_first(struct model *model, overlay_then_fn *then);
// Puts the arguments of `send` into the command; false with a note: it is no JSON.
bool composer_order(struct model *model, struct command *command);
// The last one once more; the same messageId shows how repeats are told.
void composer_resend(struct model *model, bool is_same_message, struct effects *effects);

void composer_open(struct model *model);                          // the JSON in place
void composer_edit(struct model *model, struct effects *effects); // in $VISUAL or $EDITOR
void composer_take_text(struct model *model, struct str text);    // what came of it
