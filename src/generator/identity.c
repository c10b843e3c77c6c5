// identity — numbers as the texts that stand for people, written into fixed places.
#include "internal.h"

size_t generator_put_hex(char *out, uint64_t number) {
    static const char hex[] = "0123456789abcdef";
    size_t digits = 1;
    while (digits < 16 && number >> 4 * digits)
        digits++;
    for (size_t i = digits; i; number >>= 4)
        out[--i] = hex[number & 15];
    return digits;
}

size_t generator_put_decimal(char *out, uint64_t number) {
    char text[20];
    size_t at = sizeof(text);
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    memcpy(out, text + at, sizeof(text) - at);
    return sizeof(text) - at;
}

void generator_put_uuid(char out[GENERATOR_UUID_BYTES], uint64_t high, uint64_t low) {
    static const char hex[] = "0123456789abcdef";
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    high = (high & ~UINT64_C(0xF000)) | UINT64_C(0x4000);
    low = low >> 2 | UINT64_C(1) << 63;
    size_t digit = 0;
    for (size_t i = 0; i < sizeof(form); i++) {
        if (form[i] != 'x') {
            out[i] = form[i];
            continue;
        }
        out[i] = hex[(digit < 16 ? high : low) >> (60 - digit % 16 * 4) & 15];
        digit++;
    }
}

void generator_put_ip(char out[GENERATOR_IP_BYTES], uint32_t address) {
    size_t len = 0;
    for (int part = 3; part >= 0; part--) {
        len += generator_put_decimal(out + len, address >> 8 * part & 0xFF);
        out[len++] = part ? '.' : '\0';
    }
}
