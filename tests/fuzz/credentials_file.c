// The text of the AWS files → entries, profiles, endpoints: both ways of reading it, and every profile
// it names.
#include "aws/credentials.h"
#include "base/attributes.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    CLEANUP(credentials_files_release) struct credentials_files files = {0};
    const struct str text = fuzz_text(data, size);
    struct error err = {0};
    if (!credentials_files_add(&files, CREDENTIALS_FILE_CONFIG, text, &err)) return 0;
    ASSERT(credentials_files_add(&files, CREDENTIALS_FILE_CREDENTIALS, text, &err));
    for (size_t i = 0; i < files.section_count; i++) {
        CLEANUP(credentials_release) struct credentials credentials = {0};
        const struct str profile = buf_str(&files.sections[i]);
        ASSERT(credentials_files_has_profile(&files, profile));
        (void)credentials_files_endpoint(&files, profile, "personalize_runtime");
        if (credentials_from_profile(&files, profile, &credentials, &err)) {
            ASSERT(credentials_are_set(&credentials));
        } else {
            ASSERT(err.message[0] && err.hint[0]);
        }
    }
    return 0;
}
