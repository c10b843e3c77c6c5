// sandbox evaluate — how good the recommender is on a file of interactions. Runs in this process; no
// sandbox is needed or touched.
#include "base/memory.h"
#include "run.h"
#include "sandbox/evaluate.h"

#include "registry.h"

static const char *const protocols[] = {"replay", "loo", "related", "popular", NULL};

static const struct parameter parameters[] = {
    {
        .name = "file",
        .kind = PARAMETER_FILE,
        .metavar = "FILE.csv",
        .help = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP",
        .positional = true,
        .required = true,
    },
    {
        .name = "train",
        .kind = PARAMETER_TEXT,
        .metavar = "SHARE",
        .help = "share of the rows to warm up on",
        .initial = "0.8",
    },
    {
        .name = "k",
        .kind = PARAMETER_NUMBER,
        .metavar = "K",
        .help = "items to ask for",
        .initial = "25",
    },
    {
        .name = "every",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "ask at every N-th event only",
        .initial = "1",
    },
    {
        .name = "protocol",
        .kind = PARAMETER_CHOICE,
        .help = "replay: ask before each event, then tell it; loo: leave each user's last event "
                "out; related: items after the current one; popular: replay, the same items for "
                "everybody",
        .initial = "replay",
        .choices = protocols,
    },
};

static bool
read_options(const struct arguments *arguments, struct evaluate_options *out, struct error *err) {
    int64_t k = 0;
    int64_t every = 0;
    if (!arguments_number(arguments, "k", 25, 1, EVALUATE_MAX_K, &k, err) ||
        !arguments_number(arguments, "every", 1, 1, INT64_MAX, &every, err))
        return false;
    const struct str train = arguments_get(arguments, "train");
    if (train.len && !str_parse_double(train, &out->train)) {
        error_set(err, ERROR_USAGE, "--train takes a share, not \"" STR_FMT "\"", STR_ARG(train));
        return error_hint(err, "Write it like this: --train 0.8");
    }
    const struct str protocol = arguments_get(arguments, "protocol");
    if (protocol.len && !evaluate_protocol_parse(protocol, &out->protocol))
        return error_set(err, ERROR_USAGE, "unknown protocol");
    out->k = (size_t)k;
    out->every = (uint64_t)every;
    return evaluate_options_check(out, err);
}

static void emit(struct run *run, const struct evaluate_result *result) {
    CLEANUP(json_release) struct json figures = {0};
    evaluate_add_json(result, json_new_object(&figures));
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message->as.values.title = mem_copy_string("evaluate");
    for (const struct json_node *node = json_first(figures.root); node; node = json_next(node)) {
        CLEANUP(buf_release) struct buf key = {0};
        CLEANUP(buf_release) struct buf value = {0};
        buf_add(&key, json_key(node));
        if (json_kind(node) == JSON_STRING) {
            message_add_value(message, buf_text(&key), json_text(node));
            continue;
        }
        json_print(node, &value);
        message_add_value_json(message, buf_text(&key), buf_str(&value));
    }
    run_emit(run, message);
}

static bool evaluate(struct run *run, struct error *err) {
    struct evaluate_options options = {
        .cancelled = run->context->cancelled,
        .cancelled_context = run->context->cancelled_context,
    };
    if (!read_options(&run->arguments, &options, err)) return false;
    CLEANUP(evaluate_log_freep) struct evaluate_log *log = evaluate_log_new();
    struct evaluate_result result = {0};
    const struct str file = arguments_get(&run->arguments, "file");
    if (!evaluate_log_add_file(log, file.ptr, err) || !evaluate_run(log, &options, &result, err))
        return false;
    emit(run, &result);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, evaluate);
}

static const char *const examples[] = {
    "recloop sandbox evaluate interactions.csv",
    "recloop sandbox evaluate interactions.csv --protocol loo --json", NULL};

const struct action sandbox_evaluate_action = {
    .descriptor =
        {
            .name = "sandbox evaluate",
            .summary = "recommendation quality on a file of interactions",
            .writes = DESCRIPTOR_WRITES_NOTHING,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
    .is_cli_only = true,
};
