// answers — see the header. Each is kept as the JSON it was declared with: `items` are read from there
// when they are asked for, so that nothing of a declaration is lost on the way.
#include "operations/answers.h"

#include "base/files.h"
#include "base/memory.h"
#include "operations/refusal.h"
#include "routes.h"
#include "store_records.h"
#include "writer.h"

#define KIND STR("answer")
#define ID_BYTES 65
#define TEXT_BYTES 257 // of ids and ARNs

struct answer {
    char id[ID_BYTES];
    char campaign[TEXT_BYTES], user[TEXT_BYTES], item[TEXT_BYTES]; // empty: any
    struct json document;                                          // owned
    const struct json_node *items, *error;                         // of the document; one is NULL
    int64_t count, hits;                                           // count 0: without end
    int64_t number;                                                // in order of declaration
    bool is_stored;
};

struct answers {
    struct answer *list; // owned
    size_t count, cap;
    int64_t made;
    struct buf file; // the text of the start option's file
};

static void release(struct answer *answer) {
    json_release(&answer->document);
    *answer = (struct answer){0};
}

static void clear(struct answers *answers) {
    for (size_t i = 0; i < answers->count; i++)
        release(&answers->list[i]);
    answers->count = 0;
}

void answers_free(struct answers *answers) {
    if (!answers) return;
    clear(answers);
    mem_free(answers->list);
    buf_release(&answers->file);
    mem_free(answers);
}

// ---- reading a declaration ----

#define EXAMPLE "{\"campaign\":\"*\",\"user_id\":\"u-1\",\"items\":[\"sku-1\",\"sku-2\"]}"

static bool refuse(struct error *err, const char *member, const char *why, const char *hint) {
    error_set(err, ERROR_INVALID, "the answer's %s %s", member, why);
    return error_hint(err, "%s", hint);
}

