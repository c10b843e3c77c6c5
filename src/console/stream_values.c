// stream_values — what the generator is asked for: each value's meaning, choices and check.
#include "base/clock.h"
#include "console/model.h"
#include "console/stream_controls.h"
#include "internal.h"

#include <assert.h>

#define MOST_RATE 100000
#define VALUE_BYTES 64

enum kind { KIND_CHOICE, KIND_DAY, KIND_NUMBER, KIND_RATE, KIND_PLATFORMS };

static const struct {
    const char *label, *help;
    const char *unset; // what an empty value means
    enum kind kind;
    int64_t most;
    const char *choices[8];
} rows[] = {
    [STREAM_CONTROLS_MODEL] =
        {
            .label = "Model",
            .help = "live shopper: acts now, without end. The others fill days of the past: the "
                    "workshop's script, or shoppers with tastes, sessions and seasons.",
            .unset = "live shopper",
            .choices = {"", "workshop", "shopper"},
        },
    [STREAM_CONTROLS_FROM] =
        {
            .label = "From",
            .help = "The first day, in UTC: 2019-05-19.",
            .unset = "a first day is needed",
            .kind = KIND_DAY,
            .choices = {"2019-05-19", "2026-01-01"},
        },
    [STREAM_CONTROLS_TO] =
        {
            .label = "To",
            .help = "The last day, in UTC.",
            .unset = "yesterday",
            .kind = KIND_DAY,
            .choices = {""},
        },
    [STREAM_CONTROLS_USERS] =
        {
            .label = "Users",
            .help = "workshop: new shoppers on each platform each day; shopper: all there are.",
            .unset = "the model's own",
            .kind = KIND_NUMBER,
            .most = 10000000,
            .choices = {"", "10", "100", "1000", "10000"},
        },
    [STREAM_CONTROLS_LIMIT] =
        {
            .label = "At most",
            .help = "Stop after so many events; a dated run goes on behind them the next time.",
            .unset = "no limit",
            .kind = KIND_NUMBER,
            .most = INT64_C(1000000000000),
            .choices = {"", "1", "10", "100", "1000", "10000", "100000"},
        },
    [STREAM_CONTROLS_RATE] =
        {
            .label = "Rate",
            .help = "Events per second, or max: as fast as they are taken. Changes what runs.",
            .kind = KIND_RATE,
        },
    [STREAM_CONTROLS_PLATFORMS] =
        {
            .label = "Platforms",
            .help = "Of web, android, ios, email, with commas.",
            .unset = "those that have a write key",
            .kind = KIND_PLATFORMS,
            .choices = {"", "web", "android", "ios", "email", "web,android,ios"},
        },
    [STREAM_CONTROLS_SEED] =
        {
            .label = "Seed",
            .help = "The same seed makes the same shoppers do the same.",
            .unset = "1",
            .kind = KIND_NUMBER,
            .most = INT64_MAX,
            .choices = {"", "2", "3", "4", "5"},
        },
    [STREAM_CONTROLS_STEP] =
        {
            .label = "Step",
            .help = "So many events for each step, with a pause behind them.",
            .unset = "1",
            .kind = KIND_NUMBER,
            .most = 1000000,
            .choices = {"", "10", "100", "1000"},
        },
};
static_assert(ARRAY_COUNT(rows) == STREAM_CONTROLS_FIELDS, "a row per value");

const char *stream_controls_label(enum stream_controls_field field) {
    ASSERT(field < STREAM_CONTROLS_FIELDS);
    return rows[field].label;
}

const char *stream_controls_help(enum stream_controls_field field) {
    ASSERT(field < STREAM_CONTROLS_FIELDS);
    return rows[field].help;
}

bool stream_controls_add_value(
    const struct model *model, enum stream_controls_field field, struct buf *out, bool *is_own) {
    const struct str value = buf_str(&model->controls.values[field]);
    const bool is_dated = model->controls.values[STREAM_CONTROLS_MODEL].len > 0;
    const bool is_day = field == STREAM_CONTROLS_FROM || field == STREAM_CONTROLS_TO;
    *is_own = value.len > 0 || field == STREAM_CONTROLS_RATE;
    if (is_day && !is_dated) {
        buf_add(out, field == STREAM_CONTROLS_FROM ? STR("now") : STR("until it is stopped"));
        *is_own = false;
        return false;
    }
    if (field == STREAM_CONTROLS_RATE) {
        stream_controls_add_rate(model, out);
        if (model->stream.rate) buf_add(out, STR("/s"));
    } else if (field == STREAM_CONTROLS_MODEL && value.len) {
        buf_add_format(out, "dated " STR_FMT, STR_ARG(value));
    } else {
        buf_add(out, value.len ? value : str_from(rows[field].unset));
    }
    return true;
}

// Checks

