// recommend — what Personalize (or the endpoint of Exercise 3) would show a shopper now. In the sandbox
// each item carries why it is there. With --watch the list is asked for again whenever it may have
// changed, and printed when it has.
#include "base/memory.h"
#include "http/url.h"
#include "run.h"
#include "sandbox/own_routes.h"

#include "registry.h"

#define CLOUD_POLL_MS 2000

static const char *const filters[] = {"exclude-purchased", NULL};
static const char *const ways[] = {"personalize", "endpoint", NULL};

static const struct parameter parameters[] = {
    {
        .name = "user",
        .kind = PARAMETER_TEXT,
        .metavar = "U",
        .help = "the shopper",
        .initial = "setting user_id",
    },
    {
        .name = "item",
        .kind = PARAMETER_TEXT,
        .metavar = "I",
        .help = "items related to this one (the related campaign)",
    },
    {
        .name = "num",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "how many",
        .initial = "25",
    },
    {
        .name = "filter",
        .kind = PARAMETER_CHOICE,
        .help = "leave out what the shopper has bought (setting filter_arn)",
        .choices = filters,
    },
    {
        .name = "via",
        .kind = PARAMETER_CHOICE,
        .help = "GetRecommendations, or the HTTP endpoint of Exercise 3",
        .initial = "personalize",
        .choices = ways,
    },
    {
        .name = "watch",
        .kind = PARAMETER_NUMBER,
        .metavar = "SECONDS",
        .help = "follow the list so long",
    },
};

enum phase { PHASE_LIST, PHASE_REASONS, PHASE_CHANGE };

struct recommend {
    struct run run;
    enum phase phase;
    int64_t results, watch_ms, give_up_ms, now_ms;
    int64_t sequence;              // of the profile, in the sandbox
    struct message *list, *before; // owned
};

static bool is_sandbox(const struct recommend *self) {
    return run_is_sandbox(&self->run);
}

static bool is_via_endpoint(const struct recommend *self) {
    return str_equal(arguments_get(&self->run.arguments, "via"), STR("endpoint"));
}

static bool build_endpoint(struct recommend *self, struct error *err) {
    struct run *run = &self->run;
    const struct client_call_endpoint_query query = {
        .user_id = run_user(run),
        .item_id = arguments_get(&run->arguments, "item"),
        .results = (int)self->results,
        .excludes_purchased = arguments_has(&run->arguments, "filter"),
    };
    return client_call_endpoint(run_client(run), &query, &run->call, err);
}

static bool build_personalize(struct recommend *self, struct error *err) {
    struct run *run = &self->run;
    const struct str item = arguments_get(&run->arguments, "item");
    const char *campaign = item.len ? "related_campaign_arn" : "campaign_arn";
    const bool is_filtered = arguments_has(&run->arguments, "filter");
    if (!run_require(run, campaign, err)) return false;
    if (is_filtered && !run_require(run, "filter_arn", err)) return false;
    const struct personalize_recommend query = {
        .campaign_arn = config_text(run_setting(run, campaign)),
        .user_id = run_user(run),
        .item_id = item,
        .filter_arn = is_filtered ? config_text(run_setting(run, "filter_arn")) : (struct str){0},
        .results = self->results,
    };
    return client_call_recommendations(run_client(run), NULL, &query, &run->call, err);
}

static bool build_reasons(struct recommend *self, struct error *err) {
    struct run *run = &self->run;
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf number = {0};
    buf_add_int(&number, self->results);
    url_query_add(&query, STR("user"), run_user(run));
    url_query_add(&query, STR("num"), buf_str(&number));
    if (arguments_has(&run->arguments, "filter"))
        url_query_add(&query, STR("filter"), STR("exclude-purchased"));
    const struct client_call_route route = {.path = OWN_ROUTES_REASONS, .query = buf_str(&query)};
    return client_call_sandbox(run_client(run), &route, &run->call, err);
}

