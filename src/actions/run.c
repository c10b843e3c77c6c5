// run — see the header.
#include "run.h"

#include "actions/sent_note.h"
#include "base/files.h"
#include "base/memory.h"
#include "http/url.h"

#define MOST_RECOVERIES 100 // of one run; each has found a sandbox that answered

void run_init(
    struct run *run,
    const struct task_ops *ops,
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id) {
    run->task.ops = ops;
    run->context = context;
    run->client = backend_client(context->backend);
    run->run_id = run_id;
    arguments_copy(arguments, &run->arguments);
}

void run_release(struct run *run) {
    arguments_release(&run->arguments);
    client_call_release(&run->call);
}

struct run *run_of(struct task *task) {
    return (struct run *)(void *)task;
}

void run_emit(struct run *run, struct message *take_message) {
    take_message->run_id = run->run_id;
    action_emit(run->context, take_message);
}

void run_note(struct run *run, struct str text) {
    run_emit(run, message_new_line(run->run_id, true, text));
}

static void
tell_observer(struct run *run, enum client_source source, const char *via, struct str text) {
    struct message *message = message_new(MESSAGE_EVENT, run->run_id);
    struct message_event *event = &message->as.event;
    event->is_sent = true;
    event->source = mem_copy_string(client_source_name(source));
    event->via = mem_copy_string(via);
    event->raw = message_copy_text(text);
    action_observe(run->context, message);
    message_free(message);
}

void run_tell_sent(struct run *run, enum client_source source, const char *via, struct str text) {
    const struct action_context *context = run->context;
    const struct sent_note note = {.source = client_source_name(source), .via = via, .text = text};
    if (action_is_observed(context)) tell_observer(run, source, via, text);
    if (context->tell_sent && !run_is_sandbox(run))
        context->tell_sent(context->emit_context, &note);
}

struct client *run_client(const struct run *run) {
    return run->client;
}

bool run_is_sandbox(const struct run *run) {
    return client_is_sandbox(run->client);
}

// Settings may lead a call elsewhere: that nobody answers there tells nothing about the sandbox.
static bool went_to_sandbox(const struct run *run, const struct task_event *event) {
    struct url sent = {0};
    struct url sandbox = {0};
    struct error ignored = {0};
    return event->request && url_parse(buf_str(&event->request->url), &sent, &ignored) &&
           url_parse(client_sandbox_url(run->client), &sandbox, &ignored) &&
           str_equal(sent.host, sandbox.host) && sent.port == sandbox.port;
}

bool run_recover(struct run *run, const struct task_event *event) {
    const bool is_gone = event->error && event->error->code == ERROR_UNREACHABLE;
    if (!is_gone || !run_is_sandbox(run) || run->recoveries >= MOST_RECOVERIES) return false;
    if (!went_to_sandbox(run, event)) return false;
    struct backend *backend = run->context->backend;
    if (!backend_recover(backend, client_sandbox_url(run->client))) return false;
    run->client = backend_client(backend);
    run->recoveries++;
    run_note(run, STR("The sandbox's process ended; going on with another."));
    return true;
}

const struct config *run_config(const struct run *run) {
    return client_config(run_client(run));
}

const struct config_value *run_setting(const struct run *run, const char *key) {
    const struct setting *setting = settings_find(str_from(key));
    ASSERT(setting);
    return config_get(run_config(run), setting);
}

bool run_read_stdin(struct run *run, size_t limit, struct buf *out, struct error *err) {
    const struct action_context *context = run->context;
    return files_read_stdin(limit, context->cancelled, context->cancelled_context, out, err);
}

bool run_require(const struct run *run, const char *key, struct error *err) {
    const struct setting *setting = settings_find(str_from(key));
    ASSERT(setting);
    return config_require(run_config(run), setting, err);
}

struct str run_user(const struct run *run) {
    if (arguments_has(&run->arguments, "user")) return arguments_get(&run->arguments, "user");
    return config_text(&run_config(run)->user_id);
}

// Ends the task with the outcome of a piece of work.
static void settle(struct task *task, bool ok, const struct error *err) {
    if (ok)
        task_finish(task);
    else
        task_fail(task, err);
}

struct local_run {
    struct run run;
    run_local_fn *work;
};

static void step_local(struct task *task, const struct task_event *event) {
    if (event->kind != TASK_BEGIN) return;
    struct local_run *self = (struct local_run *)(void *)task;
    struct error err = {0};
    settle(task, self->work(&self->run, &err), &err);
}

static void free_run(struct task *task) {
    run_release(run_of(task));
    mem_free(task);
}

struct task *run_new_local(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    run_local_fn *work) {
    static const struct task_ops ops = {.name = "local", .step = step_local, .free = free_run};
    struct local_run *made = MEM_NEW(struct local_run);
    run_init(&made->run, &ops, context, arguments, run_id);
    made->work = work;
    return &made->run.task;
}

struct call_run {
    struct run run;
    const struct run_call_functions *functions;
};

static void ask(struct call_run *self) {
    struct error err = {0};
    if (self->functions->ask(&self->run, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void step_call(struct task *task, const struct task_event *event) {
    struct call_run *self = (struct call_run *)(void *)task;
    struct error err = {0};
    switch (event->kind) {
    case TASK_BEGIN: ask(self); break;
    case TASK_RESPONSE:
        if (run_recover(&self->run, event))
            ask(self);
        else
            settle(task, self->functions->answer(&self->run, event, &err), &err);
        break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

struct task *run_new_call(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    const struct run_call_functions *functions,
    struct error *err) {
    static const struct task_ops ops = {.name = "call", .step = step_call, .free = free_run};
    if (!backend_open(context->backend, err)) return NULL;
    struct call_run *made = MEM_NEW(struct call_run);
    run_init(&made->run, &ops, context, arguments, run_id);
    made->functions = functions;
    return &made->run.task;
}
