// runtime_line — a runtime's connection to the Runtime API of a sandbox, and callers of functions who wait
// for what it answers, for tests.
//
// Owns     a line its socket and the last answer; runtime_line_hang_up. A caller its thread and answer;
//          caller_end, then caller_release. The texts a caller is given outlive it.
// Errors   fail the test; a sandbox that is silent for twenty seconds does so too.
// Threads  a caller runs on a thread of its own until caller_end; its answer is read after that.
#pragma once

#include "fixture.h"

#include <pthread.h>
#include <semaphore.h>

#define RUNTIME "/2018-06-01/runtime"
#define RUNTIME_NEXT RUNTIME "/invocation/next"

// ---- a runtime's connection ----

struct runtime_line {
    int fd;
    uint16_t port;
    struct buf in; // what came
    struct response response;
};

uint16_t runtime_line_port(struct fixture *fixture);
struct runtime_line runtime_line_open(struct fixture *fixture);
void runtime_line_dial(struct runtime_line *line); // to its port
void runtime_line_hang_up(struct runtime_line *line);
void runtime_line_send(struct runtime_line *line, struct str text);
// `headers`: "Name: value\r\n" each, may be empty.
void runtime_line_post(
    struct runtime_line *line, const char *target, const char *headers, struct str body);
// `prefix`: "" or "/<function>".
void runtime_line_ask_next(struct runtime_line *line, const char *prefix);
// Until that many bytes are there. False: the other side closed.
bool runtime_line_fill(struct runtime_line *line, size_t wanted);
// The status; the answer is in line->response.
int runtime_line_receive(struct runtime_line *line);
struct str runtime_line_header(const struct runtime_line *line, const char *name);
// Answers the invocation that `line` received last: `what` is "response" or "error"; returns the status.
int runtime_line_answer(
    struct runtime_line *line, const char *what, const char *headers, const char *body);
// What was sent before has been read when this returns: an invocation that comes now meets it.
void runtime_line_settle(struct fixture *fixture);

// ---- a caller, on a thread of its own ----

struct caller {
    pthread_t thread;
    struct fixture fixture; // shares the sandbox, not the answers
    const char *target, *body;
    int status;
    sem_t *ended; // posted then; NULL: nobody waits for it
};

void caller_begin(
    struct caller *caller, struct fixture *fixture, const char *target, const char *body);
void caller_begin_with(
    struct caller *caller,
    struct fixture *fixture,
    const char *target,
    const char *body,
    sem_t *ended);
void caller_end(struct caller *caller); // waits for it
void caller_release(struct caller *caller);
struct str caller_member(const struct caller *caller, const char *name);
void assert_function_failed(const struct caller *caller, const char *type, const char *message);
