// config — see the header. Layers are laid one over the other with config_set; what a layer covers is
// told by the note of the value on top.
#include "config/config.h"

#include "base/memory.h"
#include "config/config_file.h"

#include <stdlib.h>

const char *config_source_name(enum config_source source) {
    switch (source) {
    case CONFIG_UNSET: return "unset";
    case CONFIG_DEFAULT: return "default";
    case CONFIG_SANDBOX: return "sandbox";
    case CONFIG_FILE: return "file";
    case CONFIG_ENVIRONMENT: return "environment";
    case CONFIG_FLAG: return "flag";
    }
    return "unset";
}

const char *config_process_environment(void *context, const char *name) {
    (void)context;
    return getenv(name);
}

static void value_release(struct config_value *value) {
    secret_release(&value->value);
    mem_free(value->detail);
    mem_free(value->note);
    mem_free(value->problem);
    mem_free(value->remedy);
    *value = (struct config_value){.is_secret = value->is_secret};
}

void config_release(struct config *config) {
    if (!config) return;
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++)
        value_release(config_at(config, &settings[i]));
    mem_free(config->profile);
    mem_free(config->path);
    mem_free(config->warning);
    *config = (struct config){0};
}

bool config_is_sandbox(const struct config *config) {
    return str_equal(str_from(config->profile), STR(CONFIG_SANDBOX_PROFILE));
}

struct config_value *config_at(struct config *config, const struct setting *setting) {
    return (struct config_value *)(void *)((char *)config + setting->at);
}

const struct config_value *config_get(const struct config *config, const struct setting *setting) {
    return (const struct config_value *)(const void *)((const char *)config + setting->at);
}

bool config_is_set(const struct config_value *value) {
    return secret_is_set(&value->value);
}

struct str config_text(const struct config_value *value) {
    ASSERT(!value->is_secret);
    return secret_reveal(&value->value);
}

const struct secret *config_secret(const struct config_value *value) {
    return &value->value;
}

void config_add_shown(struct buf *out, const struct config_value *value) {
    if (value->is_secret) {
        secret_add_masked(out, &value->value);
    } else {
        buf_add_printable(out, secret_reveal(&value->value));
    }
}

void config_clean(struct str pasted, struct buf *out, struct buf *note) {
    struct buf_cleaning cleaning;
    buf_add_cleaned(out, pasted, &cleaning);
    if (note && cleaning.count) {
        if (note->len) buf_add(note, STR("; "));
        buf_add(note, STR("removed "));
        buf_add_cleaning(note, &cleaning);
    }
}

static void wipe(struct buf *buf) {
    if (buf->ptr) mem_wipe(buf->ptr, buf->cap);
    buf_release(buf);
}

void config_set(
    struct config *config,
    const struct setting *setting,
    struct str text,
    enum config_source source,
    const char *detail) {
    CLEANUP(wipe) struct buf cleaned = {0};
    CLEANUP(buf_release) struct buf note = {0};
    struct config_value *value = config_at(config, setting);
    struct error problem = {0};
    config_clean(text, &cleaned, &note);

    struct config_value made = {.is_secret = setting->is_secret};
    if (cleaned.len) {
        secret_set(&made.value, buf_str(&cleaned));
        made.source = source;
        made.detail = detail ? mem_copy_string(detail) : NULL;
        made.note = note.len ? buf_take(&note) : NULL;
        if (!settings_check(setting, buf_str(&cleaned), &problem)) {
            made.problem = mem_copy_string(problem.message);
            made.remedy = mem_copy_string(problem.hint);
        }
    }
    value_release(value);
    *value = made;
}

bool config_require(const struct config *config, const struct setting *setting, struct error *err) {
    const struct config_value *value = config_get(config, setting);
    if (!config_is_set(value)) {
        (void)error_set(err, ERROR_CONFIG, "%s is not set", setting->name);
        return error_hint(err, "recloop config set %s VALUE (%s)", setting->name, setting->example);
    }
    if (!value->problem) return true;
    (void)error_set(err, ERROR_CONFIG, "%s", value->problem);
    return error_hint(
        err, "%s It comes from %s%s%s.", value->remedy, config_source_name(value->source),
        value->detail ? ": " : "", value->detail ? value->detail : "");
}

// Everything a load needs while layer is laid upon layer.
struct load {
    const struct config_options *options;
    struct config config;
    struct config_file file;
    struct buf warning;
};

static void load_release(struct load *load) {
    config_release(&load->config);
    config_file_release(&load->file);
    buf_release(&load->warning);
}

static const char *look_up(const struct load *load, const char *name) {
    const struct config_options *options = load->options;
    return options->environment ? options->environment(options->environment_context, name) : NULL;
}

// A layer above the sandbox's: says what it covers, because it may break what worked.
static void cover(
    struct load *load,
    const struct setting *setting,
    struct str text,
    enum config_source source,
    const char *detail) {
    CLEANUP(wipe) struct buf cleaned = {0};
    config_clean(text, &cleaned, NULL);
    if (cleaned.len == 0) return;
    struct config_value *value = config_at(&load->config, setting);
    CLEANUP(wipe) struct buf note = {0};
    const bool covers_sandbox = value->source == CONFIG_SANDBOX &&
                                !str_equal(secret_reveal(&value->value), buf_str(&cleaned));
    if (covers_sandbox) {
        buf_add(&note, STR("replaces the sandbox's own "));
        config_add_shown(&note, value);
    }
    config_set(&load->config, setting, text, source, detail);
    if (!covers_sandbox) return;
    if (value->note) {
        buf_add(&note, STR("; "));
        buf_add(&note, str_from(value->note));
    }
    mem_free(value->note);
    value->note = buf_take(&note);
}