static bool build_change(struct recommend *self, struct error *err) {
    struct run *run = &self->run;
    CLEANUP(buf_release) struct buf query = {0};
    CLEANUP(buf_release) struct buf number = {0};
    int64_t wait_ms = self->give_up_ms - self->now_ms;
    if (wait_ms > OWN_ROUTES_WAIT_LIMIT_MS) wait_ms = OWN_ROUTES_WAIT_LIMIT_MS;
    url_query_add(&query, STR("user_id"), run_user(run));
    buf_add_int(&number, self->sequence);
    url_query_add(&query, STR("after"), buf_str(&number));
    buf_reset(&number);
    buf_add_int(&number, wait_ms);
    url_query_add(&query, STR("wait"), buf_str(&number));
    const struct client_call_route route = {
        .path = OWN_ROUTES_PROFILE, .query = buf_str(&query), .wait_ms = wait_ms};
    return client_call_sandbox(run_client(run), &route, &run->call, err);
}

static void ask(struct recommend *self, enum phase phase) {
    struct error err = {0};
    bool is_built = false;
    self->phase = phase;
    switch (phase) {
    case PHASE_LIST:
        is_built =
            is_via_endpoint(self) ? build_endpoint(self, &err) : build_personalize(self, &err);
        break;
    case PHASE_REASONS: is_built = build_reasons(self, &err); break;
    case PHASE_CHANGE: is_built = build_change(self, &err); break;
    }
    if (is_built)
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static size_t rank_in(const struct message *list, const char *item_id) {
    const struct message_recommendations *items = &list->as.recommendations;
    for (size_t i = 0; i < items->item_count; i++) {
        if (str_equal(str_from(items->items[i].item_id), str_from(item_id))) return i + 1;
    }
    return 0;
}

static bool is_same_list(const struct message *left, const struct message *right) {
    const struct message_recommendations *a = &left->as.recommendations;
    const struct message_recommendations *b = &right->as.recommendations;
    if (a->item_count != b->item_count) return false;
    for (size_t i = 0; i < a->item_count; i++) {
        if (!str_equal(str_from(a->items[i].item_id), str_from(b->items[i].item_id))) return false;
    }
    return true;
}

// A copy of what the next comparison needs: the items in their order.
static struct message *copy_items(const struct message *list) {
    struct message *copy = message_new(MESSAGE_RECOMMENDATIONS, list->run_id);
    const struct message_recommendations *items = &list->as.recommendations;
    for (size_t i = 0; i < items->item_count; i++)
        (void)message_add_item(copy, str_from(items->items[i].item_id), 0);
    return copy;
}

static void emit_list(struct recommend *self) {
    const bool is_new = !self->before || !is_same_list(self->list, self->before);
    struct message_recommendations *items = &self->list->as.recommendations;
    for (size_t i = 0; self->before && i < items->item_count; i++)
        items->items[i].previous_rank = (int)rank_in(self->before, items->items[i].item_id);
    if (!is_new) {
        message_free(mem_take(&self->list));
        return;
    }
    message_free(self->before);
    self->before = copy_items(self->list);
    run_emit(&self->run, mem_take(&self->list));
}

static void go_on(struct recommend *self) {
    emit_list(self);
    if (self->watch_ms == 0 || self->now_ms >= self->give_up_ms) {
        task_finish(&self->run.task);
    } else if (is_sandbox(self)) {
        ask(self, PHASE_CHANGE);
    } else {
        task_wait(&self->run.task, CLOUD_POLL_MS);
    }
}

static bool keep_list(struct recommend *self, const struct task_event *event, struct error *err) {
    struct personalize_items items = {0};
    if (!client_reply_items(&self->run.call, event, &items, err)) return false;
    message_free(self->list);
    self->list = message_new(MESSAGE_RECOMMENDATIONS, self->run.run_id);
    struct message_recommendations *list = &self->list->as.recommendations;
    const struct str item = arguments_get(&self->run.arguments, "item");
    list->user_id = message_copy_text(run_user(&self->run));
    list->item_id = item.len ? message_copy_text(item) : NULL;
    if (!is_via_endpoint(self))
        list->campaign_arn = message_copy_text(buf_str(&self->run.call.subject));
    list->recommendation_id = message_copy_text(items.recommendation_id);
    list->trigger = mem_copy_string("asked");
    list->ms = event->elapsed_ms;
    for (size_t i = 0; i < items.count; i++) {
        const double score = items.items[i].has_score ? items.items[i].score : -1;
        (void)message_add_item(self->list, items.items[i].item_id, score);
    }
    personalize_items_release(&items);
    return true;
}

static void keep_reasons(struct message_item *item, const struct json_node *shares) {
    size_t at = 0;
    for (const struct json_node *share = json_first(shares); share && at < MESSAGE_REASONS;
         share = json_next(share))
        (void)json_number(share, &item->reasons[at++]);
}

// Best effort: a list without reasons is still the answer.
static void read_reasons(struct recommend *self, const struct task_event *event) {
    struct error ignored = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!client_reply_json(&self->run.call, event, &answer, &ignored)) return;
    struct message_recommendations *list = &self->list->as.recommendations;
    for (const struct json_node *node = json_first(json_get(answer.root, "items")); node;
         node = json_next(node)) {
        const struct str id = json_get_text(node, "item_id");
        for (size_t i = 0; i < list->item_count; i++) {
            if (str_equal(str_from(list->items[i].item_id), id))
                keep_reasons(&list->items[i], json_get(node, "reasons"));
        }
    }
}

