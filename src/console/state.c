// state — what outlives the program: which pane, how the body is divided, and what features keep. A file
// that makes no sense, or is of a newer program, is worth as much as none.
#include "base/json.h"
#include "console/model.h"
#include "internal.h"

static void save_arrangement(const struct model *model, struct json_node *root) {
    const struct model_arrangement *arrangement = &model->arrangement;
    struct json_node *object = json_add_object(root, "layout");
    json_add_text(object, "pane", str_from(pane_get(model->pane)->short_title));
    json_add_bool(object, "zoomed", arrangement->is_zoomed);
    json_add_bool(object, "mouse", !model->is_mouse_off);
    json_add_text(object, "theme", str_from(theme_names[model->theme]));
    json_add_integer(object, "row_share", arrangement->row_share);
    struct json_node *shares = json_add_array(object, "column_shares");
    json_add_integer(shares, NULL, arrangement->column_shares[2][0]);
    json_add_integer(shares, NULL, arrangement->column_shares[3][0]);
    json_add_integer(shares, NULL, arrangement->column_shares[3][1]);
}

void model_save(const struct model *model, struct buf *out) {
    struct json document = {0};
    struct json_node *root = json_new_object(&document);
    save_arrangement(model, root);
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (features[i]->save) features[i]->save(model, json_add_object(root, features[i]->name));
    }
    json_print_pretty(document.root, out);
    buf_add_char(out, '\n');
    json_release(&document);
}

static int read_share(const struct json_node *node) {
    int64_t share = 0;
    if (!json_integer(node, &share) || share < LAYOUT_SHARE_LEAST || share > LAYOUT_SHARE_MOST)
        return 0;
    return (int)share;
}

static void load_arrangement(struct model *model, const struct json_node *object) {
    struct model_arrangement *arrangement = &model->arrangement;
    const struct str pane = json_get_text(object, "pane");
    for (int id = 0; id < PANE_COUNT; id++) {
        if (str_equal(pane, str_from(pane_get((enum pane_id)id)->short_title)))
            model_focus(model, (enum pane_id)id);
    }
    arrangement->is_zoomed = json_bool(json_get(object, "zoomed"), false);
    model->is_mouse_off = !json_bool(json_get(object, "mouse"), true);
    (void)theme_find(json_get_text(object, "theme"), &model->theme);
    arrangement->row_share = read_share(json_get(object, "row_share"));
    const struct json_node *share = json_first(json_get(object, "column_shares"));
    arrangement->column_shares[2][0] = read_share(share);
    share = json_next(share);
    arrangement->column_shares[3][0] = read_share(share);
    arrangement->column_shares[3][1] = read_share(json_next(share));
}

void model_load(struct model *model, struct str text) {
    struct json document = {0};
    struct error ignored;
    if (!json_parse(text, &document, &ignored)) return;
    load_arrangement(model, json_get(document.root, "layout"));
    size_t count = 0;
    const struct feature *const *features = feature_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (features[i]->load) features[i]->load(model, json_get(document.root, features[i]->name));
    }
    json_release(&document);
    internal_settle(model);
}

void internal_add_path(const struct model *model, struct str typed, struct buf *out) {
    const char *home = model->options.home;
    const bool is_of_home = str_equal(typed, STR("~")) || str_starts_with(typed, STR("~/"));
    if (is_of_home && home) buf_add(out, str_from(home));
    buf_add(out, str_skip(typed, is_of_home && home ? 1 : 0));
}

void model_wrote_file(struct model *model, struct str path, const struct error *err) {
    if (err->code == ERROR_NONE)
        model_note(model, THEME_GOOD, "✓ Written: " STR_FMT, STR_ARG(path));
    else
        internal_note_error(model, err);
    internal_settle(model);
}
