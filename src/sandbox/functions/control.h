// control — what the operations of Lambda's control plane share: whom a request is about, and how a
// configuration is told.
//
// Owns     the subject: control_subject_release.
// Errors   every bool function has refused into the exchange when it returns false.
// Threads  the sandbox's.
#pragma once

#include "access/calls.h"
#include "base/json.h"
#include "functions/function.h"
#include "functions/functions.h"

struct control_subject { // the function that the path and ?Qualifier= name
    struct buf name, qualifier;
    struct functions_target target;
};
void control_subject_release(struct control_subject *subject);

enum control_qualifier {
    CONTROL_ANY,     // a version or alias that is there, or none
    CONTROL_NONE,    // updates take the bare name
    CONTROL_PENDING, // need not be there
};
// The function must be there, and the caller allowed to do the operation to it.
bool control_find(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    enum control_qualifier qualifier,
    struct control_subject *out);
// Neither being made nor being changed.
bool control_is_settled(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function);
// RevisionId of the request, if it has one, against the present one.
bool control_has_revision(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str wanted,
    struct str present);

// May the function's document (NULL: a new one's) grow by what the request says, or by one more version?
bool control_has_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function,
    size_t bytes);
bool control_has_version_room(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    const struct function *function);

bool control_refuse(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    int status,
    const char *code,
    const char *format,
    ...) PRINTF_LIKE(6, 7);
// The request's JSON object; empty means {}.
bool control_read(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct str text,
    struct json *out);
void control_answer(
    struct cloud *cloud, struct exchange *exchange, int status, const struct json_node *root);
void control_answer_nothing(struct cloud *cloud, struct exchange *exchange); // 204

enum control_status { CONTROL_WITH_STATUS, CONTROL_WITHOUT_STATUS }; // lists leave it out
// FunctionConfiguration of a version; `qualifier` as asked for is part of its ARN.
void control_add_configuration(
    const struct cloud *cloud,
    const struct function *function,
    size_t version,
    struct str qualifier,
    enum control_status status,
    struct json_node *out);
// A copy of the configuration of $LATEST with a new RevisionId and LastModified, to be changed and put back
// (the caller saves the function then).
void control_edit(struct cloud *cloud, const struct function *function, struct json *out);
void control_put(struct function *function, const char *member, const struct json_node *edited);
void control_set_revision(struct cloud *cloud, struct json_node *object);

// MaxItems and Marker of a list. Markers are opaque: the name after which the next page begins.
struct control_page {
    struct buf after;
    int64_t limit;
};
bool control_read_page(
    struct cloud *cloud,
    struct exchange *exchange,
    const struct call *call,
    struct control_page *out);
void control_add_marker(struct json_node *root, struct str last);

// PublishVersion and Publish: the number of the version; the same when nothing changed since the last.
size_t control_publish(struct cloud *cloud, struct function *function, struct str description);
