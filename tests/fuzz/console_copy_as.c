// What the console copies of a request, from any bytes: a refusal says why and gives nothing; what is made holds
// no mask, no hole and no byte that a command line cannot hold.
#include "console/copy_as.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct copy_as_source source = {.http = fuzz_text(data, size)};
    for (int form = 0; form < COPY_AS_COUNT; form++) {
        CLEANUP(buf_release) struct buf text = {0};
        struct error err = {0};
        if (!copy_as((enum copy_as_form)form, &source, &text, &err)) {
            ASSERT(err.code == ERROR_INVALID && err.hint[0] && text.len == 0);
            continue;
        }
        ASSERT(text.len && text.ptr[text.len - 1] == '\n');
        ASSERT(str_find_char(buf_str(&text), '\0') == text.len);
        if (form != COPY_AS_SEGMENT) ASSERT(!str_contains(buf_str(&text), STR("••••")));
    }
    return 0;
}
