// queue — a bounded queue of owned pointers between two threads.
//
// Shape    items are pushed by any thread and belong to the receiver from then on. `wake` is called
//          after a push, outside the lock; not again before a pop has found the queue empty, so
//          drain the whole queue each time.
// Full     queue_push_now refuses at once (commands); queue_push_latest replaces an item of the
//          same source, wherever it stands, and drops the new one when there is none and no room
//          (progress); queue_push_wait waits until half of it is free (results, never lost).
// Closed   a push on a closed queue frees the item and returns false; what is inside can still be
// popped. Owns     its items; queue_free frees those left, with options.free_item. Threads  any.
// The one mutex here is held for no callback.
#pragma once

#include "base/str.h"

struct queue;
typedef void queue_free_fn(void *item);
typedef void queue_wake_fn(void *context);
// Are both items progress of the same source, so that the newer may take the older one's place?
typedef bool queue_same_fn(const void *older, const void *newer);

struct queue_options {
    size_t capacity;
    queue_free_fn *free_item;
    queue_same_fn *same_source; // may be NULL: nothing is ever replaced
    queue_wake_fn *wake;        // may be NULL
    void *wake_context;         // borrowed, outlives the queue
};

struct queue *queue_new(const struct queue_options *options);
void queue_free(struct queue *queue);
bool queue_push_now(struct queue *queue, void *take_item);
bool queue_push_latest(struct queue *queue, void *take_item);
bool queue_push_wait(struct queue *queue, void *take_item);
void *queue_pop(struct queue *queue); // NULL when empty
// At most so many, under one lock; returns how many. Fewer than `most`: it was found empty.
size_t queue_pop_some(struct queue *queue, void **items, size_t most);
void *queue_pop_wait(struct queue *queue); // NULL only when closed and empty
void queue_close(struct queue *queue);
size_t queue_count(struct queue *queue);
