// oauth — the token server of the Tracking API as a language: the request for a token, tokens, refusals.
//
// Request  form fields grant_type=client_credentials, client_assertion_type=…:jwt-bearer,
//          client_assertion (a JWT signed with RS256), scope=tracking_api:write.
// Checked  the assertion's form: header alg, typ, kid; claims sub, aud, exp (near), jti; a signature of
//          the length RS256 makes. NOT the signature itself: nobody uploads a public key here, so any
//          key of the right kind is taken for the app's.
// Tokens   carry their end and a MAC under `secret`, so nothing has to be remembered about them.
// Units    `now_s` is Unix time.
// Threads  any.
// Source   Segment, "OAuth 2.0"; RFC 6749 5, RFC 7523 3; analytics-node 3.1 (token manager).
#pragma once

#include "base/buf.h"

#define OAUTH_TOKEN_LIFE_S INT64_C(86400)  // the shortest an app can choose
#define OAUTH_ASSERTION_LIFE_S INT64_C(60) // "valid only for a short duration under a minute"
#define OAUTH_SKEW_S INT64_C(60)           // of the client's clock

// code, the name in the answer, its status. The SDKs give up on 400 and 401.
#define OAUTH_REFUSALS(X)                                                                          \
    X(OAUTH_GRANTED, "", 200)                                                                      \
    X(OAUTH_INVALID_REQUEST, "invalid_request", 400)                                               \
    X(OAUTH_UNSUPPORTED_GRANT_TYPE, "unsupported_grant_type", 400)                                 \
    X(OAUTH_INVALID_SCOPE, "invalid_scope", 400)                                                   \
    X(OAUTH_INVALID_CLIENT, "invalid_client", 401)

enum oauth_refusal {
#define X(code, name, status) code,
    OAUTH_REFUSALS(X)
#undef X
};
int oauth_refusal_status(enum oauth_refusal refusal);

// OAUTH_GRANTED, or why not; the words for it are in `err`.
enum oauth_refusal oauth_judge(struct str form, int64_t now_s, struct error *err);
void oauth_add_token(struct buf *out, struct str secret, int64_t expires_s);
// A token of ours that is still good?
bool oauth_is_good(struct str token, struct str secret, int64_t now_s);

void oauth_reply_token(struct buf *out, struct str token);
void oauth_reply_refusal(struct buf *out, enum oauth_refusal refusal, struct str description);
