// retry — see the header.
#include "net/retry.h"

#include "base/clock.h"

const struct retry_policy retry_standard = {
    .attempts = 3,
    .base_ms = 50,
    .throttled_ms = 1000,
    .cap_ms = 20000,
    .server_cap_ms = 300000,
};

bool retry_is_transient_status(int status) {
    static const int transient[] = {408, 429, 460, 500, 502, 503, 504, 509};
    for (size_t i = 0; i < ARRAY_COUNT(transient); i++)
        if (transient[i] == status) return true;
    return false;
}

bool retry_is_transient_error(enum error_code code) {
    return code == ERROR_UNREACHABLE || code == ERROR_TIMEOUT;
}

// Whole seconds, or with a fraction as some gateways send them.
static bool parse_seconds(struct str text, int64_t *out_ms) {
    double seconds;
    // Anything beyond a day means "much later"; the policy's cap decides.
    const double most = 86400;
    if (!str_parse_double(str_trim(text), &seconds) || !(seconds >= 0)) return false;
    *out_ms = (int64_t)((seconds > most ? most : seconds) * 1000);
    return true;
}

bool retry_server_delay(const struct headers *headers, int64_t wall_ms, int64_t *out_delay_ms) {
    const struct str after = headers_get(headers, STR("Retry-After"));
    int64_t unix_s;
    if (parse_seconds(after, out_delay_ms)) return true;
    if (clock_parse_http(str_trim(after), &unix_s)) {
        const int64_t delay_ms = unix_s * 1000 - wall_ms;
        *out_delay_ms = delay_ms > 0 ? delay_ms : 0;
        return true;
    }
    // Segment's is a number of seconds, like Retry-After; others send a Unix time under this name.
    const struct str reset = headers_get(headers, STR("X-RateLimit-Reset"));
    int64_t reset_s;
    if (str_parse_int64(str_trim(reset), &reset_s) && reset_s > wall_ms / 2000) {
        const int64_t delay_ms = reset_s * 1000 - wall_ms;
        *out_delay_ms = delay_ms > 0 ? delay_ms : 0;
        return true;
    }
    return parse_seconds(reset, out_delay_ms);
}

int64_t retry_backoff_ms(int64_t base_ms, int64_t cap_ms, int attempt, struct rng *rng) {
    int64_t ceiling_ms = base_ms;
    for (int i = 1; i < attempt && ceiling_ms < cap_ms; i++)
        ceiling_ms *= 2;
    if (ceiling_ms > cap_ms) ceiling_ms = cap_ms;
    if (ceiling_ms <= 0) return 0;
    return (int64_t)rng_below(rng, (uint64_t)ceiling_ms + 1);
}

static bool
is_worth_repeating(const struct retry_policy *policy, const struct retry_outcome *outcome) {
    const bool is_refused_unread =
        outcome->response && (outcome->is_throttled || outcome->response->status == 429);
    if (policy->is_unsent_only && outcome->was_sent && !is_refused_unread) return false;
    if (!outcome->response) return retry_is_transient_error(outcome->error);
    return is_refused_unread || retry_is_transient_status(outcome->response->status);
}

int64_t retry_delay_ms(
    const struct retry_policy *policy,
    const struct retry_outcome *outcome,
    struct retry_times times,
    struct rng *rng) {
    if (outcome->attempt >= policy->attempts || !is_worth_repeating(policy, outcome))
        return RETRY_GIVE_UP;

    int64_t delay_ms;
    const struct response *response = outcome->response;
    if (response && retry_server_delay(&response->headers, times.wall_ms, &delay_ms)) {
        if (delay_ms > policy->server_cap_ms) delay_ms = policy->server_cap_ms;
    } else {
        const bool is_throttled = outcome->is_throttled || (response && response->status == 429);
        const int64_t base_ms = is_throttled ? policy->throttled_ms : policy->base_ms;
        delay_ms = retry_backoff_ms(base_ms, policy->cap_ms, outcome->attempt, rng);
    }
    return times.now_ms + delay_ms >= times.deadline_ms ? RETRY_GIVE_UP : delay_ms;
}
