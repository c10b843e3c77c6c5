// pasted_arn — what is wrong with an ARN, a function or an address somebody pasted; see pasted.h.
#include "aws/pasted.h"

#include "aws/region.h"
#include "base/attributes.h"
#include "http/url.h"
#include "pasted_internal.h"

// Kind found where another was wanted: the mistakes that have a name and an advice of their own. Rows
// with PASTED_WRONG_RESOURCE are the rest.
static const struct confusion {
    enum pasted_kind wanted;
    enum arn_kind found;
    enum pasted_mistake mistake;
    const char *hint;
} confusions[] = {
    {.wanted = PASTED_CAMPAIGN_ARN,
     .found = ARN_SOLUTION,
     .mistake = PASTED_SOLUTION,
     .hint = "A campaign serves a solution version. Find yours: aws personalize list-campaigns "
             "--solution-arn "},
    {.wanted = PASTED_CAMPAIGN_ARN,
     .found = ARN_SOLUTION_VERSION,
     .mistake = PASTED_SOLUTION,
     .hint = "A campaign serves a solution version. Find yours: aws personalize list-campaigns "
             "--solution-arn "},
    {.wanted = PASTED_CAMPAIGN_ARN,
     .found = ARN_RECOMMENDER,
     .mistake = PASTED_RECOMMENDER,
     .hint = "A recommender belongs to a domain dataset group and has a parameter of its own "
             "(recommenderArn)."},
    {.wanted = PASTED_RECOMMENDER_ARN,
     .found = ARN_CAMPAIGN,
     .mistake = PASTED_CAMPAIGN,
     .hint = "Use it as campaign_arn."},
    {.wanted = PASTED_DATASET_ARN,
     .found = ARN_DATASET_GROUP,
     .mistake = PASTED_DATASET_GROUP,
     .hint = "A dataset's ARN ends in dataset/GROUP/ITEMS, USERS or INTERACTIONS."},
    {.wanted = PASTED_ROLE_ARN,
     .found = ARN_INSTANCE_PROFILE,
     .mistake = PASTED_INSTANCE_PROFILE,
     .hint = "An instance profile holds a role. Find it: aws iam get-instance-profile "
             "--instance-profile-name "},
    {.wanted = PASTED_ROLE_ARN,
     .found = ARN_POLICY,
     .mistake = PASTED_POLICY,
     .hint = "A policy is attached to a role; the role has an ARN of its own: IAM > Roles."},
    {.wanted = PASTED_ROLE_ARN,
     .found = ARN_USER,
     .mistake = PASTED_USER,
     .hint = "A user cannot be assumed: make a role, or find it in IAM > Roles."},
    {.wanted = PASTED_ROLE_ARN,
     .found = ARN_ASSUMED_ROLE,
     .mistake = PASTED_ASSUMED_ROLE,
     .hint =
         "This is a session of the role. The role itself reads arn:aws:iam::ACCOUNT:role/NAME (a "
         "path may stand before the name)."},
};

// What would do, made out of what was pasted.
static void suggest(const struct pasted_input *input, const struct arn *arn) {
    struct pasted *out = input->out;
    struct arn other = *arn;
    CLEANUP(buf_release) struct buf resource = {0};
    if (out->mistake == PASTED_DATASET_GROUP) {
        buf_add_format(&resource, "dataset/" STR_FMT "/ITEMS", STR_ARG(arn->name));
    } else if (out->mistake == PASTED_ASSUMED_ROLE) {
        buf_add_format(&resource, "role/" STR_FMT, STR_ARG(arn->name));
        other.service = STR("iam");
        other.region = (struct str){0};
    } else {
        return;
    }
    other.resource = buf_str(&resource);
    arn_format(&other, &out->suggestion);
}

static void add_solution_arn(struct buf *out, const struct arn *arn) {
    struct arn solution = *arn;
    solution.resource = str_slice(arn->resource, 0, strlen("solution/") + arn->name.len);
    arn_format(&solution, out);
}

static void report_wrong_kind(const struct pasted_input *input, const struct arn *arn) {
    struct pasted *out = input->out;
    const enum arn_kind wanted = pasted_wanted_arn(input->wanted);
    const struct confusion *confusion = NULL;
    for (size_t i = 0; i < ARRAY_COUNT(confusions); i++) {
        const struct confusion *row = &confusions[i];
        if (row->wanted == input->wanted && row->found == arn->kind) confusion = row;
    }
    pasted_report(out, confusion ? confusion->mistake : PASTED_WRONG_RESOURCE, false);
    buf_add_format(
        &out->message, "this is the ARN of %s, not of %s", arn_kind_article(arn->kind),
        arn_kind_article(wanted));
    if (!confusion) return;
    buf_add(&out->hint, str_from(confusion->hint));
    if (confusion->mistake == PASTED_SOLUTION) add_solution_arn(&out->hint, arn);
    if (confusion->mistake == PASTED_INSTANCE_PROFILE) buf_add(&out->hint, arn->name);
    suggest(input, arn);
}

