// aws_session — temporary credentials for tests that speak AWS to a sandbox.
//
// Owns     its texts; aws_session_release.
#pragma once

#include "fixture.h"

struct aws_session {
    char *access_key_id, *secret, *token, *expiration;
};
// AssumeRole with these further members ("&Policy=…", may be empty) as the caller in `by` (NULL: the
// permanent key). Returns the status; the answer is in the fixture.
int aws_session_assume(
    struct fixture *fixture,
    const char *members,
    const struct aws_session *by,
    struct aws_session *out);
void aws_session_release(struct aws_session *session);
// The text of the first element of that name in the last answer; owned by the caller, "" when there is
// none.
char *aws_session_element(const struct fixture *fixture, const char *name);
// A form to STS or IAM as the session (NULL: the permanent key); returns the status.
int aws_session_form(
    struct fixture *fixture,
    const char *service,
    const char *form,
    const struct aws_session *session);
