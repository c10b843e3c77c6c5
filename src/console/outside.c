// outside — see the header.
#include "outside.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/queue.h"

#include <poll.h>
#include <unistd.h>

#define STATE_BYTES ((size_t)256 << 10)
#define PUT_BACK_MS 5000

void outside_give_commands(struct model *model, struct queue *commands, struct effects *effects) {
    while (effects->command_count) {
        struct effects next = {0};
        for (size_t i = 0; i < effects->command_count; i++) {
            struct command *command = effects->commands[i];
            // what was refused to a run that goes on does not end it
            const uint64_t run_id = command->kind == COMMAND_RUN ? command->run_id : 0;
            if (queue_push_now(commands, command)) continue;
            model_refuse(model, run_id, &next);
        }
        effects->command_count = next.command_count;
        for (size_t i = 0; i < next.command_count; i++)
            effects->commands[i] = next.commands[i];
    }
}

bool outside_put_back(
    struct model *model,
    struct queue *commands,
    struct queue *messages,
    int wake_fd,
    struct error *err) {
    const int64_t end_ms = clock_monotonic_ms() + PUT_BACK_MS;
    struct effects effects = {0};
    if (!keeper_is_busy(model)) return true;
    for (;;) {
        keeper_put_back(model, &effects);
        outside_give_commands(model, commands, &effects);
        effects_release(&effects);
        const int64_t left_ms = end_ms - clock_monotonic_ms();
        if (!keeper_is_busy(model) || left_ms <= 0) break;
        struct pollfd fd = {.fd = wake_fd, .events = POLLIN};
        char bytes[64];
        if (poll(&fd, 1, (int)left_ms) > 0 && read(wake_fd, bytes, sizeof(bytes)) < 0) break;
        struct message *message = NULL;
        while ((message = queue_pop(messages)) != NULL)
            model_apply(model, message, &effects);
        effects.quit = false;
    }
    *err = model->keeper.problem;
    if (keeper_is_busy(model))
        error_set(
            err, ERROR_TIMEOUT, "%s is as the scene left it: there was no answer",
            model->keeper.promises[0].key);
    if (err->code == ERROR_TIMEOUT) error_hint(err, "The next start of the console puts it back.");
    return err->code == ERROR_NONE;
}

void outside_write_file(struct model *model, const struct effects *effects) {
    if (!effects->file_path.len) return;
    struct error err = {0};
    const char *path = buf_text(&effects->file_path);
    if (files_exists(path)) {
        error_set(&err, ERROR_IO, "%s is there already", path);
        error_hint(&err, "Choose another name.");
    } else if (files_write(path, 0600, buf_str(&effects->file_text), &err)) {
        err = (struct error){0};
    } else {
        error_hint(&err, "Choose a folder that is there and can be written.");
    }
    model_wrote_file(model, str_from(path), &err);
}

void outside_load_state(struct model *model, const char *path) {
    struct buf text = {0};
    struct error ignored;
    if (path && files_read(path, STATE_BYTES, &text, &ignored)) model_load(model, buf_str(&text));
    buf_release(&text);
}

// That it cannot be kept is no reason to trouble anybody who is leaving.
void outside_save_state(const struct model *model, const char *path) {
    struct buf text = {0};
    struct error ignored;
    model_save(model, &text);
    if (path) (void)!files_write(path, 0600, buf_str(&text), &ignored);
    buf_release(&text);
}