// The account is what spreadsheets and people damage, so it is looked at before arn_parse refuses.
static struct str account_part(struct str text) {
    struct str part = {0}, rest = text;
    for (size_t i = 0; i < 5; i++) {
        if (!str_split(rest, ':', &part, &rest)) return (struct str){0};
    }
    return part;
}

static void report_broken(const struct pasted_input *input, const struct error *why) {
    struct pasted *out = input->out;
    const struct str account = account_part(input->value);
    if (account.len && !arn_is_account(account)) {
        struct pasted_input inner = *input;
        inner.value = account;
        pasted_check_account(&inner);
        buf_reset(&out->suggestion); // it would be the account alone
        return;
    }
    pasted_report(out, PASTED_ARN_BROKEN, false);
    buf_add(&out->message, str_from(why->message));
    const size_t blank = str_find_char(input->value, ' ');
    if (blank < input->value.len) buf_add(&out->suggestion, str_slice(input->value, 0, blank));
}

static bool report_region(const struct pasted_input *input, const struct arn *arn) {
    struct pasted *out = input->out;
    if (arn->region.len && !region_is_valid(arn->region)) {
        struct pasted_input inner = *input;
        inner.value = arn->region;
        pasted_check_region(&inner);
        if (out->suggestion.len) {
            CLEANUP(buf_release) struct buf whole = {0};
            struct arn mended = *arn;
            mended.region = buf_str(&out->suggestion);
            arn_format(&mended, &whole);
            buf_reset(&out->suggestion);
            buf_add(&out->suggestion, buf_str(&whole));
        }
        return true;
    }
    const struct str partition = str_from(region_partition(arn->region)->name);
    if (arn->region.len && !str_equal(partition, arn->partition)) {
        pasted_report(out, PASTED_PARTITION, false);
        buf_add_format(
            &out->message,
            "region " STR_FMT " belongs to partition " STR_FMT ", but the ARN says " STR_FMT,
            STR_ARG(arn->region), STR_ARG(partition), STR_ARG(arn->partition));
        struct arn mended = *arn;
        mended.partition = partition;
        arn_format(&mended, &out->suggestion);
        return true;
    }
    return false;
}

static bool needs_region(enum arn_kind kind) {
    return kind != ARN_ROLE;
}

static bool report_place(const struct pasted_input *input, const struct arn *arn) {
    struct pasted *out = input->out;
    const struct pasted_context *context = input->context;
    if (needs_region(arn->kind) != (arn->region.len > 0)) {
        pasted_report(out, PASTED_ARN_BROKEN, false);
        buf_add_format(
            &out->message,
            arn->region.len ? "the ARN of %s has no region"
                            : "the region is missing from the ARN of %s",
            arn_kind_article(arn->kind));
        return true;
    }
    if (context->region.len && arn->region.len && !str_equal(context->region, arn->region)) {
        pasted_report(out, PASTED_REGION_MISMATCH, true);
        buf_add_format(
            &out->message, "the ARN is in region " STR_FMT ", but calls go to " STR_FMT,
            STR_ARG(arn->region), STR_ARG(context->region));
        buf_add_format(
            &out->hint,
            "The service would not find it there. Set region to " STR_FMT
            ", or use the ARN of " STR_FMT ".",
            STR_ARG(arn->region), STR_ARG(context->region));
        return true;
    }
    if (context->account.len && !str_equal(context->account, arn->account)) {
        pasted_report(out, PASTED_ACCOUNT_MISMATCH, true);
        buf_add_format(
            &out->message,
            "the ARN belongs to account " STR_FMT ", but these credentials to " STR_FMT,
            STR_ARG(arn->account), STR_ARG(context->account));
        buf_add(&out->hint, STR("Use credentials of that account, or the ARN of your own."));
        return true;
    }
    return false;
}

