// destination_check — see the header. Each suspicion is a row: asked in order, the first that holds is
// the finding.
#include "destination_check.h"

#include "aws/arn.h"
#include "aws/invoke.h"
#include "sandbox/sandbox.h"

#define WORKSHOP_FUNCTION "SegmentPersonalizeDestinationHandler"
#define WORKSHOP_EXTERNAL_ID "123456789"

struct facts {
    const struct config *config;
    const struct sandbox_identities *sandbox; // NULL: the cloud
    struct str role, function, region, external_id;
    struct arn role_arn, function_arn; // kind ARN_UNKNOWN when it is no ARN
    struct invoke_function parts;      // of the function
};

struct str destination_check_region(const struct run *run) {
    const struct str region = config_text(&run_config(run)->destination_region);
    return region.len ? region : STR(DESTINATION_CHECK_DEFAULT_REGION);
}

static struct str provided(const struct facts *facts, const char *key) {
    const char *value = facts->sandbox ? sandbox_identities_get(facts->sandbox, key) : NULL;
    return str_from(value);
}

static bool is_execution_role(const struct facts *facts, struct error *err) {
    const struct str name = facts->role_arn.name;
    const bool looks_so = str_contains(name, STR("SegmentPersonalizeLambdaRole")) ||
                          str_equal(facts->role, provided(facts, "execution_role_arn"));
    if (!looks_so) return false;
    error_wrap(
        err, "destination_role_arn is the function's own execution role (" STR_FMT ")",
        STR_ARG(name));
    error_hint(
        err, "Segment assumes the role whose name contains SegmentExecutePersonalizeLambda: "
             "recloop config set destination_role_arn ARN");
    return true;
}

static bool is_no_role(const struct facts *facts, struct error *err) {
    if (facts->role_arn.kind == ARN_ROLE) return false;
    error_wrap(err, "destination_role_arn is no role ARN");
    error_hint(
        err, "Paste the ARN from the role's page in IAM, arn:aws:iam::ACCOUNT:role/NAME: "
             "recloop config set destination_role_arn ARN");
    return true;
}

static bool is_other_account(const struct facts *facts, struct error *err) {
    const bool is_known = facts->role_arn.kind == ARN_ROLE && facts->function_arn.account.len;
    if (!is_known || str_equal(facts->role_arn.account, facts->function_arn.account)) return false;
    error_wrap(
        err, "destination_role_arn is of account " STR_FMT ", the function of account " STR_FMT,
        STR_ARG(facts->role_arn.account), STR_ARG(facts->function_arn.account));
    error_hint(
        err,
        "Take role and function from one account: recloop config set destination_role_arn ARN");
    return true;
}

static bool is_other_role(const struct facts *facts, struct error *err) {
    const struct str right = provided(facts, "destination_role_arn");
    const bool is_odd = right.len ? !str_equal(facts->role, right)
                                  : !str_contains(facts->role_arn.name, STR("SegmentExecute"));
    if (!is_odd) return false;
    error_wrap(
        err, "destination_role_arn names the role " STR_FMT ", which Segment may not assume",
        STR_ARG(facts->role_arn.name));
    if (right.len) {
        error_hint(err, "recloop config set destination_role_arn " STR_FMT, STR_ARG(right));
        return true;
    }
    error_hint(
        err, "Search IAM for SegmentExecutePersonalizeLambda and use that role's ARN, or let this "
             "role's trust policy name Segment's account 595280932656.");
    return true;
}

static bool is_other_external_id(const struct facts *facts, struct error *err) {
    struct str right = provided(facts, "external_id");
    if (!right.len) right = STR(WORKSHOP_EXTERNAL_ID);
    if (str_equal(facts->external_id, right)) return false;
    CLEANUP(buf_release) struct buf shown = {0};
    secret_add_masked_text(&shown, facts->external_id);
    error_wrap(
        err, "external_id (%s, %zu characters) is not the one the role's trust policy asks for",
        facts->external_id.len ? buf_text(&shown) : "not set", facts->external_id.len);
    error_hint(
        err, "In the workshop's template it is " WORKSHOP_EXTERNAL_ID
             ": recloop config set external_id " WORKSHOP_EXTERNAL_ID
             " - or let the trust policy's sts:ExternalId list this one (today Segment shows the "
             "workspace id and it is read-only).");
    return true;
}

