// queue — see the header. A ring of pointers, one mutex, two conditions.
#include "base/queue.h"

#include "base/attributes.h"
#include "base/memory.h"

#include <pthread.h>

struct queue {
    struct queue_options options;
    pthread_mutex_t mutex;
    pthread_cond_t has_item, has_room;
    void **items; // ring of options.capacity
    size_t first, count;
    bool closed;
    bool is_awake; // `wake` was called, and the queue was not found empty since
};

struct queue *queue_new(const struct queue_options *options) {
    ASSERT(options->capacity > 0 && options->free_item);
    struct queue *queue = MEM_NEW(struct queue);
    queue->options = *options;
    queue->items = mem_zeroed(options->capacity, sizeof(void *));
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->has_item, NULL);
    pthread_cond_init(&queue->has_room, NULL);
    return queue;
}

void queue_free(struct queue *queue) {
    if (!queue) return;
    queue_close(queue);
    for (void *item = queue_pop(queue); item; item = queue_pop(queue)) {
        queue->options.free_item(item);
    }
    pthread_cond_destroy(&queue->has_room);
    pthread_cond_destroy(&queue->has_item);
    pthread_mutex_destroy(&queue->mutex);
    mem_free(queue->items);
    mem_free(queue);
}

static void **slot_at(struct queue *queue, size_t position) {
    return &queue->items[(queue->first + position) % queue->options.capacity];
}

// Under the lock.
static void append(struct queue *queue, void *item) {
    *slot_at(queue, queue->count++) = item;
    pthread_cond_signal(&queue->has_item);
}

static void wake(struct queue *queue) {
    if (queue->options.wake) queue->options.wake(queue->options.wake_context);
}

// What every push ends with: the outcome known, the lock left. Who has not emptied the queue since the last wake
// needs no other: a flood would be spent on them.
static bool finish_push(struct queue *queue, void *unwanted, bool accepted) {
    const bool is_news = accepted && !queue->is_awake;
    queue->is_awake |= accepted;
    pthread_mutex_unlock(&queue->mutex);
    if (unwanted) queue->options.free_item(unwanted);
    if (is_news) wake(queue);
    return accepted;
}

bool queue_push_now(struct queue *queue, void *take_item) {
    pthread_mutex_lock(&queue->mutex);
    const bool accepted = !queue->closed && queue->count < queue->options.capacity;
    if (accepted) append(queue, take_item);
    return finish_push(queue, accepted ? NULL : take_item, accepted);
}

bool queue_push_latest(struct queue *queue, void *take_item) {
    pthread_mutex_lock(&queue->mutex);
    if (queue->closed) return finish_push(queue, take_item, false);
    for (size_t i = 0; queue->options.same_source && i < queue->count; i++) {
        void **slot = slot_at(queue, i);
        if (!queue->options.same_source(*slot, take_item)) continue;
        void *older = *slot;
        *slot = take_item;
        return finish_push(queue, older, true);
    }
    const bool accepted = queue->count < queue->options.capacity;
    if (accepted) append(queue, take_item);
    return finish_push(queue, accepted ? NULL : take_item, accepted);
}

bool queue_push_wait(struct queue *queue, void *take_item) {
    pthread_mutex_lock(&queue->mutex);
    while (!queue->closed && queue->count == queue->options.capacity) {
        pthread_cond_wait(&queue->has_room, &queue->mutex);
    }
    const bool accepted = !queue->closed;
    if (accepted) append(queue, take_item);
    return finish_push(queue, accepted ? NULL : take_item, accepted);
}

// Under the lock. Those who wait for room are let in when half of it is free: one by one, both sides would change
// places for every item.
static void *take_first(struct queue *queue) {
    if (queue->count == 0) {
        queue->is_awake = false;
        return NULL;
    }
    void *item = *slot_at(queue, 0);
    queue->first = (queue->first + 1) % queue->options.capacity;
    queue->count--;
    if (queue->count == queue->options.capacity / 2) pthread_cond_broadcast(&queue->has_room);
    return item;
}

void *queue_pop(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    void *item = take_first(queue);
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

size_t queue_pop_some(struct queue *queue, void **items, size_t most) {
    size_t count = 0;
    pthread_mutex_lock(&queue->mutex);
    while (count < most) {
        void *item = take_first(queue);
        if (!item) break;
        items[count++] = item;
    }
    pthread_mutex_unlock(&queue->mutex);
    return count;
}

void *queue_pop_wait(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    while (!queue->closed && queue->count == 0)
        pthread_cond_wait(&queue->has_item, &queue->mutex);
    void *item = take_first(queue);
    pthread_mutex_unlock(&queue->mutex);
    return item;
}

void queue_close(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    const bool is_news = !queue->closed;
    queue->closed = true;
    pthread_cond_broadcast(&queue->has_item);
    pthread_cond_broadcast(&queue->has_room);
    pthread_mutex_unlock(&queue->mutex);
    if (is_news) wake(queue);
}

size_t queue_count(struct queue *queue) {
    pthread_mutex_lock(&queue->mutex);
    const size_t count = queue->count;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}
