// pasted_values — what is wrong with a pasted id, region, account or key; see pasted.h.
#include "aws/pasted.h"

#include "aws/region.h"
#include "base/attributes.h"
#include "pasted_internal.h"

#define SECRET_BYTES 40
#define KEY_ID_BYTES 20
#define TOKEN_MIN_BYTES 100

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_made_of(struct str text, const char *also) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!is_letter(c) && !is_digit(c) && (c == '\0' || !strchr(also, c))) return false;
    }
    return text.len > 0;
}

bool pasted_is_uuid(struct str text) {
    if (text.len != 36) return false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        const bool wants_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (wants_dash ? c != '-' : !is_hex) return false;
    }
    return true;
}

bool pasted_is_access_key_id(struct str text) {
    const struct str prefix = str_slice(text, 0, 4);
    if (text.len != KEY_ID_BYTES) return false;
    if (!str_equal(prefix, STR("AKIA")) && !str_equal(prefix, STR("ASIA"))) return false;
    for (size_t i = 4; i < text.len; i++) {
        if (!is_digit(text.ptr[i]) && !(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')) return false;
    }
    return true;
}

static bool is_secret_key(struct str text) {
    return text.len == SECRET_BYTES && is_made_of(text, "+/=");
}

void pasted_describe(struct buf *out, struct str value) {
    struct arn arn;
    struct error ignored;
    if (arn_looks_like(value) && arn_parse(value, &arn, &ignored)) {
        buf_add(out, STR("the ARN of "));
        if (arn.kind == ARN_UNKNOWN) {
            buf_add(out, STR("something in "));
            buf_add_printable(out, arn.service);
            return;
        }
        buf_add(out, str_from(arn_kind_name(arn.kind)));
        buf_add_char(out, ' ');
        buf_add_printable(out, arn.name);
        if (arn.qualifier.len && arn.kind != ARN_LOG_GROUP) {
            buf_add(out, STR(" / "));
            buf_add_printable(out, arn.qualifier);
        }
    } else if (pasted_is_uuid(value)) {
        buf_add(out, STR("a UUID, as tracking ids are"));
    } else if (pasted_is_access_key_id(value)) {
        buf_add(out, STR("an AWS access key id"));
    } else if (is_secret_key(value)) {
        buf_add(out, STR("an AWS secret access key"));
    } else if (arn_is_account(value)) {
        buf_add(out, STR("an AWS account id"));
    } else if (region_is_valid(value)) {
        buf_add(out, STR("an AWS region"));
    }
}

void pasted_check_tracking_id(const struct pasted_input *input) {
    struct pasted *out = input->out;
    struct arn arn;
    struct error ignored;
    if (pasted_is_uuid(input->value)) return;
    if (!arn_looks_like(input->value)) {
        pasted_report(out, PASTED_UNREADABLE, false);
        buf_add(
            &out->message,
            STR("a tracking id is a UUID, like 0c3e7e52-58c0-4a77-9a35-2f9b6f8e1d10"));
        return;
    }
    pasted_report(out, PASTED_ARN_FOR_ID, false);
    buf_add(&out->message, STR("this is an ARN; the tracking id is a UUID"));
    if (arn_parse(input->value, &arn, &ignored) && arn.kind == ARN_EVENT_TRACKER) {
        buf_add(
            &out->hint, STR("Ask for it: aws personalize describe-event-tracker "
                            "--event-tracker-arn "));
        buf_add_printable(&out->hint, input->value);
    }
}

void pasted_check_role_name(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const struct str value = input->value;
    size_t name = value.len;
    while (name > 0 && value.ptr[name - 1] != '/')
        name--;
    if (arn_looks_like(value) || name > 0) {
        pasted_report(out, PASTED_ARN_FOR_NAME, false);
        buf_add(
            &out->message, arn_looks_like(value)
                               ? STR("this is an ARN; only the role's name is wanted")
                               : STR("this has a path; only the role's name is wanted"));
        buf_add(&out->suggestion, str_skip(value, name));
        return;
    }
    if (value.len <= 64 && is_made_of(value, "_+=,.@-")) return;
    pasted_report(out, PASTED_UNREADABLE, false);
    buf_add(&out->message, STR("a role's name is 1 to 64 letters, digits and _+=,.@-"));
}

static const struct known_region {
    const char *code, *name; // name: as the console shows it
} known_regions[] = {
    {.code = "us-east-1", .name = "N. Virginia"},
    {.code = "us-east-2", .name = "Ohio"},
    {.code = "us-west-1", .name = "N. California"},
    {.code = "us-west-2", .name = "Oregon"},
    {.code = "af-south-1", .name = "Cape Town"},
    {.code = "ap-east-1", .name = "Hong Kong"},
    {.code = "ap-east-2", .name = "Taipei"},
    {.code = "ap-south-1", .name = "Mumbai"},
    {.code = "ap-south-2", .name = "Hyderabad"},
    {.code = "ap-southeast-1", .name = "Singapore"},
    {.code = "ap-southeast-2", .name = "Sydney"},
    {.code = "ap-southeast-3", .name = "Jakarta"},
    {.code = "ap-southeast-4", .name = "Melbourne"},
    {.code = "ap-southeast-5", .name = "Malaysia"},
    {.code = "ap-southeast-7", .name = "Thailand"},
    {.code = "ap-northeast-1", .name = "Tokyo"},
    {.code = "ap-northeast-2", .name = "Seoul"},
    {.code = "ap-northeast-3", .name = "Osaka"},
    {.code = "ca-central-1", .name = "Central"},
    {.code = "ca-west-1", .name = "Calgary"},
    {.code = "eu-central-1", .name = "Frankfurt"},
    {.code = "eu-central-2", .name = "Zurich"},
    {.code = "eu-west-1", .name = "Ireland"},
    {.code = "eu-west-2", .name = "London"},
    {.code = "eu-west-3", .name = "Paris"},
    {.code = "eu-south-1", .name = "Milan"},
    {.code = "eu-south-2", .name = "Spain"},
    {.code = "eu-north-1", .name = "Stockholm"},
    {.code = "il-central-1", .name = "Tel Aviv"},
    {.code = "me-south-1", .name = "Bahrain"},
    {.code = "me-central-1", .name = "UAE"},
    {.code = "mx-central-1", .name = "Mexico"},
    {.code = "sa-east-1", .name = "Sao Paulo"},
    {.code = "cn-north-1", .name = "Beijing"},
    {.code = "cn-northwest-1", .name = "Ningxia"},
    {.code = "us-gov-west-1", .name = "US-West"},
    {.code = "us-gov-east-1", .name = "US-East"},
};

// Letters and digits only, lower case: "US_East 1" → "useast1".
static void add_squashed(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z') buf_add_char(out, (char)(c + 32));
        if ((c >= 'a' && c <= 'z') || is_digit(c)) buf_add_char(out, c);
    }
}

// Two texts that differ by one letter changed, left out, added, or by two neighbours swapped.
static bool is_one_slip(struct str a, struct str b) {
    size_t head = 0, tail = 0;
    while (head < a.len && head < b.len && a.ptr[head] == b.ptr[head])
        head++;
    while (tail < a.len - head && tail < b.len - head &&
           a.ptr[a.len - 1 - tail] == b.ptr[b.len - 1 - tail]) {
        tail++;
    }
    const size_t left = a.len - head - tail, right = b.len - head - tail;
    if (left == 2 && right == 2) {
        return a.ptr[head] == b.ptr[head + 1] && a.ptr[head + 1] == b.ptr[head];
    }
    return left <= 1 && right <= 1;
}

static bool has_same_end(struct str a, struct str b) {
    return a.len && b.len && a.ptr[a.len - 1] == b.ptr[b.len - 1];
}

static const struct known_region *find_region(struct str text, bool by_name) {
    CLEANUP(buf_release) struct buf wanted = {0};
    add_squashed(&wanted, text);
    for (size_t i = 0; i < ARRAY_COUNT(known_regions) && wanted.len; i++) {
        CLEANUP(buf_release) struct buf known = {0};
        const struct known_region *region = &known_regions[i];
        add_squashed(&known, str_from(by_name ? region->name : region->code));
        if (str_equal(buf_str(&known), buf_str(&wanted))) return region;
        // "Europe (Ireland) eu-west-1" and the like
        if (by_name && known.len > 3 && str_contains(buf_str(&wanted), buf_str(&known)))
            return region;
    }
    return NULL;
}

static const struct known_region *find_near_region(struct str text) {
    CLEANUP(buf_release) struct buf wanted = {0};
    add_squashed(&wanted, text);
    for (size_t i = 0; i < ARRAY_COUNT(known_regions) && wanted.len; i++) {
        CLEANUP(buf_release) struct buf known = {0};
        add_squashed(&known, str_from(known_regions[i].code));
        // another number is another region, not a slip
        if (!has_same_end(buf_str(&known), buf_str(&wanted))) continue;
        if (is_one_slip(buf_str(&known), buf_str(&wanted))) return &known_regions[i];
    }
    return NULL;
}

static bool is_zone(struct str text) {
    const char last = text.len ? text.ptr[text.len - 1] : '\0';
    return last >= 'a' && last <= 'z' && region_is_valid(str_slice(text, 0, text.len - 1));
}

static void report_region_mistake(
    struct pasted *out,
    enum pasted_mistake mistake,
    bool is_usable,
    const char *message,
    struct str suggestion) {
    pasted_report(out, mistake, is_usable);
    buf_add(&out->message, str_from(message));
    buf_add(&out->suggestion, suggestion);
    if (suggestion.len) buf_add_format(&out->hint, "Use " STR_FMT ".", STR_ARG(suggestion));
}

void pasted_check_region(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const struct str value = input->value;
    const struct known_region *region = find_region(value, false);
    const struct known_region *near = find_near_region(value);
    if (region_is_valid(value)) {
        if (region || !near) return; // regions we have not heard of may exist
        report_region_mistake(
            out, PASTED_REGION_TYPO, true,
            "no such region is known; it looks like a typing mistake", str_from(near->code));
        return;
    }
    if (is_zone(value)) {
        report_region_mistake(
            out, PASTED_ZONE_FOR_REGION, false, "this is an availability zone, not a region",
            str_slice(value, 0, value.len - 1));
    } else if (region || near) {
        report_region_mistake(
            out, PASTED_REGION_TYPO, false, "the region is not written as AWS writes it",
            str_from((region ? region : near)->code));
    } else if ((region = find_region(value, true)) != NULL) {
        report_region_mistake(
            out, PASTED_REGION_NAME, false, "this is the region's name; its code is wanted",
            str_from(region->code));
    } else if (arn_looks_like(value)) {
        struct arn arn;
        struct error ignored;
        const bool has_region = arn_parse(value, &arn, &ignored) && region_is_valid(arn.region);
        report_region_mistake(
            out, PASTED_ARN_FOR_ID, false, "this is an ARN; the region's code is wanted",
            has_region ? arn.region : (struct str){0});
    } else {
        report_region_mistake(
            out, PASTED_UNREADABLE, false, "this is not a region", (struct str){0});
    }
}

static bool is_exponent_number(struct str text) {
    const size_t at =
        str_find_char(text, 'E') < text.len ? str_find_char(text, 'E') : str_find_char(text, 'e');
    const struct str tail = str_skip(text, at + 1);
    return at > 0 && at < text.len && is_digit(text.ptr[0]) && tail.len > 0 &&
           (tail.ptr[0] == '+' || is_digit(tail.ptr[0]));
}

static bool is_all_digits(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) return false;
    }
    return text.len > 0;
}

