// command — see the header.
#include "protocol/command.h"

#include "base/memory.h"

struct command *command_new_run(uint64_t run_id, const char *action) {
    struct command *command = MEM_NEW(struct command);
    command->kind = COMMAND_RUN;
    command->run_id = run_id;
    command->action = mem_copy_string(action);
    return command;
}

struct command *command_new_cancel(uint64_t run_id) {
    struct command *command = MEM_NEW(struct command);
    command->kind = COMMAND_CANCEL;
    command->run_id = run_id;
    return command;
}

struct command *command_new_adjust(uint64_t run_id) {
    struct command *command = MEM_NEW(struct command);
    command->kind = COMMAND_ADJUST;
    command->run_id = run_id;
    return command;
}

void command_free(struct command *command) {
    if (!command) return;
    mem_free(command->action);
    arguments_release(&command->arguments);
    mem_free(command);
}

void command_free_item(void *command) {
    command_free(command);
}
