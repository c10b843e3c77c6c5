// pasted — see the header. Here: the table of wanted kinds, and taking off what surrounds a value. What
// is wrong with the value itself is found in pasted_arn.c and pasted_values.c.
#include "aws/pasted.h"

#include "base/attributes.h"
#include "http/url.h"
#include "pasted_internal.h"

#define MAX_BYTES 8192
#define MAX_ROUNDS 16 // deeper wrapping is no accident

typedef void check_fn(const struct pasted_input *input);

static const struct kind_row {
    const char *name;
    enum arn_kind arn;
    bool is_secret;
    check_fn *check;
    const char *where;
} kind_rows[] = {
    [PASTED_CAMPAIGN_ARN] =
        {.name = "campaign ARN",
         .arn = ARN_CAMPAIGN,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Campaigns, or run: aws personalize "
                  "list-campaigns"},
    [PASTED_RECOMMENDER_ARN] =
        {.name = "recommender ARN",
         .arn = ARN_RECOMMENDER,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Recommenders, or run: aws personalize "
                  "list-recommenders"},
    [PASTED_FILTER_ARN] =
        {.name = "filter ARN",
         .arn = ARN_FILTER,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Filters, or run: aws personalize "
                  "list-filters"},
    [PASTED_EVENT_TRACKER_ARN] =
        {.name = "event tracker ARN",
         .arn = ARN_EVENT_TRACKER,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Event trackers, or run: aws personalize "
                  "list-event-trackers"},
    [PASTED_DATASET_GROUP_ARN] =
        {.name = "dataset group ARN",
         .arn = ARN_DATASET_GROUP,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Dataset groups, or run: aws personalize "
                  "list-dataset-groups"},
    [PASTED_DATASET_ARN] =
        {.name = "dataset ARN",
         .arn = ARN_DATASET,
         .check = pasted_check_arn,
         .where = "Copy the ARN from Amazon Personalize > Datasets, or run: aws personalize "
                  "list-datasets"},
    [PASTED_SOLUTION_VERSION_ARN] =
        {.name = "solution version ARN",
         .arn = ARN_SOLUTION_VERSION,
         .check = pasted_check_arn,
         .where = "Copy the ARN from the solution's page, or run: aws personalize "
                  "list-solution-versions"},
    [PASTED_TRACKING_ID] =
        {.name = "tracking id",
         .check = pasted_check_tracking_id,
         .where = "Copy the tracking ID from Amazon Personalize > Event trackers, or run: aws "
                  "personalize describe-event-tracker --event-tracker-arn ARN"},
    [PASTED_FUNCTION] =
        {.name = "Lambda function",
         .arn = ARN_FUNCTION,
         .check = pasted_check_function,
         .where = "Give the function's name or ARN: AWS Lambda > Functions, or run: aws lambda "
                  "list-functions"},
    [PASTED_FUNCTION_ARN] =
        {.name = "Lambda function ARN",
         .arn = ARN_FUNCTION,
         .check = pasted_check_function,
         .where = "Copy the function ARN from its page in AWS Lambda, or run: aws lambda "
                  "get-function-configuration --function-name NAME"},
    [PASTED_ROLE_ARN] =
        {.name = "role ARN",
         .arn = ARN_ROLE,
         .check = pasted_check_arn,
         .where =
             "Copy the ARN from IAM > Roles > the role, or run: aws iam get-role --role-name NAME"},
    [PASTED_ROLE_NAME] =
        {.name = "role name",
         .check = pasted_check_role_name,
         .where = "Give the role's name alone, as IAM > Roles lists it."},
    [PASTED_REGION] =
        {.name = "region",
         .check = pasted_check_region,
         .where =
             "Use the region's code, such as eu-west-1, as the console shows it at the top right."},
    [PASTED_ACCOUNT_ID] =
        {.name = "account id",
         .check = pasted_check_account,
         .where = "Twelve digits, as at the top right of the console, or run: aws sts "
                  "get-caller-identity"},
    [PASTED_ACCESS_KEY_ID] =
        {.name = "access key id",
         .is_secret = true,
         .check = pasted_check_access_key_id,
         .where = "It begins with AKIA or ASIA and has 20 characters: IAM > Users > Security "
                  "credentials."},
    [PASTED_SECRET_ACCESS_KEY] =
        {.name = "secret access key",
         .is_secret = true,
         .check = pasted_check_secret_key,
         .where =
             "It has 40 characters and is shown once, when the key is made: make a new key if it "
             "is lost."},
    [PASTED_WRITE_KEY] =
        {.name = "write key",
         .is_secret = true,
         .check = pasted_check_write_key,
         .where =
             "Copy it from Segment > Connections > Sources > the source > Settings > API Keys."},
};
_Static_assert(ARRAY_COUNT(kind_rows) == PASTED_KIND_COUNT, "every kind has a row");

