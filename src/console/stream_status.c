// stream_status — how the generator is doing, as a picture: progress, counts, words, and plots of the last
// minutes.
#include "console/amount.h"
#include "console/model.h"
#include "console/stream_controls.h"
#include "console/width.h"

#define PLOT_ROWS_MOST 6
#define PLOT_COLUMNS 22 // at least, when there are several
#define BAR_MOST 40
#define BAR_LEAST 6

static const struct message_progress *progress_of(const struct model *model) {
    return model->stream.progress ? &model->stream.progress->as.progress : NULL;
}

bool stream_controls_has_status(const struct model *model) {
    return model->stream.generate_run_id || model->stream.progress;
}

static void add_duration(struct buf *out, int64_t ms) {
    const int64_t seconds = ms / 1000;
    if (seconds >= 86400)
        buf_add_format(
            out, "%jd d %jd h", (intmax_t)(seconds / 86400), (intmax_t)(seconds % 86400 / 3600));
    else if (seconds >= 3600)
        buf_add_format(
            out, "%jd:%02jd:%02jd", (intmax_t)(seconds / 3600), (intmax_t)(seconds % 3600 / 60),
            (intmax_t)(seconds % 60));
    else
        buf_add_format(out, "%jd:%02jd", (intmax_t)(seconds / 60), (intmax_t)(seconds % 60));
}

// Progress

static void write_state(const struct model *model, struct canvas_pen *pen) {
    if (!model->stream.generate_run_id)
        canvas_write_text(pen, THEME_DIM, "○ ended ");
    else if (model->stream.is_generator_paused)
        canvas_write_text(pen, THEME_WARN, "○ paused ");
    else
        canvas_write_text(pen, THEME_RUNNING, "● running ");
}

static void add_speed(const struct model *model, struct buf *out) {
    const struct message_progress *progress = progress_of(model);
    if (!progress) return;
    buf_add_format(out, "%.1f/s", progress->per_second);
    if (!model->stream.generate_run_id) return;
    if (progress->is_delivery && progress->wanted_per_second > 0)
        buf_add_format(out, " of %.0f", progress->wanted_per_second);
}

static void add_share(const struct model *model, uint64_t ended, bool is_short, struct buf *out) {
    const struct message_progress *progress = progress_of(model);
    if (!progress) return;
    const double share = 100 * (double)ended / (double)progress->total;
    const bool is_running = model->stream.generate_run_id && !model->stream.is_generator_paused;
    buf_add_format(out, " %.0f %%", share);
    if (!is_short) {
        buf_add(out, progress->is_total_about ? STR(" of about ") : STR(" of "));
        amount_add_grouped(out, progress->total);
    }
    if (progress->eta_ms < 0 || !is_running) return;
    buf_add(out, STR(" · "));
    add_duration(out, progress->eta_ms);
    buf_add(out, STR(" left"));
}

static void write_bar(struct canvas_pen *pen, double share, int columns) {
    const int filled = (int)(share * columns + 0.5);
    canvas_write_text(pen, THEME_TEXT, " ");
    canvas_repeat(pen, THEME_BAR, 0x2501u, filled < columns ? filled : columns);
    canvas_repeat(pen, THEME_BAR_REST, 0x2500u, columns - filled);
}

static void
draw_progress(const struct model *model, struct rect rect, int row, struct canvas *canvas) {
    const struct message_progress *progress = progress_of(model);
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    struct buf speed = {0}, share = {0};
    write_state(model, &pen);
    add_speed(model, &speed);
    canvas_write(&pen, THEME_STRONG, buf_str(&speed));
    if (progress && progress->total) {
        const uint64_t ended = progress->is_delivery
                                   ? progress->accepted + progress->refused + progress->skipped
                                   : progress->done;
        add_share(model, ended, false, &share);
        if (canvas_room(&pen) < width_of_text(buf_str(&share)) + 2 + BAR_LEAST) {
            buf_reset(&share);
            add_share(model, ended, true, &share);
        }
        const int room = canvas_room(&pen) - width_of_text(buf_str(&share)) - 2;
        if (room >= BAR_LEAST)
            write_bar(
                &pen, (double)ended / (double)progress->total, room < BAR_MOST ? room : BAR_MOST);
        canvas_write(&pen, THEME_TEXT, buf_str(&share));
    }
    buf_release(&speed);
    buf_release(&share);
}

static void
write_count(struct canvas_pen *pen, enum theme_role role, uint64_t count, const char *what) {
    struct buf text = {0};
    amount_add_grouped(&text, count);
    buf_add_format(&text, " %s", what);
    if (pen->column > pen->start) canvas_write_text(pen, THEME_DIM, " · ");
    canvas_write(pen, role, buf_str(&text));
    buf_release(&text);
}

