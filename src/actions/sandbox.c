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
#define FINISH_MS 5000 // for requests under way when it is stopped
#define FAULTS 100
#define LONGEST_STATUS_S 3600

static const char *const handlers[] = {"builtin", "runtime", NULL};

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
    {
        .name = "fault",
        .kind = PARAMETER_TEXT,
        .metavar = "SPEC",
        .help = "what is to go wrong, for example lambda.Invoke:latency=250ms,count=3",
        .repeats = true,
    },
    {
        .name = "handler",
        .kind = PARAMETER_CHOICE,
        .choices = handlers,
        .help = "who runs functions: this program, or runtimes that attach",
        .initial = "builtin",
    },
    {
        .name = "answers",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "lists and errors that campaigns are to answer, as JSON",
    },
    {
        .name = "instant",
        .kind = PARAMETER_FLAG,
        .help = "what is created or trained is ACTIVE at once",
    },
    {
        .name = "status-seconds",
        .kind = PARAMETER_NUMBER,
        .metavar = "N",
        .help = "how long each status on the way to ACTIVE lasts",
        .initial = "2",
    },
    {
        .name = "strict",
        .kind = PARAMETER_FLAG,
        .help = "refuse what the real Tracking API accepts and drops",
    },
    {
        .name = "request-log",
        .kind = PARAMETER_FILE,
        .metavar = "FILE|-",
        .help = "one line of JSON for each request; SIGHUP opens the file anew",
    },
    {
        .name = "allow-remote",
        .kind = PARAMETER_FLAG,
        .help = "let --listen name an address that others reach",
    },
};

struct sandbox_run {
    struct run run;
    struct sandbox *sandbox;        // owned while it runs
    const char *faults[FAULTS + 1]; // views of the arguments
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
        sandbox_identities_set_runtime_api(&identities, sandbox_runtime_api(self->sandbox));
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

static const char *const *list_faults(struct sandbox_run *self) {
    const size_t count = arguments_count(&self->run.arguments, "fault");
    for (size_t i = 0; i < count && i < FAULTS; i++)
        self->faults[i] = arguments_get_at(&self->run.arguments, "fault", i).ptr;
    return self->faults;
}

// 0: not given.
static bool status_seconds(const struct arguments *arguments, int64_t *out, struct error *err) {
    return arguments_number(arguments, "status-seconds", 0, 1, LONGEST_STATUS_S, out, err);
}

// Loud, because nothing else stands between the sandbox and the network.
static void warn_of_others(struct run *run, const char *listen) {
    struct error ignored = {0};
    if (sandbox_check_listen(listen, false, &ignored)) return;
    CLEANUP(buf_release) struct buf note = {0};
    buf_add_format(
        &note,
        "Whoever reaches %s can use this sandbox: its keys are known to everybody. Its own routes "
        "(/_recloop/) answer this machine only.",
        listen);
    run_note(run, buf_str(&note));
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
    int64_t status_s = 0;
    if (!status_seconds(&run->arguments, &status_s, err)) return false;
    const struct sandbox_options options = {
        .listen = text_or_null(run, "listen") ? text_or_null(run, "listen") : LISTEN,
        .data_folder = folder.len ? buf_text(&folder) : NULL,
        .region = text_or_null(run, "region"),
        .account = text_or_null(run, "account"),
        .seed_file = text_or_null(run, "seed-events"),
        .faults = list_faults(self),
        .has_runtime_handler = str_equal(arguments_get(&run->arguments, "handler"), STR("runtime")),
        .answers_file = text_or_null(run, "answers"),
        .has_instant_statuses = arguments_has(&run->arguments, "instant"),
        .status_step_ms = status_s * 1000,
        .is_strict = arguments_has(&run->arguments, "strict"),
        .request_log = text_or_null(run, "request-log"),
        .is_remote_allowed = arguments_has(&run->arguments, "allow-remote"),
    };
    warn_of_others(run, options.listen);
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
        sandbox_finish(mem_take(&self->sandbox), FINISH_MS);
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

static bool check_faults(const struct arguments *arguments, struct error *err) {
    const size_t count = arguments_count(arguments, "fault");
    if (count > FAULTS) {
        error_set(err, ERROR_USAGE, "%zu faults are too many", count);
        return error_hint(err, "There may be %d at a time.", FAULTS);
    }
    for (size_t i = 0; i < count; i++) {
        const char *spec = arguments_get_at(arguments, "fault", i).ptr;
        if (!sandbox_check_fault(spec ? spec : "", err)) return error_wrap(err, "--fault %s", spec);
    }
    return true;
}

static bool check_options(const struct arguments *arguments, struct error *err) {
    const struct str listen = arguments_get(arguments, "listen");
    int64_t seconds = 0;
    if (listen.len &&
        !sandbox_check_listen(listen.ptr, arguments_has(arguments, "allow-remote"), err)) {
        return error_wrap(err, "--listen");
    }
    return check_faults(arguments, err) && status_seconds(arguments, &seconds, err);
}

// What it plays must look as it does there: clients read these out of ARNs.
static bool check_identity(const struct arguments *arguments, struct error *err) {
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
    if (!check_options(arguments, err) || !check_identity(arguments, err)) return NULL;
    struct sandbox_run *self = MEM_NEW(struct sandbox_run);
    run_init(&self->run, &ops, context, arguments, run_id);
    return &self->run.task;
}

static const char *const examples[] = {
    "recloop sandbox",
    "recloop sandbox --listen 127.0.0.1:0 --data :memory: --json",
    "recloop sandbox --fault personalize-runtime.GetRecommendations:throttle,count=3",
    "recloop sandbox --handler runtime --instant --request-log requests.jsonl",
    "eval \"$(recloop sandbox env)\"",
    NULL};

const struct action sandbox_action = {
    .descriptor =
        {
            .name = "sandbox",
            .summary = "run the local stand-in for Segment and AWS",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .details =
                "Answers as Segment, Personalize, Lambda and STS on one port of this machine "
                "until it is stopped (Ctrl-C, SIGTERM). What it acknowledged survives a "
                "crash. Other commands and the console use a running one by themselves.\n\n"
                "A fault is SERVICE[.OPERATION]:WHAT[,WORD=VALUE]…, and may be given several "
                "times. "
                "SERVICE: tracking, profile, personalize-runtime, personalize-events, personalize, "
                "lambda, sts, iam, logs, gateway, * for all of these, function, destination. "
                "WHAT: latency=250ms or 250ms..1s, throttle, status=N, error=CODE, drop, lose, "
                "half, "
                "expired-token, skew=-10m; of function: timeout, crash; of destination: off. "
                "Further: "
                "message, retry-after, reset, reason, user, function, probability, seed, count, "
                "id. "
                "The same at run time: GET, PUT and DELETE /_recloop/faults; declared answers: "
                "/_recloop/answers; figures: /_recloop/metrics.",
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
