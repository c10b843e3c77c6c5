// profile — traits with what changed, identifiers and recent events of the shopper in focus.
#include "base/clock.h"
#include "base/json.h"
#include "console/model.h"
#include "console/strip.h"
#include "panes.h"

#define LOOP_TRAIT "recommended_products"
#define NAME_COLUMNS 22
#define WHEN_COLUMNS 16
#define WHEN_FROM 60

// The list is three sections under headings; a row is one of these.
enum row_kind { ROW_HEADING, ROW_TRAIT, ROW_IDENTIFIER, ROW_EVENT };
struct row {
    enum row_kind kind;
    size_t at; // in its section
};

static const struct message_profile *find_profile(const struct model *model) {
    return model->profile.now ? &model->profile.now->as.profile : NULL;
}

static const struct message_profile *profile_of(const struct model *model) {
    const struct message_profile *profile = find_profile(model);
    ASSERT(profile);
    return profile;
}

// The trait this is all about comes first, the others in the order they came.
static const struct message_trait *trait_at(const struct model *model, size_t at) {
    const struct message_profile *profile = profile_of(model);
    size_t loop = 0;
    while (loop < profile->trait_count &&
           !str_equal(str_from(profile->traits[loop].name), STR(LOOP_TRAIT))) {
        loop++;
    }
    if (loop == profile->trait_count || at > loop) return &profile->traits[at];
    return &profile->traits[at == 0 ? loop : at - 1];
}

static size_t count(const struct model *model) {
    const struct message_profile *profile = find_profile(model);
    if (!profile) return 0;
    return 3 + profile->trait_count + profile->identifier_count + profile->event_count;
}

static struct row row_at(const struct model *model, size_t row) {
    const struct message_profile *profile = profile_of(model);
    const struct {
        enum row_kind kind;
        size_t count;
    } sections[] = {
        {ROW_TRAIT, profile->trait_count},
        {ROW_IDENTIFIER, profile->identifier_count},
        {ROW_EVENT, profile->event_count},
    };
    for (size_t i = 0; i < ARRAY_COUNT(sections); i++) {
        if (row == 0) return (struct row){.kind = ROW_HEADING, .at = i};
        row--;
        if (row < sections[i].count) return (struct row){.kind = sections[i].kind, .at = row};
        row -= sections[i].count;
    }
    return (struct row){.kind = ROW_HEADING};
}

static struct row selected(const struct model *model) {
    return row_at(model, model->lists[PANE_PROFILE].selected);
}

static bool is_selectable(const struct model *model, size_t row) {
    return row_at(model, row).kind != ROW_HEADING;
}

static const char *value_before(const struct model *model, const char *name) {
    if (!model->profile.before) return NULL;
    const struct message_profile *before = &model->profile.before->as.profile;
    for (size_t i = 0; i < before->trait_count; i++) {
        if (str_equal(str_from(before->traits[i].name), str_from(name))) {
            return before->traits[i].value;
        }
    }
    return NULL;
}

static bool has_changed(const struct model *model, const struct message_trait *trait) {
    if (!model->profile.before) return false;
    return !str_equal(str_from(value_before(model, trait->name)), str_from(trait->value));
}

static void draw_heading(const struct model *model, size_t section, struct canvas_pen *pen) {
    const struct message_profile *profile = profile_of(model);
    const struct {
        const char *title;
        size_t count;
    } sections[] = {
        {"Traits", profile->trait_count},
        {"Identifiers", profile->identifier_count},
        {"Recent events", profile->event_count},
    };
    canvas_write_text(pen, THEME_HEADING, sections[section].title);
    canvas_write_format(pen, THEME_DIM, " %zu", sections[section].count);
}

static void add_time(struct buf *out, int64_t wall_ms) {
    if (wall_ms <= 0) return;
    const struct clock_date date = clock_date_from_s(wall_ms / 1000);
    buf_add_format(
        out, "%04d-%02d-%02d %02d:%02d", date.year, date.month, date.day, date.hour, date.minute);
}

static void draw_when(struct canvas_pen *pen, int64_t wall_ms) {
    struct buf when = {0};
    add_time(&when, wall_ms);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(pen, THEME_DIM, buf_str(&when), WHEN_COLUMNS);
    buf_release(&when);
}

static void draw_trait(const struct model *model, size_t at, struct canvas_pen *pen) {
    const struct message_trait *trait = trait_at(model, at);
    const bool is_loop = str_equal(str_from(trait->name), STR(LOOP_TRAIT));
    const bool is_changed = has_changed(model, trait);
    const bool has_when = canvas_room(pen) >= WHEN_FROM && trait->updated_at_ms > 0;
    const int name_columns = canvas_room(pen) < 46 ? NAME_COLUMNS - 1 : NAME_COLUMNS;
    canvas_write_text(pen, THEME_UP, is_changed ? "● " : "  ");
    canvas_write_column(
        pen, is_loop ? THEME_STRONG : THEME_NAME, str_from(trait->name), name_columns);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(
        pen, is_changed ? THEME_UP : THEME_VALUE, str_from(trait->value),
        canvas_room(pen) - (has_when ? WHEN_COLUMNS + 1 : 0));
    if (has_when) draw_when(pen, trait->updated_at_ms);
}

