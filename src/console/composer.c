// composer — see the header.
#include "console/composer.h"

#include "base/json.h"
#include "console/model.h"
#include "internal.h"

#include <assert.h>

#define LARGE_BYTES ((size_t)33 << 10)
#define UNKNOWN_KEY "aKeyThatNoSourceOfYoursHasAtAll0"

struct template {
    const char *title;
    const char *event;   // name that goes with it; NULL: the one in the field
    const char *expects; // what comes of it
    bool is_plain;       // made by the fields alone
    void (*build)(const struct model *model, struct json_node *root);
};

static void add_ids(const struct model *model, struct json_node *root) {
    struct buf anonymous = {0};
    buf_add_format(&anonymous, "%s-anon", model->user);
    json_add_text(root, "userId", str_from(model->user));
    json_add_text(root, "anonymousId", buf_str(&anonymous));
    buf_release(&anonymous);
}

static void add_sku(const struct model *model, struct json_node *root) {
    json_add_text(json_add_object(root, "properties"), "sku", str_from(model->event.sku));
}

static void build_plain(const struct model *model, struct json_node *root) {
    add_ids(model, root);
    add_sku(model, root);
}

static void add_product(struct json_node *products, const char *sku, int quantity) {
    struct json_node *product = json_add_object(products, NULL);
    json_add_text(product, "product_id", str_from(sku));
    json_add_text(product, "sku", str_from(sku));
    json_add_integer(product, "quantity", quantity);
}

// The product in the field and the one after it in the catalogue.
static void build_order(const struct model *model, struct json_node *root) {
    const struct model_options *options = &model->options;
    const struct model_product *first = model_find_product(model, model->event.sku);
    add_ids(model, root);
    struct json_node *properties = json_add_object(root, "properties");
    json_add_text(properties, "order_id", STR("recloop-1001"));
    json_add_text(properties, "currency", STR("USD"));
    struct json_node *products = json_add_array(properties, "products");
    add_product(products, model->event.sku, 1);
    if (!first || options->product_count < 2) return;
    const size_t next = (size_t)(first - options->products + 1) % options->product_count;
    add_product(products, options->products[next].sku, 2);
}

static void build_anonymous(const struct model *model, struct json_node *root) {
    struct buf anonymous = {0};
    buf_add_format(&anonymous, "%s-anon", model->user);
    json_add_text(root, "anonymousId", buf_str(&anonymous));
    add_sku(model, root);
    buf_release(&anonymous);
}

static void build_numeric(const struct model *model, struct json_node *root) {
    int64_t number = 0;
    if (!str_parse_int64(str_from(model->user), &number)) number = 2941404340;
    json_add_integer(root, "userId", number);
    add_sku(model, root);
}

static void build_no_sku(const struct model *model, struct json_node *root) {
    add_ids(model, root);
    json_add_text(json_add_object(root, "properties"), "name", str_from(model->event.sku));
}

static void build_null(const struct model *model, struct json_node *root) {
    add_ids(model, root);
    json_add_null(root, "properties");
}

static void build_large(const struct model *model, struct json_node *root) {
    struct buf filler = {0};
    while (filler.len < LARGE_BYTES)
        buf_add(&filler, STR("more than Segment takes; "));
    add_ids(model, root);
    struct json_node *properties = json_add_object(root, "properties");
    json_add_text(properties, "sku", str_from(model->event.sku));
    json_add_text(properties, "filler", buf_str(&filler));
    buf_release(&filler);
}

