// trait_history — see the header.
#include "console/trait_history.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "console/model.h"
#include "internal.h"

#define EXACT_MS 10000 // ages are told to the second
#define STEP_MS 5000   // … then so coarse

static bool is_same(const char *left, const char *right) {
    return str_equal(str_from(left), str_from(right));
}

static size_t bytes_of(const struct trait_history_change *change) {
    return str_from(change->before).len + str_from(change->after).len;
}

static void forget_change(struct trait_history_change *change) {
    mem_free(change->name);
    mem_free(change->before);
    mem_free(change->after);
    mem_free(change->cause);
    *change = (struct trait_history_change){0};
}

static void forget(struct trait_history *history) {
    for (size_t i = 0; i < history->count; i++)
        forget_change(&history->changes[i]);
    mem_free(history->cause);
    mem_free(history->user);
    *history = (struct trait_history){0};
}

static void release(struct model *model) {
    forget(&model->traits);
}

// Changes

static void drop_oldest(struct trait_history *history) {
    history->bytes -= bytes_of(&history->changes[0]);
    forget_change(&history->changes[0]);
    for (size_t i = 1; i < history->count; i++)
        history->changes[i - 1] = history->changes[i];
    history->count--;
    history->left++;
}

// The timeline grows above what is selected in it or below it: the selection stays with its row.
static void shift_selection(struct model *model) {
    struct list *list = &model->lists[PANE_PROFILE];
    if (!model->profile.now) return;
    const struct message_profile *profile = &model->profile.now->as.profile;
    bool has_computed = false;
    for (size_t i = 0; i < profile->trait_count; i++)
        has_computed |= profile->traits[i].is_computed;
    const size_t above = profile->trait_count + 1 + has_computed; // with their headings
    const size_t rows = model->traits.count ? 1 : 2;              // with its own
    if (list->selected < above) return;
    list->selected += rows;
    list->top += rows;
}

static struct trait_history_change *
add_change(struct model *model, const char *name, const char *before, const char *after) {
    struct trait_history *history = &model->traits;
    if (history->count == TRAIT_HISTORY_CHANGES)
        drop_oldest(history);
    else
        shift_selection(model);
    history->changes[history->count++] = (struct trait_history_change){
        .at_ms = model->now_ms,
        .name = mem_copy_string(name),
        .before = before ? mem_copy_string(before) : NULL,
        .after = after ? mem_copy_string(after) : NULL,
        .lag_ms = -1,
    };
    history->bytes += bytes_of(&history->changes[history->count - 1]);
    while (history->bytes > TRAIT_HISTORY_BYTES && history->count > 1)
        drop_oldest(history);
    return &history->changes[history->count - 1];
}

static const struct message_trait *
find_trait(const struct message_profile *profile, const char *name) {
    for (size_t i = 0; i < profile->trait_count; i++)
        if (is_same(profile->traits[i].name, name)) return &profile->traits[i];
    return NULL;
}

static bool is_loop(const char *name) {
    return is_same(name, TRAIT_HISTORY_TRAIT);
}

// Causes

static void forget_cause(struct model *model) {
    struct trait_history *history = &model->traits;
    if (history->wait == TRAIT_HISTORY_STALE)
        model_note(model, THEME_GOOD, "✓ " TRAIT_HISTORY_TRAIT " was written again.");
    mem_free(history->cause);
    history->cause = NULL;
    history->wait = TRAIT_HISTORY_CALM;
}

// Of several events before the trait changes the first one counts: it is the one that waits longest. Once
// that is told, the newest one does.
static void open_cause(struct model *model, struct str label, int64_t at_ms) {
    struct trait_history *history = &model->traits;
    const bool is_stale = history->wait == TRAIT_HISTORY_STALE;
    if (history->wait == TRAIT_HISTORY_AWAITED || history->wait == TRAIT_HISTORY_CHECKING) return;
    if (at_ms + TRAIT_HISTORY_BOUND_MS < model->now_ms) return; // from before this session
    internal_set_text(&history->cause, label);
    history->caused_at_ms = at_ms;
    if (!is_stale) history->wait = TRAIT_HISTORY_AWAITED;
}

