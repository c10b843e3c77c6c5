// A definition of a computed trait on the first line, and an event that meets it on the rest: conditions,
// values, and the identifiers the event brings.
#include "sandbox/profiles/computed_definition.h"
#include "fuzz.h"
#include "sandbox/profiles/identity.h"

static void meet(const struct computed_definition *definition, const struct event *event) {
    struct computed_definition_values values;
    const struct json_node *properties = event_properties(event);
    (void)computed_definition_matches(definition, properties);
    if (definition->condition) (void)computed_definition_wants(definition, properties);
    if (definition->property.len) computed_definition_read(definition, properties, &values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str first = {0};
    struct str rest = {0};
    CLEANUP(computed_definition_release) struct computed_definition definition = {0};
    struct event event = {0};
    struct error err = {0};
    (void)str_split(fuzz_text(data, size), '\n', &first, &rest);
    const bool is_defined = computed_definition_parse(STR("key"), first, &definition, &err);
    if (event_decode(rest, EVENT_TRACK, &event, &err)) {
        if (is_defined) meet(&definition, &event);
        for (int is_accounts = 0; is_accounts < 2; is_accounts++) {
            struct identity identity = {0};
            identity_collect(&event, is_accounts != 0, &identity);
            identity_release(&identity);
        }
        (void)identity_is_dropped(&event);
    }
    event_release(&event);
    return 0;
}