static void draw_identifier(const struct model *model, size_t at, struct canvas_pen *pen) {
    const struct message_identifier *identifier = &profile_of(model)->identifiers[at];
    canvas_write_text(pen, THEME_TEXT, "  ");
    canvas_write_column(pen, THEME_NAME, str_from(identifier->type), NAME_COLUMNS);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_text(pen, THEME_VALUE, identifier->id);
}

static void draw_event(const struct model *model, size_t at, struct canvas_pen *pen) {
    const struct message_event *event = &profile_of(model)->events[at];
    const bool has_when = canvas_room(pen) >= WHEN_FROM && event->received_at_ms > 0;
    canvas_write_text(pen, THEME_TEXT, "  ");
    canvas_write_column(
        pen, THEME_NAME, str_from(event->name ? event->name : event->type), NAME_COLUMNS);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(
        pen, THEME_VALUE, str_from(event->sku),
        canvas_room(pen) - (has_when ? WHEN_COLUMNS + 1 : 0));
    if (has_when) draw_when(pen, event->received_at_ms);
}

static void draw_row(const struct model *model, size_t number, struct canvas_pen *pen) {
    const struct row row = row_at(model, number);
    switch (row.kind) {
    case ROW_HEADING: draw_heading(model, row.at, pen); break;
    case ROW_TRAIT: draw_trait(model, row.at, pen); break;
    case ROW_IDENTIFIER: draw_identifier(model, row.at, pen); break;
    case ROW_EVENT: draw_event(model, row.at, pen); break;
    }
}

// A list of texts, before and now: each element with its movement.

static int rank_in(const struct json_node *array, struct str text) {
    int rank = 1;
    for (const struct json_node *node = json_first(array); node; node = json_next(node), rank++) {
        if (str_equal(json_text(node), text)) return rank;
    }
    return 0;
}

static void add_element(struct sheet *sheet, struct str text, int rank, int before) {
    struct canvas_pen pen = sheet_line(sheet);
    canvas_write_format(&pen, THEME_DIM, "%3d ", rank);
    struct buf movement = {0};
    enum theme_role role = THEME_DIM;
    if (before == 0) {
        role = THEME_UP;
        buf_add(&movement, STR("new"));
    } else if (before > rank) {
        role = THEME_UP;
        buf_add_format(&movement, "▲%d", before - rank);
    } else if (before < rank) {
        role = THEME_DOWN;
        buf_add_format(&movement, "▼%d", rank - before);
    }
    canvas_write_column(&pen, role, buf_str(&movement), 4);
    canvas_write_text(&pen, THEME_TEXT, " ");
    canvas_write(&pen, before == 0 || before > rank ? THEME_STRONG : THEME_TEXT, text);
    buf_release(&movement);
}

static void
add_gone(struct sheet *sheet, const struct json_node *before, const struct json_node *now) {
    int rank = 1;
    for (const struct json_node *node = json_first(before); node; node = json_next(node), rank++) {
        if (rank_in(now, json_text(node))) continue;
        struct canvas_pen pen = sheet_line(sheet);
        canvas_write_format(&pen, THEME_DIM, "  – gone ");
        canvas_write(&pen, THEME_DIM, json_text(node));
    }
}

// False when either is no array: then there is nothing to compare element by element.
static bool add_list_change(struct sheet *sheet, struct str before_text, struct str now_text) {
    struct json before = {0}, now = {0};
    struct error unused;
    const bool are_lists =
        json_parse(before_text, &before, &unused) && json_parse(now_text, &now, &unused) &&
        json_kind(before.root) == JSON_ARRAY && json_kind(now.root) == JSON_ARRAY;
    if (are_lists) {
        int rank = 1;
        for (const struct json_node *node = json_first(now.root); node; node = json_next(node)) {
            add_element(sheet, json_text(node), rank, rank_in(before.root, json_text(node)));
            rank++;
        }
        add_gone(sheet, before.root, now.root);
    }
    json_release(&before);
    json_release(&now);
    return are_lists;
}

