// cli — the command line: arguments in, one action run to its end, messages out as text or JSON.
//
// Rules    data to standard output, everything else to standard error. Text from outside is made
//          printable. Without a terminal no colour and no cursor movement; with one, progress is a line
//          that replaces itself. Never a prompt. --json prints one object (one per line for streams) whose
//          keys never change meaning.
// Exit     cli_exit_code maps error codes to product.md section 2.
// Signals  SIGINT, SIGTERM and SIGHUP cancel the run: 130, except for endless actions (sandbox, watch)
//          whose regular end that is: 0. An action that can end in good order (stream) is asked to first;
//          a second signal ends the process at once.
// Threads  main thread.
#pragma once

#include "actions/backend.h"
#include "base/error.h"
#include "cli/parse.h"

#define CLI_EXIT_OK 0
#define CLI_EXIT_FAILED 1
#define CLI_EXIT_USAGE 2
#define CLI_EXIT_CONFIG 3
#define CLI_EXIT_UNREACHABLE 4
#define CLI_EXIT_INTERNAL 5
#define CLI_EXIT_INTERRUPTED 130

int cli_exit_code(enum error_code code);
// Runs what was parsed and returns the exit code. Nothing is freed of `parsed`.
int cli_run(const struct parse *parsed, config_environment_fn *environment, void *context);
// "recloop: message" and "  hint" on standard error.
void cli_print_error(const struct error *err);
// For a command line that cannot be parsed: `--json` among its words still gets one object.
void cli_refuse(int count, const char *const *words, const struct error *err);
// Settings, profile and file of a parsed command line, as the backend wants them.
void cli_backend_options(
    const struct parse *parsed,
    config_environment_fn *environment,
    void *context,
    struct backend_options *out);
