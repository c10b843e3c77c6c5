// sandbox_process — see the header.
#include "support/sandbox_process.h"

#include "base/buf.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_WITHIN_MS 60000
#define STOP_WITHIN_MS 60000

static int open_socket(uint16_t port, struct sockaddr_in *address) {
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

uint16_t sandbox_process_free_port(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    const int fd = open_socket(0, &address);
    if (bind(fd, (struct sockaddr *)&address, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        address.sin_port = 0;
    }
    close(fd);
    return ntohs(address.sin_port);
}

// Waits for its standard output to hold `text` (NULL: to end), in which case true. False: it ended, or the
// time is over.
static bool
await_output(const struct sandbox_process *process, const char *text, int64_t within_ms) {
    const int64_t until_ms = clock_monotonic_ms() + within_ms;
    char said[512] = "";
    size_t length = 0;
    for (int64_t left_ms = within_ms; left_ms > 0; left_ms = until_ms - clock_monotonic_ms()) {
        struct pollfd polled = {.fd = process->out_fd, .events = POLLIN};
        if (poll(&polled, 1, (int)left_ms) <= 0) continue;
        if (length == sizeof(said) - 1) length = 0; // it says little; the end of much will do
        const ssize_t got = read(process->out_fd, said + length, sizeof(said) - 1 - length);
        if (got <= 0) return text == NULL;
        length += (size_t)got;
        said[length] = '\0';
        if (text && strstr(said, text)) return true;
    }
    return false;
}

static void
run_program(const char *program, const char *folder, const char *log, uint16_t port, int out_fd) {
    char listen[32];
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", (int)port);
    const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out_fd, STDOUT_FILENO);
    if (fd >= 0) dup2(fd, STDERR_FILENO);
    static const char *const homes[] = {
        "HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"};
    for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++)
        setenv(homes[i], folder, 1); // whoever runs this has settings of his own
    execl(program, program, "sandbox", "--listen", listen, "--data", folder, (char *)NULL);
    _exit(127);
}

bool sandbox_process_start(
    struct sandbox_process *process,
    const char *program,
    const char *folder,
    const char *log,
    uint16_t port,
    struct error *err) {
    const int64_t started_ms = clock_monotonic_ms();
    int fds[2];
    if (pipe(fds) != 0) return error_from_errno(err, errno, "opening a pipe");
    (void)fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    *process = (struct sandbox_process){.pid = fork(), .out_fd = fds[0]};
    if (process->pid == 0) run_program(program, folder, log, port, fds[1]);
    close(fds[1]);
    if (process->pid < 0) {
        close(fds[0]);
        return error_from_errno(err, errno, "fork");
    }
    if (!await_output(process, "ready on", READY_WITHIN_MS))
        return error_set(err, ERROR_IO, "the sandbox did not get ready; see %s", log);
    process->ready_ms = clock_monotonic_ms() - started_ms;
    return true;
}

void sandbox_process_kill(struct sandbox_process *process) {
    kill(process->pid, SIGKILL);
    waitpid(process->pid, NULL, 0);
    close(process->out_fd);
    process->pid = 0;
}

bool sandbox_process_stop(struct sandbox_process *process, struct error *err) {
    int status = 0;
    kill(process->pid, SIGTERM);
    if (!await_output(process, NULL, STOP_WITHIN_MS)) {
        sandbox_process_kill(process);
        return error_set(err, ERROR_IO, "the sandbox did not stop on SIGTERM");
    }
    waitpid(process->pid, &status, 0);
    close(process->out_fd);
    process->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    return error_set(err, ERROR_IO, "the sandbox ended with status %d", status);
}

bool sandbox_process_is_alive(const struct sandbox_process *process) {
    siginfo_t facts = {0};
    return waitid(P_PID, (id_t)process->pid, &facts, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           facts.si_pid == 0;
}

int64_t sandbox_process_resident_kib(const struct sandbox_process *process) {
    char path[64], line[256];
    int64_t kib = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)process->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file)) {
        const struct str text = str_from(line);
        if (!str_starts_with(text, STR("VmRSS:"))) continue;
        struct str number = str_trim(str_skip(text, 6));
        number.len = str_find_char(number, ' ');
        (void)str_parse_int64(number, &kib);
    }
    if (file) (void)fclose(file);
    return kib;
}
