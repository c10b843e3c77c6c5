// clock — see the header. Days are counted with the civil-calendar arithmetic of H. Hinnant's
// "chrono-compatible low-level date algorithms"; the code is our own.
#include "base/clock.h"

#include <stdint.h>
#include <time.h>

static int64_t read_clock_ns(clockid_t clock) {
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_monotonic_ms(void) {
    return read_clock_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_monotonic_us(void) {
    return read_clock_ns(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_ns(void) {
    return read_clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void) {
    return read_clock_ns(CLOCK_REALTIME) / 1000000;
}

int64_t clock_wall_us(void) {
    return read_clock_ns(CLOCK_REALTIME) / 1000;
}

static int64_t floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0);
}

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    const int64_t era = floor_divide(year, 400);
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct clock_date clock_date_from_s(int64_t unix_s) {
    const int64_t days = floor_divide(unix_s, 86400);
    const int64_t second_of_day = unix_s - days * 86400;
    const int64_t shifted = days + 719468;
    const int64_t era = floor_divide(shifted, 146097);
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted_month = (5 * day_of_year + 2) / 153;
    const int64_t month = shifted_month + (shifted_month < 10 ? 3 : -9);
    return (struct clock_date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = (int)month,
        .day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1),
        .hour = (int)(second_of_day / 3600),
        .minute = (int)(second_of_day / 60 % 60),
        .second = (int)(second_of_day % 60),
    };
}

int64_t clock_date_to_s(struct clock_date date) {
    return days_from_civil(date.year, date.month, date.day) * 86400 + (int64_t)date.hour * 3600 +
           (int64_t)date.minute * 60 + date.second;
}

// Takes `count` digits off the front; false if there are fewer.
static bool take_digits(struct str *rest, size_t count, int *out) {
    if (rest->len < count) return false;
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        const char digit = rest->ptr[i];
        if (digit < '0' || digit > '9') return false;
        value = value * 10 + (digit - '0');
    }
    *rest = str_skip(*rest, count);
    *out = value;
    return true;
}

static bool take_char(struct str *rest, char wanted) {
    if (rest->len == 0 || rest->ptr[0] != wanted) return false;
    *rest = str_skip(*rest, 1);
    return true;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && is_leap);
}

static bool is_real_date(struct clock_date date) {
    return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= days_in_month(date.year, date.month) && date.hour <= 23 &&
           date.minute <= 59 && date.second <= 60;
}

static int take_fraction_ms(struct str *rest) {
    int ms = 0;
    int scale = 100;
    while (rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9') {
        ms += (rest->ptr[0] - '0') * scale;
        scale /= 10;
        *rest = str_skip(*rest, 1);
    }
    return ms;
}

