// sandbox — the local cloud in the foreground, until it is stopped.
#include "sandbox/sandbox.h"

#include "aws/region.h"
#include "base/memory.h"
#include "identity_values.h"
#include "run.h"

#include "registry.h"

#include <unistd.h>

#define LISTEN "127.0.0.1:7780"
#define LONG_MS ((int64_t)3600 * 1000)

static const struct parameter parameters[] = {
    {
        .name = "listen",
        .kind = PARAMETER_TEXT,
        .metavar = "HOST:PORT",
        .help = "where to listen; port 0 takes a free one",
        .initial = LISTEN,
    },
    {
        .name = "data",
        .kind = PARAMETER_FILE,
        .metavar = "DIR|:memory:",
        .help = "where it keeps its state",
        .initial = "the data folder",
    },
    {
        .name = "region",
        .kind = PARAMETER_TEXT,
        .metavar = "R",
        .help = "the region it plays",
        .initial = "us-east-1",
    },
    {
        .name = "account",
        .kind = PARAMETER_TEXT,
        .metavar = "N",
        .help = "the account it plays",
        .initial = "123456789012",
    },
    {
        .name = "seed-events",
        .kind = PARAMETER_FILE,
        .metavar = "FILE.csv|none",
        .help = "the history it begins with",
        .initial = "a made one",
    },
};

struct sandbox_run {
    struct run run;
    struct sandbox *sandbox; // owned while it runs
};

// NULL when the option was not given. Arguments are NUL-terminated.
static const char *text_or_null(const struct run *run, const char *name) {
    const struct str text = arguments_get(&run->arguments, name);
    return text.len ? text.ptr : NULL;
}

static void tell_ready(struct sandbox_run *self) {
    struct run *run = &self->run;
    if (run->context->wants_json) {
        struct sandbox_identities identities = {0};
        sandbox_identities_make(
            &identities, sandbox_url(self->sandbox), text_or_null(run, "region"),
            text_or_null(run, "account"));
        struct message *message = identity_values_new(run->run_id, &identities);
        CLEANUP(buf_release) struct buf pid = {0};
        buf_add_int(&pid, (int64_t)getpid());
        message_add_value_json(message, "pid", buf_str(&pid));
        sandbox_identities_release(&identities);
        run_emit(run, message);
        return;
    }
    CLEANUP(buf_release) struct buf line = {0};
    buf_add_format(&line, "recloop sandbox ready on %s", sandbox_url(self->sandbox));
    run_emit(run, message_new_line(run->run_id, false, buf_str(&line)));
}

static bool serve(struct sandbox_run *self, struct error *err) {
    struct run *run = &self->run;
    CLEANUP(buf_release) struct buf folder = {0};
    CLEANUP(buf_release) struct buf why = {0};
    const char *data = text_or_null(run, "data");
    if (data && !str_equal(str_from(data), STR(":memory:"))) {
        buf_add(&folder, str_from(data));
    } else if (!data && !backend_data_folder(run->context->backend, &folder, &why)) {
        CLEANUP(buf_release) struct buf note = {0};
        buf_add_format(&note, "In memory, forgotten at the end: %s", buf_text(&why));
        run_note(run, buf_str(&note));
    }
    const struct sandbox_options options = {
        .listen = text_or_null(run, "listen") ? text_or_null(run, "listen") : LISTEN,
        .data_folder = folder.len ? buf_text(&folder) : NULL,
        .region = text_or_null(run, "region"),
        .account = text_or_null(run, "account"),
        .seed_file = text_or_null(run, "seed-events"),
    };
    return sandbox_start(&options, &self->sandbox, err);
}

static void step(struct task *task, const struct task_event *event) {
    struct sandbox_run *self = (struct sandbox_run *)(void *)task;
    struct error err = {0};
    switch (event->kind) {
    case TASK_BEGIN:
        if (!serve(self, &err)) {
            task_fail(task, &err);
            break;
        }
        tell_ready(self);
        task_wait(task, LONG_MS);
        break;
    case TASK_TIMER: task_wait(task, LONG_MS); break;
    case TASK_RESPONSE: break;
    case TASK_CANCELLED:
        sandbox_stop(mem_take(&self->sandbox));
        task_finish(task);
        break;
    }
}

static void free_sandbox_run(struct task *task) {
    struct sandbox_run *self = (struct sandbox_run *)(void *)task;
    sandbox_stop(self->sandbox);
    run_release(&self->run);
    mem_free(self);
}

// What it plays must look as it does there: clients read these out of ARNs.
static bool check_options(const struct arguments *arguments, struct error *err) {
    const struct str region = arguments_get(arguments, "region");
    const struct str account = arguments_get(arguments, "account");
    if (arguments_has(arguments, "region") && !region_is_valid(region)) {
        error_set(err, ERROR_USAGE, "--region cannot be \"" STR_FMT "\"", STR_ARG(region));
        return error_hint(err, "Write it like this: --region eu-west-1");
    }
    size_t digits = 0;
    while (digits < account.len && account.ptr[digits] >= '0' && account.ptr[digits] <= '9')
        digits++;
    if (arguments_has(arguments, "account") && (digits != 12 || account.len != 12)) {
        error_set(err, ERROR_USAGE, "--account cannot be \"" STR_FMT "\"", STR_ARG(account));
        return error_hint(err, "An account has 12 digits: --account 123456789012");
    }
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "sandbox", .step = step, .free = free_sandbox_run};
    if (!check_options(arguments, err)) return NULL;
    struct sandbox_run *self = MEM_NEW(struct sandbox_run);
    run_init(&self->run, &ops, context, arguments, run_id);
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop sandbox", "recloop sandbox --listen 127.0.0.1:0 --data :memory: --json",
    "eval \"$(recloop sandbox env)\"", NULL};

const struct action sandbox_action = {
    .descriptor =
        {
            .name = "sandbox",
            .summary = "run the local stand-in for Segment and AWS",
            .details =
                "Answers as Segment, Personalize, Lambda and STS on one port of this machine "
                "until it is stopped (Ctrl-C, SIGTERM). What it acknowledged survives a "
                "crash. Other commands and the console use a running one by themselves.",
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .output = ACTION_LINES,
    .main_kind = MESSAGE_VALUES,
    .is_endless = true,
    .is_cli_only = true,
};
