// attempt — see the header. Its stages are walked by one loop, which stops where a fault wants time to pass and
// where a function has yet to answer; the loop goes on at the next poll.
#include "tracking/attempt.h"

#include "base/clock.h"
#include "base/memory.h"
#include "operations/faults.h"
#include "tracking/passages.h"

// ---- is it sent at all? ----

// Most SDKs send an empty object: not worth reading the event for.
static bool may_filter(struct str body) {
    return str_contains(body, STR("\"integrations\"")) &&
           !str_contains(body, STR("\"integrations\":{}"));
}

static enum outcome check_event(struct attempt *attempt) {
    struct error ignored = {0}; // it was read at the door
    const struct str body = attempt->event.body;
    if (!may_filter(body)) return OUTCOME_OK;
    if (!event_decode(body, EVENT_TYPE_COUNT, &attempt->document, &ignored)) return OUTCOME_OK;
    return event_allows(&attempt->document, IDENTITIES_DESTINATION) ? OUTCOME_OK : OUTCOME_FILTERED;
}

static enum outcome why_not_sent(struct attempt *attempt, bool is_test) {
    if (!is_test && !destination_is_on(attempt->cloud, attempt->event.user_id))
        return OUTCOME_DISABLED;
    const enum outcome filtered = check_event(attempt);
    if (!is_test && filtered != OUTCOME_OK) return filtered;
    return attempt->event.type == EVENT_SCREEN ? OUTCOME_UNSUPPORTED : OUTCOME_OK;
}

// ---- stages ----

static void end(struct attempt *attempt) {
    attempt->stage = ATTEMPT_OVER;
    attempt->record.total_us = clock_monotonic_us() - attempt->started_us;
    attempt->record.at_ms = attempt->cloud->now_ms;
}

static void fail(struct attempt *attempt, enum outcome outcome, const char *reason) {
    destination_record_fail(&attempt->record, outcome, reason, NULL);
    end(attempt);
}

// ---- what is to go wrong on demand ----
//
// The destination's calls do not go over HTTP, so the dispatcher does not see them; they are struck here, by the
// faults of sts.AssumeRole and lambda.Invoke.

static void say(struct attempt_strike *strike, enum outcome outcome, const char *reason) {
    CLEANUP(buf_release) struct buf text = {.limit = sizeof(strike->reason) - 1};
    strike->is_refused = true;
    strike->outcome = outcome;
    buf_add(&text, str_from(reason));
    memcpy(strike->reason, buf_text(&text), text.len + 1);
}

static void say_refusal(struct attempt_strike *strike, const struct fault *fault) {
    CLEANUP(buf_release) struct buf text = {.limit = sizeof(strike->reason) - 1};
    const int status = fault->status ? (int)fault->status : 500;
    buf_add_format(&text, "HTTP %d", status);
    if (fault->error[0]) buf_add_format(&text, " %s", fault->error);
    if (fault->message[0]) buf_add_format(&text, ": %.150s", fault->message);
    say(strike, outcome_from_status(status), buf_text(&text));
}

static int64_t draw(struct attempt *attempt, const struct fault_place *place) {
    static const enum fault_effect effects[] = {
        FAULT_THROTTLE, FAULT_REFUSE,  FAULT_DROP,          FAULT_LOSE,
        FAULT_HALF,     FAULT_LATENCY, FAULT_EXPIRED_TOKEN,
    };
    struct attempt_strike *strike = &attempt->strike;
    struct faults_strike struck;
    int64_t latency_ms = 0;
    for (size_t i = 0; i < ARRAY_COUNT(effects); i++) {
        if (strike->is_refused || strike->is_lost) break;
        if (!faults_strikes(attempt->cloud, effects[i], place, &struck)) continue;
        latency_ms += struck.latency_ms;
        if (effects[i] == FAULT_THROTTLE)
            say(strike, OUTCOME_THROTTLED, "Rate Exceeded.");
        else if (effects[i] == FAULT_REFUSE)
            say_refusal(strike, &struck.fault);
        else if (effects[i] == FAULT_DROP)
            say(strike, OUTCOME_LOST, NULL);
        else if (effects[i] == FAULT_EXPIRED_TOKEN)
            say(strike, OUTCOME_DENIED, "The security token included in the request is expired");
        else
            strike->is_lost = effects[i] != FAULT_LATENCY;
    }
    return latency_ms;
}