static const struct template templates[] = {
    [COMPOSER_CLICKED] =
        {.title = "Product Clicked",
         .event = "Product Clicked",
         .is_plain = true,
         .build = build_plain},
    [COMPOSER_VIEWED] =
        {.title = "Product Viewed",
         .event = "Product Viewed",
         .is_plain = true,
         .build = build_plain},
    [COMPOSER_ADDED] =
        {.title = "Product Added",
         .event = "Product Added",
         .is_plain = true,
         .build = build_plain},
    [COMPOSER_ORDER] =
        {
            .title = "Order Completed",
            .event = "Order Completed",
            .expects = "Its products stand in a list: the workshop's handler passes over it, ours "
                       "does not.",
            .build = build_order,
        },
    [COMPOSER_ANONYMOUS] =
        {
            .title = "anonymous visitor",
            .event = "Product Clicked",
            .expects =
                "Personalize learns from it; without a userId there is no profile to write to.",
            .build = build_anonymous,
        },
    [COMPOSER_NO_USER] =
        {
            .title = "broken: no user id",
            .event = "Product Clicked",
            .expects = "Segment answers 200 and drops it: neither userId nor anonymousId.",
            .build = add_sku,
        },
    [COMPOSER_NUMERIC_USER] =
        {
            .title = "broken: numeric userId",
            .event = "Product Clicked",
            .expects = "A userId is text; what is a number here is nobody there.",
            .build = build_numeric,
        },
    [COMPOSER_NO_SKU] =
        {
            .title = "broken: no sku",
            .event = "Product Clicked",
            .expects = "It arrives, and the function has no item to tell Personalize about.",
            .build = build_no_sku,
        },
    [COMPOSER_NULL_PROPERTIES] =
        {
            .title = "broken: properties null",
            .event = "Product Clicked",
            .expects = "It arrives, and the function finds no properties.",
            .build = build_null,
        },
    [COMPOSER_WRONG_TYPE] =
        {
            .title = "broken: wrong type",
            .event = "Product Clicked",
            .expects = "A screen call: the destination takes events of other types only.",
            .build = build_plain,
        },
    [COMPOSER_TOO_LARGE] =
        {
            .title = "broken: 33 KB",
            .event = "Product Clicked",
            .expects = "A message has at most 32 KB.",
            .build = build_large,
        },
    [COMPOSER_UNKNOWN_KEY] =
        {
            .title = "broken: unknown write key",
            .event = "Product Clicked",
            .expects =
                "Segment answers 200 to any key; the event arrives at no source. Via segment only.",
            .build = build_plain,
        },
    [COMPOSER_OWN] = {.title = "your own JSON"},
};
static_assert(ARRAY_COUNT(templates) == COMPOSER_COUNT, "a row per template");

static const struct template *chosen(const struct model *model) {
    return &templates[model->composer.chosen];
}

const char *composer_title(const struct model *model) {
    return chosen(model)->title;
}

const char *composer_expects(const struct model *model) {
    return chosen(model)->expects;
}

static const char *broken_of(enum composer_template template) {
    const bool is_broken = template >= COMPOSER_NO_USER && template <= COMPOSER_UNKNOWN_KEY;
    return is_broken ? templates[template].expects : NULL;
}

// A room of learners forgets that the account is real: what comes of it is said before it is there.
static bool asks_first(struct model *model, const char *broken, overlay_then_fn *then) {
    struct buf text = {0};
    if (!broken || !model_is_live(model)) return false;
    overlay_add_account(model, &text);
    buf_add_format(&text, ": one event, broken on purpose. %s", broken);
    overlay_confirm(
        model, STR("Fire it into a real account (LIVE)?"), buf_str(&text), "fire", NULL, then);
    buf_release(&text);
    return true;
}

bool composer_asks_first(struct model *model, overlay_then_fn *then) {
    return asks_first(model, broken_of(model->composer.chosen), then);
}

bool composer_uses_fields(const struct model *model) {
    return model->composer.chosen != COMPOSER_OWN;
}

void composer_choose(struct model *model, int step) {
    struct composer *composer = &model->composer;
    const int count = composer->own.len ? COMPOSER_COUNT : COMPOSER_OWN;
    composer->chosen = (enum composer_template)(((int)composer->chosen + step + count) % count);
    composer->shows_result = false;
    if (chosen(model)->event) internal_set_text(&model->event.name, str_from(chosen(model)->event));
}

static bool is_plain(const struct model *model) {
    return chosen(model)->is_plain;
}

