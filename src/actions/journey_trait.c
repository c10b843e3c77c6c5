// journey_trait — the end of the loop: the trait as the Profile API shows it now.
#include "base/memory.h"
#include "client/trait_watch.h"
#include "journey.h"

static bool ask(struct journey_run *self, struct error *err) {
    const char *user = journey_of(self)->user_id;
    const struct profile_query query = {
        .id_type = STR("user_id"),
        .id_value = str_from(user),
        .resource = PROFILE_TRAITS,
        .include = STR(TRAIT_WATCH_TRAIT),
        .verbose = true,
    };
    if (!user) {
        journey_hide(self, HOP_PROFILE, "Profile API", STR("an event without userId has no trait"));
        return false;
    }
    if (client_call_profile(run_client(&self->run), &query, &self->run.call, err)) return true;
    journey_hide(self, HOP_PROFILE, "Profile API", str_from(err->message));
    return false;
}

// Was it written by this event? Else it tells nothing about it.
static bool is_of_this_event(const struct journey *journey, const struct profile_trait *trait) {
    return trait->updated_at_ms && (double)trait->updated_at_ms + 1 > journey->started_at_ms;
}

static void keep(struct journey_run *self, const struct profile_trait *trait) {
    struct journey *journey = journey_of(self);
    CLEANUP(buf_release) struct buf value = {0};
    struct journey_trait *into = &journey->trait_after;
    if (into->is_known) return; // recorded: what this very event wrote
    if (trait && is_of_this_event(journey, trait)) {
        json_print(trait->value, &value);
        into->is_known = true;
        into->updated_at_ms = trait->updated_at_ms;
        journey_set_text(&into->value, buf_str(&value));
    } else if (trait && !journey->trait_before.is_known) {
        json_print(trait->value, &value);
        journey->trait_before =
            (struct journey_trait){.is_known = true, .updated_at_ms = trait->updated_at_ms};
        journey_set_text(&journey->trait_before.value, buf_str(&value));
    }
}

static bool read(struct journey_run *self, const struct task_event *event, struct error *err) {
    struct profile_traits traits = {0};
    struct journey *journey = journey_of(self);
    struct journey_exchange *made = journey_add_own(self, HOP_PROFILE, "Profile API", event);
    journey_set_text(&made->note, STR("asked now"));
    if (!client_reply_traits(&self->run.call, event, &traits, err)) {
        made->state = HOP_FAILED;
        journey_set_text(&made->problem, str_from(err->message));
        journey_set_text(&made->hint, str_from(err->hint));
        return false;
    }
    keep(self, profile_traits_find(&traits, STR(TRAIT_WATCH_TRAIT)));
    profile_traits_release(&traits);
    if (!journey->trait_after.is_known && made->state == HOP_DONE)
        journey_set_text(&made->note, STR("asked now: not written since this event"));
    journey_list_of_trait(&journey->trait_before, "as the trait had it", &journey->before);
    journey_list_of_trait(&journey->trait_after, "as the trait has it", &journey->after);
    return true;
}

const struct journey_phase journey_trait = {.ask = ask, .read = read};