static const char *const mistake_names[] = {
#define X(mistake, name) [mistake] = name,
    PASTED_MISTAKES(X)
#undef X
};

const char *pasted_mistake_name(enum pasted_mistake mistake) {
    return mistake_names[mistake];
}

const char *pasted_kind_name(enum pasted_kind kind) {
    return kind_rows[kind].name;
}

bool pasted_is_secret(enum pasted_kind kind) {
    return kind_rows[kind].is_secret;
}

enum arn_kind pasted_wanted_arn(enum pasted_kind kind) {
    return kind_rows[kind].arn;
}

const char *pasted_where(enum pasted_kind kind) {
    return kind_rows[kind].where;
}

void pasted_release(struct pasted *pasted) {
    if (!pasted) return;
    buf_release(&pasted->value);
    buf_release(&pasted->removed);
    buf_release(&pasted->message);
    buf_release(&pasted->looks_like);
    buf_release(&pasted->hint);
    buf_release(&pasted->suggestion);
    *pasted = (struct pasted){0};
}

void pasted_to_error(const struct pasted *pasted, struct error *err) {
    const char *message = pasted->message.len ? buf_text(&pasted->message) : "the value is wrong";
    if (pasted->looks_like.len) {
        error_set(
            err, ERROR_CONFIG, "%s (it looks like %s)", message, buf_text(&pasted->looks_like));
    } else {
        error_set(err, ERROR_CONFIG, "%s", message);
    }
    error_hint(err, "%s", buf_text(&pasted->hint));
}

void pasted_report(struct pasted *out, enum pasted_mistake mistake, bool is_usable) {
    ASSERT(out->mistake == PASTED_FINE);
    out->mistake = mistake;
    out->is_usable = is_usable;
}

static void set_text(struct buf *buf, struct str text) {
    struct buf fresh = {0}; // `text` may be a view of the old one
    buf_add(&fresh, text);
    buf_release(buf);
    *buf = fresh;
}

static size_t find_text(struct str text, struct str part) {
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (str_equal_nocase(str_slice(text, i, part.len), part)) return i;
    }
    return text.len;
}

// ${AWS::AccountId}, {{account}}, <account-id>, REPLACE_ME: the manual's text, not a value.
static bool is_template(struct str text) {
    static const char *const marks[] = {
        "${",         "{{",         "replace_me", "replace-me", "changeme",    "acct-id",
        "account-id", "account_id", "your-",      "your_",      "aws_account",
    };
    const size_t open = str_find_char(text, '<');
    const size_t close = str_find_char(text, '>');
    const bool is_wrapped_value = open == 0 && arn_looks_like(str_skip(text, 1));
    if (open < close && close < text.len && !is_wrapped_value) return true;
    for (size_t i = 0; i < ARRAY_COUNT(marks); i++) {
        if (find_text(text, str_from(marks[i])) < text.len) return true;
    }
    return false;
}

static bool has_escapes(struct str text) {
    static const char *const escapes[] = {"%3a", "%2f", "&amp;"};
    for (size_t i = 0; i < ARRAY_COUNT(escapes); i++) {
        if (find_text(text, str_from(escapes[i])) < text.len) return true;
    }
    return false;
}

static void undo_escapes(struct pasted *out) {
    CLEANUP(buf_release) struct buf plain = {0};
    CLEANUP(buf_release) struct buf decoded = {0};
    struct str rest = buf_str(&out->value);
    struct error ignored;
    if (!has_escapes(rest)) return;
    while (rest.len) {
        const size_t at = find_text(rest, STR("&amp;"));
        buf_add(&plain, str_slice(rest, 0, at));
        if (at < rest.len) buf_add_char(&plain, '&');
        rest = str_skip(rest, at + strlen("&amp;"));
    }
    if (!url_decode(&decoded, buf_str(&plain), &ignored)) {
        buf_reset(&decoded);
        buf_add(&decoded, buf_str(&plain));
    }
    set_text(&out->value, buf_str(&decoded));
    out->repairs |= PASTED_REPAIR_ESCAPES;
}

