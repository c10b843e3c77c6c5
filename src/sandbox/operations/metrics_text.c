// metrics_text — see the header.
#include "operations/metrics_text.h"

void metrics_text_family(struct buf *out, const char *name, const char *kind, const char *help) {
    buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

static void add_escaped(struct buf *out, struct str value) {
    for (size_t i = 0; i < value.len; i++) {
        const char c = value.ptr[i];
        if (c == '\n') {
            buf_add(out, STR("\\n"));
            continue;
        }
        if (c == '\\' || c == '"') buf_add_char(out, '\\');
        buf_add_char(out, c);
    }
}

void metrics_text_sample(
    struct buf *out,
    const char *name,
    const char *suffix,
    const struct metrics_text_label *labels,
    double value) {
    buf_add_format(out, "%s%s", name, suffix);
    for (const struct metrics_text_label *label = labels; label && label->name; label++) {
        buf_add_char(out, label == labels ? '{' : ',');
        buf_add_format(out, "%s=\"", label->name);
        add_escaped(out, label->value);
        buf_add_char(out, '"');
    }
    if (labels && labels->name) buf_add_char(out, '}');
    buf_add_char(out, ' ');
    buf_add_double(out, value);
    buf_add_char(out, '\n');
}

void metrics_text_single(
    struct buf *out, const char *name, const char *kind, const char *help, double value) {
    metrics_text_family(out, name, kind, help);
    metrics_text_sample(out, name, "", NULL, value);
}
