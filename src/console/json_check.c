// json_check — see the header. One pass with a stack of open brackets; the first thing wrong ends it.
#include "console/json_check.h"

#include "base/buf.h"
#include "base/json.h"

struct check {
    struct str text;
    size_t at;
    size_t opened[JSON_MAX_DEPTH]; // where the brackets that are open stand
    int depth;
    size_t comma; // of the last comma
    bool has_failed;
    size_t failed_at;
    struct buf message;
};

static bool fail(struct check *check, size_t at, const char *message) {
    if (check->has_failed) return false;
    check->has_failed = true;
    check->failed_at = at;
    buf_add(&check->message, str_from(message));
    return false;
}

static bool is_at_end(const struct check *check) {
    return check->at >= check->text.len;
}

// NUL at the end; a NUL inside of the text is no JSON either.
static char look(const struct check *check) {
    return is_at_end(check) ? '\0' : check->text.ptr[check->at];
}

static void skip_blanks(struct check *check) {
    while (!is_at_end(check)) {
        const char at = look(check);
        if (at != ' ' && at != '\t' && at != '\n' && at != '\r') return;
        check->at++;
    }
}

static bool is_digit(char at) {
    return at >= '0' && at <= '9';
}

static bool is_letter(char at) {
    return (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || at == '_';
}

static bool is_hex(char at) {
    return is_digit(at) || (at >= 'a' && at <= 'f') || (at >= 'A' && at <= 'F');
}

static bool check_escape(struct check *check) {
    const size_t start = check->at++;
    const char kind = look(check);
    if (kind != 'u') {
        check->at++;
        if (kind && strchr("\"\\/bfnrt", kind)) return true;
        return fail(check, start, "\\ stands before one of \" \\ / b f n r t u only");
    }
    check->at++;
    for (int i = 0; i < 4; i++, check->at++) {
        if (!is_hex(look(check))) return fail(check, start, "\\u is followed by four hex digits");
    }
    return true;
}

static bool check_string(struct check *check) {
    const size_t start = check->at++;
    while (!is_at_end(check)) {
        const unsigned char at = (unsigned char)look(check);
        if (at == '"') {
            check->at++;
            return true;
        }
        if (at == '\n' || at == '\r') return fail(check, start, "this string has no closing quote");
        if (at < 0x20) return fail(check, check->at, "a control character is written as \\u00XX");
        if (at == '\\') {
            if (!check_escape(check)) return false;
        } else {
            struct str rest = str_skip(check->text, check->at);
            bool is_valid = true;
            (void)str_next_rune(&rest, &is_valid);
            if (!is_valid) return fail(check, check->at, "this byte is not UTF-8");
            check->at = check->text.len - rest.len;
        }
    }
    return fail(check, start, "this string has no closing quote");
}

static bool check_digits(struct check *check, const char *what) {
    if (!is_digit(look(check))) return fail(check, check->at, what);
    while (is_digit(look(check)))
        check->at++;
    return true;
}

static bool check_number(struct check *check) {
    const size_t start = check->at;
    if (look(check) == '-') check->at++;
    const bool is_zero = look(check) == '0';
    if (!check_digits(check, "a digit is missing here")) return false;
    const size_t first = check->text.ptr[start] == '-' ? start + 1 : start;
    if (is_zero && check->at - first > 1)
        return fail(check, start, "a number does not begin with 0; as text it needs quotes");
    if (look(check) == '.') {
        check->at++;
        if (!check_digits(check, "a digit is missing after the point")) return false;
    }
    if (look(check) == 'e' || look(check) == 'E') {
        check->at++;
        if (look(check) == '+' || look(check) == '-') check->at++;
        if (!check_digits(check, "a digit is missing in the exponent")) return false;
    }
    if (is_letter(look(check))) return fail(check, start, "text needs double quotes around it");
    return true;
}

static bool check_word(struct check *check) {
    const size_t start = check->at;
    while (is_letter(look(check)) || is_digit(look(check)))
        check->at++;
    const struct str word = str_slice(check->text, start, check->at - start);
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (str_equal(word, str_from(words[i]))) return true;
        if (str_equal_nocase(word, str_from(words[i])))
            return fail(check, start, "true, false and null are written in small letters");
    }
    return fail(check, start, "text needs double quotes around it");
}

static bool check_value(struct check *check);

