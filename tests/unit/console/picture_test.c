#include "support/test.h"

#include "console/picture.h"

static void draw(struct canvas *canvas) {
    canvas_resize(canvas, 20, 2);
    struct canvas_pen pen = canvas_pen(canvas, canvas_rect(canvas), 0);
    canvas_write_text(&pen, THEME_GOOD, "✓ a<b & \"c\"");
    pen = canvas_pen(canvas, canvas_rect(canvas), 1);
    canvas_write_text(&pen, THEME_STRONG, "商品");
    canvas_write_text(&pen, THEME_TEXT, "x");
    canvas_select(canvas, (struct rect){.row = 1, .columns = 20, .rows = 1});
}

static void picture_places_runs_in_their_colours(void **state) {
    (void)state;
    struct canvas canvas = {0};
    struct buf out = {0};
    draw(&canvas);
    picture_svg(&canvas, THEME_ID_DARK, STR("a <title>"), &out);
    const struct str svg = buf_str(&out);
    assert_true(str_starts_with(
        svg, STR("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"204\" height=\"62\"")));
    assert_contains(svg, "<title>a &lt;title&gt;</title>");
    assert_contains(svg, "fill=\"#14181d\""); // the page
    // a good role, word by word, each at its own place: blanks are no text
    assert_contains(svg, "fill=\"#7cc47f\">✓</text>");
    assert_contains(
        svg, "<text x=\"30\" y=\"26\" textLength=\"27\" lengthAdjust=\"spacingAndGlyphs\" "
             "fill=\"#7cc47f\">a&lt;b</text>");
    assert_contains(svg, "fill=\"#7cc47f\">&amp;</text>");
    assert_contains(svg, "fill=\"#7cc47f\">&quot;c&quot;</text>");
    // two wide characters take four cells; what follows stands in the fifth
    assert_contains(
        svg, "textLength=\"36\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#d8dee6\" "
             "font-weight=\"bold\">商品</text>");
    assert_contains(svg, "<text x=\"48\" y=\"45\"");
    assert_contains(
        svg, "<rect x=\"12\" y=\"31\" width=\"36\" height=\"19\" fill=\"#2a333d\"/>"); // selected
    buf_release(&out);
    canvas_release(&canvas);
}

static void picture_of_the_terminals_theme_is_the_dark_one(void **state) {
    (void)state;
    struct canvas canvas = {0};
    struct buf own = {0}, dark = {0}, light = {0};
    draw(&canvas);
    picture_html(&canvas, THEME_ID_TERMINAL, STR("t"), &own);
    picture_html(&canvas, THEME_ID_DARK, STR("t"), &dark);
    picture_html(&canvas, THEME_ID_LIGHT, STR("t"), &light);
    assert_string_equal(buf_text(&own), buf_text(&dark));
    assert_contains(buf_str(&light), "background:#fafaf7");
    assert_contains(buf_str(&light), "a&lt;b &amp; &quot;c&quot;");
    buf_release(&own);
    buf_release(&dark);
    buf_release(&light);
    canvas_release(&canvas);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(picture_places_runs_in_their_colours),
    cmocka_unit_test(picture_of_the_terminals_theme_is_the_dark_one),
};

int main(void) {
    return cmocka_run_group_tests_name("console/picture", tests, NULL, NULL);
}
