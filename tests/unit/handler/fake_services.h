// fake_services — services that write down what they were asked, and answer what a test has laid out.
#pragma once

#include "handler/services.h"

struct fake {
    // What the world answers.
    const char *recommended[32]; // ends with NULL
    const char *purchased[32];
    struct error put_error, recommend_error, identify_error, purchased_error; // code NONE: works
    // What was asked, as text: one line for each call.
    struct buf calls;
    struct buf log;
    struct buf identify; // the last message
};

struct services fake_services(struct fake *fake);
void fake_release(struct fake *fake);