// Would the event that was fired move the list of the shopper in focus?
static bool moves_list(const struct model *model) {
    struct json event = {0};
    struct error unused;
    if (!json_parse(buf_str(&model->composer.sent), &event, &unused)) return false;
    const struct json_node *properties = json_get(event.root, "properties");
    const bool moves = str_equal(json_get_text(event.root, "type"), STR("track")) &&
                       str_equal(json_get_text(event.root, "userId"), str_from(model->user)) &&
                       json_get_text(properties, "sku").len > 0;
    json_release(&event);
    return moves;
}

// An event of ours counts from its firing, once a station has taken it.
static void hear_hop(struct model *model, const struct message *message) {
    struct trait_history *history = &model->traits;
    const struct hop *hop = &message->as.hop;
    const struct model_fire *fire = &model->fire;
    if (!fire->run_id || message->run_id != fire->run_id || hop->state != HOP_DONE) return;
    if (history->fire_run_id == fire->run_id) return;
    history->fire_run_id = fire->run_id;
    if (moves_list(model)) open_cause(model, str_from(fire->label), fire->fired_at_ms);
}

// The trait was written again, with another value or the same.
static void close_cause(struct model *model, int64_t written_at_ms) {
    struct trait_history *history = &model->traits;
    if (history->cause && written_at_ms >= history->caused_at_ms) forget_cause(model);
}

static void hear_cause(struct model *model, const struct message_event *event, int64_t at_ms) {
    if (model->traits.written_at_ms > at_ms) return; // an earlier one: what it did is there
    struct buf label = {0};
    buf_add(&label, str_from(event->name));
    buf_add_format(&label, " %s", event->sku);
    open_cause(model, buf_str(&label), at_ms);
    buf_release(&label);
}

// The function's answer: while it is waited for it ends the wait, and the cause stays for the lag.
static void hear_answer(struct model *model, int64_t at_ms) {
    struct trait_history *history = &model->traits;
    if (history->wait >= TRAIT_HISTORY_CHECKING) close_cause(model, at_ms);
    if (history->wait == TRAIT_HISTORY_AWAITED && at_ms >= history->caused_at_ms)
        history->wait = TRAIT_HISTORY_CALM;
}

static void hear_event(struct model *model, const struct message_event *event) {
    const bool is_answer = is_same(event->type, "identify") && event->raw &&
                           str_contains(str_from(event->raw), STR("\"" TRAIT_HISTORY_TRAIT "\""));
    const bool is_cause = is_same(event->type, "track") && event->sku && event->sku[0];
    if (!is_same(event->user_id, model->user) || event->discard_reason) return;
    const int64_t at_ms = event->received_at_ms ? event->received_at_ms : model->now_ms;
    if (is_cause) hear_cause(model, event, at_ms);
    if (is_answer) hear_answer(model, at_ms);
}

// Profiles

static void
explain(struct model *model, struct trait_history_change *change, int64_t written_at_ms) {
    struct trait_history *history = &model->traits;
    if (!history->cause) return;
    const bool is_told = written_at_ms >= history->caused_at_ms;
    change->cause = mem_copy_string(history->cause);
    change->lag_ms = (is_told ? written_at_ms : model->now_ms) - history->caused_at_ms;
    forget_cause(model);
}

static void compare(
    struct model *model, const struct message_profile *before, const struct message_profile *now) {
    for (size_t i = 0; i < before->trait_count; i++) {
        const struct message_trait *was = &before->traits[i];
        if (find_trait(now, was->name)) continue;
        struct trait_history_change *change = add_change(model, was->name, was->value, NULL);
        if (is_loop(was->name)) explain(model, change, 0);
    }
    for (size_t i = 0; i < now->trait_count; i++) {
        const struct message_trait *trait = &now->traits[i];
        const struct message_trait *was = find_trait(before, trait->name);
        if (was && is_same(was->value, trait->value)) continue;
        struct trait_history_change *change =
            add_change(model, trait->name, was ? was->value : NULL, trait->value);
        if (is_loop(trait->name)) explain(model, change, trait->updated_at_ms);
    }
}

