// probe — see the header.
#include "probe.h"

static void probe_begin(struct probe *probe) {
    struct request request = {0};
    if (probe->wait_ms) {
        task_wait(&probe->task, probe->wait_ms);
        return;
    }
    request_set_method(&request, str_from(probe->method ? probe->method : "POST"));
    buf_add(&request.url, str_from(probe->url ? probe->url : loopback_url(probe->server)));
    buf_add(&request.url, str_from(probe->url_path ? probe->url_path : "/"));
    headers_copy(&probe->headers, &request.headers);
    request_set_body(&request, str_from(probe->body));
    task_request(&probe->task, &request, &probe->options);
    assert_int_equal(request.url.len, 0); // taken
}

static void probe_answer(struct probe *probe, const struct task_event *event) {
    probe->answered++;
    probe->attempts = event->attempts;
    assert_true((event->response == NULL) != (event->error == NULL));
    if (event->error) {
        probe->error = *event->error;
        task_fail(&probe->task, event->error);
        return;
    }
    if (!event->response) return; // said above; the analyzer cannot know
    probe->status = event->response->status;
    buf_add(&probe->reply, buf_str(&event->response->body));
    const struct str header = headers_get(&event->response->headers, STR("X-Note"));
    if (header.len < sizeof(probe->header) && header.len)
        memcpy(probe->header, header.ptr, header.len);
    if (probe->starts) transfers_start(probe->transfers, probe->starts);
    task_finish(&probe->task);
}

static void probe_step(struct task *task, const struct task_event *event) {
    struct probe *probe = (struct probe *)task;
    switch (event->kind) {
    case TASK_BEGIN:
        probe->begun++;
        probe_begin(probe);
        break;
    case TASK_RESPONSE: probe_answer(probe, event); break;
    case TASK_TIMER:
        probe->timed++;
        task_finish(task);
        break;
    case TASK_CANCELLED: probe->cancelled++; break;
    }
}

static void probe_free(struct task *task) {
    ((struct probe *)task)->freed++;
}

static const struct task_ops probe_ops = {.name = "probe", .step = probe_step, .free = probe_free};

static void probe_done(void *context, struct task *task, const struct error *err) {
    struct probe *probe = context;
    assert_ptr_equal(&probe->task, task);
    assert_int_equal(probe->freed, 0); // results can still be read
    probe->done++;
    probe->outcome = *err;
}

void probe_init(struct probe *probe, const struct loopback *server) {
    probe->task.ops = &probe_ops;
    probe->task.on_done = probe_done;
    probe->task.on_done_context = probe;
    probe->server = server;
}

void probe_release(struct probe *probe) {
    headers_release(&probe->headers);
    buf_release(&probe->reply);
}

bool probe_run(struct probe *probe, struct error *err) {
    const struct transfers_options options = {.jitter_seed = 1};
    *err = (struct error){0};
    const bool is_ok = task_run(&probe->task, &options, NULL, NULL, err);
    assert_int_equal(probe->done, 1);
    assert_int_equal(probe->freed, 1);
    return is_ok;
}
