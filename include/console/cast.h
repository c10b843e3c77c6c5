// cast — the console's pictures as an asciicast, for players such as asciinema's.
//
//   {"version":2,"width":80,"height":24,"timestamp":1767607205,"env":{"TERM":"xterm-256color"}}
//   [0.0,"o","…"]         what changed on the screen, as ansi.h writes it
//   [4.21,"r","120x40"]   another size
//
// Shape    a line is written whole and at once, and only at the end of the file: whenever the program dies,
//          what is there can be played. Never over a file that is there.
// Secrets  those of canvas.h are bullets. What else is to be seen is recorded.
// Limit    limit_bytes: the last event is then a mark that says so, and cast_is_full is true.
// Errors   ERROR_IO. A write that fails ends the recording; cast_close tells.
// Owns     the path, the last picture.
// Threads  the UI's.
// Source   asciicast v2 (docs.asciinema.org/manual/asciicast/v2).
#pragma once

#include "base/error.h"
#include "console/canvas.h"

struct cast;

struct cast_options {
    const char *path;
    int64_t wall_ms;      // of the beginning
    int64_t now_us;       // monotonic, of the same moment
    uint64_t limit_bytes; // 0: none
    enum theme_depth depth;
};

bool cast_open(const struct cast_options *options, struct cast **out, struct error *err) MUST_CHECK;
// NULL: nothing is recorded.
void cast_take(struct cast *cast, const struct canvas *canvas, enum theme_id theme, int64_t now_us);
bool cast_is_full(const struct cast *cast); // NULL: no
// False: the recording is not complete. NULL is fine.
bool cast_close(struct cast *cast, struct error *err) MUST_CHECK;
// Does a file of that name hold a cast?
bool cast_is_name(struct str path);
