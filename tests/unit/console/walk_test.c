// Every key in every context, on a real account and on the sandbox: what writes more than one event, or takes away what
// cannot be brought back, goes out behind an answered question alone, and a question about a real account names it.
//
// The descriptors are the program's own: what an action writes is told by its row. A walk that never says yes must
// find nothing; the same walk with yes must find all of it, so that this test can fail.
#include "support/test.h"

#include "actions/action.h"
#include "base/memory.h"
#include "base/rng.h"
#include "console/model.h"
#include "screens/script.h"

#define ACCOUNT "210987654321"
#define REGION "eu-west-1"
#define BEGAN_MS 1767607200000 // 2026-01-05T10:00:00Z
#define KEYS_MOST 512
#define PLACES_MOST 24
#define DEPTH_MOST 2
#define RANDOM_STEPS 1500
#define WAITING 3 // events in the outbox

enum { GRAVE_STREAM, GRAVE_OUTBOX, GRAVE_UNSET, GRAVE_PROFILE, GRAVE_OTHER, GRAVE_COUNT };

struct place { // where keys lead: the way there, and what tells it from other places
    uint32_t keys[DEPTH_MOST];
    size_t depth;
    uint64_t sign;
};

struct walk {
    struct model model;
    struct descriptor *actions;
    size_t action_count;
    bool is_live, says_yes;
    uint32_t keys[KEYS_MOST];
    size_t key_count;
    struct place places[PLACES_MOST];
    size_t place_count;
    uint64_t stream_run_id, pressed;
    size_t grave[GRAVE_COUNT], questions;
};

static const struct descriptor *descriptor_of(const char *action) {
    const struct action *found = action_find_any(action);
    if (!found) fail_msg("no action is called %s", action);
    return found ? &found->descriptor : NULL;
}

static bool says(const struct command *command, const char *name, const char *value) {
    return str_equal(arguments_get(&command->arguments, name), str_from(value));
}

// Which of those that need a yes it is; -1: none.
static int grave_of(const struct walk *walk, const struct command *command) {
    const struct descriptor *descriptor = descriptor_of(command->action);
    const bool is_many = descriptor->writes == DESCRIPTOR_WRITES_MANY ||
                         descriptor->writes == DESCRIPTOR_WRITES_UNTOLD;
    const char *name = command->action;
    if (strcmp(name, "config profile") == 0)
        return says(command, "do", "delete") ? GRAVE_PROFILE : -1;
    if (strcmp(name, "config unset") == 0) {
        const struct message_settings *settings = &walk->model.settings->as.settings;
        for (size_t i = 0; i < settings->setting_count; i++)
            if (settings->settings[i].is_secret && says(command, "key", settings->settings[i].key))
                return GRAVE_UNSET;
        return -1;
    }
    if (descriptor->takes_away) return GRAVE_OTHER;
    if (!is_many || !walk->is_live) return -1;
    if (strcmp(name, "outbox send") == 0) return says(command, "count", "1") ? -1 : GRAVE_OUTBOX;
    if (strcmp(name, "stream") == 0) return says(command, "limit", "1") ? -1 : GRAVE_STREAM;
    return GRAVE_OTHER;
}

static void
judge(struct walk *walk, const struct command *command, uint32_t key, const char *asked) {
    struct buf name = {0};
    if (command->kind != COMMAND_RUN) return;
    const int grave = grave_of(walk, command);
    input_add_key_name(&name, key);
    if (strcmp(command->action, "send") == 0 && !says(command, "only", "1"))
        fail_msg("%s fires an event and whatever waits besides", buf_text(&name));
    if (grave >= 0 && !asked)
        fail_msg("%s runs %s, and nobody was asked", buf_text(&name), command->action);
    // what is taken out of the settings file is no account's
    const bool is_accounts = grave == GRAVE_STREAM || grave == GRAVE_OUTBOX || grave == GRAVE_OTHER;
    if (is_accounts && asked && walk->is_live &&
        (!strstr(asked, ACCOUNT) || !strstr(asked, REGION)))
        fail_msg("the question before %s names no account and region: %s", command->action, asked);
    if (grave >= 0) walk->grave[grave]++;
    buf_release(&name);
}

