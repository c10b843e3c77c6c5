// send_trait — the first and the last phase of send: the trait before, and the trait changed.
//
// The Profile API is asked verbosely, so that a list written again unchanged counts as changed too: its
// updated_at moves. In the sandbox the delivery record comes first, and then one look is enough. For those
// who observe the run all traits are asked once more.
#include "send.h"

#include "segment/profile.h"

#define SANDBOX_FIRST_MS 2
#define SANDBOX_CAP_MS 50
#define CLOUD_FIRST_MS 200
#define CLOUD_CAP_MS 2000
#define TRAITS_LIMIT 100 // the API's default of 10 would tell a part
#define TRAIT STR(TRAIT_WATCH_TRAIT)

static bool build_query(struct send *send, struct error *err) {
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = send->event.user_id,
        .resource = PROFILE_TRAITS,
        .include = TRAIT,
        .verbose = true,
    };
    return client_call_profile(run_client(&send->run), &query, &send->run.call, err);
}

static void ask(struct send *send) {
    struct error err = {0};
    send_start_call(send, build_query(send, &err), HOP_PROFILE, &err);
}

// Without a token nobody can be asked, but the event can be sent: the last phase will tell what is missing.
static void ask_before(struct send *send) {
    struct error ignored = {0};
    if (build_query(send, &ignored))
        client_call_start(&send->run.call, &send->run.task);
    else
        send_set_out(send);
}

static void read_state(const struct profile_traits *traits, struct trait_watch_state *out) {
    const struct profile_trait *trait = profile_traits_find(traits, TRAIT);
    if (!trait) return;
    out->is_set = true;
    json_print(trait->value, &out->value);
    buf_add(&out->source_id, trait->source_id);
    out->updated_at_ms = trait->updated_at_ms;
}

// Whatever stands in the way here will be told by the phase that needs it.
static void remember(struct send *send, const struct task_event *event) {
    struct profile_traits traits = {0};
    struct error ignored = {0};
    if (client_reply_traits(&send->run.call, event, &traits, &ignored))
        read_state(&traits, &send->before);
    profile_traits_release(&traits);
}

const struct send_phase send_baseline = {
    .name = "baseline", .enter = ask_before, .answer = remember};

static bool has_changed(const struct send *send, const struct trait_watch_state *now) {
    if (!now->is_set) return false;
    if (send->is_repeat || !send->before.is_set) return true;
    return now->updated_at_ms > send->before.updated_at_ms ||
           !str_equal(buf_str(&now->value), buf_str(&send->before.value));
}

static int rank_in(const struct json_node *list, struct str item) {
    int rank = 0;
    for (const struct json_node *node = json_first(list); node; node = json_next(node)) {
        rank++;
        if (str_equal(json_text(node), item)) return rank;
    }
    return 0;
}

// The trait's list, with what moved since the baseline.
static void emit_list(struct send *send, const struct trait_watch_state *now, double ms) {
    struct error ignored = {0};
    CLEANUP(json_release) struct json list = {0};
    CLEANUP(json_release) struct json older = {0};
    if (!json_parse(buf_str(&now->value), &list, &ignored)) return;
    const bool has_older = send->before.is_set &&
                           json_parse(buf_str(&send->before.value), &older, &ignored) &&
                           json_kind(older.root) == JSON_ARRAY;
    struct message *message = message_new(MESSAGE_RECOMMENDATIONS, send->run.run_id);
    struct message_recommendations *told = &message->as.recommendations;
    told->user_id = message_copy_text(send->event.user_id);
    CLEANUP(buf_release) struct buf trigger = {0};
    buf_add_format(&trigger, "trait after " STR_FMT, STR_ARG(send->event.name));
    told->trigger = message_copy_text(buf_str(&trigger));
    told->ms = ms;
    for (const struct json_node *node = json_first(list.root); node; node = json_next(node)) {
        struct message_item *item = message_add_item(message, json_text(node), -1);
        item->previous_rank = has_older ? rank_in(older.root, json_text(node)) : -1;
    }
    run_emit(&send->run, message);
}

static void
tell_changed(struct send *send, const struct trait_watch_state *now, double ms, int status) {
    CLEANUP(buf_release) struct buf detail = {0};
    CLEANUP(json_release) struct json list = {0};
    struct error ignored = {0};
    buf_add(&detail, STR(TRAIT_WATCH_TRAIT));
    if (json_parse(buf_str(&now->value), &list, &ignored) && json_count(list.root)) {
        buf_add_format(
            &detail, ": %zu items, first: " STR_FMT, json_count(list.root),
            STR_ARG(json_text(json_first(list.root))));
    }
    hops_done(&send->run, HOP_PROFILE, ms, status, buf_str(&detail));
    emit_list(send, now, ms);
    if (action_is_observed(send->run.context))
        send_enter(send, &send_traits);
    else
        send_finish(send);
}

