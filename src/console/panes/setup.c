// setup — the settings: each with its value, where it came from, and what is wrong with it.
#include "base/secret.h"
#include "console/model.h"
#include "console/width.h"
#include "panes.h"

#define KEY_COLUMNS 21 // one more than the longest
#define ORIGIN_COLUMNS 12
#define ORIGIN_FROM 68 // columns of the list: below that the value needs the room

static const struct message_settings *find_settings(const struct model *model) {
    return model->settings ? &model->settings->as.settings : NULL;
}

static const struct message_settings *settings_of(const struct model *model) {
    const struct message_settings *settings = find_settings(model);
    ASSERT(settings);
    return settings;
}

static const struct message_setting *selected(const struct model *model) {
    return setup_selected(model);
}

static size_t count(const struct model *model) {
    return setup_row_count(model);
}

static bool is_selectable(const struct model *model, size_t row) {
    return setup_setting_at(model, row, NULL) != NULL;
}

static bool is_edited(const struct model *model, size_t row) {
    return model->editing == MODEL_EDITING_SETTING && row == model->lists[PANE_SETUP].selected;
}

// Of what is being typed: right, wrong, or nothing there.
static void draw_judgement(const struct model *model, struct canvas_pen *pen) {
    const struct setup *setup = &model->setup;
    if (!setup->is_typed) {
        canvas_write_text(pen, THEME_DIM, "○ ");
    } else if (setup->judged.code != ERROR_NONE) {
        canvas_write_text(pen, THEME_BAD, "✗ ");
    } else {
        canvas_write_text(pen, THEME_GOOD, "✓ ");
    }
}

static void draw_mark(const struct message_setting *setting, struct canvas_pen *pen) {
    if (setting->problem.code != ERROR_NONE) {
        canvas_write_text(
            pen, setting->is_set ? THEME_BAD : THEME_WARN, setting->is_set ? "✗ " : "○ ");
    } else if (setting->is_set) {
        canvas_write_text(pen, THEME_GOOD, "✓ ");
    } else {
        canvas_write_text(pen, THEME_DIM, "  ");
    }
}

// The end of an ARN tells more than its beginning, which is the same for all.
static void write_arn(struct canvas_pen *pen, enum theme_role role, struct str arn, int columns) {
    struct str tail = arn;
    while (tail.len > 1 && width_of_text(tail) > columns - 1) {
        bool valid = true;
        str_next_rune(&tail, &valid);
    }
    struct buf shown = {0};
    buf_add(&shown, STR("…"));
    buf_add(&shown, tail);
    canvas_write_column(pen, role, buf_str(&shown), columns);
    buf_release(&shown);
}

static void draw_value(const struct message_setting *setting, struct canvas_pen *pen, int columns) {
    const bool is_wrong = setting->is_set && setting->problem.code != ERROR_NONE;
    const enum theme_role role = is_wrong ? THEME_BAD : THEME_TEXT;
    const struct str value = str_from(setting->value);
    if (!value.len) {
        canvas_write_column(pen, THEME_DIM, STR("not set"), columns);
    } else if (str_starts_with(value, STR("arn:")) && width_of_text(value) > columns) {
        write_arn(pen, role, value, columns);
    } else {
        canvas_write_column(pen, role, value, columns);
    }
}

// Without its detail, which the detail shows: "file", not "file [profile sandbox]".
static void draw_origin(const struct message_setting *setting, struct canvas_pen *pen) {
    struct str origin = str_from(setting->origin), rest;
    if (!setting->is_set && !setting->value[0]) return;
    (void)str_split(origin, ' ', &origin, &rest);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(pen, THEME_DIM, origin, ORIGIN_COLUMNS);
}

// In cells that leave the terminal with nobody.
static void draw_revealed(const struct model *model, struct canvas_pen *pen, int columns) {
    struct rect cells = {.column = pen->column, .row = pen->row, .columns = columns, .rows = 1};
    canvas_write_column(pen, THEME_WARN, secret_reveal(&model->setup.revealed), columns);
    if (pen->canvas) canvas_keep_secret(pen->canvas, cells);
}