// Characters that word processors and input methods put in place of ASCII ones; 0: to be dropped.
static const struct substitute {
    uint32_t first, last;
    char ascii;
} substitutes[] = {
    {.first = 0x2010, .last = 0x2015, .ascii = '-'},
    {.first = 0x2018, .last = 0x201F, .ascii = 0},
    {.first = 0x2212, .last = 0x2212, .ascii = '-'},
    {.first = 0xFE58, .last = 0xFE58, .ascii = '-'},
    {.first = 0xFE63, .last = 0xFE63, .ascii = '-'},
    {.first = 0xFF0D, .last = 0xFF0D, .ascii = '-'},
    {.first = 0xFF0F, .last = 0xFF0F, .ascii = '/'},
    {.first = 0xFF10, .last = 0xFF19, .ascii = '0'},
    {.first = 0xFF1A, .last = 0xFF1A, .ascii = ':'},
    {.first = 0x2236, .last = 0x2236, .ascii = ':'},
    {.first = 0x2044, .last = 0x2044, .ascii = '/'},
    {.first = 0x2215, .last = 0x2215, .ascii = '/'},
};

static const struct substitute *find_substitute(uint32_t rune) {
    for (size_t i = 0; i < ARRAY_COUNT(substitutes); i++) {
        if (rune >= substitutes[i].first && rune <= substitutes[i].last) return &substitutes[i];
    }
    return NULL;
}

static void undo_substitutes(struct pasted *out) {
    CLEANUP(buf_release) struct buf plain = {0};
    struct str rest = buf_str(&out->value);
    bool is_changed = false;
    while (rest.len) {
        const struct str before = rest;
        bool valid;
        const uint32_t rune = str_next_rune(&rest, &valid);
        const struct substitute *substitute = rune > 0x7E ? find_substitute(rune) : NULL;
        if (!substitute) {
            buf_add(&plain, str_slice(before, 0, before.len - rest.len));
            continue;
        }
        is_changed = true;
        if (substitute->ascii == '0') {
            buf_add_char(&plain, (char)('0' + (rune - substitute->first)));
        } else if (substitute->ascii) {
            buf_add_char(&plain, substitute->ascii);
        }
    }
    if (!is_changed) return;
    set_text(&out->value, buf_str(&plain));
    out->repairs |= PASTED_REPAIR_LOOKALIKE;
}

static struct str strip_ends(struct str text) {
    for (bool is_changed = true; is_changed && text.len;) {
        const struct str before = text;
        if (strchr("<(['\"`", text.ptr[0]) && text.ptr[0]) text = str_skip(text, 1);
        while (text.len && text.ptr[text.len - 1] &&
               strchr(">)],;.\\'\"`", text.ptr[text.len - 1])) {
            text.len--;
        }
        text = str_trim(text);
        is_changed = text.len != before.len;
    }
    return text;
}

// `CampaignArn: arn:…` and its JSON form; an address keeps its beginning.
static void undo_wrapping(struct pasted *out, bool wants_arn) {
    struct str text = strip_ends(buf_str(&out->value));
    const size_t at = find_text(text, STR("arn:aws")); // "Campaign ARN: arn:aws:…" has both
    const bool is_address = find_text(text, STR("://")) < at;
    if (wants_arn && at > 0 && at < text.len && !is_address) {
        const char before = text.ptr[at - 1];
        if (strchr(" :=\"'`(<[,;", before)) text = strip_ends(str_skip(text, at));
    }
    if (text.len == out->value.len) return;
    set_text(&out->value, text);
    out->repairs |= PASTED_REPAIR_WRAPPING;
}

static void undo_case(struct pasted *out) {
    if (!arn_looks_like(buf_str(&out->value)) || out->value.ptr[0] == 'a') return;
    memcpy(out->value.ptr, "arn", 3);
    out->repairs |= PASTED_REPAIR_CASE;
}

// What one step lays bare may be work for the one before it: <KEY=value>, or %0A, which is a line break.
static void undo_all(struct pasted *out, bool wants_arn) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
        CLEANUP(buf_release) struct buf cleaned = {0};
        const size_t before = out->value.len;
        undo_escapes(out);
        undo_substitutes(out);
        undo_wrapping(out, wants_arn);
        undo_case(out);
        buf_add_cleaned(&cleaned, buf_str(&out->value), NULL);
        if (cleaned.len < out->value.len) out->repairs |= PASTED_REPAIR_WRAPPING;
        set_text(&out->value, buf_str(&cleaned));
        if (out->value.len == before) return;
    }
}