static void ask_faults(struct attempt *attempt, int64_t now_ms) {
    const bool is_role = attempt->stage == ATTEMPT_ASSUME;
    struct invoke_function function = {0};
    struct error ignored = {0};
    attempt->strike = (struct attempt_strike){.is_drawn = true};
    if (faults_is_empty(attempt->cloud)) return;
    if (!is_role) (void)!invoke_split_function(attempt->settings.function, &function, &ignored);
    const struct fault_place place = {
        .service = is_role ? STR("sts") : STR("lambda"),
        .operation = is_role ? STR("AssumeRole") : STR("Invoke"),
        .user = attempt->event.user_id,
        .function = function.name};
    const int64_t latency_ms = draw(attempt, &place);
    if (latency_ms) attempt->resume_at_ms = now_ms + latency_ms;
}

// True: the call is refused, or lost before anybody heard it.
static bool is_refused(struct attempt *attempt) {
    struct destination_record *record = &attempt->record;
    struct attempt_strike strike = attempt->strike;
    const bool is_role = attempt->stage == ATTEMPT_ASSUME;
    attempt->strike = (struct attempt_strike){0};
    // Nothing is carried out by assuming a role: its lost answer is a lost call.
    if (strike.is_lost && !is_role) attempt->is_answer_lost = true;
    if (strike.is_lost && is_role) say(&strike, OUTCOME_LOST, NULL);
    if (!strike.is_refused) return false;
    *(is_role ? &record->assume_state : &record->lambda_state) = DESTINATION_HOP_FAILED;
    *(is_role ? &record->assume_us : &record->lambda_us) = clock_monotonic_us() - attempt->stage_us;
    fail(attempt, strike.outcome, strike.reason);
    return true;
}

// ---- the calls ----

static void assume(struct attempt *attempt) {
    struct destination_record *record = &attempt->record;
    struct aws_error refusal;
    const bool is_trusted = access_trusts(
        attempt->cloud, attempt->settings.role, attempt->settings.external_id, STR(""), &refusal);
    record->assume_us = clock_monotonic_us() - attempt->stage_us;
    record->assume_state = is_trusted ? DESTINATION_HOP_DONE : DESTINATION_HOP_FAILED;
    if (is_trusted) {
        attempt->stage = ATTEMPT_INVOKE;
    } else {
        destination_record_refuse(record, &refusal, DESTINATION_AT_ROLE);
        end(attempt);
    }
}

// Only moves the run: whoever polls reads it, outside of the function's own turn.
static void take_run(void *context, struct functions_run *run) {
    struct attempt *attempt = context;
    attempt->run = *run;
    *run = (struct functions_run){0};
    attempt->invocation = NULL;
    attempt->has_answer = true;
    attempt->cloud->has_pending = true; // comes to the destination's turn …
    attempt->cloud->has_changed = true; // … and to those who are held
}

static void invoke(struct attempt *attempt) {
    struct cloud *cloud = attempt->cloud;
    struct access_caller caller = {0};
    struct functions_target target = {0};
    struct aws_error refusal;
    const struct access_session session = {
        .role_arn = attempt->settings.role,
        .region = attempt->settings.region,
        .name = STR("segment")};
    access_make_session_caller(cloud, &session, &caller);
    const bool is_resolved =
        functions_resolve(cloud, &caller, attempt->settings.function, STR(""), &target, &refusal);
    if (!is_resolved) {
        attempt->record.lambda_us = clock_monotonic_us() - attempt->stage_us;
        destination_record_refuse(&attempt->record, &refusal, DESTINATION_AT_FUNCTION);
        end(attempt);
    } else {
        const bool had_pending = cloud->has_pending;
        const bool had_changed = cloud->has_changed;
        struct tape *tape = passages_tape(cloud, attempt);
        attempt->stage = ATTEMPT_RUNNING;
        attempt->invocation = functions_start(
            cloud, &(struct functions_call){
                       .target = target,
                       .payload = attempt->event.body,
                       .client_context = attempt->settings.client_context,
                       .tape = tape,
                       .done = take_run,
                       .context = attempt});
        if (attempt->has_answer) { // at once: this very loop reads it
            attempt->has_tape = tape && attempt->run.has_used_tape;
            cloud->has_pending = had_pending;
            cloud->has_changed = had_changed;
        }
    }
    access_caller_release(&caller);
}

static bool is_late(const struct attempt *attempt) {
    const int64_t used_us = clock_monotonic_us() - attempt->started_us;
    return used_us > (int64_t)ATTEMPT_BUDGET_MS * 1000;
}

static void judge_run(struct attempt *attempt) {
    struct destination_record *record = &attempt->record;
    const struct functions_run *run = &attempt->run;
    record->lambda_us = clock_monotonic_us() - attempt->stage_us;
    record->lambda_state = DESTINATION_HOP_FAILED;
    if (attempt->is_answer_lost || is_late(attempt)) {
        fail(attempt, attempt->is_answer_lost ? OUTCOME_LOST : OUTCOME_TIMEOUT, NULL);
        return;
    }
    record->run = run;
    record->status = run->reply.status;
    if (run->reply.status != 200) {
        fail(attempt, outcome_from_status(run->reply.status), run->failure.message);
    } else if (run->reply.has_failed) {
        destination_record_fail(
            record, OUTCOME_FUNCTION_ERROR, run->failure.message, run->failure.hint);
        end(attempt);
    } else {
        record->lambda_state = DESTINATION_HOP_DONE;
        end(attempt);
    }
}

