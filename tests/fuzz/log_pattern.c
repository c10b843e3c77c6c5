// A filter pattern and a message, split at the first line feed → does it match? The empty pattern always
// does; a broken one is told in words.
#include "aws/log_pattern.h"
#include "base/attributes.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(log_pattern_release) struct log_pattern pattern = {0};
    struct str text, message;
    struct error err = {0};
    (void)str_split(fuzz_text(data, size), '\n', &text, &message);
    if (!log_pattern_parse(text, &pattern, &err)) {
        ASSERT(err.code == ERROR_USAGE && err.message[0] && err.hint[0]);
        return 0;
    }
    const bool matches = log_pattern_matches(&pattern, message);
    ASSERT(matches == log_pattern_matches(&pattern, message));
    ASSERT(matches || pattern.kind != LOG_PATTERN_ALL);
    return 0;
}
