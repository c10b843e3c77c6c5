// pasted — what did the person paste, and what should it have been?
//
// Shape    text and the kind of value that was wanted in; the cleaned value out, with what was
//          taken off it, and a diagnosis: the mistake by name, what the text looks like, what to
//          do. PASTED_FINE and warnings are usable; everything else is not.
// Owns     struct pasted owns its buffers; release with pasted_release.
// Secrets  messages never repeat the value where the wanted kind is a secret.
// Threads  any.
// Source   protocols/aws.md 6: every row of its tables is a row of the enum.
#pragma once

#include "aws/arn.h"

enum pasted_kind {
    PASTED_CAMPAIGN_ARN,
    PASTED_RECOMMENDER_ARN,
    PASTED_FILTER_ARN,
    PASTED_EVENT_TRACKER_ARN,
    PASTED_DATASET_GROUP_ARN,
    PASTED_DATASET_ARN,
    PASTED_SOLUTION_VERSION_ARN,
    PASTED_TRACKING_ID,
    PASTED_FUNCTION,     // name, partial ARN or ARN, with or without qualifier
    PASTED_FUNCTION_ARN, // the full ARN only
    PASTED_ROLE_ARN,
    PASTED_ROLE_NAME, // as GetRole wants it
    PASTED_REGION,
    PASTED_ACCOUNT_ID,
    PASTED_ACCESS_KEY_ID,
    PASTED_SECRET_ACCESS_KEY,
    PASTED_WRITE_KEY, // of a Segment source
    PASTED_KIND_COUNT,
};

#define PASTED_MISTAKES(X)                                                                         \
    X(PASTED_FINE, "fine")                                                                         \
    X(PASTED_EMPTY, "empty")                                                                       \
    X(PASTED_WRONG_RESOURCE, "wrong_resource")           /* an ARN of another kind */              \
    X(PASTED_SOLUTION, "solution")                       /* solution (version) for a campaign */   \
    X(PASTED_RECOMMENDER, "recommender")                 /* recommender for a campaign */          \
    X(PASTED_CAMPAIGN, "campaign")                       /* campaign for a recommender */          \
    X(PASTED_DATASET_GROUP, "dataset_group")             /* group where a dataset is wanted */     \
    X(PASTED_ARN_FOR_ID, "arn_for_id")                   /* ARN where the tracking id is wanted */ \
    X(PASTED_ID_FOR_ARN, "id_for_arn")                   /* UUID where an ARN is wanted */         \
    X(PASTED_NAME_FOR_ARN, "name_for_arn")               /* bare name where an ARN is wanted */    \
    X(PASTED_FUNCTION_URL, "function_url")               /* https://….lambda-url.… */          \
    X(PASTED_CONSOLE_URL, "console_url")                 /* page of the AWS console */             \
    X(PASTED_QUALIFIER_LOST, "qualifier_lost")           /* ':' at the end, ':LATEST' */           \
    X(PASTED_QUALIFIER_TWICE, "qualifier_twice")         /* in the ARN and beside it, different */ \
    X(PASTED_QUALIFIER_PINNED, "qualifier_pinned")       /* warning: numeric version */            \
    X(PASTED_REGION_MISMATCH, "region_mismatch")         /* ARN region is not the client's */      \
    X(PASTED_ZONE_FOR_REGION, "zone_for_region")         /* eu-west-1a */                          \
    X(PASTED_REGION_TYPO, "region_typo")                 /* us-east1, eu_west_1 */                 \
    X(PASTED_REGION_NAME, "region_name")                 /* "Ireland" */                           \
    X(PASTED_PARTITION, "partition")                     /* arn:aws: with cn-… or the reverse */ \
    X(PASTED_ACCOUNT_MISMATCH, "account_mismatch")       /* ARN of another account */              \
    X(PASTED_ACCOUNT_PLACEHOLDER, "account_placeholder") /* 123456789012 from the manual */        \
    X(PASTED_ACCOUNT_DASHES, "account_dashes")           /* 2109-8765-4321 */                      \
    X(PASTED_ACCOUNT_SHORT, "account_short")             /* 11 digits: leading zero lost */        \
    X(PASTED_ACCOUNT_SPREADSHEET, "account_spreadsheet") /* 2.1E+11 */                             \
    X(PASTED_ACCOUNT_BAD, "account_bad")                 /* not twelve digits in some other way */ \
    X(PASTED_INSTANCE_PROFILE, "instance_profile")       /* where a role is wanted */              \
    X(PASTED_POLICY, "policy")                           /* where a role is wanted */              \
    X(PASTED_USER, "user")                               /* where a role is wanted */              \
    X(PASTED_ASSUMED_ROLE, "assumed_role")               /* session where a role is wanted */      \
    X(PASTED_ARN_FOR_NAME, "arn_for_name")               /* ARN or path where a name is wanted */  \
    X(PASTED_LOOKALIKE, "lookalike")                     /* typographic dash, foreign letter */    \
    X(PASTED_TWO_VALUES, "two_values")                   /* two ARNs in one field */               \
    X(PASTED_TEMPLATE, "template")                       /* ${AWS::AccountId}, <account-id> */     \
    X(PASTED_ARN_BROKEN, "arn_broken")                   /* parts missing or empty */              \
    X(PASTED_KEY_SWAPPED, "key_swapped")                 /* secret as key id, key id as secret */  \
    X(PASTED_KEY_BAD, "key_bad")                         /* neither shape */                       \
    X(PASTED_TOKEN_FOR_KEY, "token_for_key")             /* session token in a key's place */      \
    X(PASTED_TOKEN_MISSING, "token_missing")             /* warning: ASIA key needs a token */     \
    X(PASTED_TOKEN_STALE, "token_stale")                 /* warning: token beside an AKIA key */   \
    X(PASTED_WRITE_KEY_BAD, "write_key_bad")             /* not a write key */                     \
    X(PASTED_UNREADABLE, "unreadable") /* not UTF-8, far too long, no shape at all */