static bool read_text(
    const struct json_node *object,
    const char *member,
    char *out,
    size_t bytes,
    struct error *err) {
    const struct json_node *node = json_get(object, member);
    const struct str text = json_text(node);
    if (json_kind(node) == JSON_ABSENT || json_kind(node) == JSON_NULL) return true;
    if (json_kind(node) != JSON_STRING || !text.len)
        return refuse(err, member, "is no text", "Leave it out, or give a text: " EXAMPLE);
    if (text.len >= bytes) return refuse(err, member, "is too long", "Ids have 256 bytes at most.");
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

static bool check_metadata(const struct json_node *metadata, struct error *err) {
    static const char hint[] = "Write it as \"metadata\":{\"GENRE\":\"boots\"}.";
    if (json_kind(metadata) == JSON_ABSENT) return true;
    if (json_kind(metadata) != JSON_OBJECT) return refuse(err, "metadata", "is no object", hint);
    for (const struct json_node *each = json_first(metadata); each; each = json_next(each)) {
        if (json_kind(each) != JSON_STRING)
            return refuse(err, "metadata", "holds what is no text", hint);
    }
    return true;
}

static bool check_item(const struct json_node *item, struct error *err) {
    static const char hint[] = "An item is \"sku-1\" or {\"item_id\":\"sku-1\",\"score\":0.4}.";
    const bool is_bare = json_kind(item) == JSON_STRING;
    const struct str id = is_bare ? json_text(item) : json_get_text(item, "item_id");
    double score = 0;
    if (!is_bare && json_kind(item) != JSON_OBJECT)
        return refuse(err, "items", "hold what is no item", hint);
    if (!id.len || id.len >= TEXT_BYTES)
        return refuse(err, "items", "need an item_id of 1 to 256 bytes each", hint);
    if (is_bare) return true;
    const struct json_node *node = json_get(item, "score");
    if (node && (!json_number(node, &score) || score < 0 || score > 1))
        return refuse(err, "items", "have a score that is not between 0 and 1", hint);
    return check_metadata(json_get(item, "metadata"), err);
}

static bool check_items(const struct json_node *items, struct error *err) {
    if (json_kind(items) != JSON_ARRAY)
        return refuse(err, "items", "are no list", "Declare it like this: " EXAMPLE);
    if (json_count(items) > ANSWERS_ITEMS_LIMIT)
        return refuse(err, "items", "are too many", "A campaign answers 500 items at most.");
    for (const struct json_node *each = json_first(items); each; each = json_next(each)) {
        if (!check_item(each, err)) return false;
    }
    return true;
}

static bool check_error(const struct json_node *error, struct error *err) {
    static const char hint[] =
        "Write it as \"error\":{\"code\":\"ThrottlingException\",\"message\":\"Rate exceeded\","
        "\"status\":400}; message and status may be left out.";
    const struct str code = json_get_text(error, "code");
    const struct json_node *status_node = json_get(error, "status");
    int64_t status = 0;
    if (json_kind(error) != JSON_OBJECT) return refuse(err, "error", "is no object", hint);
    if (!code.len || code.len >= sizeof(((struct aws_error *)0)->code))
        return refuse(err, "error", "has no code", hint);
    for (size_t i = 0; i < code.len; i++) {
        if (code.ptr[i] <= ' ' || code.ptr[i] > '~')
            return refuse(err, "error", "has a code that cannot stand in a header", hint);
    }
    if (status_node && (!json_integer(status_node, &status) || status < 400 || status > 599))
        return refuse(err, "error", "has a status that is not 400 to 599", hint);
    return true;
}

static bool check_members(const struct json_node *object, struct error *err) {
    static const char *const known[] = {"id",    "campaign", "user_id", "item_id",   "items",
                                        "error", "count",    "hits",    "remaining", "number"};
    for (const struct json_node *each = json_first(object); each; each = json_next(each)) {
        bool is_known = false;
        for (size_t i = 0; i < ARRAY_COUNT(known) && !is_known; i++)
            is_known = str_equal(json_key(each), str_from(known[i]));
        if (is_known) continue;
        CLEANUP(buf_release) struct buf name = {0};
        buf_add_printable(&name, str_slice(json_key(each), 0, 60));
        error_set(err, ERROR_INVALID, "an answer has no member \"%s\"", buf_text(&name));
        return error_hint(
            err, "Its members are id, campaign, user_id, item_id, items or error, count.");
    }
    return true;
}

static bool read_parts(const struct json_node *object, struct answer *out, struct error *err) {
    const struct json_node *count = json_get(object, "count");
    if (json_kind(object) != JSON_OBJECT) {
        error_set(err, ERROR_INVALID, "an answer is an object");
        return error_hint(err, "Declare it like this: " EXAMPLE);
    }
    if (!check_members(object, err) || !read_text(object, "id", out->id, ID_BYTES, err) ||
        !read_text(object, "campaign", out->campaign, TEXT_BYTES, err) ||
        !read_text(object, "user_id", out->user, TEXT_BYTES, err) ||
        !read_text(object, "item_id", out->item, TEXT_BYTES, err)) {
        return false;
    }
    if (strcmp(out->campaign, "*") == 0) out->campaign[0] = '\0';
    if (json_kind(count) != JSON_ABSENT && json_kind(count) != JSON_NULL &&
        (!json_integer(count, &out->count) || out->count < 1)) {
        return refuse(err, "count", "is no whole number above 0", "Leave it out for no end.");
    }
    out->items = json_get(object, "items");
    out->error = json_get(object, "error");
    if (json_kind(out->items) == JSON_NULL) out->items = NULL;
    if (json_kind(out->error) == JSON_NULL) out->error = NULL;
    if (!out->items == !out->error)
        return refuse(err, "items or error", "must be given, one of them", EXAMPLE);
    return out->items ? check_items(out->items, err) : check_error(out->error, err);
}

// Out is empty or whole.
static bool read_answer(const struct json_node *object, struct answer *out, struct error *err) {
    struct answer answer = {0};
    if (!json_copy(object, &answer.document) || !read_parts(answer.document.root, &answer, err)) {
        if (!err->code) refuse(err, "text", "is empty", "Declare it like this: " EXAMPLE);
        release(&answer);
        return false;
    }
    *out = answer;
    return true;
}

// ---- the list ----

static struct answer *find(struct answers *answers, struct str id) {
    for (size_t i = 0; i < answers->count; i++) {
        if (str_equal(id, str_from(answers->list[i].id))) return &answers->list[i];
    }
    return NULL;
}

static void name(struct answers *answers, struct answer *answer) {
    CLEANUP(buf_release) struct buf id = {0};
    while (answer->id[0] == '\0') {
        buf_reset(&id);
        buf_add_format(&id, "answer-%lld", (long long)++answers->made);
        if (!find(answers, buf_str(&id))) memcpy(answer->id, buf_text(&id), id.len + 1);
    }
}

static void store(struct cloud *cloud, const struct answer *answer) {
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(json_release) struct json copy = {0};
    (void)json_copy(answer->document.root, &copy);
    json_set_text(copy.root, "id", str_from(answer->id));
    json_remove(copy.root, "remaining");
    json_remove(copy.root, "hits");
    json_remove(copy.root, "number");
    json_add_integer(copy.root, "hits", answer->hits);
    json_add_integer(copy.root, "number", answer->number);
    json_print(copy.root, &text);
    store_put_record(
        cloud->store, &(struct store_record){
                          .kind = KIND,
                          .id = str_from(answer->id),
                          .body = buf_str(&text),
                          .created_at_ms = cloud->now_ms,
                          .updated_at_ms = cloud->now_ms});
}

// Takes the answer; in place of the one of its id.
static bool add(struct answers *answers, struct answer *take_answer, struct error *err) {
    name(answers, take_answer);
    struct answer *same = find(answers, str_from(take_answer->id));
    if (!same && answers->count == ANSWERS_LIMIT) {
        release(take_answer);
        error_set(err, ERROR_LIMIT, "there are %d answers already", ANSWERS_LIMIT);
        return error_hint(err, "Remove some: DELETE /_recloop/answers?id=ID, or without id all.");
    }
    if (answers->count == answers->cap) {
        answers->cap = answers->cap ? answers->cap * 2 : 8;
        answers->list = mem_resize(answers->list, answers->cap, sizeof(*answers->list));
    }
    if (same)
        release(same);
    else
        same = &answers->list[answers->count++];
    *same = *take_answer;
    return true;
}

// One object, a list, or {"answers":[…]}.
static const struct json_node *first_of(const struct json_node *root, bool *is_list) {
    const struct json_node *list = json_get(root, "answers");
    if (!list && json_kind(root) == JSON_ARRAY) list = root;
    *is_list = json_kind(list) == JSON_ARRAY;
    return *is_list ? json_first(list) : root;
}

static bool add_all(struct answers *answers, const struct json_node *root, struct error *err) {
    bool is_list = false;
    const struct json_node *each = first_of(root, &is_list);
    for (; each; each = is_list ? json_next(each) : NULL) {
        struct answer answer;
        if (!read_answer(each, &answer, err)) return false;
        answer.number = ++answers->made;
        if (!add(answers, &answer, err)) return false;
    }
    return true;
}

static bool add_file(struct answers *answers, struct error *err) {
    CLEANUP(json_release) struct json root = {0};
    if (!answers->file.len) return true;
    return json_parse(buf_str(&answers->file), &root, err) && add_all(answers, root.root, err);
}

static bool add_record(void *context, const struct store_record *record) {
    struct answers *answers = context;
    CLEANUP(json_release) struct json root = {0};
    struct answer answer;
    struct error ignored = {0};
    if (!json_parse(record->body, &root, &ignored) || !read_answer(root.root, &answer, &ignored))
        return true;
    (void)json_integer(json_get(root.root, "hits"), &answer.hits);
    (void)json_integer(json_get(root.root, "number"), &answer.number);
    answer.is_stored = true;
    if (answer.number > answers->made) answers->made = answer.number;
    (void)add(answers, &answer, &ignored);
    return true;
}

void answers_load(struct cloud *cloud) {
    struct error ignored = {0}; // the file was good at the start
    clear(cloud->answers);
    (void)add_file(cloud->answers, &ignored);
    store_each_record(cloud->store, KIND, STR(""), 0, add_record, cloud->answers);
}

bool answers_open(struct cloud *cloud, struct error *err) {
    const char *path = cloud->options.answers_file;
    cloud->answers = MEM_NEW(struct answers);
    if (path && (!files_read(path, ANSWERS_FILE_LIMIT, &cloud->answers->file, err) ||
                 !add_file(cloud->answers, err))) {
        return error_wrap(err, "the answers in %s", path);
    }
    answers_load(cloud);
    return true;
}

// ---- answering ----

struct question {
    struct str arn, user, item;
};

static bool is_campaign(const char *declared, struct str arn) {
    struct str name = arn;
    const struct str own = str_from(declared);
    if (!own.len || str_equal(own, arn)) return true;
    while (name.len && str_find_char(name, '/') < name.len)
        name = str_skip(name, str_find_char(name, '/') + 1);
    return str_equal(own, name);
}

static bool fits(const struct answer *answer, const struct question *question) {
    const struct str user = str_from(answer->user), item = str_from(answer->item);
    if (answer->count && answer->hits >= answer->count) return false;
    return is_campaign(answer->campaign, question->arn) &&
           (!user.len || str_equal(user, question->user)) &&
           (!item.len || str_equal(item, question->item));
}

static int named_parts(const struct answer *answer) {
    return (answer->campaign[0] != '\0') + (answer->user[0] != '\0') + (answer->item[0] != '\0');
}

static struct answer *choose(struct cloud *cloud, const struct question *question) {
    struct answers *answers = cloud->answers;
    struct answer *best = NULL;
    for (size_t i = 0; answers && i < answers->count; i++) {
        struct answer *each = &answers->list[i];
        if (!fits(each, question)) continue;
        const int better = best ? named_parts(each) - named_parts(best) : 1;
        if (better > 0 || (better == 0 && each->number > best->number)) best = each;
    }
    if (!best) return NULL;
    best->hits++;
    if (best->count && best->is_stored) store(cloud, best); // what is left survives too
    return best;
}

static void say_error(const struct json_node *error, struct aws_error *refusal) {
    const struct str code = json_get_text(error, "code");
    int64_t status = 0;
    if (!json_integer(json_get(error, "status"), &status))
        status = refusal_status_of_code(PLACE_PERSONALIZE_RUNTIME, code);
    aws_error_set(refusal, (int)status, code, json_get_text(error, "message"));
    refusal->is_server_side = status >= 500;
}

static bool is_asked_for(const struct personalize_list *columns, struct str name) {
    for (size_t i = 0; i < columns->count; i++) {
        if (str_equal_nocase(columns->items[i], name)) return true;
    }
    return false;
}

static struct str id_of(const struct json_node *item) {
    return json_kind(item) == JSON_STRING ? json_text(item) : json_get_text(item, "item_id");
}

static void add_item(
    struct personalize_items *items,
    const struct json_node *from,
    const struct personalize_list *columns) {
    struct personalize_item *item = personalize_items_add(items);
    item->item_id = id_of(from);
    item->has_score = json_number(json_get(from, "score"), &item->score);
    const struct json_node *each = json_first(json_get(from, "metadata"));
    for (; each; each = json_next(each)) {
        if (is_asked_for(columns, json_key(each)))
            personalize_map_add(&item->metadata, json_key(each), json_text(each));
    }
}

// The declared items, copied to where the answer's text lives: campaigns add theirs to the same object.
static const struct json_node *
copy_items(const struct answer *answer, struct personalize_items *items) {
    struct json_node *root = json_new_object(&items->document);
    json_set_copy(root, "items", answer->items);
    return json_first(json_get(root, "items"));
}

enum answers_verdict answers_recommend(
    struct cloud *cloud,
    const struct personalize_recommend *input,
    struct personalize_items *items,
    struct aws_error *refusal) {
    const struct question question = {
        .arn = input->campaign_arn.len ? input->campaign_arn : input->recommender_arn,
        .user = input->user_id,
        .item = input->item_id};
    const struct answer *answer = choose(cloud, &question);
    if (!answer) return ANSWERS_NONE;
    if (answer->error) {
        say_error(answer->error, refusal);
        return ANSWERS_REFUSED;
    }
    const size_t limit = input->results ? (size_t)input->results : PERSONALIZE_DEFAULT_RESULTS;
    const struct json_node *each = copy_items(answer, items);
    for (; each && items->count < limit; each = json_next(each))
        add_item(items, each, &input->metadata_columns);
    return ANSWERS_LIST;
}

static bool is_listed(const struct personalize_items *items, struct str id) {
    for (size_t i = 0; i < items->count; i++) {
        if (str_equal(items->items[i].item_id, id)) return true;
    }
    return false;
}

static bool is_in(const struct personalize_list *list, struct str id) {
    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(list->items[i], id)) return true;
    }
    return false;
}

