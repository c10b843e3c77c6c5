#include "support/test.h"

#include "console/color.h"
#include "console/theme.h"

static const char *const role_names[] = {
#define X(role) #role,
    THEME_ROLES(X)
#undef X
};

static bool is_text(enum theme_role role) {
    return role != THEME_RULE && role != THEME_BAR_REST; // lines; nothing is read there
}

static uint32_t in_true_color(int color, enum theme_depth depth) {
    return depth == THEME_DEPTH_256 ? color_of_256(color) : (uint32_t)color;
}

// WCAG AA, on the theme's background and on a selected row, in true colour and in the nearest of 256.
static void theme_texts_can_be_read(void **state) {
    (void)state;
    for (int id = THEME_ID_DARK; id <= THEME_ID_COLOR_BLIND; id++) {
        for (int depth = THEME_DEPTH_256; depth <= THEME_DEPTH_TRUE; depth++) {
            for (int at = 0; at < THEME_ROLE_COUNT * 2; at++) {
                const enum theme_role role = (enum theme_role)(at / 2);
                const struct theme_style style =
                    theme_style((enum theme_id)id, (enum theme_depth)depth, role, at % 2 == 1);
                const double ratio = color_contrast(
                    in_true_color(style.foreground, (enum theme_depth)depth),
                    in_true_color(style.background, (enum theme_depth)depth));
                const double of_lines = at % 2 ? 1.2 : 3.0; // none is drawn on a selected row
                const double wanted = is_text(role) ? 4.5 : of_lines;
                if (ratio >= wanted) continue;
                fail_msg(
                    "%s: %s%s has %.2f in %s", theme_names[id], role_names[role],
                    at % 2 ? " selected" : "", ratio,
                    depth == THEME_DEPTH_256 ? "256 colours" : "true colour");
            }
        }
    }
}

static void theme_of_contrast_has_more_of_it(void **state) {
    (void)state;
    for (int role = 0; role < THEME_ROLE_COUNT; role++) {
        if (!is_text((enum theme_role)role)) continue;
        const struct theme_style style =
            theme_style(THEME_ID_CONTRAST, THEME_DEPTH_TRUE, (enum theme_role)role, false);
        const double ratio = color_contrast((uint32_t)style.foreground, (uint32_t)style.background);
        if (ratio < 7.0) fail_msg("%s has %.2f", role_names[role], ratio); // WCAG AAA
    }
}

static void theme_for_colour_blind_eyes_parts_good_and_bad(void **state) {
    (void)state;
    static const enum theme_role pairs[][2] = {
        {THEME_GOOD, THEME_BAD}, {THEME_UP, THEME_DOWN}, {THEME_SANDBOX, THEME_LIVE}};
    for (int eyes = 0; eyes <= COLOR_EYES_DEUTERANOPE; eyes++) {
        for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
            uint32_t seen[2];
            for (int side = 0; side < 2; side++) {
                const struct theme_style style =
                    theme_style(THEME_ID_COLOR_BLIND, THEME_DEPTH_TRUE, pairs[i][side], false);
                const bool is_badge = pairs[i][side] == THEME_LIVE;
                const int color = is_badge ? style.background : style.foreground;
                seen[side] = color_seen_by((uint32_t)color, (enum color_eyes)eyes);
            }
            assert_true(color_difference(seen[0], seen[1]) > 40);
        }
    }
}

static void theme_without_colour_has_none(void **state) {
    (void)state;
    for (int id = 0; id < THEME_ID_COUNT; id++) {
        for (int role = 0; role < THEME_ROLE_COUNT; role++) {
            const struct theme_style style =
                theme_style((enum theme_id)id, THEME_DEPTH_MONO, (enum theme_role)role, false);
            assert_int_equal(style.foreground, THEME_DEFAULT_COLOR);
            assert_int_equal(style.background, THEME_DEFAULT_COLOR);
        }
    }
    const struct theme_style mono = theme_style(THEME_ID_MONO, THEME_DEPTH_TRUE, THEME_LIVE, false);
    assert_int_equal(mono.background, THEME_DEFAULT_COLOR);
    assert_true(mono.reverse);
}

static void theme_is_found_by_its_name(void **state) {
    (void)state;
    enum theme_id id = THEME_ID_MONO;
    for (int each = 0; each < THEME_ID_COUNT; each++) {
        assert_true(theme_find(str_from(theme_names[each]), &id));
        assert_int_equal(id, each);
    }
    assert_false(theme_find(STR("sepia"), &id));
    assert_null(theme_names[THEME_ID_COUNT]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(theme_texts_can_be_read),
    cmocka_unit_test(theme_of_contrast_has_more_of_it),
    cmocka_unit_test(theme_for_colour_blind_eyes_parts_good_and_bad),
    cmocka_unit_test(theme_without_colour_has_none),
    cmocka_unit_test(theme_is_found_by_its_name),
};

int main(void) {
    return cmocka_run_group_tests_name("console/theme", tests, NULL, NULL);
}
