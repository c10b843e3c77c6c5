// snippet — see the header.
#include "segment/snippet.h"

struct arguments {
    struct buf *out;
    size_t count;
};

static void begin(struct arguments *arguments) {
    if (arguments->count++) buf_add(arguments->out, STR(", "));
}

static void add_text(struct arguments *arguments, struct str text) {
    begin(arguments);
    json_quote(arguments->out, text);
}

static void add_text_unless_empty(struct arguments *arguments, struct str text) {
    if (text.len) add_text(arguments, text);
}

// The body is left out when it is empty, as people write the call.
static void add_object(struct arguments *arguments, const struct json_node *object) {
    if (!json_first(object)) return;
    begin(arguments);
    json_print(object, arguments->out);
}

void snippet_add_call(struct buf *out, const struct event *event) {
    struct arguments arguments = {.out = out};
    const struct json_node *root = event->document.root;
    buf_add(out, STR("analytics."));
    buf_add(out, str_from(event_type_name(event->type)));
    buf_add_char(out, '(');
    switch (event->type) {
    case EVENT_TRACK:
        add_text(&arguments, event->name);
        add_object(&arguments, event_properties(event));
        break;
    case EVENT_IDENTIFY:
        add_text_unless_empty(&arguments, event->user_id);
        add_object(&arguments, event_traits(event));
        break;
    case EVENT_PAGE:
    case EVENT_SCREEN:
        if (json_get_text(root, "category").len) {
            add_text(&arguments, json_get_text(root, "category"));
            add_text(&arguments, event->name); // two texts: the first is the category
        } else {
            add_text_unless_empty(&arguments, event->name);
        }
        add_object(&arguments, event_properties(event));
        break;
    case EVENT_GROUP:
        add_text(&arguments, event->group_id);
        add_object(&arguments, event_traits(event));
        break;
    case EVENT_ALIAS:
        add_text(&arguments, event->user_id);
        add_text_unless_empty(&arguments, event->previous_id);
        break;
    case EVENT_TYPE_COUNT: break;
    }
    buf_add(out, STR(");"));
}