// The run ends at once, but for those that go on; a stream until it is stopped.
static void answer(struct walk *walk, const struct command *command, struct effects *next) {
    static const char *const lasting[] = {"watch", "watch deliveries", "lambda logs"};
    if (command->kind == COMMAND_CANCEL) {
        model_apply(&walk->model, message_new_done(command->run_id, NULL), next);
    } else if (command->kind == COMMAND_RUN) {
        for (size_t i = 0; i < ARRAY_COUNT(lasting); i++)
            if (strcmp(command->action, lasting[i]) == 0) return;
        if (strcmp(command->action, "stream") == 0) {
            walk->stream_run_id = command->run_id;
            return;
        }
        if (strcmp(command->action, "config profile") == 0 && says(command, "do", "")) {
            struct message *message = message_new(MESSAGE_VALUES, command->run_id);
            message_add_value(message, "in_use", STR("work"));
            message_add_value_json(message, "profiles", STR("[\"sandbox\",\"work\",\"other\"]"));
            model_apply(&walk->model, message, next);
        }
        if (strcmp(command->action, "outbox send") == 0) {
            struct message *message = message_new(MESSAGE_VALUES, command->run_id);
            struct buf count = {0};
            buf_add_int(&count, says(command, "count", "1") ? WAITING : 0);
            message_add_value_json(message, "waiting", buf_str(&count));
            buf_release(&count);
            model_apply(&walk->model, message, next);
        }
        model_apply(&walk->model, message_new_done(command->run_id, NULL), next);
    }
}

static void carry_out(struct walk *walk, struct effects *effects, uint32_t key, const char *asked) {
    for (int round = 0; effects->command_count && round < 20; round++) {
        struct effects next = {0};
        for (size_t i = 0; i < effects->command_count; i++)
            judge(walk, effects->commands[i], key, asked);
        for (size_t i = 0; i < effects->command_count && next.command_count < 8; i++)
            answer(walk, effects->commands[i], &next);
        effects_release(effects);
        *effects = next;
        asked = NULL; // a yes is for what it was about, not for what comes of that
    }
    effects_release(effects);
}

static void press(struct walk *walk, uint32_t key) {
    struct model *model = &walk->model;
    struct effects effects = {0};
    enum keymap_context contexts[MODEL_CONTEXTS];
    const size_t count = model_contexts(model, contexts);
    const bool is_question =
        model->editing == MODEL_EDITING_NOTHING && overlay_top(model) &&
        (overlay_top(model)->id == OVERLAY_CONFIRM || overlay_top(model)->id == OVERLAY_LEAVE);
    const bool is_yes =
        is_question && keymap_find(&model->keymap, contexts, count, key) == INTENT_YES;
    struct buf asked = {0};
    if (is_yes && !walk->says_yes) return;
    if (is_yes) {
        walk->questions++;
        buf_add(&asked, buf_str(&model->question.text));
    }
    const struct input input = {.key = key};
    walk->pressed++;
    model_handle(model, &input, &effects);
    carry_out(walk, &effects, key, is_yes ? buf_text(&asked) : NULL);
    buf_release(&asked);
}

// The time at which what is due falls due; questions of its own come up then.
static void pass_time(struct walk *walk) {
    struct effects effects = {0};
    model_set_now(&walk->model, walk->model.now_ms + 700);
    const int64_t due_ms = model_wake_ms(&walk->model);
    if (due_ms && due_ms <= walk->model.now_ms) model_wake(&walk->model, &effects);
    carry_out(walk, &effects, KEYMAP_NO_KEY, NULL);
}

static void receive(struct walk *walk, uint64_t run_id, const char *json) {
    struct error err;
    struct effects effects = {0};
    struct message *message = script_decode(str_from(json), run_id, &err);
    assert_ok(message != NULL, err);
    model_apply(&walk->model, message, &effects);
    carry_out(walk, &effects, KEYMAP_NO_KEY, NULL);
}

