// replay — runs a fuzz target over the files of its corpus, where there is no libFuzzer.
#include "fuzz.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/memory.h"

#include <dirent.h>
#include <stdio.h>

#define CASE_BYTES ((size_t)4 << 20)

static bool replay_file(const char *path) {
    CLEANUP(buf_release) struct buf content = {.limit = CASE_BYTES};
    struct error err = {0};
    if (!files_read(path, CASE_BYTES, &content, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return false;
    }
    // Memory of exactly that size, so that reading past its end is seen.
    uint8_t *exact = mem_alloc(content.len ? content.len : 1);
    if (content.len) memcpy(exact, content.ptr, content.len);
    (void)LLVMFuzzerTestOneInput(exact, content.len);
    mem_free(exact);
    return true;
}

int main(int argc, char **argv) {
    int count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
        return 2;
    }
    for (const struct dirent *at = readdir(folder); at; at = readdir(folder)) {
        CLEANUP(buf_release) struct buf path = {0};
        if (at->d_name[0] == '.') continue;
        buf_add_format(&path, "%s/%s", argv[1], at->d_name);
        if (!replay_file(buf_text(&path))) {
            closedir(folder);
            return 1;
        }
        count++;
    }
    closedir(folder);
    printf("%d cases\n", count);
    return count ? 0 : 1;
}
