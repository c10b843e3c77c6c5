// model — everything the console knows and shows, and how it changes. Pure: no clock, no terminal,
// no queue; drawing reads it and changes nothing.
//
//   input ──► model_handle ─┐
//   message ─► model_apply ─┼─► model changed and settled (layout, scroll, selection) + effects
//   size ────► model_resize ┘
//
// Shape    runs are told apart by ids the model gives out; an answer for another shopper than the
//          one in focus, or older than one already shown, is dropped.
// Owns     messages it keeps (lists, profiles, events) and its strings; model_release.
// Bounds   of events EVENT_LIST_MOST and EVENT_LIST_BYTES of their JSON; older ones leave and are counted.
// Threads  one: the UI.
#pragma once

#include "console/composer.h"
#include "console/copy_menu.h"
#include "console/editor.h"
#include "console/effects.h"
#include "console/event_list.h"
#include "console/feature.h"
#include "console/history.h"
#include "console/input.h"
#include "console/journey_screen.h"
#include "console/keeper.h"
#include "console/key_file.h"
#include "console/layout.h"
#include "console/list.h"
#include "console/lists.h"
#include "console/loop_screen.h"
#include "console/meter.h"
#include "console/mouse.h"
#include "console/narrow.h"
#include "console/output.h"
#include "console/overlay.h"
#include "console/palette.h"
#include "console/pane.h"
#include "console/player.h"
#include "console/presenter.h"
#include "console/prompt.h"
#include "console/request_log.h"
#include "console/setup.h"
#include "console/stream_controls.h"
#include "console/stream_filter.h"
#include "console/trait_history.h"
#include "console/waiting.h"
#include "protocol/descriptor.h"
#include "protocol/message.h"

#define MODEL_SEND_WAIT "10"      // seconds the test event is followed
#define MODEL_SEND_PATIENCE "120" // … and beyond that, while a backlog is before it
#define MODEL_CONTEXTS 5
#define MODEL_OVERLAYS 4

struct model_product { // of the catalogue; borrowed, outlives the model
    const char *sku, *name;
};

enum model_via { MODEL_VIA_SEGMENT, MODEL_VIA_DESTINATION, MODEL_VIA_HANDLER, MODEL_VIA_COUNT };
enum model_field {
    MODEL_FIELD_VIA,
    MODEL_FIELD_TEMPLATE,
    MODEL_FIELD_NAME,
    MODEL_FIELD_PRODUCT,
    MODEL_FIELD_USER,
    MODEL_FIELD_JSON,
    MODEL_FIELD_COUNT
};

// What can be told about a value that is being typed; actions/judgement.h.
typedef void model_judge_fn(
    const struct message_settings *settings, struct str key, struct str value, struct error *out);

struct model_options {     // borrowed, outlive the model
    model_judge_fn *judge; // NULL: the rules of the settings table alone
    const struct model_product *products;
    size_t product_count;
    const struct descriptor *actions; // for the palette
    size_t action_count;
    const char *user, *event_name, *sku; // NULL: the workshop's
    const char *home;                    // what ~ stands for in the name of a file; NULL: itself
    const struct scene *scene;           // to be played; NULL: none
    const struct key_file *keys;         // a person's own; NULL: the defaults
};

// The event that t fires.
struct model_event {
    enum model_via via;
    char *name, *sku; // the user is the one in focus
};

// The event in flight, or the last one.
struct model_fire {
    uint64_t run_id;     // 0: nothing is under way
    int64_t fired_at_ms; // wall
    bool has_fired, is_refreshed;
    bool is_identify_due; // its identify call has not come by on the stream yet
    char *label;          // "Product Clicked ocean-blue-shirt"
    struct hop hops[HOP_COUNT];
    struct error problem; // why the run failed when no hop tells it
};

// An answer that is asked for again and again: at most one question is under way. Changes are shown
// against what stood before their cause (a fired event, a loop closed elsewhere, a refresh), for one
// cause changes the answer in several steps.
struct model_answer {
    struct message *now;    // NULL: none yet
    struct message *before; // as it was before the newest cause of change; NULL: not known
    bool is_cause_new;      // a cause came up, its change has not
    uint64_t run_id;        // asked and not yet ended; 0: none
    uint64_t shown_run_id;  // newest run whose answer was shown
    bool again;             // ask once more when this one ends
    struct error problem;   // why the last run failed
};

struct model_stream {
    struct event_list events;
    bool is_staying; // it was asked not to follow; on an older row it does not, either
    uint64_t watch_run_id, generate_run_id;
    struct error watch_problem;
    int rate; // events per second asked of the generator; 0: as fast as it goes
    bool is_generator_paused;
    struct message *progress;
};

struct model_notice {
    enum theme_role role;
    const char *mark;      // before what is said; NULL: none
    struct buf text, hint; // what is said, and the next step
};

