// settings_check — what a value must look like, kind by kind. Values arrive cleaned. Messages never hold
// the value of a secret.
#include "config/settings.h"

#define NAME_BYTES 140 // of Lambda's functions with qualifier

static bool is_lower(char at) {
    return at >= 'a' && at <= 'z';
}

static bool is_digit(char at) {
    return at >= '0' && at <= '9';
}

static bool is_hex(char at) {
    return is_digit(at) || (at >= 'a' && at <= 'f') || (at >= 'A' && at <= 'F');
}

static bool is_alphanumeric(char at) {
    return is_digit(at) || is_lower(at) || (at >= 'A' && at <= 'Z');
}

static bool is_arn(struct str value) {
    size_t colons = 0;
    for (size_t i = 0; i < value.len; i++)
        colons += value.ptr[i] == ':';
    return str_starts_with(value, STR("arn:")) && colons >= 5 && value.ptr[value.len - 1] != ':';
}

static bool refuse(const struct setting *setting, struct error *err, const char *what) {
    (void)error_set(err, ERROR_CONFIG, "%s: %s", setting->name, what);
    return error_hint(err, "It looks like %s.", setting->example);
}

// Words of letters joined by '-', then a number: us-east-1, us-gov-west-1.
static bool is_region(struct str value) {
    size_t words = 0;
    while (value.len) {
        struct str word = {0};
        (void)str_split(value, '-', &word, &value);
        if (word.len == 0) return false;
        const bool is_last = value.len == 0;
        for (size_t i = 0; i < word.len; i++) {
            if (is_last ? !is_digit(word.ptr[i]) : !is_lower(word.ptr[i])) return false;
        }
        words++;
    }
    return words >= 3;
}

static bool check_region(const struct setting *setting, struct str value, struct error *err) {
    if (is_region(value)) return true;
    const bool ends_in_letter = value.len && is_lower(value.ptr[value.len - 1]);
    const struct str without = str_slice(value, 0, value.len ? value.len - 1 : 0);
    if (ends_in_letter && is_region(without)) {
        (void)error_set(
            err, ERROR_CONFIG, "%s: " STR_FMT " is an availability zone, not a region",
            setting->name, STR_ARG(value));
        return error_hint(err, "The region is " STR_FMT ".", STR_ARG(without));
    }
    if (str_contains(value, STR("("))) {
        return refuse(setting, err, "that is a region's display name, not its code");
    }
    return refuse(setting, err, "that is not the code of a region");
}

static bool check_url(const struct setting *setting, struct str value, struct error *err) {
    const bool is_https = str_starts_with(value, STR("https://"));
    if (!is_https && !str_starts_with(value, STR("http://"))) {
        return refuse(setting, err, "a URL begins with https:// or http://");
    }
    const struct str rest = str_skip(value, is_https ? 8 : 7);
    const struct str authority = str_slice(rest, 0, str_find_char(rest, '/'));
    if (authority.len == 0 || authority.ptr[0] == ':') {
        return refuse(setting, err, "the URL names no host");
    }
    if (str_find_char(authority, '@') < authority.len) {
        return refuse(setting, err, "the URL holds a user name or password");
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] <= ' ' || value.ptr[i] >= 0x7F) {
            return refuse(setting, err, "the URL holds blanks or foreign characters");
        }
    }
    return true;
}

static bool is_uuid(struct str value) {
    if (value.len != 36) return false;
    for (size_t i = 0; i < value.len; i++) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? value.ptr[i] != '-' : !is_hex(value.ptr[i])) return false;
    }
    return true;
}

static bool check_uuid(const struct setting *setting, struct str value, struct error *err) {
    if (is_uuid(value)) return true;
    if (str_starts_with(value, STR("arn:"))) {
        (void)error_set(err, ERROR_CONFIG, "%s: that is an ARN, not the id itself", setting->name);
        return error_hint(err, "Copy the tracking id from the event tracker's page: a UUID.");
    }
    return refuse(setting, err, "that is not a UUID");
}

static bool check_function(const struct setting *setting, struct str value, struct error *err) {
    if (str_starts_with(value, STR("arn:"))) {
        return is_arn(value) || refuse(setting, err, "the ARN is cut short");
    }
    if (value.len > NAME_BYTES) return refuse(setting, err, "a function's name is shorter");
    for (size_t i = 0; i < value.len; i++) {
        const char at = value.ptr[i];
        if (is_alphanumeric(at) || at == '-' || at == '_' || at == ':' || at == '$') continue;
        return refuse(setting, err, "that is neither a function's name nor an ARN");
    }
    return true;
}

static bool check_key(const struct setting *setting, struct str value, struct error *err) {
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] > ' ' && value.ptr[i] < 0x7F) continue;
        return refuse(setting, err, "it holds blanks or foreign characters");
    }
    if (str_starts_with(value, STR("arn:"))) return refuse(setting, err, "that is an ARN");
    if (str_contains(value, STR("://"))) return refuse(setting, err, "that is a URL");
    return true;
}

static bool check_choice(const struct setting *setting, struct str value, struct error *err) {
    struct str rest = str_from(setting->choices);
    while (rest.len) {
        struct str choice = {0};
        (void)str_split(rest, ',', &choice, &rest);
        if (str_equal(value, choice)) return true;
        if (str_equal_nocase(value, choice)) {
            (void)error_set(err, ERROR_CONFIG, "%s: capitals count", setting->name);
            return error_hint(err, "Write " STR_FMT ".", STR_ARG(choice));
        }
    }
    (void)error_set(
        err, ERROR_CONFIG, "%s: \"" STR_FMT "\" is not a choice", setting->name,
        STR_ARG(str_slice(value, 0, 40)));
    return error_hint(err, "One of %s.", setting->choices);
}

bool settings_check(const struct setting *setting, struct str value, struct error *err) {
    if (value.len > SETTINGS_MAX_VALUE_BYTES) return refuse(setting, err, "the value is too long");
    if (!str_is_utf8(value)) return refuse(setting, err, "the value is not UTF-8 text");
    // Export masks secrets; what was masked cannot be read back.
    if (str_starts_with(value, STR("••••"))) {
        return refuse(setting, err, "that is a masked value, not the value");
    }
    switch (setting->kind) {
    case SETTING_TEXT: return true;
    case SETTING_URL: return check_url(setting, value, err);
    case SETTING_ARN:
        if (is_arn(value)) return true;
        return refuse(setting, err, "that is not an ARN, which begins with arn:aws:");
    case SETTING_FUNCTION: return check_function(setting, value, err);
    case SETTING_REGION: return check_region(setting, value, err);
    case SETTING_UUID: return check_uuid(setting, value, err);
    case SETTING_KEY: return check_key(setting, value, err);
    case SETTING_CHOICE: return check_choice(setting, value, err);
    }
    return true;
}
