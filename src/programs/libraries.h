// libraries — loads what the console needs later on a thread of its own, while the terminal opens, the first frame
// is drawn and the sandbox reads its store. Some may not be needed: the account is not known yet.
//
// Order    after the other threads were started: none starts while a library is being loaded.
// Threads  one.
#pragma once

struct libraries;
struct libraries *libraries_load(void); // NULL: there is no thread for it; who needs one loads it
// Waits until that is over: main must not return while a library sets itself up. NULL is fine.
void libraries_end(struct libraries *libraries);