static bool refuse_quote(struct check *check) {
    const struct str rest = str_skip(check->text, check->at);
    if (look(check) == '\'') return fail(check, check->at, "JSON quotes with \" only, not with '");
    if (str_starts_with(rest, STR("\u201C")) || str_starts_with(rest, STR("\u201D"))) {
        return fail(check, check->at, "a typographic quote; JSON wants the plain \"");
    }
    if (look(check) == '/' || look(check) == '#')
        return fail(check, check->at, "JSON has no comments");
    return true;
}

static bool open_bracket(struct check *check) {
    if (check->depth == JSON_MAX_DEPTH) return fail(check, check->at, "nested too deeply");
    check->opened[check->depth++] = check->at++;
    return true;
}

static bool fail_unclosed(struct check *check) {
    const size_t opened = check->opened[check->depth - 1];
    return fail(
        check, opened,
        check->text.ptr[opened] == '{' ? "this { has no closing }" : "this [ has no closing ]");
}

// After a member: true with *out_more when another must follow.
static bool check_end(struct check *check, char closing, bool *out_more) {
    skip_blanks(check);
    const char at = look(check);
    *out_more = at == ',';
    if (is_at_end(check)) return fail_unclosed(check);
    if (at == closing) {
        check->depth--;
        check->at++;
        return true;
    }
    if (at == ',') {
        check->comma = check->at++;
        skip_blanks(check);
        if (look(check) == closing) return fail(check, check->comma, "this comma is one too many");
        return true;
    }
    if (at == '}' || at == ']')
        return fail(
            check, check->at, at == '}' ? "a ] is expected, not a }" : "a } is expected, not a ]");
    if (!refuse_quote(check)) return false;
    return fail(check, check->at, "a comma is missing before this");
}

static bool check_member(struct check *check) {
    skip_blanks(check);
    if (is_at_end(check)) return fail_unclosed(check);
    if (!refuse_quote(check)) return false;
    if (look(check) == ',') return fail(check, check->at, "this comma is one too many");
    if (look(check) != '"')
        return fail(check, check->at, "a name in double quotes is expected here");
    if (!check_string(check)) return false;
    skip_blanks(check);
    if (look(check) != ':') return fail(check, check->at, "a colon is missing before this");
    check->at++;
    return check_value(check);
}

static bool check_container(struct check *check) {
    const bool is_object = look(check) == '{';
    const char closing = is_object ? '}' : ']';
    if (!open_bracket(check)) return false;
    skip_blanks(check);
    if (look(check) == closing) {
        check->depth--;
        check->at++;
        return true;
    }
    for (bool has_more = true; has_more;) {
        if (!(is_object ? check_member(check) : check_value(check))) return false;
        if (!check_end(check, closing, &has_more)) return false;
    }
    return true;
}

static bool check_value(struct check *check) {
    skip_blanks(check);
    if (is_at_end(check)) {
        return check->depth ? fail_unclosed(check) : fail(check, check->at, "there is nothing yet");
    }
    const char at = look(check);
    if (at == '{' || at == '[') return check_container(check);
    if (at == '"') return check_string(check);
    if (at == '-' || is_digit(at)) return check_number(check);
    if (is_letter(at)) return check_word(check);
    if (!refuse_quote(check)) return false;
    return fail(check, check->at, "a value is missing here");
}

static void find_place(struct str text, struct json_check *out) {
    out->line = out->column = 1;
    struct str rest = str_slice(text, 0, out->offset);
    while (rest.len) {
        bool is_valid = true;
        const uint32_t rune = str_next_rune(&rest, &is_valid);
        out->column++;
        if (rune != '\n') continue;
        out->line++;
        out->column = 1;
    }
}

void json_check(struct str text, struct json_check *out) {
    struct check check = {.text = text};
    *out = (struct json_check){0};
    if (check_value(&check)) {
        skip_blanks(&check);
        if (!is_at_end(&check)) {
            const bool closes = look(&check) == '}' || look(&check) == ']';
            fail(
                &check, check.at,
                closes ? "this bracket is one too many" : "there is more after the end");
        }
    }
    out->is_good = !check.has_failed;
    out->offset = check.has_failed ? check.failed_at : text.len;
    const struct str message = str_slice(buf_str(&check.message), 0, sizeof(out->message) - 1);
    if (message.len) memcpy(out->message, message.ptr, message.len);
    buf_release(&check.message);
    find_place(text, out);
}
