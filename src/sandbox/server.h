// server — HTTP on one port: requests in, answers out, one thread. The only user of libmicrohttpd.
//
// Shape    server_wait sleeps until the network, the wake pipe or a timeout; server_serve calls `respond`
//          for every whole request. `respond` fills exchange->response and says what becomes of it:
//            SERVER_ANSWER   leaves at once
//            SERVER_COMMIT   leaves after the next server_release_committed
//            SERVER_HOLD     leaves after server_answer(exchange)
// Owns     exchanges; `respond` must not keep one unless it was held.
// Limits   bodies as `body_limit` says for the path; request line and headers SERVER_HEADER_BYTES; bodies
//          and answers in memory SERVER_MEMORY_BYTES in all, beyond which a request arrives without its
//          body and is_overloaded; SERVER_CONNECTIONS connections (fewer where the process may open
//          fewer files), each state of which has its time: server_connections.h.
// Errors   of server_listen.h.
// Threads  all on the sandbox's thread but server_wake, which any thread may call.
#pragma once

#include "base/error.h"
#include "http/request.h"
#include "http/response.h"

#define SERVER_HEADER_BYTES ((size_t)32 << 10)
#define SERVER_CONNECTIONS 1000
#define SERVER_MEMORY_BYTES ((size_t)256 << 20)

struct server;
struct MHD_Connection;

enum server_verdict { SERVER_ANSWER, SERVER_COMMIT, SERVER_HOLD };
// How an answer leaves: whole, its first half, or not at all; after the last two the connection closes.
enum server_ending { SERVER_WHOLE, SERVER_HALF, SERVER_LOST };

struct operation;
struct fault;

struct exchange {
    uint64_t connection_id;   // the same for all requests of one connection
    struct str method, query; // as on the wire
    struct str path;          // in the spelling of server_path.h
    struct str body;          // whole; when is_too_large, empty
    bool is_too_large;        // the body was beyond its limit and was thrown away
    bool is_overloaded;       // there was no memory for the body: refuse, for now
    struct response response; // to be filled
    int64_t started_us;       // monotonic, when its headers had come
    int64_t hold_until_ms;    // monotonic; of held exchanges: asked again then at the latest
    int64_t delay_until_ms;   // monotonic; not asked again before, whatever changes; 0: at any time
    void *holder;             // for whoever holds it
    // Set by whoever holds it, both may be NULL: how it is asked again (else through its route), and what
    // to do with `holder` when the exchange ends, answered or not.
    enum server_verdict (*again)(void *cloud, struct exchange *exchange);
    void (*let_go)(struct exchange *exchange);
    struct exchange *next; // for whoever holds it

    // Of the dispatcher, for all below it.
    const struct operation *operation; // of AWS, once it is known; NULL
    struct fault *fault;               // that struck, owned; NULL
    bool has_begun;                    // faults were asked
    bool has_expired_token;            // a fault: the caller's token counts as expired
    int64_t skew_ms;                   // a fault: what is added to now, also in the Date header
    enum server_ending ending;
    int64_t passage; // of passages.h, when the request is recorded; 0

    // the server's own
    char *target;           // owned
    struct buf normal_path; // of an unusual target; `path` is a view of it
    bool is_bad_path;
    struct buf body_bytes;
    struct server *server;
    size_t body_limit;
    size_t counted_bytes; // of the server's memory
    struct buf content;   // the body after Content-Encoding
    struct MHD_Connection *connection;
    struct exchange *next_waiting;
    int state;
};

struct server_options {
    const char *listen; // "127.0.0.1:0"
    bool is_remote_allowed;
    size_t connections, memory_bytes; // 0: the limits above
    int64_t time_scale;               // divides the times of connections, for tests; 0: 1
    size_t (*body_limit)(void *context, struct str path);
    enum server_verdict (*respond)(void *context, struct exchange *exchange);
    void (*leaving)(void *context, struct exchange *exchange); // its answer goes out now
    void (*closed)(void *context, uint64_t connection_id);     // may be NULL
    void *context;
};

// Listens, so that the place is known; whoever connects waits until server_start, which loads libmicrohttpd.
bool server_open(const struct server_options *options, struct server **out, struct error *err)
    MUST_CHECK;
bool server_start(struct server *server, struct error *err) MUST_CHECK;
// Exchanges that wait for a commit get 503; held ones must have been answered before.
void server_close(struct server *server);
// Takes nobody new from here on. Whoever waits for nothing is sent away; the others are served, and told
// that the connection closes.
void server_close_door(struct server *server);
size_t server_connection_count(const struct server *server);
// So many requests may be held, to leave room for the others.
size_t server_hold_limit(const struct server *server);
struct server_figures {
    size_t connections, connection_limit, idle, served;
    size_t memory_bytes, memory_limit;
    int64_t evicted, timed_out, overloaded; // since the start
};
void server_get_figures(const struct server *server, struct server_figures *out);
// Does the request come from this machine? Its other end is loopback, or the address it asked.
bool server_is_local(const struct exchange *exchange);
// The client's IPv4 address: "127.0.0.1"; nothing for IPv6.
void server_add_client(const struct exchange *exchange, struct buf *out);
// Is `host` the address it was reached under, as a literal without brackets?
bool server_is_own_address(const struct exchange *exchange, struct str host);
// Has the client of a held exchange hung up? While it is held nobody reads its socket, so ask.
bool server_is_abandoned(const struct exchange *exchange);
uint16_t server_port(const struct server *server);
const char *server_host(const struct server *server); // as in a URL: "127.0.0.1", "[::1]"
bool server_is_remote(const struct server *server);   // others may reach it

// First value of a header; ptr NULL when absent.
struct str server_header(const struct exchange *exchange, const char *name);
// The same of what follows a body that came in pieces.
struct str server_trailer(const struct exchange *exchange, const char *name);
int server_socket(const struct exchange *exchange); // to ask the system about its other end
// The headers in order of arrival, a line "Name: value\n" each: cheaper than a request, for what may never be
// looked at.
void server_add_headers(const struct exchange *exchange, struct buf *out);
// The request as a value with every header in order of arrival; for signatures.
void server_copy_request(const struct exchange *exchange, struct request *out);

// At most timeout_ms (0: not at all, -1: for ever) until there is something to serve here or, when it is
// not NULL, at the other one.
void server_wait_two(struct server *server, struct server *also, int timeout_ms);
void server_serve(struct server *server); // whatever is there, without waiting
void server_wake(struct server *server);  // any thread; also async-signal-safe
// A held exchange whose answer is there: it leaves as those of SERVER_COMMIT do.
void server_await_commit(struct server *server, struct exchange *exchange);
bool server_has_uncommitted(const struct server *server);
// Lets go all that wait for the commit. With `failure` set their answers are replaced by a 500.
void server_release_committed(struct server *server, const struct error *failure);
void server_answer(struct exchange *exchange);