static void furnish(struct walk *walk) {
    receive(
        walk, walk->model.status_run_id,
        walk->is_live ? "{\"kind\":\"backend\",\"is\":\"cloud\",\"region\":\"" REGION
                        "\",\"account\":\"" ACCOUNT "\",\"up\":true}"
                      : "{\"kind\":\"backend\",\"is\":\"own\",\"url\":\"http://127.0.0.1:1\","
                        "\"region\":\"us-east-1\",\"up\":true}");
    receive(
        walk, walk->model.settings_run_id,
        "{\"kind\":\"settings\",\"profile\":\"work\",\"path\":\"~/"
        "c.ini\",\"profiles\":[\"sandbox\",\"work\",\"other\"],\"settings\":["
        "{\"key\":\"website_write_key\",\"value\":\"****\",\"origin\":\"file\",\"secret\":true},"
        "{\"key\":\"region\",\"value\":\"eu-west-1\",\"origin\":\"file\"}]}");
    receive(
        walk, walk->model.stream.watch_run_id,
        "{\"kind\":\"event\",\"type\":\"track\",\"name\":\"Product Viewed\",\"user\":\"1\","
        "\"sku\":\"x\",\"source\":\"s\",\"id\":\"m1\",\"at\":1767607100,"
        "\"raw\":{\"type\":\"track\",\"event\":\"Product Viewed\"}}");
}

static void collect_keys(struct walk *walk) {
    size_t count = 0;
    const struct keymap_row *rows = keymap_rows(&walk->model.keymap, &count);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < walk->key_count && walk->keys[at] != rows[i].key)
            at++;
        if (at < walk->key_count || rows[i].key == KEYMAP_NO_KEY) continue;
        assert_true(walk->key_count < KEYS_MOST);
        walk->keys[walk->key_count++] = rows[i].key;
    }
}

static struct walk *begin(bool is_live, bool says_yes) {
    struct walk *walk = MEM_NEW(struct walk);
    struct effects effects = {0};
    struct model_options options = {0};
    walk->is_live = is_live;
    walk->says_yes = says_yes;
    walk->action_count = action_count();
    walk->actions = mem_zeroed(walk->action_count, sizeof(*walk->actions));
    for (size_t i = 0; i < walk->action_count; i++)
        walk->actions[i] = action_at(i)->descriptor;
    options.products = script_products(&options.product_count);
    options.actions = walk->actions;
    options.action_count = walk->action_count;
    model_init(&walk->model, &options);
    model_set_now(&walk->model, BEGAN_MS);
    model_resize(&walk->model, 120, 40);
    model_start(&walk->model, &effects);
    struct effects started = effects; // answered when the services are known
    furnish(walk);
    carry_out(walk, &started, KEYMAP_NO_KEY, NULL);
    collect_keys(walk);
    return walk;
}

static void end(struct walk *walk) {
    model_release(&walk->model);
    mem_free(walk->actions);
    mem_free(walk);
}

// Nothing open, nothing typed, nothing running, all settings as they were.
static void go_home(struct walk *walk, enum pane_id pane, bool is_zoomed) {
    struct model *model = &walk->model;
    struct effects effects = {0};
    if (model->editing != MODEL_EDITING_NOTHING) prompt_cancel(model);
    overlay_close_all(model);
    if (model->stream.generate_run_id)
        model_apply(model, message_new_done(model->stream.generate_run_id, NULL), &effects);
    carry_out(walk, &effects, KEYMAP_NO_KEY, NULL);
    model->is_detail_open = false;
    model->arrangement.is_zoomed = is_zoomed;
    model_focus(model, pane);
    model_settle(model);
}

static uint64_t sign_of(const struct model *model) {
    uint64_t sign = (uint64_t)model->pane;
    sign = sign * 2 + model->arrangement.is_zoomed;
    sign = sign * 2 + model->is_detail_open;
    sign = sign * MODEL_EDITING_COUNT + (uint64_t)model->editing;
    for (int i = 0; i < model->overlay_count; i++)
        sign = sign * (OVERLAY_COUNT + 1) + 1 + (uint64_t)model->overlays[i];
    return sign;
}

static void go_to(struct walk *walk, const struct place *place, enum pane_id pane, bool is_zoomed) {
    go_home(walk, pane, is_zoomed);
    for (size_t i = 0; i < place->depth; i++)
        press(walk, place->keys[i]);
}

static void note_place(struct walk *walk, const struct place *from, uint32_t key) {
    const uint64_t sign = sign_of(&walk->model);
    if (from->depth == DEPTH_MOST || walk->place_count == PLACES_MOST) return;
    for (size_t i = 0; i < walk->place_count; i++)
        if (walk->places[i].sign == sign) return;
    struct place *place = &walk->places[walk->place_count++];
    *place = *from;
    place->keys[place->depth++] = key;
    place->sign = sign;
}