static void walk(struct attempt *attempt, int64_t now_ms) {
    while (attempt->stage != ATTEMPT_OVER) {
        if (attempt->stage == ATTEMPT_RUNNING) {
            if (!attempt->has_answer) return;
            judge_run(attempt);
            return;
        }
        if (!attempt->strike.is_drawn) {
            attempt->stage_us = clock_monotonic_us();
            ask_faults(attempt, now_ms);
        }
        if (now_ms < attempt->resume_at_ms) return;
        attempt->resume_at_ms = 0;
        if (is_refused(attempt)) return;
        if (attempt->stage == ATTEMPT_ASSUME)
            assume(attempt);
        else
            invoke(attempt);
    }
}

void attempt_start(
    struct attempt *attempt, struct cloud *cloud, const struct store_event *event, bool is_test) {
    attempt->cloud = cloud;
    attempt->is_test = is_test;
    attempt->event = *event;
    attempt->attempts = attempt->attempts ? attempt->attempts : 1;
    attempt->first_ms = attempt->first_ms ? attempt->first_ms : cloud->now_ms;
    attempt->started_us = clock_monotonic_us();
    attempt->record = (struct destination_record){.outcome = OUTCOME_OK};
    const enum outcome refused = why_not_sent(attempt, is_test);
    destination_read_settings(cloud, &attempt->document, &attempt->settings);
    if (refused != OUTCOME_OK) {
        attempt->record.outcome = refused;
        end(attempt);
    } else if (!attempt->settings.function.len || !attempt->settings.role.len) {
        fail(attempt, OUTCOME_SETTINGS, "The destination needs both a Lambda and a Role Address.");
    } else {
        attempt->stage = ATTEMPT_ASSUME;
        walk(attempt, attempt->started_us / 1000);
    }
}

void attempt_keep(struct attempt *attempt) {
    struct store_event *event = &attempt->event;
    struct destination_settings *settings = &attempt->settings;
    struct str *const texts[] = {
        &event->name,           &event->user_id,   &event->anonymous_id, &event->sku,
        &event->message_id,     &event->body,      &settings->function,  &settings->role,
        &settings->external_id, &settings->region, &settings->log_type,  &settings->client_context,
    };
    struct buf kept = {0}; // the views may be of the old one
    size_t bytes = 1;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        bytes += texts[i]->len;
    buf_reserve(&kept, bytes); // does not move while the views are made
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        const size_t from = kept.len;
        buf_add(&kept, *texts[i]);
        *texts[i] = (struct str){.ptr = kept.ptr + from, .len = texts[i]->len};
    }
    buf_release(&attempt->kept);
    attempt->kept = kept;
}

bool attempt_is_over(const struct attempt *attempt) {
    return attempt->stage == ATTEMPT_OVER;
}

static int64_t deadline_ms(const struct attempt *attempt) {
    return attempt->started_us / 1000 + 1 + ATTEMPT_BUDGET_MS; // never before the whole time
}

bool attempt_poll(struct attempt *attempt, int64_t now_ms) {
    if (attempt->stage == ATTEMPT_OVER) return true;
    if (!attempt->has_answer && now_ms >= deadline_ms(attempt)) {
        if (attempt->invocation) functions_forget(attempt->invocation);
        attempt->invocation = NULL;
        attempt->record.lambda_state = DESTINATION_HOP_FAILED;
        attempt->record.lambda_us = clock_monotonic_us() - attempt->stage_us;
        fail(attempt, OUTCOME_TIMEOUT, NULL);
    } else {
        walk(attempt, now_ms);
    }
    return attempt->stage == ATTEMPT_OVER;
}

int64_t attempt_next_ms(const struct attempt *attempt) {
    const int64_t end_ms = deadline_ms(attempt);
    if (!attempt->resume_at_ms || attempt->resume_at_ms > end_ms) return end_ms;
    return attempt->resume_at_ms;
}

void attempt_release(struct attempt *attempt) {
    if (attempt->invocation) functions_forget(attempt->invocation);
    functions_run_release(&attempt->run);
    event_release(&attempt->document);
    buf_release(&attempt->kept);
    *attempt = (struct attempt){0};
}

void attempt_free(struct attempt *attempt) {
    if (!attempt) return;
    attempt_release(attempt);
    mem_free(attempt);
}
