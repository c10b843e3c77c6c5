// profile — traits with what changed, identifiers and recent events of the shopper in focus.
#include "base/clock.h"
#include "base/json.h"
#include "console/model.h"
#include "console/strip.h"
#include "panes.h"

#define LOOP_TRAIT TRAIT_HISTORY_TRAIT
#define NAME_COLUMNS 22
#define WHEN_COLUMNS 16
#define WHEN_FROM 60
#define AGE_COLUMNS 8 // "50 s ago", "10:00:05"
#define CHANGE_NAME_FROM 64
#define NAME_COLUMNS_SHORT 12
#define LAG_COLUMNS 6

// The list is sections under headings; computed traits and the timeline only when there are any.
enum row_kind { ROW_HEADING, ROW_TRAIT, ROW_COMPUTED, ROW_CHANGE, ROW_IDENTIFIER, ROW_EVENT };
struct row {
    enum row_kind kind;
    size_t at; // in its section; of a heading: the kind of its rows
};

static const struct message_profile *find_profile(const struct model *model) {
    return model->profile.now ? &model->profile.now->as.profile : NULL;
}

static const struct message_profile *profile_of(const struct model *model) {
    const struct message_profile *profile = find_profile(model);
    ASSERT(profile);
    return profile;
}

static bool is_loop(const struct message_trait *trait) {
    return str_equal(str_from(trait->name), STR(LOOP_TRAIT));
}

static size_t count_traits(const struct message_profile *profile, bool are_computed) {
    size_t count = 0;
    for (size_t i = 0; i < profile->trait_count; i++)
        if (profile->traits[i].is_computed == are_computed) count++;
    return count;
}

// The trait this is all about comes first, the others in the order they came.
static const struct message_trait *
trait_in(const struct message_profile *profile, bool is_computed, size_t at) {
    const struct message_trait *loop = NULL;
    for (size_t i = 0; i < profile->trait_count; i++)
        if (is_loop(&profile->traits[i])) loop = &profile->traits[i];
    const bool is_first = loop && loop->is_computed == is_computed;
    if (is_first && at-- == 0) return loop;
    for (size_t i = 0; i < profile->trait_count; i++) {
        const struct message_trait *trait = &profile->traits[i];
        if (trait->is_computed != is_computed || trait == loop) continue;
        if (at-- == 0) return trait;
    }
    ASSERT(false);
    return NULL;
}

static const struct message_trait *trait_of(const struct model *model, struct row row) {
    return trait_in(profile_of(model), row.kind == ROW_COMPUTED, row.at);
}

static size_t count_of(const struct model *model, enum row_kind kind) {
    const struct message_profile *profile = profile_of(model);
    switch (kind) {
    case ROW_TRAIT: return count_traits(profile, false);
    case ROW_COMPUTED: return count_traits(profile, true);
    case ROW_CHANGE: return model->traits.count;
    case ROW_IDENTIFIER: return profile->identifier_count;
    case ROW_EVENT: return profile->event_count;
    case ROW_HEADING: break;
    }
    return 0;
}

// With its heading.
static size_t section_rows(const struct model *model, enum row_kind kind) {
    const size_t rows = count_of(model, kind);
    const bool is_optional = kind == ROW_COMPUTED || kind == ROW_CHANGE;
    return is_optional && !rows ? 0 : rows + 1;
}

static size_t count(const struct model *model) {
    size_t rows = 0;
    if (!find_profile(model)) return 0;
    for (enum row_kind kind = ROW_TRAIT; kind <= ROW_EVENT; kind++)
        rows += section_rows(model, kind);
    return rows;
}