enum answers_verdict answers_rank(
    struct cloud *cloud,
    const struct personalize_rank *input,
    struct personalize_items *items,
    struct aws_error *refusal) {
    const struct question question = {.arn = input->campaign_arn, .user = input->user_id};
    const struct answer *answer = choose(cloud, &question);
    if (!answer) return ANSWERS_NONE;
    if (answer->error) {
        say_error(answer->error, refusal);
        return ANSWERS_REFUSED;
    }
    const struct json_node *each = copy_items(answer, items);
    for (; each; each = json_next(each)) {
        if (is_in(&input->input, id_of(each)) && !is_listed(items, id_of(each)))
            add_item(items, each, &input->metadata_columns);
    }
    for (size_t i = 0; i < input->input.count; i++) {
        if (is_listed(items, input->input.items[i])) continue;
        personalize_items_add(items)->item_id = input->input.items[i];
    }
    return ANSWERS_LIST;
}

// ---- routes ----

static void write_text(struct writer *writer, const char *key, const char *text) {
    writer_text_or_null(writer, key, str_from(text));
}

static void write_answer(struct writer *writer, const struct answer *answer) {
    CLEANUP(buf_release) struct buf json = {0};
    writer_open(writer, NULL, '{');
    writer_text(writer, "id", str_from(answer->id));
    write_text(writer, "campaign", answer->campaign);
    write_text(writer, "user_id", answer->user);
    write_text(writer, "item_id", answer->item);
    json_print(answer->items ? answer->items : answer->error, &json);
    writer_json(writer, answer->items ? "items" : "error", buf_str(&json));
    if (answer->count) {
        writer_int(writer, "count", answer->count);
        writer_int(writer, "remaining", answer->count - answer->hits);
    } else {
        writer_null(writer, "count");
        writer_null(writer, "remaining");
    }
    writer_int(writer, "hits", answer->hits);
    writer_close(writer, '}');
}

