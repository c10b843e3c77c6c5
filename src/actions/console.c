// console — the row by which help and completion know the interactive surface. The program opens it; as
// an action it can only say that it needs a terminal.
#include "actions/record.h"
#include "run.h"

#include "registry.h"

static const struct parameter parameters[] = {
    {
        .name = "play",
        .kind = PARAMETER_FILE,
        .metavar = "SCENE",
        .help = "play a scene: keys, captions and waits from a file; any key pauses it",
    },
    {
        .name = "linear",
        .kind = PARAMETER_FLAG,
        .help = "for screen readers: lines that are appended, nothing drawn again; also when TERM "
                "is dumb",
    },
    {
        .name = "record",
        .kind = PARAMETER_FILE,
        .metavar = "FILE",
        .help = "FILE.cast: the screen, as an asciicast; any other name: the session, for `recloop "
                "replay`",
    },
    RECORD_LIMIT_PARAMETER,
    {
        .name = "keys",
        .kind = PARAMETER_FLAG,
        .help = "print all keys, as the file that changes them, and what is wrong with that file",
    },
};

static const char *const examples[] = {"recloop console", "recloop console --keys | less", NULL};

static struct task *start(
    struct action_context *context,
    const struct arguments *arguments,
    uint64_t run_id,
    struct error *err) {
    (void)context;
    (void)arguments;
    (void)run_id;
    error_set(err, ERROR_USAGE, "the console cannot be opened from here");
    error_hint(err, "Run `recloop` in a terminal.");
    return NULL;
}

const struct action console_action = {
    .descriptor =
        {
            .name = "console",
            .summary = "the interactive console (the default without a command)",
            .writes = DESCRIPTOR_WRITES_MANY,
            .details =
                "Keys can be changed in $XDG_CONFIG_HOME/recloop/keys.ini (else "
                "~/.config/recloop/keys.ini): sections say where, lines give something its "
                "keys.\n\n"
                "  [stream]\n  pause = z, Space\n\n"
                "`recloop console --keys` prints every section, name and key in that form, "
                "and tells what is wrong in the file, and which keys hide another.\n\n"
                "A scene (--play) has one step a line; # begins a comment:\n\n"
                "  say \"A shopper clicks.\"      a caption\n"
                "  key P t Enter                keys, by the names of the help page\n"
                "  type TEXT                    characters\n"
                "  pane 4, user ID, via destination\n"
                "  setting external_id          Setup, at that setting\n"
                "  row \"ocean-blue\"             the row of the pane with that text\n"
                "  wait hop profile done within 10s; wait list, trait, event NAME\n"
                "  pause, pace 800ms            until Space or Enter; least time between keys\n"
                "  restore external_id via shopper\n"
                "                               put back as it is now, however the scene "
                "ends",
            .examples = examples,
            .parameters = parameters,
            .parameter_count = ARRAY_COUNT(parameters),
        },
    .start = start,
    .main_kind = MESSAGE_DONE,
    .is_cli_only = true,
};