static void draw_row(const struct model *model, size_t row, struct canvas_pen *pen) {
    struct str group = {0};
    const struct message_setting *setting = setup_setting_at(model, row, &group);
    if (!setting) {
        canvas_write(pen, THEME_HEADING, group);
        return;
    }
    const bool has_origin = canvas_room(pen) >= ORIGIN_FROM;
    const int key = canvas_room(pen) < 46 ? 16 : KEY_COLUMNS;
    if (is_edited(model, row))
        draw_judgement(model, pen);
    else
        draw_mark(setting, pen);
    canvas_write_column(pen, THEME_NAME, str_from(setting->key), key);
    canvas_write_text(pen, THEME_TEXT, " ");
    if (is_edited(model, row)) {
        editor_draw(&model->editor, pen);
        return;
    }
    const int columns = canvas_room(pen) - (has_origin ? ORIGIN_COLUMNS + 1 : 0);
    if (setup_is_revealed(model, setting))
        draw_revealed(model, pen, columns);
    else
        draw_value(setting, pen, columns);
    if (has_origin) draw_origin(setting, pen);
}

static void add_problem(const struct error *problem, bool is_set, struct sheet *sheet) {
    const enum theme_role role = is_set ? THEME_BAD : THEME_WARN;
    sheet_item(sheet, role, is_set ? "✗ " : "○ ", THEME_STRONG, str_from(problem->message));
    if (problem->hint[0]) {
        sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
    }
}

// While it is being typed.
static void judge(const struct model *model, struct sheet *sheet) {
    const struct setup *setup = &model->setup;
    if (!setup->is_typed) {
        struct buf text = {0};
        buf_add_format(
            &text, "%s with nothing unsets it",
            keymap_name_of(&model->keymap, KEYMAP_EDITOR, INTENT_SUBMIT).text);
        sheet_item(sheet, THEME_DIM, "○ ", THEME_TEXT, buf_str(&text));
        buf_release(&text);
    } else if (setup->judged.code != ERROR_NONE) {
        add_problem(&setup->judged, true, sheet);
    } else {
        sheet_item(sheet, THEME_GOOD, "✓ ", THEME_TEXT, STR("Looks right"));
    }
}

// All of it, where the row has room for its beginning only.
static void write_revealed(const struct model *model, struct sheet *sheet) {
    struct str rest = secret_reveal(&model->setup.revealed);
    while (rest.len) {
        struct canvas_pen pen = sheet_line(sheet);
        canvas_write_text(&pen, THEME_DIM, "open    ");
        const int columns = canvas_room(&pen);
        const size_t bytes = columns > 0 ? width_fit(rest, columns) : rest.len;
        struct rect cells = {.column = pen.column, .row = pen.row, .columns = columns, .rows = 1};
        canvas_write(&pen, THEME_WARN, str_slice(rest, 0, bytes));
        if (pen.canvas) canvas_keep_secret(pen.canvas, cells);
        rest = str_skip(rest, bytes);
    }
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct message_setting *setting = selected(model);
    if (!setting) return;
    if (model->editing == MODEL_EDITING_SETTING) {
        judge(model, sheet);
    } else if (setting->problem.code != ERROR_NONE) {
        add_problem(&setting->problem, setting->is_set, sheet);
    } else if (setting->is_set) {
        sheet_item(sheet, THEME_GOOD, "✓ ", THEME_TEXT, STR("Looks right"));
    }
    if (setting->note) sheet_item(sheet, THEME_WARN, "• ", THEME_TEXT, str_from(setting->note));
    if (setting->help) sheet_text(sheet, THEME_TEXT, str_from(setting->help));
    sheet_blank(sheet);
    if (setup_is_revealed(model, setting)) write_revealed(model, sheet);
    if (setting->value && setting->value[0]) {
        sheet_item(sheet, THEME_DIM, "value   ", THEME_VALUE, str_from(setting->value));
    }
    sheet_item(
        sheet, THEME_DIM, "origin  ", THEME_TEXT,
        setting->origin ? str_from(setting->origin) : STR("nowhere"));
    const char *path = settings_of(model)->path;
    if (path) sheet_item(sheet, THEME_DIM, "file    ", THEME_TEXT, str_from(path));
}

static void empty(const struct model *model, struct sheet *sheet) {
    (void)model;
    sheet_text(sheet, THEME_DIM, STR("Reading the settings …"));
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct message_settings *settings = find_settings(model);
    buf_add(title, STR("Settings"));
    if (!settings) return;
    size_t wrong = 0, missing = 0;
    for (size_t i = 0; i < settings->setting_count; i++) {
        if (settings->settings[i].problem.code == ERROR_NONE) continue;
        if (settings->settings[i].is_set) {
            wrong++;
        } else {
            missing++;
        }
    }
    if (settings->profile) buf_add_format(title, " of profile %s", settings->profile);
    if (wrong) buf_add_format(note, "%zu wrong", wrong);
    if (missing) buf_add_format(note, "%s%zu missing", wrong ? " · " : "", missing);
    if (!wrong && !missing) buf_add(note, STR("all right"));
}

