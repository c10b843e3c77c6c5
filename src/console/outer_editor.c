// outer_editor — see the header.
#include "outer_editor.h"

#include "base/files.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_FOUND 127 // a shell's status when there is no such command

extern char **environ;

static const int left_alone[] = {SIGINT, SIGQUIT, SIGTSTP};

// In a folder of its own, into which nobody else may look.
static bool make_file(struct str text, struct buf *folder, struct buf *path, struct error *err) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *temporary = getenv("TMPDIR");
    const char *place = runtime && runtime[0] == '/'       ? runtime
                        : temporary && temporary[0] == '/' ? temporary
                                                           : "/tmp";
    buf_add_format(folder, "%s/recloop-XXXXXX", place);
    if (!mkdtemp(folder->ptr)) {
        error_from_errno(err, errno, "a folder for the text in %s", place);
        buf_reset(folder);
        return false;
    }
    buf_add_format(path, "%s/event.json", buf_text(folder));
    return files_write(buf_text(path), 0600, text, err);
}

static void remove_file(const struct buf *folder, const struct buf *path) {
    if (path->len) (void)unlink(buf_text(path));
    if (folder->len) (void)rmdir(buf_text(folder));
}

// The value may hold options, so a shell splits it; the path is an argument of its own.
static bool spawn(const char *path, pid_t *out, struct error *err) {
    static char shell[] = "sh", option[] = "-c", name[] = "editor";
    const char *visual = getenv("VISUAL");
    const char *editor = visual && *visual ? visual : getenv("EDITOR");
    struct buf command = {0}, argument = {0};
    buf_add_format(&command, "%s \"$1\"", editor && *editor ? editor : "vi");
    buf_add(&argument, str_from(path));
    char *const arguments[] = {shell, option, command.ptr, name, argument.ptr, NULL};
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < ARRAY_COUNT(left_alone); i++)
        sigaddset(&defaults, left_alone[i]);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    const int failure = posix_spawn(out, "/bin/sh", NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    buf_release(&command);
    buf_release(&argument);
    return failure == 0 || error_from_errno(err, failure, "running the editor");
}

// When the editor stops, so do we: the shell has one job, and `fg` wakes both.
static int wait_for(pid_t editor) {
    for (;;) {
        int status = 0;
        if (waitpid(editor, &status, WUNTRACED) < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (!WIFSTOPPED(status)) return status;
        raise(SIGSTOP);
        (void)kill(0, SIGCONT); // whoever woke us may have woken us alone
    }
}

// Ctrl-C and the like are the editor's meanwhile.
static bool run(const char *path, struct error *err) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before[ARRAY_COUNT(left_alone)];
    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < ARRAY_COUNT(left_alone); i++)
        sigaction(left_alone[i], &ignore, &before[i]);
    pid_t editor = 0;
    const bool is_running = spawn(path, &editor, err);
    const int status = is_running ? wait_for(editor) : 0;
    for (size_t i = 0; i < ARRAY_COUNT(left_alone); i++)
        sigaction(left_alone[i], &before[i], NULL);
    if (!is_running || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return is_running;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
        error_set(err, ERROR_REFUSED, "The editor was not found");
    else if (WIFEXITED(status))
        error_set(err, ERROR_REFUSED, "The editor ended with status %d", WEXITSTATUS(status));
    else
        error_set(err, ERROR_REFUSED, "The editor was ended by a signal");
    return error_hint(err, "The event is as it was. VISUAL and EDITOR name the editor.");
}

bool outer_editor_run(struct term *term, struct str text, struct buf *out, struct error *err) {
    CLEANUP(buf_release) struct buf folder = {0};
    CLEANUP(buf_release) struct buf path = {0};
    bool ok = make_file(text, &folder, &path, err);
    if (ok) {
        if (term) term_leave(term);
        ok = run(buf_text(&path), err);
        if (term) term_return(term);
    }
    ok = ok && files_read(buf_text(&path), OUTER_EDITOR_BYTES, out, err);
    remove_file(&folder, &path);
    return ok;
}