// A letter that only looks like an ASCII one: no guess is safe.
static bool report_foreign_character(struct pasted *out) {
    struct str rest = buf_str(&out->value);
    const size_t len = rest.len;
    while (rest.len) {
        bool valid;
        const size_t offset = len - rest.len;
        const uint32_t rune = str_next_rune(&rest, &valid);
        if (rune <= 0x7E) continue;
        pasted_report(out, PASTED_LOOKALIKE, false);
        buf_add_format(
            &out->message,
            "the value holds U+%04X at position %zu, which only looks like an ASCII "
            "character or cannot be part of it",
            (unsigned)rune, offset + 1);
        buf_add(&out->hint, STR("Type that character anew, or copy the value from the console."));
        return true;
    }
    return false;
}

static bool report_two_arns(struct pasted *out) {
    const struct str text = buf_str(&out->value);
    if (!arn_looks_like(text)) return false;
    const size_t second = find_text(str_skip(text, 4), STR("arn:")) + 4;
    if (second >= text.len) return false;
    pasted_report(out, PASTED_TWO_VALUES, false);
    buf_add(&out->message, STR("there are two ARNs in one field"));
    buf_add(&out->hint, STR("Keep the one you want."));
    buf_add(&out->suggestion, strip_ends(str_slice(text, 0, second)));
    return true;
}

static bool report_template(struct pasted *out) {
    if (!is_template(buf_str(&out->value))) return false;
    pasted_report(out, PASTED_TEMPLATE, false);
    buf_add(&out->message, STR("this is a placeholder from a template, not a value"));
    buf_add(&out->looks_like, STR("text out of a manual or a CloudFormation template"));
    return true;
}

static bool report_nothing(struct pasted *out, enum pasted_kind wanted) {
    if (out->value.len) return false;
    pasted_report(out, PASTED_EMPTY, false);
    buf_add_format(&out->message, "the %s is empty", pasted_kind_name(wanted));
    return true;
}

static bool report_unreadable(struct str text, struct pasted *out) {
    if (text.len <= MAX_BYTES && str_is_utf8(text)) return false;
    pasted_report(out, PASTED_UNREADABLE, false);
    buf_add(
        &out->message, text.len > MAX_BYTES ? STR("the text is far too long to be one value")
                                            : STR("the text is not UTF-8"));
    return true;
}

static void list_removed(struct pasted *out) {
    static const struct repair_word {
        unsigned repair;
        const char *text;
    } words[] = {
        {.repair = PASTED_REPAIR_WRAPPING, .text = "what surrounded it"},
        {.repair = PASTED_REPAIR_ESCAPES, .text = "percent or HTML escapes"},
        {.repair = PASTED_REPAIR_CASE, .text = "capitals of ARN:"},
        {.repair = PASTED_REPAIR_LOOKALIKE, .text = "typographic dashes, quotes or colons"},
        {.repair = PASTED_REPAIR_EXTRACTED, .text = "the address around it"},
    };
    buf_add_cleaning(&out->removed, &out->cleaning);
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!(out->repairs & words[i].repair)) continue;
        if (out->removed.len) buf_add(&out->removed, STR(", "));
        buf_add(&out->removed, str_from(words[i].text));
    }
}

static void diagnose(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const bool is_secret = pasted_is_secret(input->wanted);
    if (report_nothing(out, input->wanted) || report_template(out)) return;
    if (!is_secret) undo_all(out, pasted_wanted_arn(input->wanted) != ARN_UNKNOWN);
    if (report_nothing(out, input->wanted)) return;
    if (input->wanted != PASTED_REGION && report_foreign_character(out)) return;
    if (!is_secret && report_two_arns(out)) return;

    struct pasted_input cleaned = *input;
    cleaned.value = buf_str(&out->value);
    const bool is_address = str_equal_nocase(str_slice(cleaned.value, 0, 7), STR("http://")) ||
                            str_equal_nocase(str_slice(cleaned.value, 0, 8), STR("https://"));
    (is_address && !is_secret ? pasted_check_url : kind_rows[input->wanted].check)(&cleaned);
}

bool pasted_diagnose(
    struct str text,
    enum pasted_kind wanted,
    const struct pasted_context *context,
    struct pasted *out) {
    static const struct pasted_context nothing_known = {0};
    pasted_release(out);
    out->is_usable = true;
    if (!report_unreadable(text, out)) {
        buf_add_cleaned(&out->value, text, &out->cleaning);
        diagnose(&(struct pasted_input){
            .wanted = wanted, .context = context ? context : &nothing_known, .out = out});
    }
    list_removed(out);
    if (out->mistake != PASTED_FINE) {
        if (out->looks_like.len == 0 && !pasted_is_secret(wanted)) {
            pasted_describe(&out->looks_like, buf_str(&out->value));
        }
        if (out->hint.len == 0) buf_add(&out->hint, str_from(pasted_where(wanted)));
    }
    return out->is_usable;
}
