// sandbox import — interactions of a CSV file into the sandbox's history. The file goes over in pieces
// cut at row ends, each with the header before it, so that its size does not matter.
#include "base/files.h"
#include "base/memory.h"
#include "base/rng.h"
#include "run.h"
#include "sandbox/interactions_csv.h"
#include "sandbox/own_routes.h"

#include "registry.h"

#define FILE_LIMIT ((size_t)512 << 20)
#define PIECE_BYTES ((size_t)512 << 10)

static const struct parameter parameters[] = {
    {
        .name = "file",
        .kind = PARAMETER_FILE,
        .metavar = "FILE.csv",
        .help = "USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP",
        .positional = true,
        .required = true,
    },
};

struct import {
    struct run run;
    struct buf text; // owned: the whole file
    struct buf name; // owned: the pieces bear the name of one file
    struct str header, rest;
    uint64_t total_bytes;
    int64_t imported, duplicates;
};

// The rows of the front of `rest`, up to about PIECE_BYTES. Line breaks inside quotes end no row.
static struct str take_rows(struct str *rest) {
    size_t end = 0;
    bool is_quoted = false;
    for (size_t i = 0; i < rest->len; i++) {
        if (rest->ptr[i] == '"') is_quoted = !is_quoted;
        if (rest->ptr[i] != '\n' || is_quoted) continue;
        end = i + 1;
        if (end >= PIECE_BYTES) break;
    }
    const bool is_last = end == 0 || (end < PIECE_BYTES && end < rest->len);
    if (is_last) end = rest->len;
    const struct str rows = str_slice(*rest, 0, end);
    *rest = str_skip(*rest, end);
    return rows;
}

static void finish(struct import *self) {
    struct message *message = message_new(MESSAGE_VALUES, self->run.run_id);
    message->as.values.title = mem_copy_string("import");
    CLEANUP(buf_release) struct buf number = {0};
    buf_add_int(&number, self->imported);
    message_add_value_json(message, "imported", buf_str(&number));
    buf_reset(&number);
    buf_add_int(&number, self->duplicates);
    message_add_value_json(message, "duplicates", buf_str(&number));
    run_emit(&self->run, message);
    task_finish(&self->run.task);
}

// The first piece goes even without rows: the sandbox judges the header.
static void post_piece(struct import *self) {
    struct error err = {0};
    CLEANUP(buf_release) struct buf body = {0};
    buf_add(&body, self->header);
    buf_add(&body, take_rows(&self->rest));
    if (body.overflowed || self->header.len > INTERACTIONS_CSV_MAX_ROW_BYTES) {
        error_set(
            &err, ERROR_INVALID, "a row is longer than %zu KiB",
            INTERACTIONS_CSV_MAX_ROW_BYTES >> 10);
        error_hint(&err, "Is it a CSV file? If so, look for a quote that is never closed.");
        task_fail(&self->run.task, &err);
        return;
    }
    const struct client_call_route route = {
        .method = "POST",
        .path = OWN_ROUTES_IMPORT,
        .query = buf_str(&self->name),
        .body = buf_str(&body)};
    if (client_call_sandbox(run_client(&self->run), &route, &self->run.call, &err))
        client_call_start(&self->run.call, &self->run.task);
    else
        task_fail(&self->run.task, &err);
}

static void report(struct import *self) {
    struct message *message = message_new(MESSAGE_PROGRESS, self->run.run_id);
    struct message_progress *progress = &message->as.progress;
    progress->label = mem_copy_string("bytes imported");
    progress->total = self->total_bytes;
    progress->done = self->total_bytes - self->rest.len;
    progress->is_running = self->rest.len > 0;
    run_emit(&self->run, message);
}

static void read_answer(struct import *self, const struct task_event *event) {
    struct error err = {0};
    CLEANUP(json_release) struct json reply = {0};
    int64_t number = 0;
    if (!client_reply_json(&self->run.call, event, &reply, &err)) {
        task_fail(&self->run.task, &err);
        return;
    }
    if (json_integer(json_get(reply.root, "imported"), &number)) self->imported += number;
    if (json_integer(json_get(reply.root, "duplicates"), &number)) self->duplicates += number;
    if (!self->rest.len) {
        finish(self);
        return;
    }
    report(self);
    post_piece(self);
}

static void step(struct task *task, const struct task_event *event) {
    struct import *self = (struct import *)(void *)task;
    switch (event->kind) {
    case TASK_BEGIN: post_piece(self); break;
    case TASK_RESPONSE: read_answer(self, event); break;
    case TASK_TIMER:
    case TASK_CANCELLED: break;
    }
}

static void free_import(struct task *task) {
    struct import *self = (struct import *)(void *)task;
    buf_release(&self->text);
    buf_release(&self->name);
    run_release(&self->run);
    mem_free(self);
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    static const struct task_ops ops = {.name = "import", .step = step, .free = free_import};
    struct buf text = {.limit = FILE_LIMIT};
    const struct str file = arguments_get(arguments, "file");
    if (!files_read(file.ptr, FILE_LIMIT, &text, err) || !backend_open(context->backend, err)) {
        buf_release(&text);
        return NULL;
    }
    struct import *self = MEM_NEW(struct import);
    run_init(&self->run, &ops, context, arguments, run_id);
    self->text = text;
    const struct str whole = buf_str(&self->text);
    const size_t header_bytes = str_find_char(whole, '\n');
    self->header = str_slice(whole, 0, header_bytes < whole.len ? header_bytes + 1 : whole.len);
    self->rest = str_skip(whole, self->header.len);
    self->total_bytes = self->rest.len;
    struct rng rng;
    rng_seed_from_system(&rng);
    buf_add(&self->name, STR("import="));
    rng_add_uuid(&rng, &self->name);
    return &self->run.task;
}

const struct action sandbox_import_action = {
    .descriptor =
        {
            .name = "sandbox import",
            .summary = "add interactions of a CSV file to the sandbox's history",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