static void add_message(const struct model *model, bool is_pretty, struct buf *out) {
    if (model->composer.chosen == COMPOSER_OWN) {
        buf_add(out, buf_str(&model->composer.own));
        return;
    }
    struct json document = {0};
    struct json_node *root = json_new_object(&document);
    const bool is_screen = model->composer.chosen == COMPOSER_WRONG_TYPE;
    json_add_text(root, "type", is_screen ? STR("screen") : STR("track"));
    json_add_text(root, is_screen ? "name" : "event", str_from(model->event.name));
    chosen(model)->build(model, root);
    if (is_pretty)
        json_print_pretty(document.root, out);
    else
        json_print(document.root, out);
    json_release(&document);
}

// The printer separates with tabs, which no string holds unescaped.
void composer_add_json(const struct model *model, struct buf *out) {
    struct buf text = {0};
    add_message(model, true, &text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\t')
            buf_add_char(out, text.ptr[i]);
        else
            buf_add(out, i && text.ptr[i - 1] == ':' ? STR(" ") : STR("  "));
    }
    buf_release(&text);
}

void composer_add_label(const struct model *model, struct buf *out) {
    if (is_plain(model))
        buf_add_format(out, "%s %s", model->event.name, model->event.sku);
    else
        buf_add(out, str_from(composer_title(model)));
}

// Sending

static void forget_result(struct composer *composer) {
    buf_reset(&composer->log);
    buf_reset(&composer->message_id);
    composer->is_log_cut = false;
    composer->shows_result = true;
}

static bool is_json(struct model *model) {
    struct json_check check;
    json_check(buf_str(&model->composer.own), &check);
    if (model->composer.chosen != COMPOSER_OWN || check.is_good) return true;
    model_note(
        model, THEME_BAD, "The JSON is broken at line %zu, column %zu: %s.", check.line,
        check.column, check.message);
    return false;
}

bool composer_order(struct model *model, struct command *command) {
    struct composer *composer = &model->composer;
    struct arguments *arguments = &command->arguments;
    if (!is_json(model)) return false;
    buf_reset(&composer->sent);
    add_message(model, false, &composer->sent);
    composer->has_unknown_key = composer->chosen == COMPOSER_UNKNOWN_KEY;
    composer->sent_broken = broken_of(composer->chosen);
    if (is_plain(model)) {
        arguments_set(arguments, "user", str_from(model->user));
        arguments_set(arguments, "sku", str_from(model->event.sku));
        arguments_set(arguments, "name", str_from(model->event.name));
    } else {
        arguments_set(arguments, "message", buf_str(&composer->sent));
    }
    if (composer->has_unknown_key) arguments_set(arguments, "write-key", STR(UNKNOWN_KEY));
    forget_result(composer);
    return true;
}

static void resend(struct model *model, bool is_same_message, struct effects *effects) {
    struct composer *composer = &model->composer;
    struct json document = {0};
    struct error ignored;
    if (!json_parse(buf_str(&composer->sent), &document, &ignored)) return;
    if (is_same_message && composer->message_id.len)
        json_set_text(document.root, "messageId", buf_str(&composer->message_id));
    else
        json_remove(document.root, "messageId");
    struct buf message = {0};
    json_print(document.root, &message);
    struct command *command = model_new_run(model, "send");
    arguments_set(&command->arguments, "via", str_from(model_via_name(model->event.via)));
    arguments_set(&command->arguments, "message", buf_str(&message));
    if (composer->has_unknown_key)
        arguments_set(&command->arguments, "write-key", STR(UNKNOWN_KEY));
    forget_result(composer);
    internal_start_fire(model, command, effects);
    buf_release(&message);
    json_release(&document);
}

static void resend_anew(struct model *model, struct effects *effects) {
    resend(model, false, effects);
}

static void resend_same(struct model *model, struct effects *effects) {
    resend(model, true, effects);
}

