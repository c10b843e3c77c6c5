#include "support/test.h"

#include "console/color.h"

static void color_contrast_is_that_of_the_guidelines(void **state) {
    (void)state;
    assert_true(color_contrast(0x000000, 0xFFFFFF) > 20.99);
    assert_true(color_contrast(0x777777, 0xFFFFFF) > 4.47); // the well-known gray that just fails
    assert_true(color_contrast(0x777777, 0xFFFFFF) < 4.49);
    assert_true(color_contrast(0x123456, 0x123456) < 1.0001);
}

static void color_finds_the_nearest_of_the_256(void **state) {
    (void)state;
    for (int index = 16; index < 256; index++)
        assert_int_equal(color_of_256(color_nearest_256(color_of_256(index))), color_of_256(index));
    assert_int_equal(color_nearest_256(0xFF0000), 196);
    assert_int_equal(color_nearest_256(0x14181D), 234);
}

static void color_blind_eyes_confuse_red_and_green_only(void **state) {
    (void)state;
    for (int eyes = COLOR_EYES_PROTANOPE; eyes <= COLOR_EYES_DEUTERANOPE; eyes++) {
        const enum color_eyes who = (enum color_eyes)eyes;
        const uint32_t red = color_seen_by(0xCC2222, who), green = color_seen_by(0x22CC22, who);
        assert_int_equal(red >> 16 & 0xFF, red >> 8 & 0xFF); // the two channels are one
        assert_true(color_difference(red, green) < color_difference(0xCC2222, 0x22CC22) / 1.5);
        assert_int_equal(color_seen_by(0x808080, who), 0x808080); // gray stays gray
    }
    assert_int_equal(color_seen_by(0x123456, COLOR_EYES_ALL), 0x123456);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(color_contrast_is_that_of_the_guidelines),
    cmocka_unit_test(color_finds_the_nearest_of_the_256),
    cmocka_unit_test(color_blind_eyes_confuse_red_and_green_only),
};

int main(void) {
    return cmocka_run_group_tests_name("console/color", tests, NULL, NULL);
}