static bool is_other_region(const struct facts *facts, struct error *err) {
    struct str right = facts->function_arn.region;
    if (!right.len) right = provided(facts, "region");
    if (!right.len || str_equal(right, facts->region)) return false;
    const bool is_default = !config_is_set(&facts->config->destination_region);
    error_wrap(
        err, "destination_region is " STR_FMT "%s, the function is in " STR_FMT,
        STR_ARG(facts->region), is_default ? " (Segment's default)" : "", STR_ARG(right));
    error_hint(err, "recloop config set destination_region " STR_FMT, STR_ARG(right));
    return true;
}

static bool is_other_function(const struct facts *facts, struct error *err) {
    const struct str right = provided(facts, "function_arn");
    const bool is_odd = right.len ? !str_ends_with(right, facts->parts.name)
                                  : !str_equal(facts->parts.name, STR(WORKSHOP_FUNCTION));
    if (!is_odd && facts->parts.name.len) return false;
    error_wrap(
        err,
        "lambda_function names " STR_FMT ", which does not exist there or is not the one the "
        "role may invoke",
        STR_ARG(facts->parts.name.len ? facts->parts.name : facts->function));
    if (right.len) {
        error_hint(err, "recloop config set lambda_function " STR_FMT, STR_ARG(right));
        return true;
    }
    error_hint(
        err, "The workshop's name is " WORKSHOP_FUNCTION ": paste the ARN at the top of the "
             "function's page: recloop config set lambda_function ARN");
    return true;
}

static bool is_qualified(const struct facts *facts, struct error *err) {
    if (!facts->parts.qualifier.len) return false;
    error_wrap(
        err, "lambda_function carries the version or alias " STR_FMT,
        STR_ARG(facts->parts.qualifier));
    error_hint(err, "The role's policy names the bare function ARN: take the suffix off.");
    return true;
}

typedef bool suspicion_fn(const struct facts *facts, struct error *err);

static suspicion_fn *const of_assume[] = {
    is_no_role, is_execution_role, is_other_account, is_other_role, is_other_external_id,
};
static suspicion_fn *const of_invoke[] = {
    is_other_region,
    is_other_function,
    is_other_account,
    is_qualified,
};

static void collect(const struct run *run, struct facts *facts) {
    struct error ignored = {0};
    const struct config *config = run_config(run);
    facts->config = config;
    facts->sandbox = backend_identities(run->context->backend);
    facts->role = config_text(&config->destination_role_arn);
    facts->function = config_text(&config->lambda_function);
    facts->region = destination_check_region(run);
    facts->external_id = secret_reveal(config_secret(&config->external_id));
    // what cannot be read stays empty, and that is a finding of its own
    if (!arn_parse(facts->role, &facts->role_arn, &ignored)) facts->role_arn = (struct arn){0};
    if (!arn_parse(facts->function, &facts->function_arn, &ignored))
        facts->function_arn = (struct arn){0};
    if (!invoke_split_function(facts->function, &facts->parts, &ignored))
        facts->parts = (struct invoke_function){0};
}

void destination_check_explain(
    const struct run *run, enum destination_check_call call, struct error *err) {
    struct facts facts = {0};
    collect(run, &facts);
    suspicion_fn *const *rows = call == DESTINATION_CHECK_ASSUME ? of_assume : of_invoke;
    const size_t count =
        call == DESTINATION_CHECK_ASSUME ? ARRAY_COUNT(of_assume) : ARRAY_COUNT(of_invoke);
    for (size_t i = 0; i < count; i++) {
        if (rows[i](&facts, err)) return;
    }
}
