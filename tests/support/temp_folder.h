// temp_folder — a folder for one test, removed with all that is in it.
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct temp_folder {
    char path[256];
};

static inline struct temp_folder temp_folder_make(void) {
    struct temp_folder folder;
    const char *base = getenv("TMPDIR");
    snprintf(folder.path, sizeof(folder.path), "%s/recloop-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder.path)) abort();
    return folder;
}

static inline void
temp_folder_path(const struct temp_folder *folder, const char *name, char *out, size_t cap) {
    snprintf(out, cap, "%s/%s", folder->path, name);
}

static inline int
temp_folder_remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where) {
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void temp_folder_remove(struct temp_folder *folder) {
    nftw(folder->path, temp_folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