static bool is_day(struct str value) {
    struct buf text = {0};
    int64_t unix_ms = 0;
    buf_add(&text, value);
    buf_add(&text, STR("T00:00Z"));
    const bool is_good = value.len == 10 && clock_parse_iso8601(buf_str(&text), &unix_ms);
    buf_release(&text);
    if (!is_good) return false;
    struct buf back = {0}; // 2019-02-29 would be the first of March
    clock_add_iso8601(&back, unix_ms);
    const bool is_real = str_equal(str_slice(buf_str(&back), 0, 10), value);
    buf_release(&back);
    return is_real;
}

static bool is_number(struct str value, int64_t most) {
    int64_t number = 0;
    return str_parse_int64(value, &number) && number >= 1 && number <= most;
}

static bool are_platforms(struct str value) {
    static const char *const known[] = {"web", "android", "ios", "email"};
    for (bool has_more = true; has_more;) {
        struct str word = {0};
        bool is_known = false;
        has_more = str_split(value, ',', &word, &value);
        for (size_t i = 0; i < ARRAY_COUNT(known); i++)
            is_known |= str_equal(str_trim(word), str_from(known[i]));
        if (!is_known) return false;
    }
    return true;
}

static bool is_right(enum stream_controls_field field, struct str value) {
    switch (rows[field].kind) {
    case KIND_CHOICE:
        for (size_t i = 1; rows[field].choices[i]; i++)
            if (str_equal(value, str_from(rows[field].choices[i]))) return true;
        return false;
    case KIND_DAY: return is_day(value);
    case KIND_NUMBER: return is_number(value, rows[field].most);
    case KIND_RATE: return str_equal(value, STR("max")) || is_number(value, MOST_RATE);
    case KIND_PLATFORMS: return are_platforms(value);
    }
    return false;
}

bool stream_controls_check(enum stream_controls_field field, struct str value, struct error *err) {
    if (value.len <= VALUE_BYTES && (!value.len || is_right(field, value))) return true;
    error_set(err, ERROR_USAGE, "%s cannot be \"" STR_FMT "\"", rows[field].label, STR_ARG(value));
    return error_hint(err, "%s", rows[field].help);
}

// Changes

static void
set(struct model *model,
    enum stream_controls_field field,
    struct str value,
    struct effects *effects) {
    if (field == STREAM_CONTROLS_RATE) {
        int64_t rate = 0; // of max
        if (value.len && !str_equal(value, STR("max"))) (void)str_parse_int64(value, &rate);
        model->stream.rate = (int)rate;
        stream_controls_change_rate(model, 0, effects);
        return;
    }
    buf_reset(&model->controls.values[field]);
    buf_add(&model->controls.values[field], value);
}

void stream_controls_choose(
    struct model *model, enum stream_controls_field field, int steps, struct effects *effects) {
    if (field == STREAM_CONTROLS_RATE) {
        stream_controls_change_rate(model, steps, effects);
        return;
    }
    const char *const *choices = rows[field].choices;
    const struct str now = buf_str(&model->controls.values[field]);
    int count = 0, at = -1;
    for (; choices[count]; count++)
        if (str_equal(now, str_from(choices[count]))) at = count;
    at = at < 0 ? 0 : (at + count + steps) % count;
    set(model, field, str_from(choices[at]), effects);
}

void stream_controls_unset(struct model *model, enum stream_controls_field field) {
    buf_reset(&model->controls.values[field]);
}

void stream_controls_edit(struct model *model, enum stream_controls_field field) {
    struct buf value = {0};
    if (field == STREAM_CONTROLS_RATE)
        stream_controls_add_rate(model, &value);
    else
        buf_add(&value, buf_str(&model->controls.values[field]));
    model->controls.problem = (struct error){0};
    model_edit(model, MODEL_EDITING_GENERATOR, buf_str(&value), false);
    buf_release(&value);
}

static enum stream_controls_field edited(const struct model *model) {
    return (enum stream_controls_field)model->controls.list.selected;
}

void stream_controls_typed(struct model *model, struct str value) {
    model->controls.problem = (struct error){0};
    (void)!stream_controls_check(edited(model), str_trim(value), &model->controls.problem);
}

// What cannot be is typed on.
void stream_controls_submit(struct model *model, struct str value, struct effects *effects) {
    stream_controls_typed(model, value);
    if (model->controls.problem.code == ERROR_NONE) {
        set(model, edited(model), value, effects);
        return;
    }
    model_edit(model, MODEL_EDITING_GENERATOR, value, false);
    model->editor.is_touched = true;
}

void stream_controls_assist(const struct model *model, struct sheet *sheet) {
    const struct error *problem = &model->controls.problem;
    if (problem->code != ERROR_NONE)
        sheet_item_within(sheet, THEME_BAD, "✗ ", THEME_BAD, str_from(problem->message), 1);
    sheet_item_within(
        sheet, THEME_DIM, "", THEME_DIM, str_from(rows[edited(model)].help),
        model->rows < LAYOUT_STATUS_FROM_ROWS ? 1 : 2);
}
