// confirm — a question before something that writes or takes away, and what happens with a yes.
#include "base/memory.h"
#include "console/model.h"
#include "console/width.h"
#include "internal.h"
#include "overlays.h"

#define COLUMNS 64
#define FRAME_ROWS 2
#define ANSWER_ROWS 2 // and the gap above

void overlay_add_account(const struct model *model, struct buf *out) {
    if (!model->backend) {
        buf_add(out, STR("Which account this is is not known yet, it may be a real one"));
        return;
    }
    const struct message_backend *backend = &model->backend->as.backend;
    buf_add_format(
        out, "Account %s, %s", backend->account ? backend->account : "(not known)",
        backend->region ? backend->region : "region not known");
}

void overlay_confirm(
    struct model *model,
    struct str title,
    struct str text,
    const char *yes,
    struct command *take_command,
    overlay_then_fn *then) {
    struct overlay_question *question = &model->question;
    buf_reset(&question->title);
    buf_reset(&question->text);
    buf_add(&question->title, title);
    buf_add(&question->text, text);
    command_free(question->command);
    question->command = take_command;
    question->then = then;
    question->yes = yes;
    question->top = 0;
    question->context = KEYMAP_CONFIRM;
    overlay_open(model, OVERLAY_CONFIRM);
}

// Where the question is whether to leave, "leave it" would say the opposite of what it does.
static const char *no_words(const struct model *model) {
    return model->question.context == KEYMAP_LEAVE ? " stay" : " leave it";
}

static void add_answers(const struct model *model, struct buf *yes, struct buf *no) {
    keymap_add_key(yes, &model->keymap, model->question.context, INTENT_YES);
    keymap_add_key(no, &model->keymap, KEYMAP_OVERLAY, INTENT_CLOSE);
}

// The text scrolls where it must; the two keys are always there, in the last row.
struct parts {
    struct rect text, answers;
};

static int text_rows(const struct model *model, int columns) {
    struct sheet sheet = {.rect = {.columns = columns}};
    sheet_text(&sheet, THEME_TEXT, buf_str(&model->question.text));
    return sheet.row;
}

static void measure(const struct model *model, int columns, int *out_rows, int *out_columns) {
    *out_columns = columns < COLUMNS ? columns : COLUMNS;
    *out_rows = text_rows(model, *out_columns - 4) + FRAME_ROWS + ANSWER_ROWS;
}

static struct parts divide(const struct model *model, struct rect rect) {
    struct parts parts = {0};
    rect_take_top(&rect, 1);
    rect_take_bottom(&rect, 1);
    rect = rect_inset(rect_inset(rect, 1), 1);
    const bool has_gap = rect.rows >= text_rows(model, rect.columns) + ANSWER_ROWS;
    parts.answers = rect_take_bottom(&rect, 1);
    rect_take_bottom(&rect, has_gap ? ANSWER_ROWS - 1 : 0);
    parts.text = rect;
    return parts;
}

static void draw_answers(const struct model *model, struct rect rect, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    struct buf yes = {0}, no = {0};
    add_answers(model, &yes, &no);
    canvas_write(&pen, THEME_KEY, buf_str(&yes));
    canvas_write_format(&pen, THEME_TEXT, " %s   ", model->question.yes);
    canvas_write(&pen, THEME_KEY, buf_str(&no));
    canvas_write_text(&pen, THEME_TEXT, no_words(model));
    buf_release(&yes);
    buf_release(&no);
}

static void draw(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct parts parts = divide(model, rect);
    const int top = model->question.top;
    const int below = text_rows(model, parts.text.columns) - top - parts.text.rows;
    struct buf note = {0};
    if (below > 0)
        buf_add_format(
            &note, "%s: %d more ↓",
            keymap_name_of(&model->keymap, model->question.context, INTENT_DOWN).text, below);
    overlay_frame(canvas, rect, buf_str(&model->question.title), buf_str(&note));
    buf_release(&note);
    struct sheet sheet = {.canvas = canvas, .rect = parts.text, .top = top};
    sheet_text(&sheet, THEME_TEXT, buf_str(&model->question.text));
    draw_answers(model, parts.answers, canvas);
}

