// Settings files and .env texts: what is parsed must print the same, and survive changes.
#include "config/config_file.h"

#include "fuzz.h"

static void check_unchanged(const struct config_file *file, struct str text) {
    CLEANUP(buf_release) struct buf printed = {0};
    config_file_format(file, &printed);
    ASSERT(printed.len >= text.len); // a missing final line break is added, no more
    ASSERT(str_equal(str_slice(buf_str(&printed), 0, text.len), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct str text = fuzz_text(data, size);
    const struct str profile = STR("work");
    CLEANUP(config_file_release) struct config_file file = {0};
    struct config_import_counts counts = {0};
    struct error err = {0};
    struct str value = {0};
    if (!config_file_parse(text, &file, &err)) return 0;
    check_unchanged(&file, text);
    (void)config_file_chosen(&file);
    ASSERT(config_file_choose(&file, profile, &err));
    ASSERT(str_equal(config_file_chosen(&file), profile));
    ASSERT(config_file_set(&file, profile, STR("user_id"), STR("42"), NULL, &err));
    ASSERT(config_file_get(&file, profile, STR("user_id"), &value));
    ASSERT(str_equal(value, STR("42")));
    (void)config_file_unset(&file, profile, STR("user_id"));
    ASSERT(!config_file_get(&file, profile, STR("user_id"), &value));
    (void)!config_import(&file, profile, text, &counts, NULL, &err);
    return 0;
}