static void apply_defaults(struct load *load) {
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        config_set(
            &load->config, &settings[i], str_from(settings[i].initial), CONFIG_DEFAULT, NULL);
    }
}

static void apply_sandbox(struct load *load) {
    const struct config_options *options = load->options;
    for (size_t i = 0; i < options->sandbox_count; i++) {
        const struct setting *setting = settings_find(str_from(options->sandbox[i].key));
        if (!setting) continue;
        config_set(
            &load->config, setting, str_from(options->sandbox[i].value), CONFIG_SANDBOX, NULL);
    }
}

static void apply_file(struct load *load) {
    CLEANUP(buf_release) struct buf detail = {0};
    const struct str profile = str_from(load->config.profile);
    buf_add_format(&detail, "[profile %s]", load->config.profile);
    for (size_t i = 0; i < load->file.count; i++) {
        const struct config_file_line *line = &load->file.lines[i];
        if (line->key.len == 0 || !line->profile) continue;
        if (!str_equal(str_from(line->profile), profile)) continue;
        struct error unknown = {0};
        const struct setting *setting = settings_require(line->key, &unknown);
        if (setting) {
            cover(load, setting, line->value, CONFIG_FILE, buf_text(&detail));
        } else {
            if (load->warning.len) buf_add(&load->warning, STR("; "));
            buf_add_format(
                &load->warning, "line %zu: %s. %s", i + 1, unknown.message, unknown.hint);
        }
    }
}

static void apply_environment(struct load *load) {
    size_t count = 0;
    const struct setting *settings = settings_all(&count);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < SETTINGS_MAX_ENVIRONMENT; j++) {
            const char *name = settings[i].environment[j];
            const char *found = name ? look_up(load, name) : NULL;
            if (!found || str_trim(str_from(found)).len == 0) continue;
            cover(load, &settings[i], str_from(found), CONFIG_ENVIRONMENT, name);
            break;
        }
    }
}

static bool apply_flags(struct load *load, struct error *err) {
    const struct config_options *options = load->options;
    for (size_t i = 0; i < options->flag_count; i++) {
        CLEANUP(buf_release) struct buf detail = {0};
        const struct setting *setting = settings_require(str_from(options->flags[i].key), err);
        if (!setting) return false;
        buf_add_format(&detail, "--%s", setting->name);
        cover(load, setting, str_from(options->flags[i].value), CONFIG_FLAG, buf_text(&detail));
    }
    return true;
}

static bool find_path(struct load *load, struct error *err) {
    CLEANUP(buf_release) struct buf path = {0};
    const struct config_options *options = load->options;
    struct error no_home = {0}; // then there is no file, and the program still runs
    if (options->path) {
        buf_add(&path, str_from(options->path));
    } else if (!config_file_path(
                   options->environment, options->environment_context, &path, &no_home)) {
        buf_reset(&path);
    }
    load->config.path = mem_copy_string(buf_text(&path));
    if (path.len == 0) return true;
    if (config_file_load(load->config.path, &load->file, err)) return true;
    // A home that cannot be entered must not keep the sandbox from running; a file that was named, or
    // that holds something wrong, is for the person to mend.
    if (options->path || err->code != ERROR_IO) return false;
    buf_add(&load->warning, STR("no settings file: "));
    buf_add_printable(&load->warning, str_from(err->message));
    return true;
}

static struct str find_profile(const struct load *load) {
    const struct str flag = str_from(load->options->profile);
    const struct str variable = str_trim(str_from(look_up(load, "RECLOOP_PROFILE")));
    const struct str chosen = config_file_chosen(&load->file);
    if (flag.len) return flag;
    if (variable.len) return variable;
    return chosen.len ? chosen : STR(CONFIG_SANDBOX_PROFILE);
}

static void choose_profile(struct load *load) {
    CLEANUP(buf_release) struct buf name = {0};
    buf_add(&name, find_profile(load));
    load->config.profile = buf_take(&name);
    if (config_is_sandbox(&load->config)) return;
    if (config_file_has_profile(&load->file, str_from(load->config.profile))) return;
    buf_add(&load->warning, STR("the profile "));
    buf_add_printable(&load->warning, str_from(load->config.profile));
    buf_add(&load->warning, STR(" has no settings yet; `recloop config set` makes it"));
}

bool config_load(const struct config_options *options, struct config *out, struct error *err) {
    CLEANUP(load_release) struct load load = {.options = options};
    if (!find_path(&load, err)) return error_wrap(err, "the settings");
    choose_profile(&load);
    apply_defaults(&load);
    if (config_is_sandbox(&load.config)) apply_sandbox(&load);
    apply_file(&load);
    apply_environment(&load);
    if (!apply_flags(&load, err)) return false;
    if (load.warning.len) load.config.warning = buf_take(&load.warning);
    config_release(out);
    *out = load.config;
    load.config = (struct config){0};
    return true;
}