static void read_list(struct recommend *self, const struct task_event *event) {
    struct error err = {0};
    const bool has_item = arguments_has(&self->run.arguments, "item");
    if (!keep_list(self, event, &err))
        task_fail(&self->run.task, &err);
    else if (is_sandbox(self) && !is_via_endpoint(self) && !has_item)
        ask(self, PHASE_REASONS);
    else
        go_on(self);
}

static void read_change(struct recommend *self, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    int64_t sequence = 0;
    if (!client_reply_json(&self->run.call, event, &answer, &err)) {
        task_fail(&self->run.task, &err);
        return;
    }
    const bool is_told = json_integer(json_get(answer.root, "sequence"), &sequence);
    const bool has_moved = is_told && sequence > self->sequence;
    self->sequence = is_told ? sequence : self->sequence;
    if (has_moved)
        ask(self, PHASE_LIST);
    else if (self->now_ms >= self->give_up_ms)
        task_finish(&self->run.task);
    else
        ask(self, PHASE_CHANGE);
}

static void read_answer(struct recommend *self, const struct task_event *event) {
    switch (self->phase) {
    case PHASE_LIST: read_list(self, event); break;
    case PHASE_REASONS:
        read_reasons(self, event);
        go_on(self);
        break;
    case PHASE_CHANGE: read_change(self, event); break;
    }
}

static void step(struct task *task, const struct task_event *event) {
    struct recommend *self = (struct recommend *)(void *)task;
    self->now_ms = event->now_ms;
    switch (event->kind) {
    case TASK_BEGIN:
        self->give_up_ms = event->now_ms + self->watch_ms;
        ask(self, PHASE_LIST);
        break;
    case TASK_TIMER: ask(self, PHASE_LIST); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            ask(self, PHASE_LIST);
        else
            read_answer(self, event);
        break;
    case TASK_CANCELLED: break;
    }
}

static void free_recommend(struct task *task) {
    struct recommend *self = (struct recommend *)(void *)task;
    message_free(self->list);
    message_free(self->before);
    run_release(&self->run);
    mem_free(self);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "recommend", .step = step, .free = free_recommend};
    int64_t results = 0;
    int64_t watch_s = 0;
    if (!arguments_number(arguments, "num", 25, 1, PERSONALIZE_MAX_RESULTS, &results, err) ||
        !arguments_number(arguments, "watch", 0, 0, 86400, &watch_s, err))
        return NULL;
    if (!backend_open(context->backend, err)) return NULL;
    struct recommend *self = MEM_NEW(struct recommend);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->results = results;
    self->watch_ms = watch_s * 1000;
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop recommend --num 5",
    "recloop recommend --filter exclude-purchased --json",
    "recloop recommend --item silk-summer-top --via endpoint",
    "recloop recommend --watch 60",
    NULL,
};

const struct action recommend_action = {
    .descriptor =
        {
            .name = "recommend",
            .summary = "what Personalize recommends to a shopper now",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
            .in_palette = true,
        },
    .start = start,
    .main_kind = MESSAGE_RECOMMENDATIONS,
};