void trait_history_add_advice(const struct model *model, struct buf *out) {
    buf_add_format(
        out, "%s on the event in Stream, or %s for the last one fired, shows where its way ends",
        keymap_name_of(&model->keymap, KEYMAP_STREAM, INTENT_JOURNEY_OF_ROW).text,
        keymap_name_of(&model->keymap, KEYMAP_EVERYWHERE, INTENT_JOURNEY).text);
}

// Nothing that came after the bound has the trait anew.
static void raise_alarm(struct model *model) {
    struct trait_history *history = &model->traits;
    history->wait = TRAIT_HISTORY_STALE;
    model_note(model, THEME_BAD, TRAIT_HISTORY_TRAIT " has not changed since %s", history->cause);
    model->notice.mark = "✗ ";
    trait_history_add_advice(model, &model->notice.hint);
    buf_add(&model->notice.hint, STR("; recloop status tells what is reachable."));
}

static void hear_profile(struct model *model, const struct message *message) {
    struct trait_history *history = &model->traits;
    const struct message_profile *now = &message->as.profile;
    const struct model_answer *answer = &model->profile;
    if (!is_same(now->user_id, model->user)) return;
    if (message->run_id && message->run_id < answer->shown_run_id) return; // an old answer
    if (answer->now) compare(model, &answer->now->as.profile, now);
    const struct message_trait *loop = find_trait(now, TRAIT_HISTORY_TRAIT);
    const int64_t written_at_ms = loop ? loop->updated_at_ms : 0;
    if (written_at_ms) close_cause(model, written_at_ms);
    history->written_at_ms = written_at_ms;
    if (history->wait == TRAIT_HISTORY_CHECKING) raise_alarm(model);
}

static void apply(struct model *model, const struct message *message, struct effects *effects) {
    struct trait_history *history = &model->traits;
    (void)effects;
    if (!is_same(history->user, model->user)) {
        forget(history);
        history->user = mem_copy_string(model->user);
    }
    if (message->kind == MESSAGE_EVENT) hear_event(model, &message->as.event);
    if (message->kind == MESSAGE_HOP) hear_hop(model, message);
    if (message->kind == MESSAGE_PROFILE && !output_is_own(model, message))
        hear_profile(model, message);
    const bool is_unknown = message->kind == MESSAGE_DONE &&
                            message->run_id == model->profile.run_id &&
                            message->as.done.code != ERROR_NONE;
    // no answer is no proof: the pane tells what is wrong with asking
    if (is_unknown && history->wait == TRAIT_HISTORY_CHECKING) forget_cause(model);
}

// Time

static int64_t step_of(int64_t age_ms) {
    return age_ms < EXACT_MS ? 1000 : STEP_MS;
}

// When the youngest age that is on the screen reads otherwise; 0: never.
static int64_t next_age_ms(const struct model *model) {
    const struct trait_history *history = &model->traits;
    if (!history->count || !model_is_visible(model, PANE_PROFILE)) return 0;
    const int64_t at_ms = history->changes[history->count - 1].at_ms;
    const int64_t age_ms = model->now_ms > at_ms ? model->now_ms - at_ms : 0;
    if (age_ms >= TRAIT_HISTORY_FRESH_MS) return 0;
    return at_ms + (age_ms / step_of(age_ms) + 1) * step_of(age_ms);
}

static int64_t wake_ms(const struct model *model) {
    const struct trait_history *history = &model->traits;
    const bool is_awaited = history->wait == TRAIT_HISTORY_AWAITED;
    const int64_t bound_ms = is_awaited ? history->caused_at_ms + TRAIT_HISTORY_BOUND_MS : 0;
    const int64_t age_ms = next_age_ms(model);
    return bound_ms && (!age_ms || bound_ms < age_ms) ? bound_ms : age_ms;
}

