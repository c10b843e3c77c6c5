// store_imports — which rows of imported files have been counted, so that the same file again adds nothing.
//
// Shape    a row is known by its time and a hash of its content; equal rows of one file are told apart by counting them.
//          `import` names the file under way: its first equal row is the first again.
// Writes, Threads as in store.h.
#pragma once

#include "store.h"

// One more row of that content in this import. True: no import had so many of them before.
bool store_count_import(struct store *store, int64_t time_s, int64_t hash, int64_t import);
