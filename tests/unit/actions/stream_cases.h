// stream_cases — what the tests of the generator's runs share.
#pragma once

#include "actions/action.h"
#include "actions/backend.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/memory.h"
#include "net/transfers.h"
#include "support/loopback.h"
#include "support/temp_folder.h"
#include "support/test.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_IDS 20000
#define KEY "abcdefghijklmnopqrstuvwxyz012345"

struct world {
    struct temp_folder folder;
    struct loopback *server;
    const char *url; // of Segment; NULL: the server's
    bool has_keys, has_email;
    struct buf environment[2]; // texts of look_up
    // What the server saw.
    pthread_mutex_t lock;
    char (*ids)[72]; // of messages it took
    size_t id_count, requests;
    int refuses_each;    // n: every n-th message is refused; 0: none
    size_t silent_after; // requests; then it answers 503; 0: never
    // What the run said.
    struct backend *backend;
    struct buf notes;
    struct message *progress; // the last one
    bool is_told_backwards, has_overstated;
    uint64_t last_done;
    const char *adjust_name, *adjust_value; // at the first progress
    struct task *task;
    uint64_t adjust_at; // accepted
};

static const char *look_up(void *context, const char *name) {
    struct world *world = context;
    if (strcmp(name, "HOME") == 0) return world->folder.path;
    if (strcmp(name, "RECLOOP_TRACKING_URL") == 0)
        return world->url ? world->url : world->server ? loopback_url(world->server) : NULL;
    if (world->has_email && strcmp(name, "SEGMENT_EMAIL_WRITE_KEY") == 0) return KEY;
    const bool is_key = strcmp(name, "SEGMENT_WEBSITE_WRITE_KEY") == 0 ||
                        strcmp(name, "SEGMENT_ANDROID_WRITE_KEY") == 0 ||
                        strcmp(name, "SEGMENT_IOS_WRITE_KEY") == 0;
    return world->has_keys && is_key ? KEY : NULL;
}

static inline bool next_id(struct str *rest, struct str *id) {
    const struct str key = STR("\"messageId\":\"");
    for (size_t i = 0; i + key.len < rest->len; i++) {
        if (memcmp(rest->ptr + i, key.ptr, key.len) != 0) continue;
        const struct str at = str_skip(*rest, i + key.len);
        *id = str_slice(at, 0, str_find_char(at, '"'));
        *rest = str_skip(at, id->len);
        return true;
    }
    return false;
}

static inline bool is_refused(const struct world *world, struct str id) {
    unsigned sum = 0;
    for (size_t i = 0; i < id.len; i++)
        sum = sum * 31 + (unsigned char)id.ptr[i];
    return world->refuses_each && sum % (unsigned)world->refuses_each == 0;
}

static inline struct loopback_exchange decide(void *context, struct str request) {
    struct world *world = context;
    struct loopback_exchange answer = {.status = 200, .body = "{\"success\":true}"};
    pthread_mutex_lock(&world->lock);
    world->requests++;
    struct str rest = request;
    struct str id = {0};
    bool has_bad = false;
    while (next_id(&rest, &id))
        has_bad |= is_refused(world, id);
    if (world->silent_after && world->requests > world->silent_after)
        answer = (struct loopback_exchange){.status = 503, .body = "{}"};
    else if (has_bad)
        answer = (struct loopback_exchange){.status = 400, .body = "{\"message\":\"bad one\"}"};
    rest = request;
    while (answer.status == 200 && next_id(&rest, &id)) {
        assert_true(id.len < sizeof(world->ids[0]) && world->id_count < MOST_IDS);
        memcpy(world->ids[world->id_count], id.ptr, id.len);
        world->ids[world->id_count++][id.len] = '\0';
    }
    pthread_mutex_unlock(&world->lock);
    return answer;
}

static inline int compare(const void *left, const void *right) {
    return strcmp(left, right);
}

// How many different messages arrived.
static inline size_t distinct(struct world *world) {
    size_t count = 0;
    pthread_mutex_lock(&world->lock);
    qsort(world->ids, world->id_count, sizeof(world->ids[0]), compare);
    for (size_t i = 0; i < world->id_count; i++)
        count += i == 0 || strcmp(world->ids[i], world->ids[i - 1]) != 0;
    pthread_mutex_unlock(&world->lock);
    return count;
}