// Which panes the body shows, beside the one in focus.
struct model_arrangement {
    bool is_zoomed;
    // By number of columns (two, three): the pane last looked at in each place.
    enum pane_id shown[LAYOUT_COLUMNS_MAX + 1][PANE_PLACES];
    bool is_lower_last[LAYOUT_COLUMNS_MAX + 1];                        // of the right column
    int column_shares[LAYOUT_COLUMNS_MAX + 1][LAYOUT_COLUMNS_MAX - 1]; // per cent; 0: even
    int row_share; // per cent; 0: the layout's own
};

struct model {
    struct model_options options;
    int columns, rows;
    struct layout layout;

    int64_t now_ms; // wall time of this update; 0 before the first

    struct keymap keymap; // what the keys mean
    enum pane_id pane;    // in focus
    struct model_arrangement arrangement;
    struct list lists[PANE_COUNT];
    int detail_tops[PANE_COUNT];
    struct narrow narrow;
    bool is_detail_open; // of the pane in focus
    bool is_mouse_off;   // so that the terminal's own selection works
    struct mouse mouse;
    enum theme_id theme;
    struct palette palette;
    struct output output;
    enum overlay_id overlays[MODEL_OVERLAYS]; // bottom to top
    int overlay_count;
    struct overlay_question question;
    struct setup setup;
    int setup_guide_top; // scroll of the guide to a setting
    struct journey_screen journey;
    struct loop_screen loop;
    struct meter meter;
    struct player player;
    struct keeper keeper;
    struct presenter presenter;
    struct lists shown_lists;
    struct request_log requests;
    struct trait_history traits;
    struct copy_menu copying;
    int help_top;
    struct buf help_search;
    enum model_editing editing;
    struct editor editor;
    struct history history; // of the lines that were typed
    int tick;               // counts up while something is under way, for the moving symbol

    char *user; // in focus
    struct model_event event;
    struct composer composer;
    struct model_fire fire;
    struct model_answer recommendations, profile;
    struct message *settings, *backend;
    struct buf cleaning;     // what was removed from the last paste
    struct buf change_note;  // what the run that changes a setting said
    const char *change_said; // what is said when it is done: "Saved"
    uint64_t settings_run_id, status_run_id, change_run_id;
    struct model_stream stream;
    struct stream_filter stream_filter;
    struct stream_controls controls;
    struct model_notice notice;
    struct waiting waiting;
    uint64_t next_run_id;
    uint64_t account_run_id; // runs before this one asked an account that was left behind since
};

void model_init(struct model *model, const struct model_options *options);
void model_release(struct model *model);
// The questions asked at the start: settings, backend, list, profile, events.
void model_start(struct model *model, struct effects *effects);
// The person's own keys; what is wrong with them is said. model_start takes those of the options.
void model_use_keys(struct model *model, const struct key_file *keys);
void model_resize(struct model *model, int columns, int rows);
// Before every update: what time it is (wall).
void model_set_now(struct model *model, int64_t now_ms);
// When model_wake is due although nothing happens; 0: never.
int64_t model_wake_ms(const struct model *model);
void model_wake(struct model *model, struct effects *effects);
// What outlives the program, as JSON; text that makes no sense changes nothing.
void model_save(const struct model *model, struct buf *out);
void model_load(struct model *model, struct str text);
// Answers to effects that the console carried out. `err` code ERROR_NONE: done.
void model_wrote_file(struct model *model, struct str path, const struct error *err);
// What came of effects.edit.
void model_edited_text(struct model *model, struct str text, const struct error *err);
void model_handle(struct model *model, const struct input *input, struct effects *effects);
void model_apply(struct model *model, struct message *take_message, struct effects *effects);
// The same for messages that come by the hundred: after the last, and before anything else, model_settle.
void model_apply_next(struct model *model, struct message *take_message, struct effects *effects);
void model_settle(struct model *model);
// The command could not be given to the worker: its queue is full.
void model_refuse(struct model *model, uint64_t run_id, struct effects *effects);
bool model_is_animated(const struct model *model);
void model_tick(struct model *model);

// The contexts in force, innermost first; returns their number.
size_t model_contexts(const struct model *model, enum keymap_context contexts[MODEL_CONTEXTS]);
// For the footer: would the intent do anything now; is what it switches on?
bool model_can(const struct model *model, enum intent intent);
bool model_is_on(const struct model *model, enum intent intent);

// For panes.
void model_focus(struct model *model, enum pane_id id); // shows it where it belongs
bool model_is_visible(const struct model *model, enum pane_id pane);
const char *model_via_name(enum model_via via);
const struct model_product *model_find_product(const struct model *model, const char *sku);
const struct message_event *
model_event_at(const struct model *model, size_t row); // newest is row 0
size_t model_event_count(const struct model *model);
void model_edit(struct model *model, enum model_editing what, struct str value, bool is_secret);
struct command *model_new_run(struct model *model, const char *action);
void model_note(struct model *model, enum theme_role role, const char *format, ...)
    PRINTF_LIKE(3, 4);
void model_ask_settings(struct model *model, struct effects *effects);
void model_ask_shopper(struct model *model, struct effects *effects); // list and profile
void model_watch(struct model *model, struct effects *effects);       // unless it is watched
void model_watch_anew(struct model *model, struct effects *effects);
bool model_is_live(const struct model *model); // a real account
