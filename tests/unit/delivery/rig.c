// rig — see the header.
#include "rig.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "net/transfers.h"

#define LOOK_MS 5

// The standard one, twenty times as fast; what a server asks for is obeyed in full.
static const struct retry_policy hurried = {
    .base_ms = 3,
    .throttled_ms = 50,
    .cap_ms = 1000,
    .server_cap_ms = 300000,
};

// ---- server ----

static size_t count_in(struct str body, const char *part, uint64_t *numbers, size_t most) {
    const struct str wanted = str_from(part);
    size_t count = 0;
    if (!body.ptr) return 0;
    for (size_t at = 0; at + wanted.len <= body.len; at++) {
        const char *quote = memchr(body.ptr + at, '"', body.len - wanted.len - at + 1);
        if (!quote) break;
        at = (size_t)(quote - body.ptr);
        if (memcmp(body.ptr + at, wanted.ptr, wanted.len) != 0) continue;
        uint64_t number = 0;
        for (at += wanted.len; at < body.len && body.ptr[at] >= '0' && body.ptr[at] <= '9'; at++)
            number = number * 10 + (uint64_t)(body.ptr[at] - '0');
        if (count < most) numbers[count] = number;
        count++;
    }
    return count;
}

static struct loopback_exchange decide(void *context, struct str request) {
    static const struct loopback_exchange success = {.status = 200, .body = "{\"success\":true}"};
    static const struct loopback_exchange empty = {.status = 200};
    struct rig *rig = context;
    size_t head = 0;
    while (head + 4 < request.len && memcmp(request.ptr + head, "\r\n\r\n", 4) != 0)
        head++;
    const bool is_segment = str_starts_with(request, STR("POST /v1/"));
    uint64_t *numbers = mem_alloc(sizeof(*numbers) * 2500);
    struct rig_request seen = {.body = str_skip(request, head + 4), .lines = request.ptr};
    seen.count =
        count_in(seen.body, is_segment ? "\"messageId\":\"m-" : "\"eventId\":\"m-", numbers, 2500);
    pthread_mutex_lock(&rig->lock);
    seen.number = rig->requests++;
    struct loopback_exchange answer = rig->decide ? rig->decide(rig, &seen) : RIG_USUAL;
    if (answer.status == -1) {
        answer = is_segment ? success : empty;
        seen.is_taken = true;
    }
    if (seen.count > rig->largest_batch) rig->largest_batch = seen.count;
    if (seen.body.len > rig->largest_body) rig->largest_body = seen.body.len;
    for (size_t i = 0; seen.is_taken && i < seen.count; i++)
        if (numbers[i] < RIG_MOST_MESSAGES) rig->taken[numbers[i]]++;
    if (seen.is_taken) rig->total_taken += seen.count;
    pthread_mutex_unlock(&rig->lock);
    mem_free(numbers);
    return answer;
}

// ---- feed ----

static void assert_counts_add_up(const struct rig *rig) {
    struct delivery_counts counts;
    delivery_count(rig->delivery, &counts);
    assert_int_equal(
        counts.taken,
        counts.accepted + counts.refused + counts.skipped + counts.in_flight + counts.waiting);
    assert_true(counts.waiting <= counts.taken);
}

