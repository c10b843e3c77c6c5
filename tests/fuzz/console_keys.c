// Key files, whoever wrote them: whatever they say, every key means one thing in a context, there is a way out, what
// is wrong is told with its place, and the listing of the result reads back as the same.
#include "base/memory.h"
#include "console/key_file.h"
#include "fuzz.h"

static void check_keys(const struct keymap *keymap) {
    for (size_t i = 0; i < keymap->count; i++) {
        const struct keymap_row *row = &keymap->rows[i];
        const enum keymap_context context = row->context;
        if (row->key == KEYMAP_NO_KEY) continue;
        ASSERT(keymap_find_row(keymap, &context, 1, row->key) == row);
        ASSERT(!row->is_alias || keymap->rows[i - 1].intent == row->intent);
    }
}

static void check_problems(const struct key_file *file) {
    for (size_t i = 0; i < file->problem_count && i < KEY_FILE_PROBLEMS; i++) {
        const struct key_file_problem *problem = &file->problems[i];
        ASSERT(problem->error.code == ERROR_CONFIG && problem->error.hint[0]);
        ASSERT(str_starts_with(str_from(problem->error.message), STR("a:")));
        ASSERT(problem->line > 0 && problem->column > 0);
        ASSERT(i == 0 || problem[-1].line <= problem->line);
    }
}

static bool does(const struct keymap *keymap, enum keymap_context context, enum intent intent) {
    const enum keymap_context contexts[] = {context, KEYMAP_LIST, KEYMAP_EVERYWHERE};
    for (size_t i = 0; i < keymap->count; i++)
        if (keymap_find(keymap, contexts, 3, keymap->rows[i].key) == intent) return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct key_file *file = mem_zeroed(2, sizeof(*file));
    struct buf text = {0};
    key_file_read(STR("a"), fuzz_text(data, size), &file[0]);
    check_keys(&file[0].keymap);
    check_problems(&file[0]);
    ASSERT(does(&file[0].keymap, KEYMAP_STREAM, INTENT_QUIT));
    ASSERT(does(&file[0].keymap, KEYMAP_LOG, INTENT_HELP));
    key_file_list(&file[0].keymap, STR("a"), &text);
    key_file_read(STR("a"), buf_str(&text), &file[1]);
    ASSERT(file[1].problem_count == 0 && file[1].keymap.count == file[0].keymap.count);
    for (size_t i = 0; i < file[0].keymap.count; i++)
        ASSERT(file[0].keymap.rows[i].key == file[1].keymap.rows[i].key);
    buf_release(&text);
    mem_free(file);
    return 0;
}
