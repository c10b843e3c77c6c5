// looks_test — the part of test_screens that compares looks/*.look and looks/*.theme; see the source.
//
// Threads  one at a time.
#pragma once

// How many failed; `screens` is this folder.
int looks_test(const char *screens);