static enum delivery_pull next(
    void *context,
    int64_t now_ms,
    struct delivery_message *out,
    struct delivery_mark *mark,
    int64_t *out_due_ms) {
    struct rig *rig = context;
    rig->asked++;
    *mark = (struct delivery_mark){.ordinal = rig->next, .words = {(int64_t)rig->next, -1, 7, 0}};
    if (rig->next >= rig->count) return DELIVERY_END;
    if (now_ms < rig->not_yet_until_ms) {
        *out_due_ms = rig->not_yet_until_ms;
        return DELIVERY_NOT_YET;
    }
    if (rig->gap_ms) rig->not_yet_until_ms = now_ms + rig->gap_ms;
    const uint64_t number = rig->next++;
    buf_reset(&rig->text);
    buf_reset(&rig->id);
    buf_reset(&rig->user);
    buf_add_format(&rig->id, "m-%llu", (unsigned long long)number);
    buf_add_format(&rig->user, "u-%llu", (unsigned long long)(number / 4));
    buf_add_format(
        &rig->text,
        "{\"type\":\"track\",\"event\":\"Product Clicked\",\"messageId\":\"%s\",\"userId\":\"%s\","
        "\"properties\":{\"sku\":\"led-high-tops\"}}",
        buf_text(&rig->id), buf_text(&rig->user));
    static const struct str item[] = {{.ptr = "led-high-tops", .len = 13}};
    *out = (struct delivery_message){
        .source = CLIENT_SOURCE_WEBSITE,
        .text = buf_str(&rig->text),
        .message_id = buf_str(&rig->id),
        .user_id = buf_str(&rig->user),
        .session_id = buf_str(&rig->user),
        .event_name = STR("Product Clicked"),
        .timestamp_ms = 1548061200000,
        .items = item,
        .item_count = 1,
    };
    if (rig->shape) rig->shape(rig, number, out);
    struct delivery_counts counts;
    delivery_count(rig->delivery, &counts);
    const uint64_t outstanding = counts.in_flight + counts.waiting;
    if (outstanding > rig->most_outstanding) rig->most_outstanding = outstanding;
    return DELIVERY_MESSAGE;
}

static void note_settled(void *context, const struct delivery_mark *mark) {
    struct rig *rig = context;
    assert_true(mark->ordinal >= rig->mark.ordinal); // never back
    assert_int_equal(mark->ordinal, mark->words[0]);
    rig->mark = *mark;
    rig->settles++;
}

static void note_refused(void *context, struct str message_id, const struct error *reason) {
    struct rig *rig = context;
    (void)message_id;
    rig->refusals++;
    memcpy(rig->last_refusal, reason->message, sizeof(rig->last_refusal));
}

// ---- host ----

struct host {
    struct task task;
    struct rig *rig;
};

static void finish(struct rig *rig, struct task *task) {
    delivery_count(rig->delivery, &rig->counts);
    delivery_count_settled(rig->delivery, &rig->settled);
    delivery_free(rig->delivery);
    rig->delivery = NULL;
    task_finish(task);
}

static void step_host(struct task *task, const struct task_event *event) {
    struct rig *rig = ((struct host *)(void *)task)->rig;
    struct error err = {0};
    if (event->kind == TASK_CANCELLED) {
        if (!rig->frees_late) delivery_free(mem_take(&rig->delivery));
        return;
    }
    if (event->kind == TASK_BEGIN && !delivery_begin(&rig->options, task, &rig->delivery, &err)) {
        rig->outcome = err;
        rig->has_ended = true;
        task_fail(task, &err);
        return;
    }
    assert_counts_add_up(rig);
    rig->looks++;
    rig->has_ended = delivery_has_ended(rig->delivery, &rig->outcome);
    if (rig->has_ended || (rig->look && !rig->look(rig)))
        finish(rig, task);
    else
        task_wait(task, rig->look ? LOOK_MS : 60000);
}

static void free_host(struct task *task) {
    struct rig *rig = ((struct host *)(void *)task)->rig;
    delivery_free(mem_take(&rig->delivery));
    mem_free(task);
}

static struct task *new_host(struct rig *rig) {
    static const struct task_ops ops = {.name = "host", .step = step_host, .free = free_host};
    struct host *host = MEM_NEW(struct host);
    const struct transfers_options options = client_transfers_options(rig->fixture.client);
    host->task.ops = &ops;
    host->rig = rig;
    rig->outcome = (struct error){0};
    rig->looks = 0;
    rig->transfers = transfers_new(&options);
    return &host->task;
}