// Accounts that stand in manuals. They may be real nowhere but in emulators, so this only warns.
static bool report_placeholder(const struct pasted_input *input, struct str account) {
    static const char *const accounts[] = {
        "123456789012", "111122223333", "000000000000", "012345678912", "111111111111",
    };
    if (str_equal(account, input->context->account)) return false;
    for (size_t i = 0; i < ARRAY_COUNT(accounts); i++) {
        if (!str_equal(account, str_from(accounts[i]))) continue;
        pasted_report(input->out, PASTED_ACCOUNT_PLACEHOLDER, true);
        buf_add_format(
            &input->out->message, "account " STR_FMT " is the example of manuals",
            STR_ARG(account));
        buf_add(&input->out->hint, STR("Put your own account in: aws sts get-caller-identity"));
        return true;
    }
    return false;
}

static bool report_qualifier(const struct pasted_input *input, struct str qualifier) {
    struct pasted *out = input->out;
    const struct str other = input->context->qualifier;
    int64_t version;
    if (qualifier.len && other.len && !str_equal(qualifier, other)) {
        pasted_report(out, PASTED_QUALIFIER_TWICE, false);
        buf_add_format(
            &out->message,
            "the qualifier stands in the ARN (" STR_FMT ") and beside it (" STR_FMT ")",
            STR_ARG(qualifier), STR_ARG(other));
        buf_add(&out->hint, STR("Give it once; Lambda answers 400 when the two differ."));
        return true;
    }
    if (!str_parse_int64(qualifier, &version)) return false;
    pasted_report(out, PASTED_QUALIFIER_PINNED, true);
    buf_add_format(
        &out->message, "this calls version " STR_FMT " for ever, whatever is deployed later",
        STR_ARG(qualifier));
    buf_add(&out->hint, STR("Leave the version off to call the latest code, or use an alias."));
    return true;
}

// "…:LATEST" and "…:" are what a shell leaves of "…:$LATEST".
static bool report_lost_qualifier(const struct pasted_input *input) {
    const struct str value = input->value;
    const bool is_named = str_ends_with(value, STR(":LATEST"));
    if (!is_named && !str_ends_with(value, STR(":"))) return false;
    pasted_report(input->out, PASTED_QUALIFIER_LOST, false);
    buf_add(
        &input->out->message,
        STR("the qualifier $LATEST was eaten by a shell or lost its dollar sign"));
    buf_add(&input->out->hint, STR("Leave it off, or quote it: '…:$LATEST'"));
    buf_add(
        &input->out->suggestion,
        str_slice(value, 0, value.len - (is_named ? strlen(":LATEST") : 1)));
    return true;
}

static bool is_name(struct str text) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '/') return false;
    }
    return text.len > 0;
}

static void report_no_arn(const struct pasted_input *input) {
    struct pasted *out = input->out;
    const char *wanted = pasted_kind_name(input->wanted);
    if (pasted_is_uuid(input->value)) {
        pasted_report(out, PASTED_ID_FOR_ARN, false);
        buf_add_format(&out->message, "this is an id; the %s is wanted", wanted);
        buf_add(&out->looks_like, STR("a tracking id"));
        if (input->wanted == PASTED_EVENT_TRACKER_ARN) {
            buf_add(
                &out->hint, STR("Find its tracker: aws personalize list-event-trackers, then "
                                "describe-event-tracker for each."));
        }
    } else if (is_name(input->value)) {
        pasted_report(out, PASTED_NAME_FOR_ARN, false);
        buf_add_format(&out->message, "this is a name; the %s is wanted", wanted);
        buf_add(&out->looks_like, STR("a name"));
    } else {
        pasted_report(out, PASTED_UNREADABLE, false);
        buf_add_format(&out->message, "this is no %s: it does not begin with arn:", wanted);
    }
}

static void check_parsed(const struct pasted_input *input, const struct arn *arn) {
    struct pasted *out = input->out;
    const enum arn_kind wanted = pasted_wanted_arn(input->wanted);
    if (report_region(input, arn)) return;
    if (arn->kind != wanted && arn->kind != ARN_UNKNOWN) {
        report_wrong_kind(input, arn);
        return;
    }
    if (arn->kind == ARN_UNKNOWN) {
        pasted_report(out, PASTED_WRONG_RESOURCE, false);
        buf_add_format(
            &out->message, "this is not the ARN of %s: its resource is ", arn_kind_article(wanted));
        buf_add_printable(&out->message, arn->resource);
        return;
    }
    if (wanted == ARN_FUNCTION && report_qualifier(input, arn->qualifier)) return;
    if (report_place(input, arn)) return;
    (void)report_placeholder(input, arn->account);
}

void pasted_check_arn(const struct pasted_input *input) {
    struct arn arn;
    struct error err = {0};
    if (!arn_looks_like(input->value)) {
        report_no_arn(input);
    } else if (!arn_parse(input->value, &arn, &err)) {
        report_broken(input, &err);
    } else {
        check_parsed(input, &arn);
    }
}

