// process — see the header.
#include "operations/process.h"

#include "base/files.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t resident_bytes(void) {
    CLEANUP(buf_release) struct buf text = {0};
    struct error ignored = {0};
    struct str size, rest, resident;
    int64_t pages = 0;
    if (!files_read("/proc/self/statm", 4096, &text, &ignored)) return 0;
    str_split(buf_str(&text), ' ', &size, &rest);
    str_split(rest, ' ', &resident, &rest);
    (void)str_parse_int64(resident, &pages);
    return pages * (int64_t)sysconf(_SC_PAGESIZE);
}

static int64_t count_open_files(void) {
    int64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder) return 0;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count - 1; // without the folder's own
}

void process_get_figures(struct process_figures *out) {
    struct rusage usage = {0};
    struct rlimit files = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    *out = (struct process_figures){
        .resident_bytes = resident_bytes(),
        .cpu_us = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
        .open_files = count_open_files(),
        .file_limit = files.rlim_cur == RLIM_INFINITY ? -1 : (int64_t)files.rlim_cur};
}

int64_t process_file_bytes(const char *folder, const char *name) {
    static const char *const endings[] = {"", "-wal", "-shm"};
    int64_t bytes = 0;
    for (size_t i = 0; i < ARRAY_COUNT(endings); i++) {
        CLEANUP(buf_release) struct buf path = {0};
        struct stat facts;
        buf_add_format(&path, "%s/%s%s", folder, name, endings[i]);
        if (stat(buf_text(&path), &facts) == 0) bytes += (int64_t)facts.st_size;
    }
    return bytes;
}