void composer_resend(struct model *model, bool is_same_message, struct effects *effects) {
    const struct composer *composer = &model->composer;
    if (!composer->sent.len || model->fire.run_id) {
        model_note(
            model, THEME_DIM,
            model->fire.run_id ? "The last event is still under way." : "Nothing was sent yet.");
        return;
    }
    overlay_then_fn *then = is_same_message ? resend_same : resend_anew;
    if (!asks_first(model, composer->sent_broken, then)) then(model, effects);
}

// Editing

static void check_own(struct composer *composer) {
    json_check(buf_str(&composer->own), &composer->check);
}

void composer_open(struct model *model) {
    struct buf text = {0};
    composer_add_json(model, &text);
    text_editor_start(&model->composer.editor, buf_str(&text));
    json_check(buf_str(&model->composer.editor.text), &model->composer.check);
    buf_reset(&model->composer.paste_note);
    overlay_open(model, OVERLAY_EVENT);
    buf_release(&text);
}

void composer_edit(struct model *model, struct effects *effects) {
    buf_reset(&effects->edit_text);
    if (overlay_is_open(model, OVERLAY_EVENT))
        buf_add(&effects->edit_text, buf_str(&model->composer.editor.text));
    else
        composer_add_json(model, &effects->edit_text);
    effects->edit = true;
}

void composer_take_text(struct model *model, struct str text) {
    struct composer *composer = &model->composer;
    if (overlay_is_open(model, OVERLAY_EVENT)) {
        text_editor_replace(&composer->editor, str_trim(text));
        json_check(buf_str(&composer->editor.text), &composer->check);
        return;
    }
    struct buf before = {0};
    composer_add_json(model, &before);
    const bool is_changed = !str_equal(str_trim(buf_str(&before)), str_trim(text));
    buf_release(&before);
    if (!is_changed) {
        model_note(model, THEME_DIM, "Left as it was.");
        return;
    }
    buf_reset(&composer->own);
    buf_add(&composer->own, str_slice(str_trim(text), 0, TEXT_EDITOR_BYTES));
    composer->chosen = COMPOSER_OWN;
    composer->shows_result = false;
    check_own(composer);
    if (composer->check.is_good) return;
    composer_open(model); // where the error is
    text_editor_go_to(&composer->editor, composer->check.offset);
}

void model_edited_text(struct model *model, struct str text, const struct error *err) {
    if (err->code == ERROR_NONE)
        composer_take_text(model, text);
    else
        internal_note_error(model, err);
    internal_settle(model);
}

// What the run says

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct composer *composer = &model->composer;
    (void)effects;
    if (!message->run_id || message->run_id != model->fire.run_id) return;
    if (message->kind == MESSAGE_LINE && message->as.line.text) {
        const struct str line = str_from(message->as.line.text);
        composer->is_log_cut |= composer->log.len + line.len + 1 > COMPOSER_LOG_BYTES;
        if (composer->is_log_cut) return;
        buf_add(&composer->log, line);
        buf_add_char(&composer->log, '\n');
    } else if (message->kind == MESSAGE_VALUES) {
        for (size_t i = 0; i < message->as.values.value_count; i++) {
            const struct message_value *value = &message->as.values.values[i];
            if (strcmp(value->key, "message_id") != 0 || !value->text) continue;
            buf_reset(&composer->message_id);
            buf_add(&composer->message_id, str_from(value->text));
        }
    }
}

// What one writes oneself stays; what came of it is of the account left behind.
static void leave(struct model *model, struct effects *effects) {
    struct composer *composer = &model->composer;
    (void)effects;
    forget_result(composer);
    composer->shows_result = false;
    composer->sent_broken = NULL;
    buf_reset(&composer->sent);
}

static void release(struct model *model) {
    struct composer *composer = &model->composer;
    text_editor_release(&composer->editor);
    buf_release(&composer->own);
    buf_release(&composer->paste_note);
    buf_release(&composer->sent);
    buf_release(&composer->message_id);
    buf_release(&composer->log);
}

const struct feature composer_feature = {
    .name = "composer", .release = release, .apply = apply, .leave = leave};