// Without the dashes and blanks people group the digits with; true when there were any.
static bool join_digits(struct str text, struct buf *out) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '-' || c == ' ' || c == '.') continue;
        buf_add_char(out, c);
    }
    return out->len < text.len;
}

static void
report_damaged_account(struct pasted *out, struct str value, struct str joined, bool is_grouped) {
    if (is_grouped && arn_is_account(joined)) {
        pasted_report(out, PASTED_ACCOUNT_DASHES, false);
        buf_add(&out->message, STR("the account id is written with dashes or blanks"));
        buf_add(&out->suggestion, joined);
    } else if (is_exponent_number(value)) {
        pasted_report(out, PASTED_ACCOUNT_SPREADSHEET, false);
        buf_add(
            &out->message, STR("a spreadsheet has rounded the account id; its digits are lost"));
    } else if (is_all_digits(joined) && joined.len == 11) {
        pasted_report(out, PASTED_ACCOUNT_SHORT, false);
        buf_add(&out->message, STR("the account id has 11 digits: its leading zero is lost"));
        buf_add_char(&out->suggestion, '0');
        buf_add(&out->suggestion, joined);
    } else {
        pasted_report(out, PASTED_ACCOUNT_BAD, false);
        buf_add(&out->message, STR("an account id is twelve digits"));
    }
}

