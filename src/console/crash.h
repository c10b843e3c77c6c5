// crash — leaves the terminal sane when the program dies: fatal signals and failed ASSERTs.
//
// Shape    what has to be written is prepared while all is well; the handler itself uses only write(2)
//          and tcsetattr, both async-signal-safe, then lets the signal kill the program as it would have.
// Threads  arm and disarm from the UI thread; any thread may crash.
#pragma once

#include "base/str.h"

#include <termios.h>

// `restore` is what to write; cut at CRASH_RESTORE_MAX bytes.
#define CRASH_RESTORE_MAX 256
void crash_arm(int fd, const struct termios *saved, struct str restore);
void crash_disarm(void);
