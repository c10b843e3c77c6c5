// rank — GetPersonalizedRanking: given items in the order this shopper would want them.
#include "base/memory.h"
#include "run.h"

#include "registry.h"

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
        .metavar = "ITEM",
        .help = "the items to order",
        .positional = true,
        .required = true,
        .repeats = true,
    },
};

static bool ask(struct run *run, struct error *err) {
    if (!run_require(run, "ranking_campaign_arn", err)) return false;
    struct personalize_rank rank = {
        .campaign_arn = config_text(run_setting(run, "ranking_campaign_arn")),
        .user_id = run_user(run),
    };
    for (size_t i = 0; i < arguments_count(&run->arguments, "item"); i++)
        personalize_list_add(&rank.input, arguments_get_at(&run->arguments, "item", i));
    const bool ok = client_call_ranking(run_client(run), NULL, &rank, &run->call, err);
    personalize_rank_release(&rank);
    return ok;
}

// The rank before is the place the item was given in.
static int given_rank(const struct run *run, struct str item) {
    for (size_t i = 0; i < arguments_count(&run->arguments, "item"); i++) {
        if (str_equal(arguments_get_at(&run->arguments, "item", i), item)) return (int)i + 1;
    }
    return 0;
}

static bool answer(struct run *run, const struct task_event *event, struct error *err) {
    struct personalize_items items = {0};
    if (!client_reply_items(&run->call, event, &items, err)) return false;
    struct message *message = message_new(MESSAGE_RECOMMENDATIONS, run->run_id);
    struct message_recommendations *list = &message->as.recommendations;
    list->user_id = message_copy_text(run_user(run));
    list->campaign_arn = message_copy_text(buf_str(&run->call.subject));
    list->recommendation_id = message_copy_text(items.recommendation_id);
    list->trigger = mem_copy_string("ranked");
    list->ms = event->elapsed_ms;
    for (size_t i = 0; i < items.count; i++) {
        const double score = items.items[i].has_score ? items.items[i].score : -1;
        struct message_item *item = message_add_item(message, items.items[i].item_id, score);
        item->previous_rank = given_rank(run, items.items[i].item_id);
    }
    personalize_items_release(&items);
    run_emit(run, message);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct run_call_functions functions = {
        .name = "rank", .ask = ask, .answer = answer};
    return run_new_call(context, arguments, run_id, &functions, err);
}

static const char *const examples[] = {
    "recloop rank --user 2941404340 silk-summer-top led-high-tops zipped-jacket", NULL};

const struct action rank_action = {
    .descriptor =
        {
            .name = "rank",
            .summary = "put items into the order a shopper would want",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_RECOMMENDATIONS,
};
