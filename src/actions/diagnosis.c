// diagnosis — see the header.
#include "diagnosis.h"

#include "actions/judgement.h"
#include "aws/pasted.h"

#include <string.h>

// Settings whose value AWS knows more about than the settings table does.
static const struct {
    const char *key;
    enum pasted_kind kind;
} kinds[] = {
    {.key = "campaign_arn", .kind = PASTED_CAMPAIGN_ARN},
    {.key = "destination_region", .kind = PASTED_REGION},
    {.key = "destination_role_arn", .kind = PASTED_ROLE_ARN},
    {.key = "filter_arn", .kind = PASTED_FILTER_ARN},
    {.key = "lambda_function", .kind = PASTED_FUNCTION},
    {.key = "ranking_campaign_arn", .kind = PASTED_CAMPAIGN_ARN},
    {.key = "region", .kind = PASTED_REGION},
    {.key = "related_campaign_arn", .kind = PASTED_CAMPAIGN_ARN},
    {.key = "tracking_id", .kind = PASTED_TRACKING_ID},
};

static bool find_kind(const char *key, enum pasted_kind *out) {
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        if (strcmp(kinds[i].key, key) != 0) continue;
        *out = kinds[i].kind;
        return true;
    }
    return false;
}

static void tell_other_region(struct str arn_text, struct str region, struct error *err) {
    struct arn arn = {0};
    struct error unreadable = {0};
    if (!arn_parse(arn_text, &arn, &unreadable)) return;
    error_set(
        err, ERROR_CONFIG,
        "the function is in region " STR_FMT ", but the destination invokes in " STR_FMT,
        STR_ARG(arn.region), STR_ARG(region));
    error_hint(
        err, "Set destination_region to " STR_FMT ", or use the ARN of a function in " STR_FMT ".",
        STR_ARG(arn.region), STR_ARG(region));
}

static void ask_aws(
    const struct diagnosis_context *context,
    const struct setting *setting,
    struct str value,
    struct error *err) {
    enum pasted_kind kind = PASTED_CAMPAIGN_ARN;
    if (!find_kind(setting->name, &kind)) return;
    // The function is called in the destination's region; everything else in the client's.
    const bool is_function = kind == PASTED_FUNCTION;
    const struct pasted_context known = {
        .region = is_function && context->has_destination_region ? context->destination_region
                                                                 : context->region};
    struct pasted pasted = {0};
    const bool is_usable = pasted_diagnose(value, kind, &known, &pasted);
    // usable elsewhere, but beside that region it cannot work
    const bool is_elsewhere = pasted.mistake == PASTED_REGION_MISMATCH;
    if (!is_usable || is_elsewhere) pasted_to_error(&pasted, err);
    if (is_elsewhere && is_function) tell_other_region(value, known.region, err);
    pasted_release(&pasted);
}

// The stack's two roles have names that are easily taken for one another.
static void ask_for_role(const struct setting *setting, struct str value, struct error *err) {
    if (strcmp(setting->name, "destination_role_arn") != 0) return;
    if (!str_contains(value, STR("SegmentPersonalizeLambdaRole"))) return;
    error_set(
        err, ERROR_CONFIG, "this is the function's own execution role, not the destination's");
    error_hint(
        err, "Paste the ARN of the role whose name contains SegmentExecutePersonalizeLambda: "
             "Segment assumes that one.");
}

void diagnosis_of_value(
    const struct diagnosis_context *context,
    const struct setting *setting,
    struct str value,
    struct error *err) {
    *err = (struct error){0};
    if (!value.len) return;
    if (!setting->is_secret) ask_aws(context, setting, value, err);
    if (!setting->is_secret && err->code == ERROR_NONE) ask_for_role(setting, value, err);
    struct error problem = {0};
    if (err->code == ERROR_NONE && !settings_check(setting, value, &problem)) *err = problem;
}

// A region that is wrong itself says so, and only there.
static struct str right_region(const struct config_value *value) {
    return value->problem ? (struct str){0} : config_text(value);
}

void diagnosis_of(const struct config *config, const struct setting *setting, struct error *err) {
    const struct diagnosis_context context = {
        .region = right_region(&config->region),
        .destination_region = right_region(&config->destination_region),
        .has_destination_region = config_is_set(&config->destination_region),
    };
    diagnosis_of_value(&context, setting, secret_reveal(&config_get(config, setting)->value), err);
}

static const struct message_setting *
find_row(const struct message_settings *settings, const char *key) {
    for (size_t i = 0; i < settings->setting_count; i++) {
        if (strcmp(settings->settings[i].key, key) == 0) return &settings->settings[i];
    }
    return NULL;
}

static struct str right_row(const struct message_setting *row) {
    return row && row->problem.code == ERROR_NONE ? str_from(row->value) : (struct str){0};
}

void judgement_of(
    const struct message_settings *settings, struct str key, struct str value, struct error *err) {
    *err = (struct error){0};
    const struct setting *setting = settings_find(key);
    if (!setting) return;
    const struct message_setting *destination = find_row(settings, "destination_region");
    const struct diagnosis_context context = {
        .region = right_row(find_row(settings, "region")),
        .destination_region = right_row(destination),
        .has_destination_region = destination && destination->is_set,
    };
    diagnosis_of_value(&context, setting, value, err);
}