void pasted_check_account(const struct pasted_input *input) {
    static const char *const examples[] = {
        "123456789012", "111122223333", "000000000000", "012345678912", "111111111111",
    };
    CLEANUP(buf_release) struct buf joined = {0};
    struct pasted *out = input->out;
    const struct str value = input->value;
    struct arn arn;
    struct error ignored;
    if (arn_looks_like(value) && arn_parse(value, &arn, &ignored)) {
        pasted_report(out, PASTED_ARN_FOR_ID, false);
        buf_add(&out->message, STR("this is an ARN; only the account id in it is wanted"));
        buf_add(&out->suggestion, arn.account);
        return;
    }
    const bool is_grouped = join_digits(value, &joined);
    if (!arn_is_account(value)) {
        report_damaged_account(out, value, buf_str(&joined), is_grouped);
        return;
    }
    const struct str own = input->context->account;
    if (str_equal(own, value)) return;
    for (size_t i = 0; i < ARRAY_COUNT(examples); i++) {
        if (!str_equal(value, str_from(examples[i]))) continue;
        pasted_report(out, PASTED_ACCOUNT_PLACEHOLDER, true);
        buf_add(&out->message, STR("this account id is the example of manuals"));
        return;
    }
    if (own.len == 0) return;
    pasted_report(out, PASTED_ACCOUNT_MISMATCH, true);
    buf_add_format(&out->message, "these credentials belong to account " STR_FMT, STR_ARG(own));
}