static inline size_t taken(struct world *world) {
    pthread_mutex_lock(&world->lock);
    const size_t count = world->id_count;
    pthread_mutex_unlock(&world->lock);
    return count;
}

static inline int set_up(void **state) {
    static struct world world;
    world = (struct world){.folder = temp_folder_make(), .has_keys = true};
    world.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    world.ids = mem_zeroed(MOST_IDS, sizeof(world.ids[0]));
    *state = &world;
    return 0;
}

static inline int set_up_with_server(void **state) {
    (void)set_up(state);
    struct world *world = *state;
    world->server = loopback_start_deciding(decide, world);
    return 0;
}

static inline int tear_down(void **state) {
    struct world *world = *state;
    loopback_stop(world->server);
    message_free(world->progress);
    buf_release(&world->notes);
    mem_free(world->ids);
    temp_folder_remove(&world->folder);
    return 0;
}

static const struct action *action(void) {
    return action_find("stream");
}

static inline bool
adjust(const struct world *world, const char *name, struct str value, struct error *err) {
    struct arguments arguments = {0};
    arguments_set(&arguments, name, value);
    const bool ok = action()->adjust(world->task, &arguments, err);
    arguments_release(&arguments);
    return ok;
}

static inline void take_progress(struct world *world, struct message *take_message) {
    const struct message_progress *progress = &take_message->as.progress;
    world->is_told_backwards |= progress->done < world->last_done;
    world->has_overstated |= world->server && progress->accepted > taken(world);
    world->last_done = progress->done;
    const bool is_due = world->adjust_name && progress->accepted >= world->adjust_at;
    message_free(world->progress);
    world->progress = take_message;
    if (!is_due) return;
    struct error err = {0};
    const char *name = world->adjust_name;
    world->adjust_name = NULL;
    assert_ok(adjust(world, name, str_from(world->adjust_value), &err), err);
}

static inline void emit(void *context, struct message *take_message) {
    struct world *world = context;
    if (take_message->kind == MESSAGE_PROGRESS) {
        take_progress(world, take_message);
        return;
    }
    if (take_message->kind == MESSAGE_LINE) {
        buf_add(&world->notes, str_from(take_message->as.line.text));
        buf_add_char(&world->notes, '\n');
    }
    message_free(take_message);
}

// "from_date=2019-05-19 to=2019-05-20 to=segment"; HOME/ stands for the folder.
static inline void read_words(const struct world *world, const char *words, struct arguments *out) {
    struct str rest = str_from(words);
    while (rest.len) {
        struct str pair = {0};
        struct str name = {0};
        struct str value = {0};
        CLEANUP(buf_release) struct buf whole = {0};
        str_split(rest, ' ', &pair, &rest);
        str_split(pair, '=', &name, &value);
        const bool is_path = str_starts_with(value, STR("HOME/"));
        if (is_path) buf_add(&whole, str_from(world->folder.path));
        buf_add(&whole, is_path ? str_skip(value, 4) : value);
        assert_true(arguments_add(out, name, buf_str(&whole)));
    }
}

static inline enum error_code
run(struct world *world, const char *profile, const char *words, struct error *err) {
    struct arguments arguments = {0};
    const struct backend_options options = {
        .profile = profile, .environment = look_up, .environment_context = world};
    struct action_context context = {
        .backend = backend_new(&options), .emit = emit, .emit_context = world};
    *err = (struct error){0};
    buf_reset(&world->notes);
    world->last_done = 0;
    read_words(world, words, &arguments);
    world->task = action()->start(&context, &arguments, 1, err);
    if (world->task) {
        const struct transfers_options transfers = {.jitter_seed = 1};
        if (task_run(world->task, &transfers, NULL, NULL, err)) *err = (struct error){0};
    }
    arguments_release(&arguments);
    backend_free(context.backend);
    return err->code;
}

static inline struct str notes(const struct world *world) {
    return buf_str(&world->notes);
}

static inline uint64_t accepted(const struct world *world) {
    return world->progress->as.progress.accepted;
}

#define JOB "from_date=2019-05-19 to=2019-05-20 users=40"
