// server_connections — who is connected, since when in which state, and who has to go: nobody may keep
// others out by being slow or by doing nothing.
//
// States   NEW       nothing came yet                    CONNECTIONS_HEAD_MS
//          IDLE      kept alive between requests         CONNECTIONS_IDLE_MS
//          HEAD      the headers are arriving            CONNECTIONS_HEAD_MS
//          BODY      the body is arriving                CONNECTIONS_MOVE_MS, and its time at the least pace
//          SERVED    we are at it, or hold it            no limit of ours
//          SENDING   the answer is leaving               as BODY
//          A time runs from when the state began: trickling bytes do not stretch it. Near the limit of
//          connections those go first who have waited longest for nothing.
// Going    the socket is shut down; whoever polls it sees its end and removes it.
// Time     monotonic ms, passed in.
// Threads  one.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTIONS_HEAD_MS 10000
#define CONNECTIONS_IDLE_MS 60000
#define CONNECTIONS_MOVE_MS 30000
#define CONNECTIONS_LEAST_BYTES_PER_MS 16 // 16 KB/s

enum connection_state {
    CONNECTION_NEW,
    CONNECTION_IDLE,
    CONNECTION_HEAD,
    CONNECTION_BODY,
    CONNECTION_SERVED,
    CONNECTION_SENDING,
    CONNECTION_STATE_COUNT,
};

struct connection {
    int fd;
    uint64_t id; // of the server that has it
    enum connection_state state;
    int64_t since_ms;
    size_t bytes; // moved, or to be moved, in this state
    bool is_going;
    struct connection *previous, *next; // in order of since_ms
};

struct connections {
    struct connection *first, *last; // owned
    size_t count, limit, going;
    size_t in_state[CONNECTION_STATE_COUNT];
    int64_t due_ms;             // nobody's time is over before; 0: nobody's time runs
    int64_t evicted, timed_out; // so far
    int64_t scale;              // divides all times; for tests; 0: 1
};

// Files of our own and those of the store must still open when all connections are taken.
size_t connections_possible(size_t wanted);
void connections_release(struct connections *connections);
// A new one. Near the limit somebody else has to go for it.
struct connection *connections_add(struct connections *connections, int fd, int64_t now_ms);
void connections_remove(struct connections *connections, struct connection *connection);
void connections_enter(
    struct connections *connections,
    struct connection *connection,
    enum connection_state state,
    size_t bytes,
    int64_t now_ms);
// Sends away those whose time is over. Cheap before due_ms.
void connections_sweep(struct connections *connections, int64_t now_ms);
// Sends away all that wait for nothing: the server is leaving.
void connections_send_idle_away(struct connections *connections);
