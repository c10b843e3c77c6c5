// sandbox_search — see the header.
#include "sandbox_search.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "http/url.h"
#include "net/transfers.h"
#include "sandbox/own_routes.h"

#define SEARCH_MS 5000 // somebody holds the lock and does not come up
#define PAUSE_MS 5
#define ANSWER_MS 2000

// Asks a sandbox who it is; also the proof that it answers.
struct greeting {
    struct task task;
    const char *url;
    struct sandbox_search_result *out;
};

static void copy_text(char *out, size_t cap, struct str text) {
    if (text.len >= cap) text.len = cap - 1;
    if (text.len) memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

static void read_greeting(struct greeting *self, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json answer = {0};
    if (!event->response) {
        task_fail(&self->task, event->error);
        return;
    }
    if (!json_parse(buf_str(&event->response->body), &answer, &err)) {
        task_fail(&self->task, &err);
        return;
    }
    if (event->response->status != 200 || !json_get_text(answer.root, "url").len) {
        error_set(&err, ERROR_REFUSED, "%s is no sandbox of recloop", self->url);
        task_fail(&self->task, &err);
        return;
    }
    copy_text(self->out->region, sizeof(self->out->region), json_get_text(answer.root, "region"));
    copy_text(
        self->out->account, sizeof(self->out->account), json_get_text(answer.root, "account"));
    copy_text(
        self->out->runtime_api, sizeof(self->out->runtime_api),
        json_get_text(answer.root, "runtime_api"));
    task_finish(&self->task);
}

static void greeting_step(struct task *task, const struct task_event *event) {
    struct greeting *self = (struct greeting *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN: {
        struct request request = {0};
        url_join(&request.url, str_from(self->url), STR(OWN_ROUTES_HEALTH));
        const struct task_request_options options = {
            .timeout_ms = ANSWER_MS, .retry = TASK_RETRY_NEVER};
        task_request(task, &request, &options);
        break;
    }
    case TASK_RESPONSE: read_greeting(self, event); break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

static void free_task(struct task *task) {
    mem_free(task);
}

static bool greet(
    struct transfers *transfers,
    const char *url,
    struct sandbox_search_result *out,
    struct error *err) {
    static const struct task_ops ops = {
        .name = "sandbox greeting", .step = greeting_step, .free = free_task};
    struct greeting *greeting = MEM_NEW(struct greeting);
    greeting->task.ops = &ops;
    greeting->url = url;
    greeting->out = out;
    if (!task_run_on(transfers, &greeting->task, NULL, NULL, err)) return false;
    copy_text(out->url, sizeof(out->url), str_from(url));
    return true;
}

static void pause_step(struct task *task, const struct task_event *event) {
    if (event->kind == TASK_BEGIN)
        task_wait(task, PAUSE_MS);
    else if (event->kind == TASK_TIMER)
        task_finish(task);
}

// Lets the starter that has the lock write where it listens.
static bool pause_a_little(struct transfers *transfers, struct error *err) {
    static const struct task_ops ops = {
        .name = "sandbox pause", .step = pause_step, .free = free_task};
    struct task *task = MEM_NEW(struct task);
    task->ops = &ops;
    return task_run_on(transfers, task, NULL, NULL, err);
}

static bool start(
    const char *data_folder,
    struct sandbox_search_result *out,
    struct sandbox **out_own,
    struct error *err) {
    const struct sandbox_options options = {.data_folder = data_folder};
    if (!sandbox_start(&options, out_own, err)) return false;
    copy_text(out->url, sizeof(out->url), str_from(sandbox_url(*out_own)));
    return true;
}

bool sandbox_search_run(
    struct sandbox_search *search,
    struct sandbox_search_result *out,
    struct sandbox **out_own,
    struct error *err) {
    struct sandbox_search_result found = {0};
    const int64_t give_up_ms = clock_monotonic_ms() + SEARCH_MS;
    bool is_found = false;
    while (search->data_folder && !search->fell_back && !is_found) {
        struct sandbox_place place = {0};
        is_found = (sandbox_find(search->data_folder, &place, err) &&
                    greet(search->transfers, place.url, &found, err)) ||
                   start(search->data_folder, &found, out_own, err);
        found.pid = is_found && !*out_own ? place.pid : 0;
        if (is_found) break;
        if (err->code != ERROR_BUSY) {
            search->fell_back = true;
            search->fall_back_reason = *err;
        } else if (clock_monotonic_ms() > give_up_ms || !pause_a_little(search->transfers, err)) {
            return error_hint(
                err, "Another recloop holds %s and does not answer; end it, or set XDG_DATA_HOME.",
                search->data_folder);
        }
    }
    if (!is_found && !start(NULL, &found, out_own, err)) return false;
    *out = found;
    return true;
}
