// users — whose history is whose. Users and anonymous sessions share one table; a session that was
// joined to a user stays as a pointer to that user until it leaves. Everybody stands in one list by
// activity, and the least recently active leave when a limit is passed. Questions do not count as
// activity: an answer must not change the next one.
#include "internal.h"

#include "base/memory.h"

#include <string.h>

size_t users_bytes(const struct recommender *r, uint32_t number) {
    const struct user *user = &r->users[number];
    size_t bytes = user->cap * sizeof(*user->history) + user->typed_cap * sizeof(*user->typed);
    for (uint32_t i = 0; i < user->typed_count; i++) {
        bytes += user->typed[i].cap * sizeof(*user->typed[i].items);
    }
    return bytes + names_text(&r->user_names, number).len;
}

static uint32_t follow_join(const struct recommender *r, uint32_t number) {
    const struct user *user = &r->users[number];
    if (user->joined == NOBODY) return number;
    return r->users[user->joined].generation == user->joined_generation ? user->joined : number;
}

uint32_t users_find(const struct recommender *r, struct str id) {
    uint32_t number;
    return names_find(&r->user_names, id, &number) ? follow_join(r, number) : NOBODY;
}

bool recommender_has_user(const struct recommender *r, struct str user_or_session) {
    const uint32_t number = users_find(r, user_or_session);
    return number != NOBODY && r->users[number].count > 0;
}

static void unlink_user(struct recommender *r, uint32_t number) {
    struct user *user = &r->users[number];
    if (user->newer != NOBODY) r->users[user->newer].older = user->older;
    if (user->older != NOBODY) r->users[user->older].newer = user->newer;
    if (r->newest_user == number) r->newest_user = user->older;
    if (r->oldest_user == number) r->oldest_user = user->newer;
}

static void link_newest(struct recommender *r, uint32_t number) {
    struct user *user = &r->users[number];
    user->newer = NOBODY;
    user->older = r->newest_user;
    if (r->newest_user != NOBODY) r->users[r->newest_user].newer = number;
    r->newest_user = number;
    if (r->oldest_user == NOBODY) r->oldest_user = number;
}

static void touch(struct recommender *r, uint32_t number) {
    if (r->newest_user == number) return;
    unlink_user(r, number);
    link_newest(r, number);
}

void users_reserve(struct recommender *r, uint32_t count) {
    uint32_t cap = r->user_cap ? r->user_cap : 32;
    while (cap < count)
        cap *= 2;
    if (cap == r->user_cap) return;
    r->users = engine_resize(&r->bytes, r->users, r->user_cap, cap, sizeof(*r->users));
    memset(r->users + r->user_cap, 0, (cap - r->user_cap) * sizeof(*r->users));
    r->user_cap = cap;
}

uint32_t users_add(struct recommender *r, struct str id) {
    const uint32_t number = names_add(&r->user_names, id);
    users_reserve(r, number + 1);
    struct user *user = &r->users[number];
    *user = (struct user){.joined = NOBODY, .generation = user->generation + 1};
    link_newest(r, number);
    r->history_bytes += users_bytes(r, number);
    return number;
}

static void empty_user(struct user *user) {
    typed_release(user);
    mem_free(user->history);
    user->history = NULL;
    user->count = user->cap = 0;
    user->has_document = false;
}

static void remove_user(struct recommender *r, uint32_t number) {
    r->history_bytes -= users_bytes(r, number);
    unlink_user(r, number);
    empty_user(&r->users[number]);
    r->users[number].generation++;
    names_remove(&r->user_names, number);
}

void users_enforce_limits(struct recommender *r) {
    while (r->oldest_user != r->newest_user &&
           (r->user_names.count > r->options.user_limit ||
            r->history_bytes > r->options.history_limit_bytes)) {
        remove_user(r, r->oldest_user);
    }
}

void users_release(struct recommender *r) {
    for (uint32_t i = 0; i < r->user_names.used; i++)
        empty_user(&r->users[i]);
    mem_free(r->users);
    names_release(&r->user_names);
}

// Room for `count` entries. Capacity is a function of the largest count, never of the way there.
struct seen *users_reserve_history(struct user *user, uint32_t count) {
    uint32_t cap = user->cap ? user->cap : 4;
    while (cap < count)
        cap *= 2;
    if (cap != user->cap) user->history = mem_resize(user->history, cap, sizeof(*user->history));
    user->cap = cap;
    return user->history;
}