static void
draw_counts(const struct model *model, struct rect rect, int row, struct canvas *canvas) {
    const struct message_progress *progress = progress_of(model);
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    if (!progress) {
        canvas_write_text(&pen, THEME_DIM, "no event was answered for yet");
        return;
    }
    const uint64_t accepted = progress->is_delivery ? progress->accepted : progress->done;
    const uint64_t refused = progress->is_delivery ? progress->refused : progress->failed;
    write_count(&pen, THEME_GOOD, accepted, "accepted");
    write_count(&pen, refused ? THEME_BAD : THEME_DIM, refused, "refused");
    if (!progress->is_delivery) return;
    write_count(&pen, progress->retried ? THEME_WARN : THEME_DIM, progress->retried, "sent again");
    write_count(&pen, THEME_TEXT, progress->in_flight, "in flight");
    if (progress->skipped) write_count(&pen, THEME_DIM, progress->skipped, "passed over");
    if (progress->where) canvas_write_format(&pen, THEME_DIM, " · at %s", progress->where);
}

// What the receiver does to us, or the last words of a run that is over.
static bool has_words(const struct model *model) {
    const struct message_progress *progress = progress_of(model);
    if (model->stream.generate_run_id) return progress && progress->trouble;
    return model->controls.said.len > 0;
}

static void
draw_words(const struct model *model, struct rect rect, int row, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, row);
    if (!model->stream.generate_run_id) {
        canvas_write(&pen, THEME_DIM, buf_str(&model->controls.said));
        return;
    }
    const struct message_progress *progress = progress_of(model);
    canvas_write_text(&pen, THEME_WARN, "• ");
    if (progress) canvas_write_text(&pen, THEME_WARN, progress->trouble);
}

// Plots

struct chart {
    const char *title;
    const struct plot_series *series;
    enum plot_join join; // sums become a number per second
    enum theme_role role;
};

static size_t read_values(
    const struct model *model,
    const struct chart *chart,
    int columns,
    double values[PLOT_MOST_VALUES]) {
    const size_t count = 2 * (size_t)columns < PLOT_SECONDS ? 2 * (size_t)columns : PLOT_SECONDS;
    const int each = (PLOT_SECONDS + (int)count - 1) / (int)count;
    plot_series_read(chart->series, model->now_ms / 1000, each, chart->join, values, count);
    for (size_t i = 0; chart->join == PLOT_JOIN_SUM && i < count; i++)
        values[i] /= each;
    return count;
}

static void
draw_caption(const struct chart *chart, double top, struct rect rect, struct canvas *canvas) {
    struct canvas_pen pen = canvas_pen(canvas, rect, 0);
    const char *range = " · 5 minutes";
    canvas_write_text(&pen, THEME_NAME, chart->title);
    if (top > 0) canvas_write_format(&pen, THEME_DIM, " · top %.*f", top < 10 ? 1 : 0, top);
    if (canvas_room(&pen) >= width_of_text(str_from(range)))
        canvas_write_text(&pen, THEME_DIM, range);
}

static void draw_chart(
    const struct model *model, const struct chart *chart, struct rect rect, struct canvas *canvas) {
    double values[PLOT_MOST_VALUES];
    const struct rect caption = rect_take_top(&rect, 1);
    const size_t count = rect.columns > 0 ? read_values(model, chart, rect.columns, values) : 0;
    const struct plot plot = {.values = values, .count = count, .role = chart->role};
    draw_caption(chart, plot_top(&plot), caption, canvas);
    plot_draw(&plot, rect, canvas);
}

// As many as there is room for, the first one first.
static void draw_plots(const struct model *model, struct rect rect, struct canvas *canvas) {
    const struct stream_controls *self = &model->controls;
    const struct chart charts[] = {
        {.title = "accepted/s", .series = &self->accepted, .role = THEME_BAR},
        {
            .title = "request ms",
            .series = &self->slowest_ms,
            .join = PLOT_JOIN_LARGEST,
            .role = THEME_NUMBER,
        },
        {
            .title = "received/s",
            .series = &self->received,
            .join = PLOT_JOIN_SUM,
            .role = THEME_GOOD,
        },
    };
    const int most = (int)ARRAY_COUNT(charts);
    int count = rect.columns / PLOT_COLUMNS;
    if (count < 1) count = 1;
    if (count > most) count = most;
    for (int at = 0; at < count; at++) {
        const int columns = (rect.columns - 2 * (count - 1 - at)) / (count - at);
        draw_chart(model, &charts[at], rect_take_left(&rect, columns), canvas);
        rect_take_left(&rect, 2);
    }
}

int stream_controls_status_rows(const struct model *model, int rows_at_most) {
    int rows = 2 + has_words(model);
    const int rest = rows_at_most - rows;
    if (rest >= 3) rows += 1 + (rest - 1 < PLOT_ROWS_MOST ? rest - 1 : PLOT_ROWS_MOST);
    return rows < rows_at_most ? rows : rows_at_most;
}

void stream_controls_draw_status(
    const struct model *model, struct rect rect, struct canvas *canvas) {
    int row = 0;
    draw_progress(model, rect, row++, canvas);
    draw_counts(model, rect, row++, canvas);
    if (has_words(model)) draw_words(model, rect, row++, canvas);
    rect_take_top(&rect, row);
    if (rect.rows >= 3) draw_plots(model, rect, canvas);
}
