// log_verdict — what a function's log says went wrong although the answer was a success, in plain words: the
// workshop's "200 Success, but no trait".
//
// Shape    a table of rules, the particular ones first; the first rule with a line that fits wins. The line
//          is a view of the log, text from outside.
// Generic  a rule that knows only that something was an error; it says the line itself.
// Threads  any.
// Source   botocore's exceptions as the workshop's handler logs them, Lambda's own lines, our handler's.
#pragma once

#include "protocol/hop.h"

#include <stdbool.h>

struct log_verdict {
    enum hop_id hop; // where it failed
    const char *cause, *fix;
    struct str line;
    bool is_generic;
};

bool log_verdict_find(struct str log, struct log_verdict *out); // false: nothing in it is an error
size_t log_verdict_rule_count(void);
