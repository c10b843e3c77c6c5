// intent — see the header.
#include "console/intent.h"

static const char *const names[] = {
    "none",
#define X(intent, name) name,
    INTENTS(X)
#undef X
};

const char *intent_name(enum intent intent) {
    return (unsigned)intent < INTENT_COUNT ? names[intent] : names[INTENT_NONE];
}

bool intent_find(struct str name, enum intent *out) {
    for (int intent = INTENT_NONE + 1; intent < INTENT_COUNT; intent++) {
        if (!str_equal(name, str_from(names[intent]))) continue;
        *out = (enum intent)intent;
        return true;
    }
    return false;
}
