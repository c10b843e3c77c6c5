// Pasted text → ARN and diagnosis for every kind of value: what parses must format back, and a value
// that is called fine must be fine again when it is pasted once more.
#include "aws/arn.h"

#include "aws/invoke.h"
#include "aws/pasted.h"
#include "base/attributes.h"
#include "fuzz.h"

static void diagnose(struct str text, enum pasted_kind kind) {
    CLEANUP(pasted_release) struct pasted first = {0};
    CLEANUP(pasted_release) struct pasted second = {0};
    struct error err = {0};
    const bool is_usable = pasted_diagnose(text, kind, NULL, &first);
    ASSERT(is_usable == first.is_usable);
    ASSERT((first.mistake == PASTED_FINE) == (first.message.len == 0));
    ASSERT(first.mistake == PASTED_FINE || first.hint.len > 0);
    ASSERT(is_usable || first.mistake != PASTED_FINE);
    pasted_to_error(&first, &err);
    if (first.mistake != PASTED_FINE) return;
    ASSERT(pasted_diagnose(buf_str(&first.value), kind, NULL, &second));
    ASSERT(str_equal(buf_str(&first.value), buf_str(&second.value)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(buf_release) struct buf again = {0};
    const struct str text = fuzz_text(data, size);
    struct invoke_function function;
    struct error err = {0};
    struct arn arn;
    if (arn_parse(text, &arn, &err)) {
        arn_format(&arn, &again);
        ASSERT(str_equal(buf_str(&again), text));
    }
    (void)!invoke_split_function(text, &function, &err);
    for (size_t kind = 0; kind < PASTED_KIND_COUNT; kind++)
        diagnose(text, (enum pasted_kind)kind);
    return 0;
}
