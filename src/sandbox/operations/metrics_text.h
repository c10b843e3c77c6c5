// metrics_text — the Prometheus text format: families with HELP and TYPE, samples with labels.
//
// Shape    one family after the other, its samples behind it. Label values are escaped; names are ours.
// Threads  any.
// Source   prometheus.io, "Exposition formats", text format 0.0.4.
#pragma once

#include "base/buf.h"

struct metrics_text_label {
    const char *name;
    struct str value;
};

void metrics_text_family(struct buf *out, const char *name, const char *kind, const char *help);
// `suffix` is "" or of a histogram "_bucket", "_sum", "_count". Labels end with one without a name.
void metrics_text_sample(
    struct buf *out,
    const char *name,
    const char *suffix,
    const struct metrics_text_label *labels,
    double value);
// A family of one sample without labels.
void metrics_text_single(
    struct buf *out, const char *name, const char *kind, const char *help, double value);