enum pasted_mistake {
#define X(mistake, name) mistake,
    PASTED_MISTAKES(X)
#undef X
        PASTED_MISTAKE_COUNT,
};

// What else is known; every field may be empty.
struct pasted_context {
    struct str region;        // the client's
    struct str account;       // of GetCallerIdentity
    struct str qualifier;     // given beside the function
    struct str access_key_id; // the pair's other half, for tokens
    bool has_session_token;
};

// Repairs the cleaner made beyond buf_cleaning.
enum pasted_repair {
    PASTED_REPAIR_WRAPPING = 1 << 0,  // < > , ; . \ around it, `Key: ` before it
    PASTED_REPAIR_ESCAPES = 1 << 1,   // %3A, &amp;
    PASTED_REPAIR_CASE = 1 << 2,      // ARN:
    PASTED_REPAIR_LOOKALIKE = 1 << 3, // typographic dashes, full-width ':' and '/'
    PASTED_REPAIR_EXTRACTED = 1 << 4, // taken out of a console page's address
};

struct pasted {
    struct buf value; // what to use; offered also when the paste was wrong
    struct buf_cleaning cleaning;
    unsigned repairs;   // of enum pasted_repair
    struct buf removed; // all of it as text: "2 quotes, 1 invisible character (U+200B at 17)"
    enum pasted_mistake mistake;
    bool is_usable;        // fine, or only a warning
    struct buf message;    // what is wrong; empty when fine
    struct buf looks_like; // "the ARN of solution version 3f9a1c2e of shoes"; may be empty
    struct buf hint;       // what to paste, and where to get it
    struct buf suggestion; // a value that would do, when it can be told
};

// Returns out->is_usable. `context` may be NULL.
bool pasted_diagnose(
    struct str text,
    enum pasted_kind wanted,
    const struct pasted_context *context,
    struct pasted *out);
void pasted_release(struct pasted *pasted);
void pasted_to_error(const struct pasted *pasted, struct error *err); // ERROR_CONFIG
const char *pasted_mistake_name(enum pasted_mistake mistake);
const char *pasted_kind_name(enum pasted_kind kind); // "campaign ARN"
