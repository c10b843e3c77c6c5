// junit — see the header.
#include "recording/junit.h"

#define CASES_BYTES (JUNIT_MAX_BYTES - ((size_t)64 << 10)) // the frame around them has room always

static void add_escaped_line(struct buf *out, struct str text) {
    CLEANUP(buf_release) struct buf printable = {0};
    buf_add_printable(&printable, text);
    struct str left = buf_str(&printable);
    while (left.len) {
        bool is_valid = false;
        const uint32_t rune = str_next_rune(&left, &is_valid);
        switch (rune) {
        case '&': buf_add(out, STR("&amp;")); break;
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\'': buf_add(out, STR("&apos;")); break;
        case 0xFFFE: // no characters, and no XML
        case 0xFFFF: buf_add_rune(out, STR_BAD_RUNE); break;
        default: buf_add_rune(out, rune);
        }
    }
}

static void add_escaped(struct buf *out, struct str text) {
    while (text.len) {
        const size_t end = str_find_char(text, '\n');
        add_escaped_line(out, str_slice(text, 0, end));
        if (end < text.len) buf_add_char(out, '\n');
        text = str_skip(text, end + 1);
    }
}

static void add_attribute(struct buf *out, const char *name, struct str value) {
    buf_add_format(out, " %s=\"", name);
    add_escaped_line(out, value);
    buf_add_char(out, '"');
}

static void add_case(struct buf *out, const struct junit_case *made, const char *element) {
    buf_add(out, STR("    <testcase classname=\"recloop.replay\""));
    add_attribute(out, "name", made->name);
    buf_add_format(out, " time=\"%.3f\"", made->seconds > 0 ? made->seconds : 0);
    if (!element) {
        buf_add(out, STR("/>\n"));
        return;
    }
    buf_add_format(out, ">\n      <%s", element);
    add_attribute(out, "message", made->message);
    buf_add_char(out, '>');
    add_escaped(out, made->text);
    buf_add_format(out, "</%s>\n    </testcase>\n", element);
}

void junit_release(struct junit *junit) {
    buf_release(&junit->cases);
    *junit = (struct junit){0};
}

void junit_add(struct junit *junit, const struct junit_case *made) {
    static const char *const elements[] = {
        [JUNIT_PASSED] = NULL,
        [JUNIT_FAILED] = "failure",
        [JUNIT_ERROR] = "error",
        [JUNIT_SKIPPED] = "skipped",
    };
    CLEANUP(buf_release) struct buf text = {.limit = JUNIT_MAX_BYTES};
    junit->tests++;
    junit->failures += made->outcome == JUNIT_FAILED;
    junit->errors += made->outcome == JUNIT_ERROR;
    junit->skipped += made->outcome == JUNIT_SKIPPED;
    if (made->seconds > 0) junit->seconds += made->seconds;
    junit->cases.limit = JUNIT_MAX_BYTES;
    add_case(&text, made, elements[made->outcome]);
    if (junit->cases.len + text.len > CASES_BYTES) return; // counted all the same
    buf_add(&junit->cases, buf_str(&text));
}

void junit_format(const struct junit *junit, struct str suite, struct buf *out) {
    out->limit = JUNIT_MAX_BYTES;
    buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite"));
    add_attribute(out, "name", suite);
    buf_add_format(
        out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
        junit->tests, junit->failures, junit->errors, junit->skipped, junit->seconds);
    buf_add(out, buf_str(&junit->cases));
    buf_add(out, STR("  </testsuite>\n</testsuites>\n"));
}