static struct row row_at(const struct model *model, size_t row) {
    for (enum row_kind kind = ROW_TRAIT; kind <= ROW_EVENT; kind++) {
        const size_t rows = section_rows(model, kind);
        if (row >= rows) {
            row -= rows;
            continue;
        }
        if (row == 0) return (struct row){.kind = ROW_HEADING, .at = (size_t)kind};
        return (struct row){.kind = kind, .at = row - 1};
    }
    return (struct row){.kind = ROW_HEADING, .at = ROW_TRAIT};
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

static void draw_heading(const struct model *model, enum row_kind kind, struct canvas_pen *pen) {
    static const char *const titles[] = {
        [ROW_TRAIT] = "Traits",        [ROW_COMPUTED] = "Computed traits",
        [ROW_CHANGE] = "Timeline",     [ROW_IDENTIFIER] = "Identifiers",
        [ROW_EVENT] = "Recent events",
    };
    canvas_write_text(pen, THEME_HEADING, titles[kind]);
    canvas_write_format(pen, THEME_DIM, " %zu", count_of(model, kind));
    if (kind == ROW_CHANGE && model->traits.left)
        canvas_write_format(pen, THEME_DIM, ", %ju older gone", (uintmax_t)model->traits.left);
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

// What changed a moment ago says so; an older change says since when.
static bool
add_when(const struct model *model, const struct message_trait *trait, struct buf *out) {
    const struct trait_history_change *change = trait_history_last(model, trait->name);
    if (change)
        trait_history_add_age(model, change->at_ms, out);
    else
        add_time(out, trait->updated_at_ms);
    return change && model->now_ms - change->at_ms < TRAIT_HISTORY_FRESH_MS;
}

static void draw_trait(const struct model *model, struct row row, struct canvas_pen *pen) {
    const struct message_trait *trait = trait_of(model, row);
    const bool is_changed = has_changed(model, trait);
    const bool is_wide = canvas_room(pen) >= WHEN_FROM;
    const int name_columns = canvas_room(pen) < 46 ? NAME_COLUMNS - 1 : NAME_COLUMNS;
    const bool is_stale = is_loop(trait) && trait_history_is_stale(model);
    struct buf when = {0};
    const bool is_fresh = add_when(model, trait, &when);
    const int when_columns = is_wide ? WHEN_COLUMNS : is_fresh ? AGE_COLUMNS : 0;
    canvas_write_text(
        pen, is_stale ? THEME_BAD : THEME_UP,
        is_stale     ? "✗ "
        : is_changed ? "● "
                     : "  ");
    canvas_write_column(
        pen, is_loop(trait) ? THEME_STRONG : THEME_NAME, str_from(trait->name), name_columns);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_write_column(
        pen, is_changed ? THEME_UP : THEME_VALUE, str_from(trait->value),
        canvas_room(pen) - (when_columns ? when_columns + 1 : 0));
    if (when_columns) {
        canvas_write_text(pen, THEME_TEXT, " ");
        canvas_write_column(pen, is_fresh ? THEME_UP : THEME_DIM, buf_str(&when), when_columns);
    }
    buf_release(&when);
}

static void draw_change(const struct model *model, size_t at, struct canvas_pen *pen) {
    const struct trait_history_change *change = trait_history_at(model, at);
    const int room = canvas_room(pen);
    struct buf text = {0};
    trait_history_add_age(model, change->at_ms, &text);
    canvas_write_text(pen, THEME_TEXT, "  ");
    canvas_write_column(pen, THEME_DIM, buf_str(&text), AGE_COLUMNS + 1);
    buf_reset(&text);
    const int name_columns = room >= CHANGE_NAME_FROM ? NAME_COLUMNS : NAME_COLUMNS_SHORT;
    canvas_write_column(pen, THEME_NAME, str_from(change->name), name_columns);
    canvas_write_text(pen, THEME_TEXT, " ");
    const bool has_lag = change->lag_ms >= 0;
    if (has_lag) {
        strip_add_ms(&text, (double)change->lag_ms);
        if (change->lag_ms < 1000) buf_add(&text, STR(" ms"));
        canvas_write_column_right(pen, THEME_NUMBER, buf_str(&text), LAG_COLUMNS);
        canvas_write_text(pen, THEME_TEXT, " ");
        buf_reset(&text);
    }
    trait_history_add_summary(change, &text);
    canvas_write(pen, THEME_TEXT, buf_str(&text));
    if (change->cause && canvas_room(pen) > 0)
        canvas_write_format(pen, THEME_DIM, " · %s", change->cause);
    buf_release(&text);
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
    case ROW_HEADING: draw_heading(model, (enum row_kind)row.at, pen); break;
    case ROW_TRAIT:
    case ROW_COMPUTED: draw_trait(model, row, pen); break;
    case ROW_CHANGE: draw_change(model, row.at, pen); break;
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

static void add_change(struct sheet *sheet, const char *before, const char *after) {
    if (before && after && add_list_change(sheet, str_from(before), str_from(after))) return;
    sheet_item(
        sheet, THEME_DIM, "now  ", THEME_STRONG, after ? str_from(after) : STR("not set any more"));
    sheet_item(sheet, THEME_DIM, "was  ", THEME_DIM, before ? str_from(before) : STR("not set"));
}

static void add_alarm(const struct model *model, struct sheet *sheet) {
    struct buf text = {0};
    buf_add_format(&text, "It has not changed since %s, ", model->traits.cause);
    trait_history_add_age(model, model->traits.caused_at_ms, &text);
    buf_add_char(&text, '.');
    sheet_item(sheet, THEME_BAD, "✗ ", THEME_STRONG, buf_str(&text));
    buf_reset(&text);
    trait_history_add_advice(model, &text);
    buf_add_char(&text, '.');
    sheet_item(sheet, THEME_WARN, "→ ", THEME_TEXT, buf_str(&text));
    buf_release(&text);
}

static void detail_trait(const struct model *model, struct row row, struct sheet *sheet) {
    const struct message_trait *trait = trait_of(model, row);
    const char *before = value_before(model, trait->name);
    if (is_loop(trait) && trait_history_is_stale(model)) add_alarm(model, sheet);
    if (!has_changed(model, trait)) {
        sheet_json(sheet, str_from(trait->value));
    } else if (!before) {
        sheet_item(sheet, THEME_UP, "● ", THEME_TEXT, STR("new since the last look"));
        sheet_json(sheet, str_from(trait->value));
    } else {
        add_change(sheet, before, trait->value);
    }
    if (trait->is_computed) sheet_text(sheet, THEME_DIM, STR("computed by Segment"));
    if (!trait->source_id) return;
    sheet_format(sheet, THEME_DIM, "written by source %s", trait->source_id);
}

static void detail_change(const struct model *model, size_t at, struct sheet *sheet) {
    const struct trait_history_change *change = trait_history_at(model, at);
    struct buf text = {0};
    if (change->cause) {
        buf_add_format(&text, "%s, ", change->cause);
        strip_add_ms(&text, (double)change->lag_ms);
        if (change->lag_ms < 1000) buf_add(&text, STR(" ms"));
        buf_add(&text, STR(" before"));
        sheet_item(sheet, THEME_UP, "● ", THEME_TEXT, buf_str(&text));
        buf_reset(&text);
    }
    trait_history_add_summary(change, &text);
    const bool is_list = change->before && change->after && change->after[0] == '[';
    if (is_list) sheet_text(sheet, THEME_STRONG, buf_str(&text));
    add_change(sheet, change->before, change->after);
    buf_release(&text);
}

static void detail(const struct model *model, struct sheet *sheet) {
    const struct row row = selected(model);
    const struct message_profile *profile = profile_of(model);
    switch (row.kind) {
    case ROW_TRAIT:
    case ROW_COMPUTED: detail_trait(model, row, sheet); break;
    case ROW_CHANGE: detail_change(model, row.at, sheet); break;
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
    if (trait_history_is_stale(model)) buf_add(title, STR(" · ✗ stale list"));
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
    case ROW_COMPUTED:
        buf_add(title, str_from(trait_of(model, row)->name));
        if (has_changed(model, trait_of(model, row))) buf_add(title, STR(" · changed"));
        break;
    case ROW_CHANGE:
        buf_add_format(title, "%s ", trait_history_at(model, row.at)->name);
        trait_history_add_age(model, trait_history_at(model, row.at)->at_ms, title);
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
    if (row.kind == ROW_TRAIT || row.kind == ROW_COMPUTED)
        buf_add(out, str_from(trait_of(model, row)->value));
    if (row.kind == ROW_CHANGE) trait_history_add_summary(trait_history_at(model, row.at), out);
    if (row.kind == ROW_IDENTIFIER) buf_add(out, str_from(profile->identifiers[row.at].id));
    if (row.kind == ROW_EVENT) buf_add(out, str_from(profile->events[row.at].raw));
}

enum { FIELD_KIND, FIELD_NAME, FIELD_VALUE, FIELD_BEFORE, FIELD_CAUSE, FIELD_AT };
static const struct filter_field fields[] = {
    [FIELD_KIND] = {.name = "kind"},
    [FIELD_NAME] = {.name = "name"},
    [FIELD_VALUE] = {.name = "value", .kind = FILTER_JSON},
    [FIELD_BEFORE] = {.name = "before", .kind = FILTER_JSON},
    [FIELD_CAUSE] = {.name = "cause"},
    [FIELD_AT] = {.name = "at", .kind = FILTER_TIME},
};

// What rows of all kinds have in common.
struct facts {
    const char *kind, *name, *value, *before, *cause;
    int64_t at_ms;
};

static struct facts facts_of(const struct model *model, struct row row) {
    const struct message_profile *profile = profile_of(model);
    switch (row.kind) {
    case ROW_TRAIT:
    case ROW_COMPUTED: {
        const struct message_trait *trait = trait_of(model, row);
        return (struct facts){
            .kind = row.kind == ROW_TRAIT ? "trait" : "computed trait",
            .name = trait->name,
            .value = trait->value,
            .at_ms = trait->updated_at_ms,
        };
    }
    case ROW_CHANGE: {
        const struct trait_history_change *change = trait_history_at(model, row.at);
        return (struct facts){"change",       change->name,  change->after,
                              change->before, change->cause, change->at_ms};
    }
    case ROW_IDENTIFIER:
        return (struct facts){
            .kind = "identifier",
            .name = profile->identifiers[row.at].type,
            .value = profile->identifiers[row.at].id,
        };
    case ROW_EVENT: {
        const struct message_event *event = &profile->events[row.at];
        return (struct facts){
            .kind = "event",
            .name = event->name ? event->name : event->type,
            .value = event->raw,
            .at_ms = event->received_at_ms,
        };
    }
    case ROW_HEADING: break;
    }
    return (struct facts){0};
}

static bool find(const void *subject, size_t field, struct filter_value *out) {
    const struct pane_row *at = subject;
    const struct facts facts = facts_of(at->model, row_at(at->model, at->row));
    const char *const texts[] = {
        [FIELD_KIND] = facts.kind,     [FIELD_NAME] = facts.name,   [FIELD_VALUE] = facts.value,
        [FIELD_BEFORE] = facts.before, [FIELD_CAUSE] = facts.cause, [FIELD_AT] = NULL,
    };
    out->at_ms = facts.at_ms;
    out->text = str_from(texts[field]);
    return field == FIELD_AT ? facts.at_ms > 0 : out->text.len > 0;
}

static const struct filter_schema schema = {
    .fields = fields, .field_count = ARRAY_COUNT(fields), .find = find};

static void write_change(const struct trait_history_change *change, struct json_node *object) {
    struct buf at = {0};
    clock_add_iso8601(&at, change->at_ms);
    json_add_text(object, "kind", STR("change"));
    json_add_text(object, "name", str_from(change->name));
    json_add_text(object, "value", str_from(change->after));
    json_add_text(object, "before", str_from(change->before));
    json_add_text(object, "at", buf_str(&at));
    json_add_text(object, "cause", str_from(change->cause));
    if (change->lag_ms >= 0) json_add_integer(object, "lag_ms", change->lag_ms);
    buf_release(&at);
}

static void write_row(const struct model *model, size_t number, struct json_node *object) {
    const struct row row = row_at(model, number);
    const struct message_profile *profile = profile_of(model);
    if (row.kind == ROW_TRAIT || row.kind == ROW_COMPUTED) {
        json_add_text(object, "kind", row.kind == ROW_TRAIT ? STR("trait") : STR("computed trait"));
        json_add_text(object, "name", str_from(trait_of(model, row)->name));
        json_add_text(object, "value", str_from(trait_of(model, row)->value));
    } else if (row.kind == ROW_CHANGE) {
        write_change(trait_history_at(model, row.at), object);
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
    .schema = &schema,
    .draw_row = draw_row,
    .detail = detail,
    .copy = copy,
    .write_row = write_row,
    .empty = empty,
    .title_text = title_text,
    .detail_title = detail_title,
};
