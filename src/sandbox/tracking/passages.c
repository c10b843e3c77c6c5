// passages — see the header. Recording: copies of what is at hand, into places that are used again.
#include "tracking/passages.h"

#include "base/clock.h"
#include "base/memory.h"
#include "tracking/attempt.h"
#include "tracking/passages_internal.h"

static void release(struct passages *passages) {
    for (size_t i = 0; i < PASSAGES_KEPT; i++) {
        buf_release(&passages->ingests[i].text);
        buf_release(&passages->kept[i].text);
        tape_release(&passages->kept[i].tape);
    }
    tape_release(&passages->tape);
}

void passages_clear(struct cloud *cloud) {
    if (!cloud->passages) cloud->passages = MEM_NEW(struct passages);
    release(cloud->passages);
    *cloud->passages = (struct passages){0};
}

void passages_free(struct cloud *cloud) {
    if (!cloud->passages) return;
    release(cloud->passages);
    mem_free(cloud->passages);
    cloud->passages = NULL;
}

static int64_t wall_of(int64_t monotonic_us) {
    return clock_wall_us() - (clock_monotonic_us() - monotonic_us);
}

// ---- what brought events in ----

static void add_answer(struct buf *out, const struct response *response) {
    struct buf lines = {0};
    for (size_t i = 0; i < headers_count(&response->headers); i++) {
        const struct headers_field *field = headers_at(&response->headers, i);
        buf_add(&lines, field->name);
        buf_add(&lines, STR(": "));
        buf_add(&lines, field->value);
        buf_add_char(&lines, '\n');
    }
    pieces_add_text(out, buf_str(&lines));
    pieces_add_cut(out, buf_str(&response->body), PASSAGES_TEXT_BYTES);
    buf_release(&lines);
}

void passages_add_ingest(struct cloud *cloud, struct exchange *exchange, int64_t before) {
    if (cloud->destination.newest <= before) return;
    struct passages *passages = cloud->passages;
    struct passages_ingest *at = &passages->ingests[passages->ingest_count++ % PASSAGES_KEPT];
    struct buf *text = &at->text;
    at->first = before + 1;
    at->last = store_last_sequence(cloud->store);
    at->number = exchange->passage = passages->ingest_count;
    at->started_us = exchange->started_us;
    at->left_us = 0;
    at->wall_us = wall_of(exchange->started_us);
    at->status = exchange->response.status;
    buf_reset(text);
    pieces_add_text(text, exchange->method);
    pieces_add_text(text, exchange->path);
    pieces_add_text(text, exchange->query);
    const size_t from = text->len;
    pieces_add_int(text, 0); // the length of the headers, known later
    server_add_headers(exchange, text);
    const int64_t length = (int64_t)(text->len - from - sizeof(length));
    memcpy(text->ptr + from, &length, sizeof(length));
    pieces_add_cut(text, exchange->body, PASSAGES_TEXT_BYTES);
    add_answer(text, &exchange->response);
}

void passages_ingest_left(struct cloud *cloud, const struct exchange *exchange) {
    if (!exchange->passage) return;
    struct passages_ingest *at = &cloud->passages->ingests[(exchange->passage - 1) % PASSAGES_KEPT];
    if (at->number == exchange->passage) at->left_us = clock_monotonic_us();
}

// ---- deliveries ----

static bool is_recorded(const struct cloud *cloud, const struct attempt *attempt) {
    if (attempt->is_test) return false;
    return attempt->attempts > 1 ||
           cloud->destination.newest - attempt->event.sequence < PASSAGES_BURST;
}

struct tape *passages_tape(struct cloud *cloud, const struct attempt *attempt) {
    if (!is_recorded(cloud, attempt)) return NULL;
    tape_reset(&cloud->passages->tape);
    return &cloud->passages->tape;
}

// Its own earlier attempt, or the oldest.
static struct passage *place_of(struct passages *passages, const struct attempt *attempt) {
    for (size_t i = 0; attempt->attempts > 1 && i < PASSAGES_KEPT; i++) {
        if (passages->kept[i].sequence == attempt->event.sequence) return &passages->kept[i];
    }
    return &passages->kept[passages->kept_count++ % PASSAGES_KEPT];
}

static void add_run(struct buf *out, const struct functions_run *run) {
    const struct invoke_reply *reply = &run->reply;
    pieces_add_int(out, reply->has_failed);
    pieces_add_text(out, buf_str(&reply->function_error));
    pieces_add_text(out, buf_str(&reply->executed_version));
    pieces_add_text(out, buf_str(&reply->request_id));
    pieces_add_text(out, str_from(run->throttle));
    pieces_add_cut(out, buf_str(&reply->payload), PASSAGES_TEXT_BYTES);
    struct str log = buf_str(&reply->log);
    if (log.len > PASSAGES_TEXT_BYTES) log = str_skip(log, log.len - PASSAGES_TEXT_BYTES);
    pieces_add_text(out, log);
}

static void add_attempt(struct buf *out, const struct attempt *attempt) {
    const struct destination_settings *settings = &attempt->settings;
    const struct destination_record *record = &attempt->record;
    const struct str texts[] = {
        settings->function,       settings->role,
        settings->external_id,    settings->region,
        settings->log_type,       settings->client_context,
        str_from(record->reason), str_from(record->aws_code),
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        pieces_add_text(out, texts[i]);
    pieces_add_cut(out, attempt->event.body, PASSAGES_TEXT_BYTES);
    pieces_add_int(out, record->run != NULL);
    if (record->run) add_run(out, record->run);
}

void passages_keep(struct cloud *cloud, const struct attempt *attempt) {
    if (!attempt->has_tape && !is_recorded(cloud, attempt)) return;
    struct passages *passages = cloud->passages;
    struct passage *at = place_of(passages, attempt);
    const struct destination_record *record = &attempt->record;
    at->sequence = attempt->event.sequence;
    at->attempts = attempt->attempts;
    at->received_at_ms = attempt->event.received_at_ms;
    at->started_us = attempt->started_us;
    at->wall_us = wall_of(attempt->started_us);
    at->assume_us = record->assume_us;
    at->invoke_us = attempt->stage_us;
    at->lambda_us = record->lambda_us;
    at->assume_state = (int)record->assume_state;
    at->lambda_state = (int)record->lambda_state;
    at->status = record->status;
    at->has_tape = attempt->has_tape;
    buf_reset(&at->text);
    add_attempt(&at->text, attempt);
    const struct tape spare = at->tape; // no copy: the tapes change places
    at->tape = passages->tape;
    passages->tape = spare;
    tape_reset(attempt->has_tape ? &passages->tape : &at->tape);
}