static bool take_offset_s(struct str *rest, int *out) {
    if (rest->len == 0) { // no offset: UTC
        *out = 0;
        return true;
    }
    if (take_char(rest, 'Z') || take_char(rest, 'z')) {
        *out = 0;
        return rest->len == 0;
    }
    const int sign = rest->ptr[0] == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if (!take_char(rest, '+') && !take_char(rest, '-')) return false;
    if (!take_digits(rest, 2, &hours)) return false;
    const bool has_colon = take_char(rest, ':');
    if ((rest->len || has_colon) && !take_digits(rest, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    *out = sign * (hours * 3600 + minutes * 60);
    return rest->len == 0;
}

bool clock_parse_iso8601(struct str text, int64_t *out_unix_ms) {
    struct clock_date date = {0};
    int fraction_ms = 0;
    int offset_s = 0;
    if (!take_digits(&text, 4, &date.year) || !take_char(&text, '-')) return false;
    if (!take_digits(&text, 2, &date.month) || !take_char(&text, '-')) return false;
    if (!take_digits(&text, 2, &date.day)) return false;
    if (text.len) {
        if (!take_char(&text, 'T') && !take_char(&text, 't') && !take_char(&text, ' '))
            return false;
        if (!take_digits(&text, 2, &date.hour) || !take_char(&text, ':')) return false;
        if (!take_digits(&text, 2, &date.minute)) return false;
        if (take_char(&text, ':') && !take_digits(&text, 2, &date.second)) return false;
        if (take_char(&text, '.') || take_char(&text, ',')) fraction_ms = take_fraction_ms(&text);
        if (!take_offset_s(&text, &offset_s)) return false;
    }
    if (!is_real_date(date)) return false;
    *out_unix_ms = (clock_date_to_s(date) - offset_s) * 1000 + fraction_ms;
    return true;
}

static void put_digits(char *at, int value, int width) {
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

// By hand: every event carries several of these, and printf was most of their cost.
void clock_add_iso8601(struct buf *out, int64_t unix_ms) {
    const int64_t unix_s = floor_divide(unix_ms, 1000);
    const struct clock_date date = clock_date_from_s(unix_s);
    const int ms = (int)(unix_ms - unix_s * 1000);
    if (date.year < 0 || date.year > 9999) {
        buf_add_format(
            out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year, date.month, date.day, date.hour,
            date.minute, date.second, ms);
        return;
    }
    char text[] = "0000-00-00T00:00:00.000Z";
    put_digits(text, date.year, 4);
    put_digits(text + 5, date.month, 2);
    put_digits(text + 8, date.day, 2);
    put_digits(text + 11, date.hour, 2);
    put_digits(text + 14, date.minute, 2);
    put_digits(text + 17, date.second, 2);
    put_digits(text + 20, ms, 3);
    buf_add(out, (struct str){.ptr = text, .len = sizeof(text) - 1});
}

void clock_add_compact(struct buf *out, int64_t unix_s) {
    const struct clock_date date = clock_date_from_s(unix_s);
    buf_add_format(
        out, "%04d%02d%02dT%02d%02d%02dZ", date.year, date.month, date.day, date.hour, date.minute,
        date.second);
}

bool clock_parse_compact(struct str text, int64_t *out_unix_s) {
    struct clock_date date = {0};
    if (!take_digits(&text, 4, &date.year) || !take_digits(&text, 2, &date.month)) return false;
    if (!take_digits(&text, 2, &date.day) || !take_char(&text, 'T')) return false;
    if (!take_digits(&text, 2, &date.hour) || !take_digits(&text, 2, &date.minute)) return false;
    if (!take_digits(&text, 2, &date.second) || !take_char(&text, 'Z') || text.len) return false;
    if (!is_real_date(date)) return false;
    *out_unix_s = clock_date_to_s(date);
    return true;
}

static const char month_names[12][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

void clock_add_http(struct buf *out, int64_t unix_s) {
    static const char day_names[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    const struct clock_date date = clock_date_from_s(unix_s);
    const int64_t days = floor_divide(unix_s, 86400);
    buf_add_format(
        out, "%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[days - floor_divide(days, 7) * 7],
        date.day, month_names[date.month - 1], date.year, date.hour, date.minute, date.second);
}

bool clock_parse_http(struct str text, int64_t *out_unix_s) {
    struct clock_date date = {0};
    text = str_trim(str_skip(text, str_find_char(text, ',') + 1));
    if (!take_digits(&text, 2, &date.day) || !take_char(&text, ' ')) return false;
    for (int i = 0; i < 12; i++) {
        if (str_starts_with(text, str_from(month_names[i]))) date.month = i + 1;
    }
    text = str_skip(text, 3);
    if (!take_char(&text, ' ') || !take_digits(&text, 4, &date.year)) return false;
    if (!take_char(&text, ' ') || !take_digits(&text, 2, &date.hour)) return false;
    if (!take_char(&text, ':') || !take_digits(&text, 2, &date.minute)) return false;
    if (!take_char(&text, ':') || !take_digits(&text, 2, &date.second)) return false;
    if (!str_equal(text, STR(" GMT")) || !is_real_date(date)) return false;
    *out_unix_s = clock_date_to_s(date);
    return true;
}
