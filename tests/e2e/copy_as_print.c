// copy_as_print — a request, as text on standard input, in one of the forms that the console copies: `curl`,
// `aws`, `boto3`, `segment`. For tests that run what comes out.
#include "base/files.h"
#include "console/copy_as.h"

#include <stdio.h>

static const char *const names[COPY_AS_COUNT] = {
    [COPY_AS_CURL] = "curl",
    [COPY_AS_AWS] = "aws",
    [COPY_AS_BOTO3] = "boto3",
    [COPY_AS_SEGMENT] = "segment",
};

static bool print(enum copy_as_form form, struct error *err) {
    CLEANUP(buf_release) struct buf http = {0};
    CLEANUP(buf_release) struct buf text = {0};
    if (!files_read("/dev/stdin", 1 << 20, &http, err)) return false;
    const struct copy_as_source source = {.http = buf_str(&http)};
    if (!copy_as(form, &source, &text, err)) return false;
    fwrite(text.ptr, 1, text.len, stdout);
    return true;
}

int main(int argc, char **argv) {
    struct error err = {0};
    for (int form = 0; argc == 2 && form < COPY_AS_COUNT; form++) {
        if (!str_equal(str_from(argv[1]), str_from(names[form]))) continue;
        if (print((enum copy_as_form)form, &err)) return 0;
        fprintf(stderr, "%s\n%s\n", err.message, err.hint);
        return 1;
    }
    fprintf(stderr, "usage: copy_as_print curl|aws|boto3|segment <REQUEST\n");
    return 2;
}