void rig_set_decide(
    struct rig *rig,
    struct loopback_exchange (*decide_next)(struct rig *rig, struct rig_request *request)) {
    pthread_mutex_lock(&rig->lock);
    rig->decide = decide_next;
    pthread_mutex_unlock(&rig->lock);
}

static void free_transfers(struct rig *rig) {
    transfers_free(rig->transfers);
    pthread_mutex_lock(&rig->lock); // from here on the test sees what the server has counted
    pthread_mutex_unlock(&rig->lock);
    rig->transfers = NULL;
    assert_null(rig->delivery);
}

static bool keep_looking(struct rig *rig) {
    (void)rig;
    return true;
}

void rig_run_freed(struct rig *rig, int looks) {
    rig->look = keep_looking;
    struct task *host = new_host(rig);
    transfers_start(rig->transfers, host);
    while (rig->looks < looks)
        assert_true(transfers_run_once(rig->transfers, 10));
    free_transfers(rig);
}

static bool has_looked_enough(void *context) {
    const struct rig *rig = context;
    return rig->looks >= rig->most_looks;
}

void rig_run_cancelled(struct rig *rig, int looks) {
    struct error err = {0};
    rig->look = keep_looking;
    rig->most_looks = looks;
    struct task *host = new_host(rig);
    assert_false(task_run_on(rig->transfers, host, has_looked_enough, rig, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    free_transfers(rig);
}

bool rig_run(struct rig *rig) {
    struct error err = {0};
    struct task *host = new_host(rig);
    const bool is_ok = task_run_on(rig->transfers, host, NULL, NULL, &err);
    free_transfers(rig);
    return is_ok && rig->has_ended && rig->outcome.code == ERROR_NONE;
}

void rig_start_with(struct rig *rig, uint64_t count, const struct client_fixture_options *given) {
    struct client_fixture_options options = *given;
    assert_true(count <= RIG_MOST_MESSAGES);
    memset(rig, 0, sizeof(*rig));
    pthread_mutex_init(&rig->lock, NULL);
    rig->is_started = true;
    if (!options.url) {
        options.decide = decide;
        options.decide_context = rig;
    }
    client_fixture_start(&rig->fixture, &options);
    rig->folder = temp_folder_make();
    temp_folder_path(&rig->folder, "dead.ndjson", rig->letters_path, sizeof(rig->letters_path));
    rig->count = count;
    rig->options = (struct delivery_options){
        .client = rig->fixture.client,
        .feed = {.next = next, .context = rig},
        .dead_letters = rig->letters_path,
        .settled = note_settled,
        .refused = note_refused,
        .context = rig,
        .jitter_seed = 7,
        .retry = &hurried,
    };
}

void rig_start(struct rig *rig, uint64_t count) {
    static const struct client_fixture_pair keys[] = {
        {"android_write_key", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"ios_write_key", "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"},
        {NULL, NULL},
    };
    rig_start_with(rig, count, &(struct client_fixture_options){.settings = keys});
}

void rig_stop(struct rig *rig) {
    if (!rig->is_started) return;
    rig->is_started = false;
    client_fixture_stop(&rig->fixture);
    temp_folder_remove(&rig->folder);
    buf_release(&rig->text);
    buf_release(&rig->id);
    buf_release(&rig->user);
    pthread_mutex_destroy(&rig->lock);
}

void rig_assert_taken(const struct rig *rig, uint64_t from, uint64_t to, uint32_t times) {
    for (uint64_t i = from; i < to; i++) {
        if (rig->taken[i] == times) continue;
        print_error("message %llu was taken %u times\n", (unsigned long long)i, rig->taken[i]);
        fail();
    }
}

void rig_assert_none_lost(const struct rig *rig, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++) {
        if (rig->taken[i]) continue;
        print_error("message %llu was lost\n", (unsigned long long)i);
        fail();
    }
}

void rig_read_letters(struct rig *rig, struct buf *out) {
    struct error err = {0};
    assert_ok(files_read(rig->letters_path, 1 << 24, out, &err), err);
}
