// invocation_lines — the lines of an invocation's log, as text or, where the function's LoggingConfig says
// so, as JSON objects.
#include "base/clock.h"
#include "functions/invocation.h"
#include "writer.h"

#include <sys/resource.h>

// Of the runtime that every function of the sandbox is said to have: 64 hex digits, as there.
#define RUNTIME_ID "7ec100b07ec100b07ec100b07ec100b07ec100b07ec100b07ec100b07ec100b0"
#define RUNTIME_VERSION "recloop:sandbox.v1"

// ---- as JSON ----

static void open_record(
    const struct functions_invocation *invocation, const char *type, struct writer *writer) {
    writer_open(writer, NULL, '{');
    writer_time(writer, "time", invocation->cloud->now_ms);
    writer_text(writer, "type", str_from(type));
    writer_open(writer, "record", '{');
}

static void close_record(struct writer *writer) {
    writer_close(writer, '}');
    writer_close(writer, '}');
    buf_add_char(writer->out, '\n');
}

// "[INFO]\t<time>\t<request id>\t<text>", as the handlers write, or any other text.
static void
add_message(const struct functions_invocation *invocation, struct str line, struct buf *out) {
    struct writer writer = {.out = out};
    struct str level = STR("INFO"), rest = line, head, time, id;
    if (str_starts_with(line, STR("[")) && str_split(line, '\t', &head, &rest)) {
        level = str_slice(head, 1, head.len - 2);
        str_split(rest, '\t', &time, &rest);
        str_split(rest, '\t', &id, &rest);
    } else if (str_starts_with(line, STR("[ERROR] "))) {
        level = STR("ERROR");
        rest = str_skip(line, strlen("[ERROR] "));
    }
    writer_open(&writer, NULL, '{');
    writer_time(&writer, "timestamp", invocation->cloud->now_ms);
    writer_text(&writer, "level", level);
    writer_text(&writer, "message", rest);
    writer_text(&writer, "requestId", buf_str(&invocation->run.reply.request_id));
    writer_close(&writer, '}');
    buf_add_char(out, '\n');
}

static void add_json_report(struct functions_invocation *invocation, int64_t used_mib) {
    struct writer writer = {.out = &invocation->run.reply.log};
    open_record(invocation, "platform.report", &writer);
    writer_text(&writer, "requestId", buf_str(&invocation->run.reply.request_id));
    writer_open(&writer, "metrics", '{');
    writer_number(&writer, "durationMs", (double)invocation->run.us / 1000.0);
    writer_int(&writer, "billedDurationMs", invocation->run.us / 1000 + 1);
    writer_int(&writer, "memorySizeMB", invocation->memory_mb);
    writer_int(&writer, "maxMemoryUsedMB", used_mib);
    if (invocation->init_us >= 0)
        writer_number(&writer, "initDurationMs", (double)invocation->init_us / 1000.0);
    writer_close(&writer, '}');
    writer_text(&writer, "status", str_from(invocation->status ? invocation->status : "success"));
    if (invocation->error_type) writer_text(&writer, "errorType", str_from(invocation->error_type));
    close_record(&writer);
}

// ---- both ----

void invocation_add_line(struct functions_invocation *invocation, struct str line) {
    struct buf *log = &invocation->run.reply.log;
    if (invocation->has_json_log) {
        add_message(invocation, line, log);
        return;
    }
    buf_add(log, line);
    buf_add_char(log, '\n');
}

void invocation_add_init_start(const struct functions_invocation *invocation, struct buf *out) {
    struct buf arn = {0};
    buf_add_format(&arn, "arn:aws:lambda:%s::runtime:" RUNTIME_ID, cloud_region(invocation->cloud));
    if (invocation->has_json_log) {
        struct writer writer = {.out = out};
        open_record(invocation, "platform.initStart", &writer);
        writer_text(&writer, "initializationType", STR("on-demand"));
        writer_text(&writer, "phase", STR("init"));
        writer_text(&writer, "runtimeVersion", STR(RUNTIME_VERSION));
        writer_text(&writer, "runtimeVersionArn", buf_str(&arn));
        close_record(&writer);
    } else {
        buf_add_format(
            out, "INIT_START Runtime Version: " RUNTIME_VERSION "\tRuntime Version ARN: %s\n",
            buf_text(&arn));
    }
    buf_release(&arn);
}

void invocation_add_start(struct functions_invocation *invocation) {
    struct buf *log = &invocation->run.reply.log;
    if (invocation->has_json_log) {
        struct writer writer = {.out = log};
        open_record(invocation, "platform.start", &writer);
        writer_text(&writer, "requestId", buf_str(&invocation->run.reply.request_id));
        writer_text(&writer, "version", invocation->label);
        close_record(&writer);
        return;
    }
    buf_add(log, STR("START RequestId: "));
    buf_add(log, buf_str(&invocation->run.reply.request_id));
    buf_add(log, STR(" Version: "));
    buf_add(log, invocation->label);
    buf_add_char(log, '\n');
}

void invocation_add_init_report(
    struct functions_invocation *invocation, const char *phase, struct str error_type) {
    struct buf *log = &invocation->run.reply.log;
    const int64_t us = invocation->init_us > 0 ? invocation->init_us : 0;
    if (invocation->has_json_log) {
        struct writer writer = {.out = log};
        open_record(invocation, "platform.initReport", &writer);
        writer_text(&writer, "initializationType", STR("on-demand"));
        writer_text(&writer, "phase", str_from(phase));
        writer_text(&writer, "status", STR("error"));
        writer_text(&writer, "errorType", error_type);
        writer_open(&writer, "metrics", '{');
        writer_number(&writer, "durationMs", (double)us / 1000.0);
        writer_close(&writer, '}');
        close_record(&writer);
        return;
    }
    buf_add_format(
        log,
        "INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: error\tError Type: " STR_FMT "\n",
        (double)us / 1000.0, phase, STR_ARG(error_type));
}

// Asked of the kernel once a turn: in a flood hundreds of runs share one.
static int64_t own_mib(struct cloud *cloud) {
    struct rusage usage = {0};
    if (cloud->used_at_ms != cloud->now_ms && getrusage(RUSAGE_SELF, &usage) == 0) {
        cloud->used_mib = usage.ru_maxrss / 1024;
        cloud->used_at_ms = cloud->now_ms;
    }
    return cloud->used_mib;
}

void invocation_add_report(struct functions_invocation *invocation) {
    struct buf *log = &invocation->run.reply.log;
    const int64_t us = invocation->run.us;
    const int64_t billed_ms = us / 1000 + 1;
    const int64_t used_mib =
        invocation->used_mib ? invocation->used_mib : own_mib(invocation->cloud);
    const char *id = buf_text(&invocation->run.reply.request_id);
    if (invocation->has_json_log) {
        add_json_report(invocation, used_mib);
        return;
    }
    buf_add(log, STR("END RequestId: "));
    buf_add(log, buf_str(&invocation->run.reply.request_id));
    buf_add_format(
        log,
        "\nREPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %lld ms\t"
        "Memory Size: %lld MB\tMax Memory Used: %lld MB\t",
        id, (double)us / 1000.0, (long long)billed_ms, (long long)invocation->memory_mb,
        (long long)used_mib);
    if (invocation->init_us >= 0)
        buf_add_format(log, "Init Duration: %.2f ms\t", (double)invocation->init_us / 1000.0);
    if (invocation->status) buf_add_format(log, "Status: %s", invocation->status);
    if (invocation->error_type) buf_add_format(log, "\tError Type: %s", invocation->error_type);
    buf_add_char(log, '\n');
}
