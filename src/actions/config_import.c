// config import — NAME=value lines, as the workshop's .env files have them, into the profile in use.
#include "base/files.h"
#include "base/memory.h"
#include "settings_edit.h"

#include "registry.h"

#define IMPORT_LIMIT ((size_t)1 << 20)

static const struct parameter parameters[] = {
    {
        .name = "file",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "NAME=value lines; \"-\" is standard input",
        .positional = true,
        .required = true,
    },
};

static bool read_text(struct run *run, struct str name, struct buf *out, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    buf_add(&path, name);
    if (str_equal(name, STR("-"))) return run_read_stdin(run, IMPORT_LIMIT, out, err);
    return files_read(buf_text(&path), IMPORT_LIMIT, out, err);
}

static bool import(struct run *run, struct error *err) {
    CLEANUP(settings_edit_release) struct settings_edit edit = {0};
    CLEANUP(buf_release) struct buf text = {0};
    CLEANUP(buf_release) struct buf note = {0};
    struct config_import_counts counts = {0};
    if (!read_text(run, arguments_get(&run->arguments, "file"), &text, err)) return false;
    const bool ok =
        settings_edit_begin(&edit, run, err) &&
        config_import(&edit.file, str_from(edit.profile), buf_str(&text), &counts, &note, err) &&
        settings_edit_save(&edit, run, err);
    mem_wipe(text.ptr, text.len);
    if (!ok) return false;
    if (note.len) run_note(run, buf_str(&note));
    struct message *message = message_new(MESSAGE_VALUES, run->run_id);
    message->as.values.title = mem_copy_string("import");
    CLEANUP(buf_release) struct buf number = {0};
    buf_add_int(&number, (int64_t)counts.set);
    message_add_value_json(message, "set", buf_str(&number));
    buf_reset(&number);
    buf_add_int(&number, (int64_t)counts.skipped);
    message_add_value_json(message, "skipped", buf_str(&number));
    run_emit(run, message);
    return true;
}

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)err;
    return run_new_local(context, arguments, run_id, import);
}

static const char *const examples[] = {"recloop --profile work config import .env", NULL};

const struct action config_import_action = {
    .descriptor =
        {
            .name = "config import",
            .summary = "read settings from an .env file",
            .writes = DESCRIPTOR_WRITES_LOCAL,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
            .examples = examples,
        },
    .start = start,
    .main_kind = MESSAGE_VALUES,
};
