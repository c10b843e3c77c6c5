#include "support/test.h"

#include "base/memory.h"
#include "base/rng.h"
#include "console/event_list.h"

static struct message *event_of(uint64_t sequence, const char *type) {
    struct message *message = message_new(MESSAGE_EVENT, 0);
    message->as.event.type = mem_copy_string(type);
    message->as.event.sequence = sequence;
    return message;
}

static struct filter filter_of(const char *text) {
    struct filter filter;
    struct error err;
    size_t at = 0;
    assert_ok(filter_parse(str_from(text), &event_list_schema, &filter, &at, &err), err);
    return filter;
}

static uint64_t sequence_at(const struct event_list *list, size_t row) {
    return event_list_at(list, row)->message->as.event.sequence;
}

static void event_list_shows_what_passes_and_accounts_for_the_rest(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    const struct filter filter = filter_of("type=track");
    event_list_set_filter(list, &filter);
    for (uint64_t i = 1; i <= 600; i++) {
        const bool is_track = i % 3 == 0;
        assert_int_equal(event_list_add(list, event_of(i, is_track ? "track" : "page")), is_track);
    }
    assert_int_equal(list->received, 600);
    assert_int_equal(list->dropped, 100);
    assert_int_equal(list->seen.count, EVENT_LIST_MOST);
    assert_int_equal(event_list_count(list), list->match_count);
    assert_int_equal(event_list_count(list), 167);
    assert_int_equal(sequence_at(list, 0), 600);
    assert_int_equal(sequence_at(list, 166), 102);
    event_list_set_highlighting(list, true);
    assert_int_equal(event_list_count(list), EVENT_LIST_MOST);
    assert_int_equal(list->match_count, 167);
    event_list_release(list);
    mem_free(list);
}

static void event_list_counts_what_nobody_told_of(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    static const uint64_t told[] = {40, 41, 45, 0, 46, 3, 4, 6};
    for (size_t i = 0; i < ARRAY_COUNT(told); i++)
        (void)event_list_add(list, event_of(told[i], "page"));
    assert_int_equal(list->missed, 3 + 1); // 42 43 44, and after a new beginning 5
    event_list_release(list);
    mem_free(list);
}

static void event_list_tells_how_many_came_during_a_pause(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    assert_int_equal(event_list_newer(list), 0);
    for (uint64_t i = 1; i <= 1000; i++) {
        if (i == 101) (void)event_list_set_paused(list, true);
        (void)event_list_add(list, event_of(i, "page"));
    }
    assert_int_equal(list->held.count, EVENT_LIST_MOST - 100);
    assert_int_equal(event_list_newer(list), 900); // not only those that are kept
    (void)event_list_set_paused(list, false);
    assert_int_equal(event_list_newer(list), 0);
    event_list_release(list);
    mem_free(list);
}

static bool is_marked(const struct event_list *list, const struct event_list_entry *entry) {
    (void)list;
    return entry->is_marked;
}

static void event_list_finds_marks_in_both_directions(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    size_t row = 99;
    assert_false(event_list_find(list, 0, 1, is_marked, &row));
    assert_false(event_list_find(list, 0, -1, is_marked, &row));
    for (uint64_t i = 1; i <= 10; i++)
        (void)event_list_add(list, event_of(i, "page"));
    event_list_mark(list, 2);
    event_list_mark(list, 7);
    assert_true(event_list_find(list, 0, 1, is_marked, &row));
    assert_int_equal(row, 2);
    assert_true(event_list_find(list, 2, 1, is_marked, &row));
    assert_int_equal(row, 7);
    assert_false(event_list_find(list, 7, 1, is_marked, &row));
    assert_true(event_list_find(list, 7, -1, is_marked, &row));
    assert_int_equal(row, 2);
    event_list_mark(list, 2);
    assert_int_equal(event_list_unmark_all(list), 1);
    event_list_release(list);
    mem_free(list);
}

// Whatever happens in whatever order: the rows are the matching ones of those seen, newest first, and every
// event received is somewhere.
static void check(const struct event_list *list) {
    size_t matches = 0, marks = 0, row = event_list_count(list);
    for (size_t age = 0; age < list->seen.count; age++) {
        const size_t place = (list->seen.first + age) % EVENT_LIST_MOST;
        const struct event_list_entry *entry = &list->seen.entries[place];
        const bool is_match = filter_matches(&list->filter, &entry->message->as.event);
        assert_int_equal(entry->is_match, is_match);
        matches += is_match;
        marks += entry->is_marked;
        if (!is_match && !list->is_highlighting) continue;
        assert_true(row > 0);
        assert_ptr_equal(event_list_at(list, --row), entry);
        assert_int_equal(event_list_row(list, entry->number), row);
    }
    assert_int_equal(row, 0);
    assert_int_equal(matches, list->match_count);
    assert_int_equal(marks, list->mark_count);
    assert_int_equal(list->received, list->seen.count + list->held.count + list->dropped);
    assert_true(list->seen.count + list->held.count <= EVENT_LIST_MOST);
}

