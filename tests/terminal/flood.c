// flood — see the header.
#include "terminal/flood.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "protocol/message.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define SHOPPERS 500
#define AT_FIRST_MS 1767607200000 // 2026-01-05T10:00:00Z

struct flood {
    struct flood_options options;
    pthread_t thread;
    atomic_bool is_over; // whoever took the events is gone
};

static const char *const names[] = {
    "Product Clicked", "Product Viewed", "Product Added", "Order Completed"};
static const char *const skus[] = {
    "silk-summer-top", "striped-silk-blouse", "black-leather-bag", "zipped-jacket",
    "ocean-blue-shirt"};

static char *text_of(struct buf *buf) {
    char *text = message_copy_text(buf_str(buf));
    buf_reset(buf);
    return text;
}

// As the sandbox's debugger tells them: some refused, ids that differ, and the document.
static struct message *make_event(uint64_t sequence, struct buf *buf) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    struct message_event *event = &message->as.event;
    const char *name = names[sequence % ARRAY_COUNT(names)];
    const char *sku = skus[sequence % ARRAY_COUNT(skus)];
    event->sequence = sequence;
    event->received_at_ms = AT_FIRST_MS + (int64_t)(sequence / 20);
    event->source = message_copy_text(STR("website-prod"));
    event->type = message_copy_text(STR("track"));
    event->name = message_copy_text(str_from(name));
    event->sku = message_copy_text(str_from(sku));
    buf_add_format(buf, "shopper-%u", (unsigned)(sequence % SHOPPERS));
    event->user_id = text_of(buf);
    buf_add_format(buf, "flood-%llu", (unsigned long long)sequence);
    event->message_id = text_of(buf);
    if (sequence % 97 == 0) event->discard_reason = message_copy_text(STR("duplicate messageId"));
    buf_add_format(
        buf,
        "{\"anonymousId\":\"anon-%llu\",\"context\":{\"ip\":\"192.0.2.1\",\"library\":{\"name\":"
        "\"recloop\",\"version\":\"0.1.0\"},\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64)\"},"
        "\"event\":\"%s\",\"messageId\":\"flood-%llu\",\"properties\":{\"name\":\"%s\",\"price\":"
        "49.5,\"quantity\":1,\"sku\":\"%s\"},\"timestamp\":\"2026-01-05T10:00:00.000Z\","
        "\"type\":\"track\",\"userId\":\"%s\"}",
        (unsigned long long)(sequence % SHOPPERS), name, (unsigned long long)sequence, sku, sku,
        event->user_id);
    event->raw = text_of(buf);
    return message;
}

static int64_t resident_kib(void) {
    struct buf text = {0};
    struct error err;
    struct str size, rest, pages;
    int64_t count = 0;
    if (files_read("/proc/self/statm", 4096, &text, &err)) {
        str_split(buf_str(&text), ' ', &size, &rest);
        str_split(rest, ' ', &pages, &rest);
        (void)!str_parse_int64(pages, &count);
    }
    buf_release(&text);
    return count * (int64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void report(const struct flood *flood, int64_t us, int64_t before_kib) {
    struct buf text = {0};
    struct error err;
    buf_add_format(
        &text,
        "{\"events\":%llu,\"seconds\":%.2f,\"per_second\":%.0f,\"before_kib\":%lld,"
        "\"resident_kib\":%lld}\n",
        (unsigned long long)flood->options.count, (double)us / 1e6,
        (double)flood->options.count * 1e6 / (double)us, (long long)before_kib,
        (long long)resident_kib());
    ASSERT(files_write(flood->options.report, 0600, buf_str(&text), &err));
    buf_release(&text);
    kill(getpid(), SIGTERM);
}

static void *run(void *context) {
    struct flood *flood = context;
    struct buf buf = {0};
    const uint64_t count = flood->options.count;
    const int64_t before_kib = resident_kib(), from_us = clock_monotonic_us();
    uint64_t sequence = 1;
    while (!count || sequence <= count) {
        if (!queue_push_wait(flood->options.messages, make_event(sequence++, &buf))) break;
    }
    const bool is_all = count && sequence > count;
    while (is_all && queue_count(flood->options.messages) && !flood->is_over)
        poll(NULL, 0, 1);
    if (is_all && !flood->is_over && flood->options.report)
        report(flood, clock_monotonic_us() - from_us, before_kib);
    buf_release(&buf);
    return NULL;
}

struct flood *flood_start(const struct flood_options *options) {
    struct flood *flood = MEM_NEW(struct flood);
    flood->options = *options;
    pthread_create(&flood->thread, NULL, run, flood);
    return flood;
}

void flood_stop(struct flood *flood) {
    if (!flood) return;
    flood->is_over = true;
    pthread_join(flood->thread, NULL);
    mem_free(flood);
}
