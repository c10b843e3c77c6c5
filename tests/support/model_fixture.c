// model_fixture — see the header.
#include "support/model_fixture.h"

#include "base/memory.h"

#include <string.h>

int fixture_set_up(void **state) {
    struct fixture *fixture = MEM_NEW(struct fixture);
    const struct model_options options = {0};
    model_init(&fixture->model, &options);
    model_resize(&fixture->model, 80, 24);
    *state = fixture;
    return 0;
}

int fixture_tear_down(void **state) {
    struct fixture *fixture = *state;
    effects_release(&fixture->effects);
    model_release(&fixture->model);
    mem_free(fixture);
    return 0;
}

void fixture_press(struct fixture *fixture, uint32_t key) {
    const struct input input = {.key = key};
    effects_release(&fixture->effects);
    model_handle(&fixture->model, &input, &fixture->effects);
}

void fixture_receive(struct fixture *fixture, struct message *take_message) {
    effects_release(&fixture->effects);
    model_apply(&fixture->model, take_message, &fixture->effects);
}

const struct command *fixture_sent(const struct fixture *fixture, const char *action) {
    for (size_t i = 0; i < fixture->effects.command_count; i++) {
        const struct command *command = fixture->effects.commands[i];
        if (command->action && strcmp(command->action, action) == 0) return command;
    }
    return NULL;
}

struct message *fixture_list(uint64_t run_id, const char *user, const char *items) {
    struct message *message = message_new(MESSAGE_RECOMMENDATIONS, run_id);
    message->as.recommendations.user_id = message_copy_text(str_from(user));
    for (; *items; items++)
        message_add_item(message, (struct str){.ptr = items, .len = 1}, 0.5);
    return message;
}