void users_append(struct user *user, uint32_t item, int64_t time_s) {
    if (user->count == HISTORY_CAP) {
        user->count = HISTORY_KEPT - 1;
        memmove(
            user->history, user->history + HISTORY_CAP - user->count,
            user->count * sizeof(*user->history));
    }
    users_reserve_history(user, user->count + 1);
    user->history[user->count++] = (struct seen){.time_s = time_s, .item = item};
}

bool users_have_item(const struct user *user, uint32_t item) {
    const struct seen *visible = user->history + (user->count - users_visible(user));
    for (uint32_t i = 0; i < users_visible(user); i++) {
        if (visible[i].item == item) return true;
    }
    return false;
}

bool recommender_has_seen(
    const struct recommender *r, struct str user_or_session, uint32_t item_number) {
    const uint32_t number = users_find(r, user_or_session);
    return number != NOBODY && users_have_item(&r->users[number], item_number);
}

uint32_t users_recent(const struct user *user, int64_t time_s, struct recent *out, uint32_t limit) {
    const uint32_t oldest = user->count - users_visible(user);
    uint32_t count = 0;
    bool in_session = true;
    for (uint32_t i = user->count; i-- > oldest && count < limit;) {
        const struct seen *seen = &user->history[i];
        if (time_s - seen->time_s > RECOMMENDER_SESSION_GAP_S) in_session = false;
        time_s = seen->time_s;
        uint32_t k = 0;
        while (k < count && out[k].item != seen->item)
            k++;
        if (k == count) out[count++] = (struct recent){seen->item, in_session};
    }
    return count;
}

// Both histories by time, the user's own first where times are equal; the newest HISTORY_KEPT stay.
static void merge_history(struct user *into, const struct user *from) {
    struct seen merged[2 * HISTORY_CAP];
    uint32_t count = 0;
    uint32_t left = into->count - users_visible(into);
    uint32_t right = from->count - users_visible(from);
    while (left < into->count || right < from->count) {
        const bool take_left =
            right == from->count ||
            (left < into->count && into->history[left].time_s <= from->history[right].time_s);
        merged[count++] = take_left ? into->history[left++] : from->history[right++];
    }
    const uint32_t kept = count < HISTORY_KEPT ? count : HISTORY_KEPT;
    memcpy(users_reserve_history(into, kept), merged + count - kept, kept * sizeof(*merged));
    into->count = kept;
}

// An item in both histories was counted for two people who turn out to be one.
static void
count_shared_once(struct recommender *r, const struct user *into, const struct user *from) {
    const uint32_t oldest = from->count - users_visible(from);
    for (uint32_t i = oldest; i < from->count; i++) {
        const uint32_t item = from->history[i].item;
        bool is_repeat = false;
        for (uint32_t k = oldest; k < i && !is_repeat; k++)
            is_repeat = from->history[k].item == item;
        if (!is_repeat && users_have_item(into, item)) popular_remove_visitor(r, item);
    }
}

static bool ends_later(const struct user *left, const struct user *right) {
    if (left->count == 0) return false;
    return right->count == 0 ||
           left->history[left->count - 1].time_s > right->history[right->count - 1].time_s;
}

static void join(struct recommender *r, uint32_t session, uint32_t number) {
    struct user *from = &r->users[session], *into = &r->users[number];
    r->history_bytes -= users_bytes(r, session) + users_bytes(r, number);
    if (from->count > 0) {
        if (!into->has_document || (from->has_document && ends_later(from, into))) {
            into->document = from->document;
            into->has_document = from->has_document;
        }
        count_shared_once(r, into, from);
        merge_history(into, from);
        typed_join(into, from);
        empty_user(from);
    }
    from->joined = number;
    from->joined_generation = into->generation;
    r->history_bytes += users_bytes(r, session) + users_bytes(r, number);
}

// Somebody named as a user is a person: no session id that happens to be equal may carry them off.
static uint32_t person(struct recommender *r, struct str id) {
    uint32_t number;
    if (!names_find(&r->user_names, id, &number)) number = users_add(r, id);
    r->users[number].is_person = true;
    r->users[number].joined = NOBODY;
    return number;
}

uint32_t users_of_event(struct recommender *r, struct str user, struct str session) {
    uint32_t number;
    const bool has_session = names_find(&r->user_names, session, &number);
    if (user.len == 0) {
        if (!has_session) return users_add(r, session);
        touch(r, number);
        number = follow_join(r, number);
        touch(r, number);
        return number;
    }
    if (has_session) touch(r, number); // before the user, who must be the newest of all
    const uint32_t named = person(r, user);
    if (has_session && !r->users[number].is_person) join(r, number, named);
    touch(r, named);
    return named;
}
