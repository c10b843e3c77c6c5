// peer_process — see the header. The connection's row in /proc/net/tcp names a socket; the process that
// has it among its files is the one.
#include "functions/peer_process.h"

#include "base/buf.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_BYTES 512
#define START_FIELD 22 // of /proc/PID/stat, from 1
#define STATE_FIELD 3

// As /proc writes addresses: words of the machine's byte order, in hex.
static bool add_address(const struct sockaddr_storage *address, struct buf *out) {
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        buf_add_format(
            out, "%08X:%04X", (unsigned)four->sin_addr.s_addr, (unsigned)ntohs(four->sin_port));
        return true;
    }
    if (address->ss_family != AF_INET6) return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    uint32_t words[4];
    memcpy(words, &six->sin6_addr, sizeof(words));
    buf_add_format(
        out, "%08X%08X%08X%08X:%04X", (unsigned)words[0], (unsigned)words[1], (unsigned)words[2],
        (unsigned)words[3], (unsigned)ntohs(six->sin6_port));
    return true;
}

// "theirs ours", as their end of the connection is listed.
static bool add_ends(int socket, bool *is_six, struct buf *out) {
    struct sockaddr_storage ours, theirs;
    socklen_t ours_len = sizeof(ours), theirs_len = sizeof(theirs);
    if (getsockname(socket, (struct sockaddr *)&ours, &ours_len) ||
        getpeername(socket, (struct sockaddr *)&theirs, &theirs_len))
        return false;
    *is_six = ours.ss_family == AF_INET6;
    const bool is_theirs = add_address(&theirs, out);
    buf_add_char(out, ' ');
    return add_address(&ours, out) && is_theirs;
}

// The n-th word of a line, from 1.
static struct str word(struct str line, int n) {
    struct str first = {0}, rest = line;
    while (n > 0 && rest.len) {
        str_split(rest, ' ', &first, &rest);
        n -= first.len > 0;
    }
    return n ? (struct str){0} : str_trim(first);
}

static bool find_socket(int socket, struct buf *out) {
    struct buf ends = {0};
    bool is_six = false, is_found = false;
    char line[LINE_BYTES];
    FILE *file = NULL;
    if (add_ends(socket, &is_six, &ends))
        file = fopen(is_six ? "/proc/net/tcp6" : "/proc/net/tcp", "re");
    while (file && !is_found && fgets(line, sizeof(line), file)) {
        if (!str_contains(str_from(line), buf_str(&ends))) continue;
        buf_add_format(out, "socket:[" STR_FMT "]", STR_ARG(word(str_from(line), 10)));
        is_found = true;
    }
    if (file) (void)fclose(file);
    buf_release(&ends);
    return is_found;
}

static bool has_file(int64_t pid, struct str wanted) {
    struct buf path = {0};
    char target[64];
    bool is_found = false;
    buf_add_format(&path, "/proc/%lld/fd", (long long)pid);
    DIR *folder = opendir(buf_text(&path));
    const size_t stem = path.len;
    for (struct dirent *entry; folder && !is_found && (entry = readdir(folder));) {
        path.len = stem;
        buf_add_format(&path, "/%s", entry->d_name);
        const ssize_t bytes = readlink(buf_text(&path), target, sizeof(target));
        is_found =
            bytes > 0 && str_equal(wanted, (struct str){.ptr = target, .len = (size_t)bytes});
    }
    if (folder) (void)closedir(folder);
    buf_release(&path);
    return is_found;
}

static int64_t find_owner(struct str wanted, const int64_t *likely, size_t likely_count) {
    int64_t pid = 0, found = 0;
    for (size_t i = 0; i < likely_count; i++) {
        if (has_file(likely[i], wanted)) return likely[i];
    }
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder && !found && (entry = readdir(folder));) {
        if (str_parse_int64(str_from(entry->d_name), &pid) && has_file(pid, wanted)) found = pid;
    }
    if (folder) (void)closedir(folder);
    return found;
}

static bool read_stat(int64_t pid, char *state, int64_t *start_ticks) {
    struct buf path = {0};
    char line[LINE_BYTES];
    bool is_read = false;
    buf_add_format(&path, "/proc/%lld/stat", (long long)pid);
    FILE *file = fopen(buf_text(&path), "re");
    if (file && fgets(line, sizeof(line), file)) {
        // the second field is a name in brackets, with blanks and brackets in it if it likes
        const char *end = strrchr(line, ')');
        const struct str rest = str_from(end ? end + 2 : NULL);
        const struct str letter = word(rest, STATE_FIELD - 2);
        *state = letter.len ? letter.ptr[0] : 'X';
        is_read = str_parse_int64(word(rest, START_FIELD - 2), start_ticks);
    }
    if (file) (void)fclose(file);
    buf_release(&path);
    return is_read;
}

bool peer_process_find(
    int socket, const int64_t *likely, size_t likely_count, struct peer_process *out) {
    struct buf wanted = {0};
    struct peer_process found = {0};
    char state;
    if (find_socket(socket, &wanted))
        found.pid = find_owner(buf_str(&wanted), likely, likely_count);
    buf_release(&wanted);
    if (!found.pid || !read_stat(found.pid, &state, &found.start_ticks)) return false;
    *out = found;
    return true;
}

bool peer_process_is_alive(const struct peer_process *process) {
    char state = 'X';
    int64_t start_ticks = 0;
    return read_stat(process->pid, &state, &start_ticks) && start_ticks == process->start_ticks &&
           state != 'Z' && state != 'X';
}

int64_t peer_process_used_mib(const struct peer_process *process) {
    struct buf path = {0};
    char line[LINE_BYTES];
    int64_t kib = 0;
    buf_add_format(&path, "/proc/%lld/status", (long long)process->pid);
    FILE *file = process->pid ? fopen(buf_text(&path), "re") : NULL;
    while (file && !kib && fgets(line, sizeof(line), file)) {
        struct str name, rest;
        str_split(str_from(line), ':', &name, &rest);
        if (!str_equal(name, STR("VmHWM"))) continue;
        rest = str_trim(rest); // "12345 kB"
        (void)str_parse_int64(str_slice(rest, 0, str_find_char(rest, ' ')), &kib);
    }
    if (file) (void)fclose(file);
    buf_release(&path);
    return (kib + 1023) / 1024;
}

int64_t peer_process_age_us(const struct peer_process *process) {
    const int64_t ticks_a_second = sysconf(_SC_CLK_TCK);
    double uptime_s = 0;
    char line[LINE_BYTES];
    FILE *file = process->pid ? fopen("/proc/uptime", "re") : NULL;
    const bool is_read = file && fgets(line, sizeof(line), file) &&
                         str_parse_double(word(str_from(line), 1), &uptime_s);
    if (file) (void)fclose(file);
    if (!is_read || ticks_a_second <= 0) return 0;
    const double age_s = uptime_s - (double)process->start_ticks / (double)ticks_a_second;
    return age_s > 0 ? (int64_t)(age_s * 1e6) : 0;
}
