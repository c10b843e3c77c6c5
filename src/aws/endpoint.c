// endpoint — see the header.
#include "aws/endpoint.h"

#include "aws/region.h"
#include "http/url.h"

static const struct endpoint_service services[] = {
    {.id = "personalize", .env_suffix = "PERSONALIZE", .key = "personalize"},
    {.id = "personalize-runtime",
     .env_suffix = "PERSONALIZE_RUNTIME",
     .key = "personalize_runtime"},
    {.id = "personalize-events", .env_suffix = "PERSONALIZE_EVENTS", .key = "personalize_events"},
    {.id = "lambda", .env_suffix = "LAMBDA", .key = "lambda"},
    {.id = "sts", .env_suffix = "STS", .key = "sts"},
    {.id = "iam", .env_suffix = "IAM", .key = "iam"},
    {.id = "logs", .env_suffix = "CLOUDWATCH_LOGS", .key = "cloudwatch_logs"},
};

// IAM answers in one region of each partition, under a host of its own.
static const struct global_host {
    const char *partition, *host, *region;
} iam_hosts[] = {
    {.partition = "aws", .host = "iam.amazonaws.com", .region = "us-east-1"},
    {.partition = "aws-cn", .host = "iam.cn-north-1.amazonaws.com.cn", .region = "cn-north-1"},
    {.partition = "aws-us-gov", .host = "iam.us-gov.amazonaws.com", .region = "us-gov-west-1"},
};

const struct endpoint_service *endpoint_service_find(struct str id) {
    for (size_t i = 0; i < ARRAY_COUNT(services); i++) {
        if (str_equal(id, str_from(services[i].id))) return &services[i];
    }
    return NULL;
}

static const struct global_host *find_global(struct str service_id, struct str region) {
    const struct str partition = str_from(region_partition(region)->name);
    if (!str_equal(service_id, STR("iam"))) return NULL;
    for (size_t i = 0; i < ARRAY_COUNT(iam_hosts); i++) {
        if (str_equal(partition, str_from(iam_hosts[i].partition))) return &iam_hosts[i];
    }
    return NULL;
}

void endpoint_default(struct buf *out, struct str service_id, struct str region) {
    const struct global_host *global = find_global(service_id, region);
    buf_add(out, STR("https://"));
    if (global) {
        buf_add(out, str_from(global->host));
        return;
    }
    buf_add(out, service_id);
    buf_add_char(out, '.');
    buf_add(out, region);
    buf_add_char(out, '.');
    buf_add(out, str_from(region_partition(region)->suffix));
}

struct str endpoint_signing_region(struct str service_id, struct str region) {
    const struct global_host *global = find_global(service_id, region);
    return global ? str_from(global->region) : region;
}

static struct str look_up(const struct endpoint_sources *sources, const char *name) {
    return sources->lookup ? str_from(sources->lookup(sources->environment, name))
                           : (struct str){0};
}

struct found {
    struct str url;
    struct buf origin;
};

static void find_configured(
    const struct endpoint_service *service,
    const struct endpoint_sources *sources,
    struct found *found) {
    struct buf name = {0};
    if (str_equal_nocase(look_up(sources, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), STR("true")))
        return;

    buf_add_format(&name, "AWS_ENDPOINT_URL_%s", service->env_suffix);
    found->url = look_up(sources, buf_text(&name));
    if (found->url.len) buf_add(&found->origin, buf_str(&name));
    buf_release(&name);
    if (found->url.len) return;

    found->url = look_up(sources, "AWS_ENDPOINT_URL");
    if (found->url.len) {
        buf_add(&found->origin, STR("AWS_ENDPOINT_URL"));
        return;
    }
    if (!sources->files) return;
    found->url = credentials_files_endpoint(sources->files, sources->profile, service->key);
    if (found->url.len) {
        buf_add(&found->origin, STR("profile "));
        buf_add(&found->origin, sources->profile);
    }
}

bool endpoint_resolve(
    struct buf *out,
    struct str service_id,
    struct str region,
    const struct endpoint_sources *sources,
    struct buf *origin,
    struct error *err) {
    const struct endpoint_service *service = endpoint_service_find(service_id);
    struct found found = {.url = sources->override};
    struct url parsed;
    ASSERT(service != NULL);

    if (found.url.len) {
        buf_add(&found.origin, STR("settings"));
    } else {
        find_configured(service, sources, &found);
    }
    bool is_ok = true;
    if (found.url.len == 0) {
        endpoint_default(out, service_id, region);
        buf_add(&found.origin, STR("region"));
    } else if (!url_parse(found.url, &parsed, err)) {
        is_ok = error_wrap(err, "the endpoint from %s", buf_text(&found.origin));
        err->code = ERROR_CONFIG;
    } else if (parsed.has_query || str_find_char(found.url, '#') < found.url.len) {
        error_set(
            err, ERROR_CONFIG, "the endpoint from %s has a query or fragment",
            buf_text(&found.origin));
        is_ok = error_hint(err, "Give the base address only, for example http://127.0.0.1:4599.");
    } else {
        while (found.url.ptr[found.url.len - 1] == '/')
            found.url.len--;
        buf_add(out, found.url);
    }
    if (is_ok && origin) buf_add(origin, buf_str(&found.origin));
    buf_release(&found.origin);
    return is_ok;
}