static void tell_unchanged(struct send *send, double ms, int status) {
    struct error err = {0};
    error_set(
        &err, ERROR_TIMEOUT,
        "the trait " TRAIT_WATCH_TRAIT " of user " STR_FMT " did not change within %lld s",
        STR_ARG(send->event.user_id), (long long)(send->wait_ms / 1000));
    if (send->via == SEND_VIA_SEGMENT) {
        error_hint(
            &err, "Try `recloop send --via destination --wait 10`: it shows where the function "
                  "stops. If that works, the destination is off or attached to another source.");
    } else {
        error_hint(
            &err,
            "The identify went out; check personas_write_key (a wrong key is accepted without "
            "a word) and that the source feeds the profile space.");
    }
    send_fail(send, HOP_PROFILE, ms, status, &err);
}

static void wait_and_ask(struct send *send, double ms, int status) {
    const bool is_sandbox = run_is_sandbox(&send->run);
    int64_t delay = is_sandbox ? SANDBOX_FIRST_MS : CLOUD_FIRST_MS;
    const int64_t cap = is_sandbox ? SANDBOX_CAP_MS : CLOUD_CAP_MS;
    for (int i = 0; i < send->polls && delay < cap; i++)
        delay *= 2;
    if (delay > cap) delay = cap;
    send->polls++;
    if (delay > send_left_ms(send))
        tell_unchanged(send, ms, status);
    else
        task_wait(&send->run.task, delay);
}

static void compare(struct send *send, const struct task_event *event) {
    struct profile_traits traits = {0};
    struct trait_watch_state now = {0};
    struct error err = {0};
    const bool is_read = client_reply_traits(&send->run.call, event, &traits, &err);
    const int status = event->response ? event->response->status : 0;
    if (is_read) read_state(&traits, &now);
    if (!is_read && err.code != ERROR_NOT_FOUND) {
        send_fail(send, HOP_PROFILE, event->elapsed_ms, status, &err);
    } else if (has_changed(send, &now)) {
        tell_changed(send, &now, event->elapsed_ms, status);
    } else {
        wait_and_ask(send, event->elapsed_ms, status);
    }
    trait_watch_state_release(&now);
    profile_traits_release(&traits);
}

static void ask_for_change(struct send *send) {
    if (!send->event.user_id.len) {
        struct error err = {0};
        error_set(
            &err, ERROR_REFUSED, "the event has no userId, so there is no profile to wait for");
        error_hint(&err, "Send it with --user U, or without --wait.");
        send_fail(send, HOP_PROFILE, HOPS_NOT_MEASURED, 0, &err);
        return;
    }
    if (send->polls == 0) hops_begin(&send->run, HOP_PROFILE);
    ask(send);
}

static void ask_all(struct send *send) {
    struct error err = {0};
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = send->event.user_id,
        .resource = PROFILE_TRAITS,
        .limit = TRAITS_LIMIT,
    };
    if (client_call_profile(run_client(&send->run), &query, &send->run.call, &err))
        client_call_start(&send->run.call, &send->run.task);
    else
        send_finish(send);
}

// The event went round, whatever this last look brings.
static void tell_all(struct send *send, const struct task_event *event) {
    struct profile_traits traits = {0};
    struct error ignored = {0};
    if (client_reply_traits(&send->run.call, event, &traits, &ignored)) {
        struct message *message = message_new(MESSAGE_PROFILE, send->run.run_id);
        message->as.profile.user_id = message_copy_text(send->event.user_id);
        message->as.profile.ms = event->elapsed_ms;
        for (size_t i = 0; i < traits.count; i++) {
            CLEANUP(buf_release) struct buf value = {0};
            json_print(traits.items[i].value, &value);
            (void)message_add_trait(message, traits.items[i].name, buf_str(&value));
        }
        action_observe(send->run.context, message);
        message_free(message);
    }
    profile_traits_release(&traits);
    send_finish(send);
}

const struct send_phase send_traits = {.name = "traits", .enter = ask_all, .answer = tell_all};

const struct send_phase send_trait = {.name = "trait", .enter = ask_for_change, .answer = compare};
