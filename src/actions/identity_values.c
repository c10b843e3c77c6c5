// identity_values — see the header.
#include "identity_values.h"

#include "base/json.h"
#include "sandbox/sandbox.h"

// "write_keys.website-prod" belongs into the object "write_keys".
struct message *identity_values_new(uint64_t run_id, const struct sandbox_identities *identities) {
    struct message *message = message_new(MESSAGE_VALUES, run_id);
    CLEANUP(json_release) struct json keys = {0};
    struct json_node *write_keys = json_new_object(&keys);
    for (size_t i = 0; i < identities->count; i++) {
        const struct sandbox_identity *row = &identities->rows[i];
        struct str group = {0};
        struct str name = {0};
        str_split(str_from(row->key), '.', &group, &name);
        if (name.len)
            json_add_text(write_keys, name.ptr, str_from(row->value));
        else
            message_add_value(message, row->key, str_from(row->value));
    }
    CLEANUP(buf_release) struct buf text = {0};
    json_print(keys.root, &text);
    message_add_value_json(message, "write_keys", buf_str(&text));
    return message;
}