static void detail_title(const struct model *model, struct buf *title) {
    if (selected(model)) buf_add(title, str_from(selected(model)->key));
}

static void copy(const struct model *model, struct buf *out) {
    if (!selected(model)->is_secret) buf_add(out, str_from(selected(model)->value));
}

static void write_row(const struct model *model, size_t row, struct json_node *object) {
    const struct message_setting *setting = setup_setting_at(model, row, NULL);
    json_add_text(object, "key", str_from(setting->key));
    json_add_text(object, "value", str_from(setting->value)); // secrets come masked
    json_add_text(object, "origin", str_from(setting->origin));
    if (setting->problem.code != ERROR_NONE)
        json_add_text(object, "problem", str_from(setting->problem.message));
}

enum { FIELD_KEY, FIELD_VALUE, FIELD_GROUP, FIELD_ORIGIN, FIELD_STATE, FIELD_PROBLEM, FIELD_HELP };
static const struct filter_field fields[] = {
    [FIELD_KEY] = {.name = "key"},     [FIELD_VALUE] = {.name = "value"},
    [FIELD_GROUP] = {.name = "group"}, [FIELD_ORIGIN] = {.name = "origin"},
    [FIELD_STATE] = {.name = "state"}, [FIELD_PROBLEM] = {.name = "problem"},
    [FIELD_HELP] = {.name = "help"},
};

static const char *state_of(const struct message_setting *setting) {
    if (setting->problem.code != ERROR_NONE) return setting->is_set ? "wrong" : "missing";
    return setting->is_set ? "set" : "default";
}

// Secrets come masked: a filter finds nothing in them.
static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct pane_row *at = subject;
    const struct message_setting *setting = setup_setting_at(at->model, at->row, NULL);
    const char *problem = setting->problem.code == ERROR_NONE ? NULL : setting->problem.message;
    const char *const texts[] = {
        [FIELD_KEY] = setting->key,        [FIELD_VALUE] = setting->value,
        [FIELD_GROUP] = setting->group,    [FIELD_ORIGIN] = setting->origin,
        [FIELD_STATE] = state_of(setting), [FIELD_PROBLEM] = problem,
        [FIELD_HELP] = setting->help,
    };
    out->text = str_from(texts[field]);
    return out->text.len > 0;
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

static bool is_stored(const struct message_setting *setting) {
    return str_starts_with(str_from(setting->origin), STR("file"));
}

static bool can(const struct model *model, enum intent intent) {
    const struct message_setting *setting = selected(model);
    if (intent == INTENT_UNSET) return setting && is_stored(setting);
    if (intent == INTENT_REVEAL) return setting && setting->is_secret && setting->is_set;
    return intent != INTENT_EDIT || count(model) > 0;
}

static void edit(struct model *model) {
    const struct message_setting *setting = selected(model);
    // a masked value is no start for a new one
    const struct str start = setting->is_secret ? (struct str){0} : str_from(setting->value);
    model->is_detail_open = false;
    model_edit(model, MODEL_EDITING_SETTING, start, setting->is_secret);
    setup_judge(model, start);
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    const bool is_mine = intent == INTENT_EDIT || intent == INTENT_UNSET ||
                         intent == INTENT_EXPLAIN || intent == INTENT_REVEAL;
    if (intent == INTENT_PROFILES) {
        overlay_open(model, OVERLAY_PROFILES);
        return true;
    }
    if (!is_mine || !selected(model)) return is_mine;
    if (intent == INTENT_UNSET) {
        setup_unset(model, effects);
    } else if (intent == INTENT_EXPLAIN) {
        overlay_open(model, OVERLAY_GUIDE);
    } else if (intent == INTENT_REVEAL) {
        setup_reveal(model, effects);
    } else {
        edit(model);
    }
    return true;
}

const struct pane setup_pane = {
    .id = PANE_SETUP,
    .context = KEYMAP_SETUP,
    .title = "Setup",
    .short_title = "Setup",
    .help =
        "Is each value right before it fails: what is wrong, what it looks like, what to paste.",
    .place_of_two = PANE_PLACE_LEFT,
    .place_of_three = PANE_PLACE_LEFT,
    .list_share = 66,
    .detail_rows = 7,
    .count = count,
    .is_selectable = is_selectable,
    .schema = &schema,
    .draw_row = draw_row,
    .detail = detail,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
    .copy = copy,
    .write_row = write_row,
    .handle = handle,
    .can = can,
};
