// code_archive — zips as packers write them, and as nobody should.
#include "aws/code_archive.h"

#include "base/buf.h"
#include "support/test.h"

static void add_number(struct buf *out, uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        buf_add_char(out, (char)(value >> (8 * i) & 0xFF));
}

struct entry {
    const char *name, *data;
    uint32_t unpacked_bytes; // 0: those of the data
    uint32_t mode;           // 0: not made on Unix
};

static void add_local(struct buf *zip, const struct entry *entry) {
    const uint32_t bytes = (uint32_t)strlen(entry->data);
    buf_add(zip, STR("PK\3\4"));
    add_number(zip, 20, 2);
    for (int i = 0; i < 6; i++)
        add_number(zip, 0, 2); // flags, stored, time, date, two halves of the CRC
    add_number(zip, bytes, 4);
    add_number(zip, bytes, 4);
    add_number(zip, (uint32_t)strlen(entry->name), 2);
    add_number(zip, 0, 2);
    buf_add(zip, str_from(entry->name));
    buf_add(zip, str_from(entry->data));
}

static void add_central(struct buf *zip, const struct entry *entry, uint32_t local) {
    const uint32_t bytes = (uint32_t)strlen(entry->data);
    buf_add(zip, STR("PK\1\2"));
    add_number(zip, 20, 1);
    add_number(zip, entry->mode ? 3 : 0, 1);
    add_number(zip, 20, 2);
    for (int i = 0; i < 6; i++)
        add_number(zip, 0, 2);
    add_number(zip, bytes, 4);
    add_number(zip, entry->unpacked_bytes ? entry->unpacked_bytes : bytes, 4);
    add_number(zip, (uint32_t)strlen(entry->name), 2);
    for (int i = 0; i < 4; i++)
        add_number(zip, 0, 2); // extra, comment, disk, internal attributes
    add_number(zip, entry->mode << 16, 4);
    add_number(zip, local, 4);
    buf_add(zip, str_from(entry->name));
}

static void
make_zip(struct buf *zip, const struct entry *entries, size_t count, const char *comment) {
    uint32_t locals[8] = {0};
    assert_true(count <= ARRAY_COUNT(locals));
    for (size_t i = 0; i < count; i++) {
        locals[i] = (uint32_t)zip->len;
        add_local(zip, &entries[i]);
    }
    const uint32_t start = (uint32_t)zip->len;
    for (size_t i = 0; i < count; i++)
        add_central(zip, &entries[i], locals[i]);
    const uint32_t bytes = (uint32_t)zip->len - start;
    buf_add(zip, STR("PK\5\6"));
    add_number(zip, 0, 4);
    add_number(zip, (uint32_t)count, 2);
    add_number(zip, (uint32_t)count, 2);
    add_number(zip, bytes, 4);
    add_number(zip, start, 4);
    add_number(zip, (uint32_t)strlen(comment), 2);
    buf_add(zip, str_from(comment));
}

static void code_archive_counts_what_is_inside(void **state) {
    (void)state;
    static const struct entry entries[] = {
        {.name = "bootstrap", .data = "#!/bin/sh\n", .mode = 0100755},
        {.name = "lib/app.py", .data = "x = 1\n", .unpacked_bytes = 1000},
    };
    CLEANUP(buf_release) struct buf zip = {0};
    struct code_archive archive;
    struct error err = {0};
    make_zip(&zip, entries, 2, "made by a packer with a comment: PK\5\6");
    assert_ok(code_archive_read(buf_str(&zip), &archive, &err), err);
    assert_int_equal(archive.entries, 2);
    assert_int_equal(archive.unpacked_bytes, 1010);
    assert_true(archive.has_bootstrap);
    assert_true(archive.is_bootstrap_executable);
}

static void code_archive_sees_a_bootstrap_nobody_may_run(void **state) {
    (void)state;
    static const struct entry plain = {.name = "bootstrap", .data = "x", .mode = 0100644};
    static const struct entry foreign = {.name = "bootstrap", .data = "x"};
    static const struct entry inside = {.name = "dir/bootstrap", .data = "x", .mode = 0100755};
    const struct entry *const rows[] = {&plain, &foreign, &inside};
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        CLEANUP(buf_release) struct buf zip = {0};
        struct code_archive archive;
        struct error err = {0};
        make_zip(&zip, rows[i], 1, "");
        assert_ok(code_archive_read(buf_str(&zip), &archive, &err), err);
        assert_false(archive.is_bootstrap_executable);
        assert_int_equal(archive.has_bootstrap, rows[i] != &inside);
    }
}

static void code_archive_refuses_what_is_no_zip(void **state) {
    (void)state;
    static const struct entry entry = {.name = "a", .data = "x"};
    CLEANUP(buf_release) struct buf zip = {0};
    struct code_archive archive;
    make_zip(&zip, &entry, 1, "");
    // cut anywhere, or with any byte of the structure changed, it must not be read past its end
    for (size_t len = 0; len < zip.len; len++) {
        struct error err = {0};
        assert_false(code_archive_read(str_slice(buf_str(&zip), 0, len), &archive, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        assert_true(err.hint[0] != '\0');
    }
    for (size_t at = 0; at < zip.len; at++) {
        struct error err = {0};
        const char before = zip.ptr[at];
        zip.ptr[at] = (char)0xFF;
        const bool is_read = code_archive_read(buf_str(&zip), &archive, &err);
        assert_true(is_read || err.code == ERROR_INVALID || err.code == ERROR_LIMIT);
        zip.ptr[at] = before;
    }
}

static void code_archive_refuses_empty_and_huge_ones(void **state) {
    (void)state;
    static const struct entry bomb = {
        .name = "a", .data = "x", .unpacked_bytes = UINT32_C(262144001)};
    CLEANUP(buf_release) struct buf empty = {0};
    CLEANUP(buf_release) struct buf large = {0};
    struct code_archive archive;
    struct error err = {0};
    make_zip(&empty, NULL, 0, "");
    make_zip(&large, &bomb, 1, "");
    assert_false(code_archive_read(buf_str(&empty), &archive, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    assert_contains(str_from(err.message), "non-empty zip");
    assert_false(code_archive_read(buf_str(&large), &archive, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_contains(str_from(err.message), "Unzipped size");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(code_archive_counts_what_is_inside),
    cmocka_unit_test(code_archive_sees_a_bootstrap_nobody_may_run),
    cmocka_unit_test(code_archive_refuses_what_is_no_zip),
    cmocka_unit_test(code_archive_refuses_empty_and_huge_ones),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