// A real account's profile is not watched: before anybody is alarmed it is looked at once more.
static void wake(struct model *model, struct effects *effects) {
    struct trait_history *history = &model->traits;
    if (history->wait != TRAIT_HISTORY_AWAITED) return;
    if (model->now_ms < history->caused_at_ms + TRAIT_HISTORY_BOUND_MS) return;
    history->wait = TRAIT_HISTORY_CHECKING;
    internal_ask_profile(model, effects);
}

// What is shown

const struct trait_history_change *trait_history_at(const struct model *model, size_t row) {
    const struct trait_history *history = &model->traits;
    ASSERT(row < history->count);
    return &history->changes[history->count - 1 - row];
}

const struct trait_history_change *trait_history_last(const struct model *model, const char *name) {
    for (size_t row = 0; row < model->traits.count; row++) {
        const struct trait_history_change *change = trait_history_at(model, row);
        if (is_same(change->name, name)) return change;
    }
    return NULL;
}

bool trait_history_is_stale(const struct model *model) {
    return model->traits.wait == TRAIT_HISTORY_STALE;
}

void trait_history_add_age(const struct model *model, int64_t at_ms, struct buf *out) {
    const int64_t age_ms = model->now_ms > at_ms ? model->now_ms - at_ms : 0;
    if (age_ms < TRAIT_HISTORY_FRESH_MS) {
        const int64_t told_ms = age_ms / step_of(age_ms) * step_of(age_ms);
        buf_add_format(out, "%d s ago", (int)(told_ms / 1000));
        return;
    }
    const struct clock_date date = clock_date_from_s(at_ms / 1000);
    buf_add_format(out, "%02d:%02d:%02d", date.hour, date.minute, date.second);
}

static int rank_in(const struct json_node *array, struct str text) {
    int rank = 1;
    for (const struct json_node *node = json_first(array); node; node = json_next(node), rank++)
        if (str_equal(json_text(node), text)) return rank;
    return 0;
}

static void
add_moves(const struct json_node *before, const struct json_node *now, struct buf *out) {
    int rose = 0, fell = 0, came = 0, gone = 0, rank = 1;
    for (const struct json_node *node = json_first(now); node; node = json_next(node), rank++) {
        const int was = rank_in(before, json_text(node));
        if (!was) came++;
        if (was > rank) rose++;
        if (was && was < rank) fell++;
    }
    for (const struct json_node *node = json_first(before); node; node = json_next(node))
        if (!rank_in(now, json_text(node))) gone++;
    const struct {
        const char *sign;
        int number;
    } parts[] = {{"▲", rose}, {"▼", fell}, {"+", came}, {"–", gone}};
    const size_t start = out->len;
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        if (parts[i].number)
            buf_add_format(
                out, "%s%s%d", out->len > start ? " " : "", parts[i].sign, parts[i].number);
    if (out->len == start) buf_add(out, STR("same elements"));
}

void trait_history_add_summary(const struct trait_history_change *change, struct buf *out) {
    struct json before = {0}, after = {0};
    struct error unused;
    const bool are_lists =
        change->after && json_parse(str_from(change->after), &after, &unused) &&
        json_kind(after.root) == JSON_ARRAY &&
        (!change->before || (json_parse(str_from(change->before), &before, &unused) &&
                             json_kind(before.root) == JSON_ARRAY));
    if (are_lists) {
        add_moves(before.root, after.root, out);
    } else {
        buf_add(out, change->before ? str_from(change->before) : STR("not set"));
        buf_add(out, STR(" → "));
        buf_add(out, change->after ? str_from(change->after) : STR("not set"));
    }
    json_release(&before);
    json_release(&after);
}

static void leave(struct model *model, struct effects *effects) {
    (void)effects;
    forget(&model->traits);
}

const struct feature trait_history_feature = {
    .name = "traits",
    .release = release,
    .apply = apply,
    .leave = leave,
    .wake_ms = wake_ms,
    .wake = wake,
};
