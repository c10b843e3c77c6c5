// logs — see the header.
#include "logs/logs.h"

#include "base/memory.h"
#include "store_logs.h"
#include "store_records.h"

#define SLACK_BYTES ((int64_t)1 << 20) // trimmed in steps, for each one looks at what it takes out
#define SLACK_CHUNKS 2000
#define STREAMS_BETWEEN_TRIMS 100

struct logs {
    struct buf group, stream; // of the newest write: mostly the next one's too
    int64_t stream_id;
    struct store_log_sizes sizes;
    bool is_counted;
    int streams_made;
};

struct logs *logs_new(void) {
    return MEM_NEW(struct logs);
}

void logs_free(struct logs *logs) {
    if (!logs) return;
    buf_release(&logs->group);
    buf_release(&logs->stream);
    mem_free(logs);
}

void logs_forget(struct cloud *cloud) {
    struct logs *logs = cloud->logs;
    logs->stream_id = 0;
    logs->is_counted = false;
}

bool logs_has_group(struct cloud *cloud, struct str group) {
    return store_get_record(cloud->store, LOGS_GROUP_RECORD, group, NULL, NULL);
}

void logs_make_group(struct cloud *cloud, struct str group) {
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = LOGS_GROUP_RECORD,
                          .id = group,
                          .body = STR("{}"),
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
}

void logs_remove_group(struct cloud *cloud, struct str group) {
    store_remove_log_group(cloud->store, group);
    store_remove_record(cloud->store, LOGS_GROUP_RECORD, group);
    logs_forget(cloud);
}

int64_t logs_find_stream(struct cloud *cloud, struct str group, struct str stream) {
    struct logs *logs = cloud->logs;
    if (logs->stream_id && str_equal(buf_str(&logs->stream), stream) &&
        str_equal(buf_str(&logs->group), group))
        return logs->stream_id;
    const int64_t id = store_find_log_stream(cloud->store, group, stream);
    if (!id) return 0;
    buf_reset(&logs->group);
    buf_add(&logs->group, group);
    buf_reset(&logs->stream);
    buf_add(&logs->stream, stream);
    return logs->stream_id = id;
}

void logs_make_stream(struct cloud *cloud, struct str group, struct str stream) {
    struct logs *logs = cloud->logs;
    (void)store_add_log_stream(cloud->store, group, stream, cloud->now_ms);
    if (++logs->streams_made % STREAMS_BETWEEN_TRIMS == 0) {
        store_remove_empty_log_streams(cloud->store, LOGS_STREAMS_KEPT);
        logs->stream_id = 0;
    }
}

static void trim(struct cloud *cloud) {
    struct logs *logs = cloud->logs;
    if (!logs->is_counted) {
        logs->sizes = store_count_logs(cloud->store);
        logs->is_counted = true;
    }
    if (logs->sizes.bytes <= LOGS_BYTES_KEPT + SLACK_BYTES &&
        logs->sizes.chunks <= LOGS_CHUNKS_KEPT + SLACK_CHUNKS)
        return;
    const struct store_log_sizes gone = store_trim_logs(
        cloud->store, (struct store_log_sizes){
                          .bytes = logs->sizes.bytes - LOGS_BYTES_KEPT,
                          .chunks = logs->sizes.chunks - LOGS_CHUNKS_KEPT});
    logs->sizes.bytes -= gone.bytes;
    logs->sizes.chunks -= gone.chunks;
}

// Whole lines, as many as a row may hold.
static struct str cut(struct str lines) {
    if (lines.len <= LOGS_CHUNK_BYTES) return lines;
    size_t end = LOGS_CHUNK_BYTES;
    while (end > 0 && lines.ptr[end - 1] != '\n')
        end--;
    return str_slice(lines, 0, end ? end : LOGS_CHUNK_BYTES);
}

void logs_add(
    struct cloud *cloud, struct str group, struct str stream, int64_t at_ms, struct str lines) {
    struct logs *logs = cloud->logs;
    int64_t id = logs_find_stream(cloud, group, stream);
    lines = cut(lines);
    if (!lines.len) return;
    if (!id) {
        if (!logs_has_group(cloud, group)) logs_make_group(cloud, group);
        logs_make_stream(cloud, group, stream);
        id = logs_find_stream(cloud, group, stream);
    }
    store_add_log_chunk(
        cloud->store,
        &(struct store_log_chunk){
            .stream = id, .at_ms = at_ms, .ingested_ms = cloud->now_ms, .lines = lines});
    logs->sizes.bytes += (int64_t)lines.len;
    logs->sizes.chunks++;
    trim(cloud);
}