static bool report_token_or_arn(struct pasted *out, struct str value) {
    if (arn_looks_like(value)) {
        pasted_report(out, PASTED_KEY_BAD, false);
        buf_add(&out->message, STR("this is an ARN, not a key"));
        return true;
    }
    if (value.len < TOKEN_MIN_BYTES) return false;
    pasted_report(out, PASTED_TOKEN_FOR_KEY, false);
    buf_add(&out->message, STR("this is a session token: it is far too long for a key"));
    buf_add(&out->hint, STR("It belongs into AWS_SESSION_TOKEN."));
    return true;
}

void pasted_check_access_key_id(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const struct str value = input->value;
    if (report_token_or_arn(out, value)) return;
    if (is_secret_key(value)) {
        pasted_report(out, PASTED_KEY_SWAPPED, false);
        buf_add(&out->message, STR("this is the secret access key; the key id is wanted"));
        buf_add(&out->looks_like, STR("a secret access key"));
        return;
    }
    // our sandbox and other emulators use key ids of their own
    const bool is_plausible = value.len >= 16 && value.len <= 128 && is_made_of(value, "_");
    if (!pasted_is_access_key_id(value) && !is_plausible) {
        pasted_report(out, PASTED_KEY_BAD, false);
        buf_add_format(
            &out->message, "an access key id has 20 characters, this has %zu", value.len);
        return;
    }
    if (input->context == NULL || !pasted_is_access_key_id(value)) return;
    const bool is_temporary = str_starts_with(value, STR("ASIA"));
    if (is_temporary && !input->context->has_session_token) {
        pasted_report(out, PASTED_TOKEN_MISSING, true);
        buf_add(
            &out->message,
            STR("a key that begins with ASIA is temporary and needs its session token"));
        buf_add(&out->hint, STR("Set AWS_SESSION_TOKEN too; all three values come together."));
    } else if (!is_temporary && input->context->has_session_token) {
        pasted_report(out, PASTED_TOKEN_STALE, true);
        buf_add(
            &out->message, STR("a session token is set, but a key that begins with AKIA has none"));
        buf_add(&out->hint, STR("Unset AWS_SESSION_TOKEN: it is left over from other keys."));
    }
}

void pasted_check_secret_key(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const struct str value = input->value;
    if (report_token_or_arn(out, value)) return;
    if (pasted_is_access_key_id(value)) {
        pasted_report(out, PASTED_KEY_SWAPPED, false);
        buf_add(&out->message, STR("this is the access key id; the secret access key is wanted"));
        buf_add(&out->looks_like, STR("an access key id"));
        return;
    }
    if (is_secret_key(value)) return;
    pasted_report(out, PASTED_KEY_BAD, false);
    if (value.len == SECRET_BYTES) {
        buf_add(
            &out->message, STR("a secret access key has no blanks and no characters but + and /"));
    } else {
        buf_add_format(
            &out->message, "a secret access key has 40 characters, this has %zu", value.len);
    }
}

// Segment's keys are 32 letters and digits; the sandbox's are shorter, so only the shape counts.
void pasted_check_write_key(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const struct str value = input->value;
    const bool is_aws_key = pasted_is_access_key_id(value);
    const bool is_api_token = str_starts_with(value, STR("sgp_"));
    if (!is_aws_key && !is_api_token && value.len >= 8 && value.len <= 64 &&
        is_made_of(value, "_-")) {
        return;
    }
    pasted_report(out, PASTED_WRITE_KEY_BAD, false);
    if (is_aws_key) {
        buf_add(&out->message, STR("this is an AWS access key id, not a write key of Segment"));
        buf_add(&out->looks_like, STR("an AWS access key id"));
    } else if (is_api_token) {
        buf_add(
            &out->message,
            STR("this is a token of Segment's Public API, not a source's write key"));
        buf_add(&out->looks_like, STR("a Segment Public API token"));
    } else {
        buf_add(&out->message, STR("a write key is 8 to 64 letters and digits, 32 in Segment"));
    }
}