static void detail_trait(const struct model *model, size_t at, struct sheet *sheet) {
    const struct message_trait *trait = trait_at(model, at);
    const char *before = value_before(model, trait->name);
    if (!has_changed(model, trait)) {
        sheet_json(sheet, str_from(trait->value));
    } else if (!before) {
        sheet_item(sheet, THEME_UP, "● ", THEME_TEXT, STR("new since the last look"));
        sheet_json(sheet, str_from(trait->value));
    } else if (!add_list_change(sheet, str_from(before), str_from(trait->value))) {
        sheet_item(sheet, THEME_DIM, "now  ", THEME_STRONG, str_from(trait->value));
        sheet_item(sheet, THEME_DIM, "was  ", THEME_DIM, str_from(before));
    }
    if (trait->is_computed) sheet_text(sheet, THEME_DIM, STR("computed by Segment"));
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct row row = selected(model);
    const struct message_profile *profile = profile_of(model);
    switch (row.kind) {
    case ROW_TRAIT: detail_trait(model, row.at, sheet); break;
    case ROW_IDENTIFIER:
        sheet_text(sheet, THEME_VALUE, str_from(profile->identifiers[row.at].id));
        break;
    case ROW_EVENT: sheet_json(sheet, str_from(profile->events[row.at].raw)); break;
    case ROW_HEADING: sheet_text(sheet, THEME_DIM, STR("This profile is empty.")); break;
    }
}

static void empty(const struct model *model, struct sheet *sheet) {
    const struct error *problem = &model->profile.problem;
    if (problem->code == ERROR_NONE) {
        sheet_text(sheet, THEME_DIM, STR("Asking for the profile …"));
        return;
    }
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, str_from(problem->message));
    if (problem->hint[0]) sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, str_from(problem->hint));
}

static void title_text(const struct model *model, struct buf *title, struct buf *note) {
    const struct message_profile *profile = find_profile(model);
    buf_add_format(title, "Profile of %s", model->user);
    if (!profile) return;
    size_t changed = 0;
    for (size_t i = 0; i < profile->trait_count; i++) {
        if (has_changed(model, &profile->traits[i])) changed++;
    }
    if (changed) buf_add_format(note, "● %zu changed · ", changed);
    strip_add_ms(note, profile->ms);
    if (profile->ms < 999.5) buf_add(note, STR(" ms"));
}

static void detail_title(const struct model *model, struct buf *title) {
    const struct row row = selected(model);
    const struct message_profile *profile = profile_of(model);
    switch (row.kind) {
    case ROW_TRAIT:
        buf_add(title, str_from(trait_at(model, row.at)->name));
        if (has_changed(model, trait_at(model, row.at))) buf_add(title, STR(" · changed"));
        break;
    case ROW_IDENTIFIER: buf_add(title, str_from(profile->identifiers[row.at].type)); break;
    case ROW_EVENT:
        buf_add(
            title, str_from(
                       profile->events[row.at].name ? profile->events[row.at].name
                                                    : profile->events[row.at].type));
        break;
    case ROW_HEADING: break;
    }
}

static void copy(const struct model *model, struct buf *out) {
    const struct row row = selected(model);
    const struct message_profile *profile = profile_of(model);
    if (row.kind == ROW_TRAIT) buf_add(out, str_from(trait_at(model, row.at)->value));
    if (row.kind == ROW_IDENTIFIER) buf_add(out, str_from(profile->identifiers[row.at].id));
    if (row.kind == ROW_EVENT) buf_add(out, str_from(profile->events[row.at].raw));
}

static void write_row(const struct model *model, size_t number, struct json_node *object) {
    const struct row row = row_at(model, number);
    const struct message_profile *profile = profile_of(model);
    if (row.kind == ROW_TRAIT) {
        json_add_text(object, "kind", STR("trait"));
        json_add_text(object, "name", str_from(trait_at(model, row.at)->name));
        json_add_text(object, "value", str_from(trait_at(model, row.at)->value));
    } else if (row.kind == ROW_IDENTIFIER) {
        json_add_text(object, "kind", STR("identifier"));
        json_add_text(object, "name", str_from(profile->identifiers[row.at].type));
        json_add_text(object, "value", str_from(profile->identifiers[row.at].id));
    } else if (row.kind == ROW_EVENT) {
        json_add_text(object, "kind", STR("event"));
        json_add_text(object, "name", str_from(profile->events[row.at].name));
        json_add_text(object, "value", str_from(profile->events[row.at].sku));
    }
}

const struct pane profile_pane = {
    .id = PANE_PROFILE,
    .context = KEYMAP_PROFILE,
    .title = "Profile",
    .short_title = "Profile",
    .help = "What Segment knows of this shopper: traits, identifiers, recent events.",
    .place_of_two = PANE_PLACE_RIGHT_BELOW,
    .place_of_three = PANE_PLACE_RIGHT,
    .is_resident = true,
    .list_share = 54,
    .detail_rows = 8,
    .count = count,
    .is_selectable = is_selectable,
    .draw_row = draw_row,
    .detail = detail,
    .copy = copy,
    .write_row = write_row,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
};
