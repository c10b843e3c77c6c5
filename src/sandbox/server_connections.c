// server_connections — see the header.
#include "server_connections.h"

#include "base/memory.h"

#include <sys/resource.h>
#include <sys/socket.h>

#define SWEEP_MS 250  // at most so often, however many deadlines there are
#define FRESH_MS 1000 // whoever began to speak a moment ago is left alone
#define CRAWLING_MS 5000
#define FILES_KEPT ((size_t)64)
#define RESERVE_SHARE 10 // a tenth of the limit is kept free, as far as idle ones can make room

size_t connections_possible(size_t wanted) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY) return wanted;
    const size_t possible =
        files.rlim_cur > 2 * FILES_KEPT ? (size_t)files.rlim_cur - FILES_KEPT : FILES_KEPT;
    return wanted < possible ? wanted : possible;
}

static void unlink_from(struct connections *connections, struct connection *connection) {
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    else
        connections->last = connection->previous;
    connection->previous = connection->next = NULL;
}

static void append(struct connections *connections, struct connection *connection) {
    connection->previous = connections->last;
    if (connections->last)
        connections->last->next = connection;
    else
        connections->first = connection;
    connections->last = connection;
}

static void send_away(struct connections *connections, struct connection *connection) {
    if (connection->is_going) return;
    connection->is_going = true;
    connections->going++;
    shutdown(connection->fd, SHUT_RDWR);
}

static int64_t scaled(const struct connections *connections, int64_t ms) {
    return connections->scale ? ms / connections->scale : ms;
}

static int64_t
limit_ms(const struct connections *connections, const struct connection *connection) {
    int64_t limit = 0;
    switch (connection->state) {
    case CONNECTION_NEW:
    case CONNECTION_HEAD: limit = CONNECTIONS_HEAD_MS; break;
    case CONNECTION_IDLE: limit = CONNECTIONS_IDLE_MS; break;
    case CONNECTION_BODY:
    case CONNECTION_SENDING:
        limit = CONNECTIONS_MOVE_MS + (int64_t)(connection->bytes / CONNECTIONS_LEAST_BYTES_PER_MS);
        break;
    case CONNECTION_SERVED:
    case CONNECTION_STATE_COUNT: return 0;
    }
    return scaled(connections, limit);
}

static void note_deadline(struct connections *connections, const struct connection *connection) {
    const int64_t limit = limit_ms(connections, connection);
    if (!limit || connection->is_going) return;
    const int64_t end_ms = connection->since_ms + limit;
    if (!connections->due_ms || end_ms < connections->due_ms) connections->due_ms = end_ms;
}

static bool is_crawling(
    const struct connections *connections, const struct connection *connection, int64_t now_ms) {
    const int64_t ms = now_ms - connection->since_ms;
    return ms > scaled(connections, CRAWLING_MS) &&
           (int64_t)connection->bytes < ms * CONNECTIONS_LEAST_BYTES_PER_MS;
}

// Who goes first: waiting for nothing, then for headers that do not come, then a body that crawls.
static bool may_make_room(
    const struct connections *connections,
    const struct connection *connection,
    int64_t now_ms,
    int round) {
    if (connection->is_going) return false;
    const bool is_fresh = now_ms - connection->since_ms < scaled(connections, FRESH_MS);
    if (round == 0) return connection->state == CONNECTION_IDLE;
    if (round == 1) return connection->state == CONNECTION_NEW && !is_fresh;
    if (round == 2) return connection->state == CONNECTION_HEAD && !is_fresh;
    return connection->state == CONNECTION_BODY && is_crawling(connections, connection, now_ms);
}

static void make_room(struct connections *connections, int64_t now_ms) {
    const size_t reserve = connections->limit / RESERVE_SHARE;
    if (connections->count - connections->going < connections->limit - reserve) return;
    for (int round = 0; round < 4; round++) {
        struct connection *connection = connections->first; // oldest first
        while (connection && !may_make_room(connections, connection, now_ms, round))
            connection = connection->next;
        if (!connection) continue;
        send_away(connections, connection);
        connections->evicted++;
        return;
    }
}

struct connection *connections_add(struct connections *connections, int fd, int64_t now_ms) {
    make_room(connections, now_ms);
    struct connection *connection = MEM_NEW(struct connection);
    connection->fd = fd;
    connection->since_ms = now_ms;
    append(connections, connection);
    connections->count++;
    connections->in_state[CONNECTION_NEW]++;
    note_deadline(connections, connection);
    return connection;
}

void connections_remove(struct connections *connections, struct connection *connection) {
    if (!connection) return;
    unlink_from(connections, connection);
    connections->count--;
    connections->in_state[connection->state]--;
    if (connection->is_going) connections->going--;
    mem_free(connection);
}

void connections_release(struct connections *connections) {
    while (connections->first)
        connections_remove(connections, connections->first);
}

void connections_enter(
    struct connections *connections,
    struct connection *connection,
    enum connection_state state,
    size_t bytes,
    int64_t now_ms) {
    if (!connection) return;
    connections->in_state[connection->state]--;
    connections->in_state[state]++;
    connection->state = state;
    connection->since_ms = now_ms;
    connection->bytes = bytes;
    if (connections->last != connection) {
        unlink_from(connections, connection);
        append(connections, connection);
    }
    note_deadline(connections, connection);
}

void connections_sweep(struct connections *connections, int64_t now_ms) {
    if (!connections->due_ms || now_ms < connections->due_ms) return;
    connections->due_ms = 0;
    for (struct connection *each = connections->first; each; each = each->next) {
        const int64_t limit = limit_ms(connections, each);
        if (limit && !each->is_going && now_ms - each->since_ms >= limit) {
            send_away(connections, each);
            connections->timed_out++;
        }
        note_deadline(connections, each);
    }
    if (connections->due_ms && connections->due_ms < now_ms + SWEEP_MS)
        connections->due_ms = now_ms + SWEEP_MS;
}

void connections_send_idle_away(struct connections *connections) {
    for (struct connection *each = connections->first; each; each = each->next) {
        if (each->state == CONNECTION_IDLE || each->state == CONNECTION_NEW)
            send_away(connections, each);
    }
}