// All places that keys lead to, and in each of them every key once.
static void walk_all(struct walk *walk, enum pane_id pane, bool is_zoomed) {
    go_home(walk, pane, is_zoomed);
    walk->place_count = 1;
    walk->places[0] = (struct place){.sign = sign_of(&walk->model)};
    for (size_t at = 0; at < walk->place_count; at++) {
        const struct place place = walk->places[at];
        go_to(walk, &place, pane, is_zoomed);
        for (size_t i = 0; i < walk->key_count; i++) {
            press(walk, walk->keys[i]);
            if (sign_of(&walk->model) == place.sign) continue;
            if (walk->model.pane == pane && walk->model.arrangement.is_zoomed == is_zoomed)
                note_place(walk, &place, walk->keys[i]);
            go_to(walk, &place, pane, is_zoomed);
        }
    }
}

// Every row of Setup, and of its profiles, with the keys that take away.
static void walk_setup(struct walk *walk) {
    for (int row = 0; row < 8; row++) {
        go_home(walk, PANE_SETUP, false);
        press(walk, INPUT_HOME);
        for (int down = 0; down < row; down++)
            press(walk, INPUT_DOWN);
        press(walk, 'x');
        if (walk->says_yes) press(walk, 'y');
        go_home(walk, PANE_SETUP, false);
        press(walk, 'o');
        for (int down = 0; down < row; down++)
            press(walk, INPUT_DOWN);
        press(walk, 'd');
        if (walk->says_yes) press(walk, 'y');
    }
}

// The actions' names typed into the palette: those that need nothing run.
static void walk_palette(struct walk *walk) {
    for (size_t i = 0; i < walk->action_count; i++) {
        go_home(walk, PANE_SETUP, false);
        press(walk, ':');
        for (const char *name = walk->actions[i].name; *name; name++)
            press(walk, (uint32_t)*name);
        press(walk, INPUT_ENTER);
        if (walk->says_yes) press(walk, 'y');
    }
}

static void walk_at_random(struct walk *walk, uint64_t seed) {
    struct rng rng;
    rng_seed(&rng, seed);
    for (int i = 0; i < RANDOM_STEPS; i++) {
        if (rng_below(&rng, 200) == 0)
            go_home(walk, (enum pane_id)rng_below(&rng, PANE_COUNT), rng_below(&rng, 2) == 0);
        if (rng_below(&rng, 20) == 0) pass_time(walk);
        press(walk, walk->keys[rng_below(&rng, walk->key_count)]);
    }
}

static void walk_everywhere(struct walk *walk) {
    walk_setup(walk); // before anything is filtered
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        walk_all(walk, (enum pane_id)pane, false);
        if (pane == PANE_STREAM) walk_all(walk, (enum pane_id)pane, true);
    }
    walk_palette(walk);
    walk_at_random(walk, 1);
    go_home(walk, PANE_SETUP, false);
    pass_time(walk); // what waited for nothing being open
    if (walk->says_yes) press(walk, 'y');
    print_message("%d keys pressed\n", (int)walk->pressed);
}

static void nothing_grave_happens_without_a_yes(void **state) {
    (void)state;
    for (int is_live = 0; is_live < 2; is_live++) {
        struct walk *walk = begin(is_live, false);
        walk_everywhere(walk);
        for (int i = 0; i < GRAVE_COUNT; i++)
            assert_int_equal(walk->grave[i], 0);
        end(walk);
    }
}

static void everything_grave_is_reached_with_a_yes(void **state) {
    (void)state;
    for (int is_live = 0; is_live < 2; is_live++) {
        struct walk *walk = begin(is_live, true);
        walk_everywhere(walk);
        assert_true(walk->grave[GRAVE_UNSET] > 0);
        assert_true(walk->grave[GRAVE_PROFILE] > 0);
        assert_true(walk->grave[GRAVE_OTHER] > 0);
        assert_int_equal(walk->grave[GRAVE_STREAM] > 0, is_live);
        assert_int_equal(walk->grave[GRAVE_OUTBOX] > 0, is_live);
        end(walk);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_grave_happens_without_a_yes),
    cmocka_unit_test(everything_grave_is_reached_with_a_yes),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