// "account:function:name" is a partial ARN; anything else without arn: is a name.
void pasted_check_function(const struct pasted_input *input) {
    struct pasted *out = input->out;
    if (report_lost_qualifier(input)) return;
    if (arn_looks_like(input->value)) {
        pasted_check_arn(input);
        return;
    }
    struct str name = input->value, qualifier = {0}, account = {0};
    const size_t colon = str_find_char(name, ':');
    const bool is_partial = arn_is_account(str_slice(name, 0, colon)) &&
                            str_starts_with(str_skip(name, colon), STR(":function:"));
    if (is_partial) {
        account = str_slice(name, 0, colon);
        name = str_skip(name, colon + strlen(":function:"));
    }
    (void)str_split(name, ':', &name, &qualifier);
    if (input->wanted == PASTED_FUNCTION_ARN) {
        pasted_report(out, PASTED_NAME_FOR_ARN, false);
        buf_add(
            &out->message, is_partial ? STR("this is only part of the function's ARN")
                                      : STR("this is a name; the function's ARN is wanted"));
        if (input->context->region.len && (account.len || input->context->account.len)) {
            buf_add_format(
                &out->suggestion, "arn:%s:lambda:" STR_FMT ":" STR_FMT ":function:" STR_FMT,
                region_partition(input->context->region)->name, STR_ARG(input->context->region),
                STR_ARG(account.len ? account : input->context->account), STR_ARG(name));
        }
        return;
    }
    if (!is_name(name) || str_find_char(name, '/') < name.len || name.len > 64) {
        pasted_report(out, PASTED_UNREADABLE, false);
        buf_add(&out->message, STR("this is neither a function's name nor its ARN"));
        return;
    }
    (void)report_qualifier(input, qualifier);
}

// …/lambda/home?region=eu-west-1#/functions/shoe-fn?tab=code
static void add_function_of_console(struct str address, struct buf *out) {
    static const char mark[] = "/functions/";
    for (size_t i = 0; i + strlen(mark) <= address.len; i++) {
        if (!str_equal(str_slice(address, i, strlen(mark)), str_from(mark))) continue;
        const struct str name = str_skip(address, i + strlen(mark));
        size_t end = 0;
        while (end < name.len && name.ptr[end] && !strchr("?/#&", name.ptr[end]))
            end++;
        buf_add(out, str_slice(name, 0, end));
        return;
    }
}

static void add_region_of_console(struct str address, struct buf *out) {
    struct url url;
    struct error ignored;
    struct str label, rest;
    if (!url_parse(address, &url, &ignored)) return;
    if (url_query_get(url.query, STR("region"), true, out)) return;
    (void)str_split(url.host, '.', &label, &rest);
    if (region_is_valid(label)) buf_add(out, label);
}

void pasted_check_url(const struct pasted_input *input) {
    struct pasted *out = input->out;
    CLEANUP(buf_release) struct buf region = {0};
    const bool wants_function = pasted_wanted_arn(input->wanted) == ARN_FUNCTION;
    if (str_contains(input->value, STR(".lambda-url."))) {
        pasted_report(out, PASTED_FUNCTION_URL, false);
        buf_add(&out->message, STR("this is the URL of a function, which does not tell its name"));
        buf_add(&out->looks_like, STR("a Lambda function URL"));
        return;
    }
    if (!str_contains(input->value, STR("console.aws")) &&
        !str_contains(input->value, STR("console.amazonaws")) &&
        !str_contains(input->value, STR("signin.aws"))) {
        pasted_report(out, PASTED_UNREADABLE, false);
        buf_add_format(
            &out->message, "this is a web address; the %s is wanted",
            pasted_kind_name(input->wanted));
        buf_add(&out->looks_like, STR("a web address"));
        return;
    }
    pasted_report(out, PASTED_CONSOLE_URL, false);
    buf_add(&out->message, STR("this is the address of a page of the AWS console"));
    add_region_of_console(input->value, &region);
    if (wants_function) add_function_of_console(input->value, &out->suggestion);
    if (input->wanted == PASTED_REGION) buf_add(&out->suggestion, buf_str(&region));
    if (out->suggestion.len) out->repairs |= PASTED_REPAIR_EXTRACTED;
    buf_add(&out->looks_like, STR("an address of the AWS console"));
    if (region.len) {
        buf_add(&out->looks_like, STR(" in region "));
        buf_add_printable(&out->looks_like, buf_str(&region));
    }
    buf_add(&out->hint, STR("Copy the value from that page. "));
    buf_add(&out->hint, str_from(pasted_where(input->wanted)));
}
