// hide — values that must not be seen, and texts swept clean of them.
//
// Shape    hide_sweep copies JSON text and puts EXPECTATION_MASK's bullets in place of each value; outside
//          of strings (a number) as a string, so that JSON stays JSON. A value of fewer than HIDE_ANYWHERE
//          bytes counts only where no letter or digit touches it; of fewer than HIDE_LEAST, nowhere.
// Owns     copies of the values, wiped by hide_release.
#pragma once

#include "base/buf.h"
#include "base/secret.h"

#define HIDE_LEAST ((size_t)4)
#define HIDE_ANYWHERE ((size_t)12)

struct hide {
    struct hide_value {
        struct secret plain;   // as given
        struct secret written; // as it stands inside a JSON string
    } * values;
    size_t count;
    bool begins[256]; // is there a value that begins so?
};

void hide_add(struct hide *hide, struct str secret);
void hide_sweep(const struct hide *hide, struct str json, struct buf *out);
void hide_release(struct hide *hide);