enum server_verdict answers_route_get(struct cloud *cloud, struct exchange *exchange) {
    CLEANUP(buf_release) struct buf json = {0};
    struct writer writer = {.out = &json};
    writer_open(&writer, NULL, '{');
    writer_open(&writer, "answers", '[');
    for (size_t i = 0; i < cloud->answers->count; i++)
        write_answer(&writer, &cloud->answers->list[i]);
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    routes_answer_json(exchange, 200, buf_str(&json));
    return SERVER_ANSWER;
}

static void remove_at(struct cloud *cloud, size_t at) {
    struct answers *answers = cloud->answers;
    struct answer *answer = &answers->list[at];
    if (answer->is_stored) store_remove_record(cloud->store, KIND, str_from(answer->id));
    release(answer);
    memmove(answer, answer + 1, (answers->count - at - 1) * sizeof(*answer));
    answers->count--;
}

static void remove_all(struct cloud *cloud) {
    while (cloud->answers->count)
        remove_at(cloud, cloud->answers->count - 1);
}

static bool check_all(const struct json_node *root, struct error *err) {
    bool is_list = false;
    size_t count = 0;
    const struct json_node *each = first_of(root, &is_list);
    for (; each; each = is_list ? json_next(each) : NULL) {
        struct answer answer;
        if (!read_answer(each, &answer, err)) return false;
        release(&answer);
        count++;
    }
    if (count <= ANSWERS_LIMIT) return true;
    error_set(err, ERROR_LIMIT, "%zu answers are too many", count);
    return error_hint(err, "There may be %d at a time.", ANSWERS_LIMIT);
}

