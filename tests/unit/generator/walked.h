// walked — plans walked to their end for the tests of the generator, and chi-square.
#pragma once

#include "support/test.h"

#include "base/digest.h"
#include "base/memory.h"
#include "generator/generator.h"
#include "segment/catalog.h"

#include <math.h>
#include <stdlib.h>

// Every line printed, and where it stood.
struct walked {
    struct buf text;
    struct generator_position *positions;
    size_t *starts; // of the lines in `text`; one more than lines
    enum generator_source *sources;
    size_t count, room;
};

UNUSED static void walked_release(struct walked *walked) {
    buf_release(&walked->text);
    mem_free(walked->positions);
    mem_free(walked->starts);
    mem_free(walked->sources);
    *walked = (struct walked){0};
}

UNUSED static struct str walked_line(const struct walked *walked, size_t at) {
    return str_slice(
        buf_str(&walked->text), walked->starts[at], walked->starts[at + 1] - walked->starts[at]);
}

UNUSED static struct generator *new_generator(const struct generator_plan *plan) {
    struct generator *generator = NULL;
    struct error err = {0};
    assert_ok(generator_new(plan, &generator, &err), err);
    return generator;
}

UNUSED static void walk_on(struct generator *generator, struct walked *walked) {
    struct generator_message message;
    for (;;) {
        if (walked->count + 1 >= walked->room) {
            walked->room = walked->room ? 2 * walked->room : 1024;
            walked->positions =
                mem_resize(walked->positions, walked->room, sizeof(*walked->positions));
            walked->starts = mem_resize(walked->starts, walked->room, sizeof(*walked->starts));
            walked->sources = mem_resize(walked->sources, walked->room, sizeof(*walked->sources));
        }
        generator_tell(generator, &walked->positions[walked->count]);
        walked->starts[walked->count] = walked->text.len;
        if (!generator_next(generator, &message)) return;
        walked->sources[walked->count++] = message.source;
        generator_add_json(generator, &message, &walked->text);
        buf_add_char(&walked->text, '\n');
    }
}

UNUSED static void walk_plan(const struct generator_plan *plan, struct walked *walked) {
    CLEANUP(generator_freep) struct generator *generator = new_generator(plan);
    walked->text.limit = (size_t)256 << 20;
    walk_on(generator, walked);
}

// ---- chi-square ----

// The chance that a right generator fails one check, were its seed not fixed. Seeds are fixed, so a check
// that passes once passes for ever; the significance says how sharp it is.
#define ALPHA 0.0001
#define ALPHA_Z 3.719 // of the normal distribution

// The value that chi-square of so many degrees of freedom exceeds with ALPHA (Wilson and Hilferty).
UNUSED static double chi_square_limit(size_t freedom) {
    const double part = 2.0 / (9.0 * (double)freedom);
    return (double)freedom * pow(1 - part + ALPHA_Z * sqrt(part), 3);
}

// `weights` need not sum up to one.
UNUSED static void
assert_distributed(const char *what, const uint64_t *counts, const double *weights, size_t cells) {
    double total = 0, weight = 0, chi = 0;
    for (size_t i = 0; i < cells; i++) {
        total += (double)counts[i];
        weight += weights[i];
    }
    for (size_t i = 0; i < cells; i++) {
        const double expected = total * weights[i] / weight;
        if (expected < 5) print_error("%s: only %f are expected in cell %zu\n", what, expected, i);
        assert_true(expected >= 5);
        chi += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    }
    const double limit = chi_square_limit(cells - 1);
    if (!(chi < limit)) {
        print_error(
            "%s: chi-square %f of %f samples is above %f (%zu degrees of freedom, alpha %f)\n",
            what, chi, total, limit, cells - 1, ALPHA);
        for (size_t i = 0; i < cells; i++)
            print_error("  cell %zu: %f of 1\n", i, (double)counts[i] / total);
    }
    assert_true(chi < limit);
}

// `hits` of `trials`, at `chance`: one degree of freedom.
UNUSED static void assert_rate(const char *what, uint64_t hits, uint64_t trials, double chance) {
    assert_distributed(
        what, (const uint64_t[]){hits, trials - hits}, (const double[]){chance, 1 - chance}, 2);
}