static void settle(struct model *model, struct rect rect) {
    const struct parts parts = divide(model, rect);
    const int most = text_rows(model, parts.text.columns) - parts.text.rows;
    int *top = &model->question.top;
    if (*top > most) *top = most;
    if (*top < 0) *top = 0;
}

// The row with the two keys: what the pointer is on is pressed.
static void
click(struct model *model, struct rect rect, int column, int row, struct effects *effects) {
    const struct parts parts = divide(model, rect);
    const int first = parts.answers.column;
    if (row != parts.answers.row || column < first) return;
    struct buf yes_key = {0}, no_key = {0};
    add_answers(model, &yes_key, &no_key);
    const int yes =
        width_of_text(buf_str(&yes_key)) + 1 + width_of_text(str_from(model->question.yes));
    const int no = width_of_text(buf_str(&no_key)) + width_of_text(str_from(no_words(model)));
    buf_release(&yes_key);
    buf_release(&no_key);
    if (column < first + yes) {
        internal_do(model, INTENT_YES, effects);
    } else if (column >= first + yes + 3 && column < first + yes + 3 + no) {
        internal_do(model, INTENT_CLOSE, effects);
    }
}

static bool handle(struct model *model, enum intent intent, struct effects *effects) {
    if (intent == INTENT_UP || intent == INTENT_DOWN) {
        model->question.top += intent == INTENT_UP ? -1 : 1;
        return true;
    }
    if (intent != INTENT_YES) return false;
    struct command *command = model->question.command;
    overlay_then_fn *then = model->question.then;
    model->question.command = NULL;
    overlay_close(model);
    if (command)
        effects_add(effects, command);
    else if (then)
        then(model, effects);
    return true;
}

static void closed(struct model *model) {
    command_free(model->question.command);
    model->question.command = NULL;
}

const struct overlay confirm_overlay = {
    .id = OVERLAY_CONFIRM,
    .context = KEYMAP_CONFIRM,
    .measure = measure,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
    .closed = closed,
    .may_cover = true,
};

// Leaving

static void leave(struct model *model, struct effects *effects) {
    (void)model;
    effects->quit = true;
}

// What would be cut off, one a line.
static void add_running(const struct model *model, struct buf *out) {
    const struct output *output = &model->output;
    if (model->stream.generate_run_id) buf_add(out, STR("The generator is running.\n"));
    if (model->fire.run_id) buf_add(out, STR("An event is under way.\n"));
    if (model->change_run_id) buf_add(out, STR("A setting is being changed.\n"));
    if (output->run_id && !output->is_over)
        buf_add_format(out, "%s is running.\n", buf_text(&output->title));
    const uint64_t waiting = model->waiting.count;
    if (waiting)
        buf_add_format(
            out, "%ju event%s in the outbox %s not arrived: %s sent at the next start.\n",
            (uintmax_t)waiting, waiting == 1 ? "" : "s", waiting == 1 ? "has" : "have",
            waiting == 1 ? "it is" : "they are");
}

static void ask(struct model *model, struct str title, struct str text, overlay_then_fn *then) {
    overlay_confirm(model, title, text, "leave", NULL, then);
    overlay_close(model);
    model->question.context = KEYMAP_LEAVE;
    overlay_open(model, OVERLAY_LEAVE);
}

void overlay_leave(struct model *model, struct effects *effects) {
    struct buf text = {0};
    add_running(model, &text);
    if (text.len) {
        ask(model, STR("Leave?"), str_trim(buf_str(&text)), leave);
    } else {
        effects->quit = true;
    }
    buf_release(&text);
}

const struct overlay leave_overlay = {
    .id = OVERLAY_LEAVE,
    .context = KEYMAP_LEAVE,
    .measure = measure,
    .draw = draw,
    .settle = settle,
    .handle = handle,
    .click = click,
    .closed = closed,
    .may_cover = true,
};