bool answers_check(struct str json, struct error *err) {
    CLEANUP(json_release) struct json root = {0};
    return json_parse(json, &root, err) && check_all(root.root, err);
}

// A list takes the place of all; one object is added. All or nothing: read twice, changed once.
static bool take_declaration(struct cloud *cloud, struct str text, struct error *err) {
    CLEANUP(json_release) struct json root = {0};
    bool is_list = false;
    if (!json_parse(text, &root, err) || !check_all(root.root, err)) return false;
    (void)first_of(root.root, &is_list);
    const int64_t before = cloud->answers->made;
    if (is_list) remove_all(cloud);
    if (!add_all(cloud->answers, root.root, err)) return false;
    for (size_t i = 0; i < cloud->answers->count; i++) {
        struct answer *answer = &cloud->answers->list[i];
        if (answer->number <= before) continue;
        answer->is_stored = true;
        store(cloud, answer);
    }
    return true;
}

enum server_verdict answers_route_put(struct cloud *cloud, struct exchange *exchange) {
    struct error err = {0};
    if (exchange->is_too_large) {
        error_set(&err, ERROR_LIMIT, "the declaration is larger than 1 MiB");
        error_hint(&err, "Declare it in parts.");
    } else if (take_declaration(cloud, exchange->body, &err)) {
        return answers_route_get(cloud, exchange);
    }
    routes_answer_error(exchange, &err);
    return SERVER_ANSWER;
}

enum server_verdict answers_route_delete(struct cloud *cloud, struct exchange *exchange) {
    CLEANUP(buf_release) struct buf id = {0};
    if (!routes_query_text(exchange, "id", &id)) {
        remove_all(cloud);
        return answers_route_get(cloud, exchange);
    }
    const struct answer *answer = find(cloud->answers, buf_str(&id));
    if (!answer) {
        struct error err = {0};
        error_set(&err, ERROR_NOT_FOUND, "there is no answer of that id");
        error_hint(&err, "GET /_recloop/answers lists them.");
        routes_answer_error(exchange, &err);
        return SERVER_ANSWER;
    }
    remove_at(cloud, (size_t)(answer - cloud->answers->list));
    return answers_route_get(cloud, exchange);
}