static void event_list_holds_together_whatever_happens(void **state) {
    (void)state;
    static const char *const types[] = {"track", "page", "identify"};
    struct event_list *list = MEM_NEW(struct event_list);
    const struct filter filters[] = {
        filter_of(""), filter_of("type=track"), filter_of("-page"), filter_of("nowhere")};
    struct rng rng;
    rng_seed(&rng, 11);
    for (int turn = 0; turn < 400; turn++) {
        for (uint64_t i = rng_below(&rng, 90); i > 0; i--)
            (void)event_list_add(list, event_of(0, types[rng_below(&rng, 3)]));
        const uint64_t what = rng_below(&rng, 6);
        if (what == 0) event_list_set_filter(list, &filters[rng_below(&rng, 4)]);
        if (what == 1) event_list_set_highlighting(list, !list->is_highlighting);
        if (what == 2) (void)event_list_set_paused(list, !list->is_paused);
        if (what == 3 && event_list_count(list))
            event_list_mark(list, rng_below(&rng, event_list_count(list)));
        check(list);
    }
    event_list_release(list);
    assert_int_equal(event_list_count(list), 0);
    mem_free(list);
}

static struct message *sent(uint64_t run_id, const char *id) {
    struct message *message = event_of(0, "track");
    message->run_id = run_id;
    message->as.event.message_id = mem_copy_string(id);
    message->as.event.is_sent = true;
    return message;
}

static const struct message_event *event_at(const struct event_list *list, size_t row) {
    return &event_list_at(list, row)->message->as.event;
}

static void event_list_knows_a_sent_event_when_it_is_found(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    char second[] = "b", third[] = "c";
    struct message_event found = {.message_id = second};
    (void)event_list_add(list, sent(1, "a"));
    (void)event_list_set_paused(list, true);
    (void)event_list_add(list, sent(2, "b")); // held back
    bool is_news = false;
    assert_true(event_list_confirm(list, &found, &is_news));
    assert_true(is_news);
    assert_true(event_list_confirm(list, &found, &is_news)); // asked for again
    assert_false(is_news);
    found.message_id = third;
    assert_false(event_list_confirm(list, &found, &is_news));
    found.message_id = NULL; // one that tells no id is never known
    assert_false(event_list_confirm(list, &found, &is_news));
    (void)event_list_set_paused(list, false);
    assert_false(event_at(list, 0)->is_sent);
    assert_true(event_at(list, 1)->is_sent);
    event_list_release(list);
    mem_free(list);
}

static void event_list_marks_what_was_not_taken(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    const struct filter filter = filter_of("refused:*");
    (void)event_list_add(list, sent(1, "a"));
    (void)event_list_add(list, sent(2, "b"));
    event_list_set_filter(list, &filter);
    assert_int_equal(event_list_count(list), 0);
    event_list_refuse(list, 3, STR("nobody sent it"));
    event_list_refuse(list, 1, STR("400 invalid write key"));
    event_list_refuse(list, 1, STR("and again"));
    assert_int_equal(event_list_count(list), 1); // the filter is asked once more
    assert_string_equal(event_at(list, 0)->discard_reason, "400 invalid write key");
    event_list_clear(list);
    assert_int_equal(list->received, 0);
    (void)event_list_add(list, sent(3, "c"));
    assert_int_equal(event_list_count(list), 0); // the filter stayed
    event_list_release(list);
    mem_free(list);
}

static void event_list_keeps_what_is_marked_while_others_leave(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    struct filter filter = filter_of("type=track");
    for (int i = 0; i < 10; i++)
        (void)event_list_add(list, event_of(0, i % 2 ? "track" : "page"));
    event_list_mark(list, 9); // number 1, a page
    event_list_mark(list, 6); // number 4, a track
    event_list_mark(list, 2); // number 8, a track
    for (int i = 0; i < 3 * EVENT_LIST_MOST; i++)
        (void)event_list_add(list, event_of(0, "track"));
    check(list);
    assert_int_equal(list->mark_count, 3);
    assert_int_equal(event_list_at(list, event_list_count(list) - 1)->number, 1);
    assert_int_equal(event_list_at(list, event_list_count(list) - 2)->number, 4);
    assert_int_equal(event_list_at(list, event_list_count(list) - 3)->number, 8);
    event_list_set_filter(list, &filter);
    check(list);
    assert_int_equal(event_list_at(list, event_list_count(list) - 1)->number, 4);
    (void)event_list_add(list, event_of(0, "track"));
    check(list);
    assert_int_equal(event_list_at(list, event_list_count(list) - 2)->number, 8);
    assert_int_equal(list->marks_dropped, 0);
    event_list_release(list);
    mem_free(list);
}

static void event_list_says_how_many_marked_ones_left(void **state) {
    (void)state;
    struct event_list *list = MEM_NEW(struct event_list);
    for (int i = 0; i < EVENT_LIST_MARKED + 50; i++) {
        (void)event_list_add(list, event_of(0, "track"));
        event_list_mark(list, 0);
    }
    for (int i = 0; i < 2 * EVENT_LIST_MOST; i++)
        (void)event_list_add(list, event_of(0, "track"));
    check(list);
    assert_int_equal(list->mark_count + list->marks_dropped, EVENT_LIST_MARKED + 50);
    assert_int_equal(list->mark_count, EVENT_LIST_MARKED);
    event_list_release(list);
    mem_free(list);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(event_list_shows_what_passes_and_accounts_for_the_rest),
    cmocka_unit_test(event_list_counts_what_nobody_told_of),
    cmocka_unit_test(event_list_tells_how_many_came_during_a_pause),
    cmocka_unit_test(event_list_finds_marks_in_both_directions),
    cmocka_unit_test(event_list_knows_a_sent_event_when_it_is_found),
    cmocka_unit_test(event_list_marks_what_was_not_taken),
    cmocka_unit_test(event_list_keeps_what_is_marked_while_others_leave),
    cmocka_unit_test(event_list_says_how_many_marked_ones_left),
    cmocka_unit_test(event_list_holds_together_whatever_happens),
};

int main(void) {
    return cmocka_run_group_tests_name("console/event_list", tests, NULL, NULL);
}
