// arguments — see the header.
#include "protocol/arguments.h"

#include "base/memory.h"

static char *copy_text(struct str text) {
    char *copy = mem_alloc(text.len + 1);
    if (text.len) memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

bool arguments_add(struct arguments *arguments, struct str name, struct str value) {
    if (arguments->count >= ARGUMENTS_MAX) return false;
    arguments->pairs =
        mem_resize(arguments->pairs, arguments->count + 1, sizeof(struct arguments_pair));
    arguments->pairs[arguments->count++] =
        (struct arguments_pair){.name = copy_text(name), .value = copy_text(value)};
    return true;
}

void arguments_set(struct arguments *arguments, const char *name, struct str value) {
    char *copy = copy_text(value);
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->pairs[i].name, name) != 0) continue;
        mem_free(arguments->pairs[i].value);
        arguments->pairs[i].value = copy;
        return;
    }
    (void)arguments_add(arguments, str_from(name), str_from(copy));
    mem_free(copy);
}

void arguments_copy(const struct arguments *from, struct arguments *to) {
    arguments_release(to);
    for (size_t i = 0; i < from->count; i++) {
        (void)arguments_add(to, str_from(from->pairs[i].name), str_from(from->pairs[i].value));
    }
}

void arguments_release(struct arguments *arguments) {
    if (!arguments) return;
    for (size_t i = 0; i < arguments->count; i++) {
        mem_free(arguments->pairs[i].name);
        mem_wipe(arguments->pairs[i].value, strlen(arguments->pairs[i].value)); // may be a secret
        mem_free(arguments->pairs[i].value);
    }
    mem_free(arguments->pairs);
    *arguments = (struct arguments){0};
}

size_t arguments_count(const struct arguments *arguments, const char *name) {
    size_t count = 0;
    for (size_t i = 0; i < arguments->count; i++) {
        count += strcmp(arguments->pairs[i].name, name) == 0;
    }
    return count;
}

bool arguments_has(const struct arguments *arguments, const char *name) {
    return arguments_count(arguments, name) > 0;
}

struct str arguments_get_at(const struct arguments *arguments, const char *name, size_t nth) {
    for (size_t i = 0; i < arguments->count; i++) {
        if (strcmp(arguments->pairs[i].name, name) != 0) continue;
        if (nth-- == 0) return str_from(arguments->pairs[i].value);
    }
    return (struct str){0};
}

struct str arguments_get(const struct arguments *arguments, const char *name) {
    const size_t count = arguments_count(arguments, name);
    return count ? arguments_get_at(arguments, name, count - 1) : (struct str){0};
}

bool arguments_number(
    const struct arguments *arguments,
    const char *name,
    int64_t fallback,
    int64_t minimum,
    int64_t maximum,
    int64_t *out,
    struct error *err) {
    if (!arguments_has(arguments, name)) {
        *out = fallback;
        return true;
    }
    const struct str text = arguments_get(arguments, name);
    int64_t number = 0;
    if (!str_parse_int64(text, &number) || number < minimum || number > maximum) {
        error_set(
            err, ERROR_USAGE, "--%s takes a whole number, not \"" STR_FMT "\"", name,
            STR_ARG(text));
        return error_hint(
            err, "Give a number from %lld to %lld.", (long long)minimum, (long long)maximum);
    }
    *out = number;
    return true;
}
