// diagnosis — see the header.
#include "diagnosis.h"

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

static void ask_aws(
    const struct config *config,
    const struct setting *setting,
    struct str value,
    struct error *err) {
    enum pasted_kind kind = PASTED_CAMPAIGN_ARN;
    if (!find_kind(setting->name, &kind)) return;
    // The function is called in the destination's region; everything else in the client's.
    const bool is_function = kind == PASTED_FUNCTION;
    const struct config_value *region = is_function && config_is_set(&config->destination_region)
                                            ? &config->destination_region
                                            : &config->region;
    const struct pasted_context context = {.region = config_text(region)};
    struct pasted pasted = {0};
    const bool is_usable = pasted_diagnose(value, kind, &context, &pasted);
    // the sandbox's account is the one of all manuals, on purpose
    const bool is_sandbox_account =
        pasted.mistake == PASTED_ACCOUNT_PLACEHOLDER && config_is_sandbox(config);
    if (!is_usable && !is_sandbox_account) pasted_to_error(&pasted, err);
    pasted_release(&pasted);
}

void diagnosis_of(const struct config *config, const struct setting *setting, struct error *err) {
    *err = (struct error){0};
    const struct config_value *value = config_get(config, setting);
    if (!config_is_set(value)) return;
    if (!setting->is_secret) ask_aws(config, setting, config_text(value), err);
    if (err->code == ERROR_NONE && value->problem) {
        error_set(err, ERROR_CONFIG, "%s", value->problem);
        if (value->remedy) error_hint(err, "%s", value->remedy);
    }
}
