// Where a value comes from, and what is said about it.
#include "config/config.h"

#include "base/files.h"
#include "support/test.h"

#include <stdlib.h>
#include <unistd.h>

// A settings file in a folder of its own, and an environment of pairs.
struct world {
    char folder[32];
    struct buf path;
    const char *environment[16]; // name, value, …, NULL
    struct config_options options;
    struct config config;
    struct error err;
};

static const char *look_up(void *context, const char *name) {
    const struct world *world = context;
    for (size_t i = 0; world->environment[i]; i += 2) {
        if (str_equal(str_from(world->environment[i]), str_from(name))) {
            return world->environment[i + 1];
        }
    }
    return NULL;
}

static void world_release(struct world *world) {
    config_release(&world->config);
    if (world->path.len) {
        unlink(buf_text(&world->path));
        rmdir(world->folder);
    }
    buf_release(&world->path);
}

static void write_file(struct world *world, const char *text) {
    struct error err = {0};
    memcpy(world->folder, "/tmp/recloop-test-XXXXXX", sizeof("/tmp/recloop-test-XXXXXX"));
    assert_non_null(mkdtemp(world->folder));
    buf_add_format(&world->path, "%s/config.ini", world->folder);
    assert_ok(files_write(buf_text(&world->path), 0600, str_from(text), &err), err);
}

static bool load(struct world *world) {
    if (world->path.len) world->options.path = buf_text(&world->path);
    world->options.environment = look_up;
    world->options.environment_context = world;
    return config_load(&world->options, &world->config, &world->err);
}

static const struct config_pair sandbox[] = {
    {.key = "region", .value = "us-east-1"},
    {.key = "tracking_url", .value = "http://127.0.0.1:7780"},
    {.key = "website_write_key", .value = "0123456789abcdef0123456789abcdef"},
    {.key = "function_arn", .value = "not a setting: passed over"},
};

static void config_without_anything_has_its_defaults(void **state) {
    (void)state;
    CLEANUP(world_release) struct world world = {0};
    assert_ok(load(&world), world.err);
    assert_true(config_is_sandbox(&world.config));
    assert_string_equal(world.config.path, ""); // no HOME
    assert_str(config_text(&world.config.region), "us-east-1");
    assert_int_equal(world.config.region.source, CONFIG_DEFAULT);
    assert_str(config_text(&world.config.user_id), "2941404340");
    assert_false(config_is_set(&world.config.campaign_arn));
    assert_int_equal(world.config.campaign_arn.source, CONFIG_UNSET);
    assert_null(world.config.warning);
}

static void config_runs_without_a_home_it_can_enter(void **state) {
    (void)state;
    CLEANUP(world_release) struct world world = {.environment = {"HOME", "/dev/null"}};
    assert_ok(load(&world), world.err);
    assert_true(config_is_sandbox(&world.config));
    assert_string_equal(world.config.path, "/dev/null/.config/recloop/config.ini");
    assert_contains(str_from(world.config.warning), "no settings file: opening /dev/null/");
    world.options.path = "/dev/null/named.ini";
    assert_false(load(&world));
    assert_int_equal(world.err.code, ERROR_IO);
    assert_contains(str_from(world.err.hint), "--config");
}

static void config_lays_its_layers_in_order(void **state) {
    (void)state;
    static const struct config_pair flags[] = {{.key = "user_id", .value = "flag"}};
    CLEANUP(world_release)
    struct world world = {
        .environment = {"AWS_REGION", "eu-central-1", "RECLOOP_TRACKING_URL", "http://env"},
        .options.sandbox = sandbox,
        .options.sandbox_count = ARRAY_COUNT(sandbox),
        .options.flags = flags,
        .options.flag_count = ARRAY_COUNT(flags),
    };
    write_file(
        &world, "[profile sandbox]\nregion = eu-west-1\nuser_id = file\n"
                "log_type = None\ntracking_url = http://file\n");
    assert_ok(load(&world), world.err);
    const struct config *config = &world.config;
    assert_str(config_text(&config->user_id), "flag");
    assert_int_equal(config->user_id.source, CONFIG_FLAG);
    assert_string_equal(config->user_id.detail, "--user_id");
    // the environment wins over the file and over the sandbox
    assert_str(config_text(&config->region), "eu-central-1");
    assert_int_equal(config->region.source, CONFIG_ENVIRONMENT);
    assert_string_equal(config->region.detail, "AWS_REGION");
    assert_str(config_text(&config->tracking_url), "http://env");
    assert_str(config_text(&config->log_type), "None");
    assert_int_equal(config->log_type.source, CONFIG_FILE);
    assert_string_equal(config->log_type.detail, "[profile sandbox]");
    assert_int_equal(config->website_write_key.source, CONFIG_SANDBOX);
    assert_int_equal(config->segment_region.source, CONFIG_DEFAULT);
}

static void config_says_what_replaces_the_sandboxs_own(void **state) {
    (void)state;
    CLEANUP(world_release)
    struct world world = {
        .environment =
            {"AWS_REGION", "eu-central-1", "SEGMENT_WEBSITE_WRITE_KEY",
             "ffffffffffffffffffffffffffffffff"},
        .options.sandbox = sandbox,
        .options.sandbox_count = ARRAY_COUNT(sandbox),
    };
    assert_ok(load(&world), world.err);
    assert_string_equal(world.config.region.note, "replaces the sandbox's own us-east-1");
    assert_contains(str_from(world.config.website_write_key.note), "••••cdef");
    assert_null(world.config.tracking_url.note);
}

static void config_uses_sandbox_values_in_its_profile_only(void **state) {
    (void)state;
    CLEANUP(world_release)
    struct world world = {
        .options.sandbox = sandbox,
        .options.sandbox_count = ARRAY_COUNT(sandbox),
    };
    write_file(&world, "profile = work\n[profile work]\nregion = eu-west-1\n");
    assert_ok(load(&world), world.err);
    assert_string_equal(world.config.profile, "work");
    assert_false(config_is_set(&world.config.tracking_url));
    assert_null(world.config.region.note);
    assert_null(world.config.warning);
}

static void config_chooses_the_profile_by_flag_variable_file(void **state) {
    (void)state;
    CLEANUP(world_release) struct world world = {.environment = {"RECLOOP_PROFILE", "second"}};
    write_file(
        &world, "profile = first\n[profile first]\nuser_id = 1\n[profile second]\nuser_id = 2\n");
    assert_ok(load(&world), world.err);
    assert_str(config_text(&world.config.user_id), "2");
    world.environment[0] = NULL;
    assert_ok(load(&world), world.err);
    assert_str(config_text(&world.config.user_id), "1");
    world.options.profile = "sandbox";
    assert_ok(load(&world), world.err);
    assert_str(config_text(&world.config.user_id), "2941404340");
    world.options.profile = "third";
    assert_ok(load(&world), world.err);
    assert_contains(str_from(world.config.warning), "third has no settings yet");
}

static void config_takes_the_first_variable_that_is_set(void **state) {
    (void)state;
    CLEANUP(world_release)
    struct world world = {
        .environment =
            {"connections_source_write_key", "  ", "connections_source_api_key",
             "abcdefabcdefabcd"},
    };
    assert_ok(load(&world), world.err);
    assert_int_equal(world.config.personas_write_key.source, CONFIG_ENVIRONMENT);
    assert_string_equal(world.config.personas_write_key.detail, "connections_source_api_key");
}

static void config_cleans_values_and_keeps_wrong_ones_with_their_problem(void **state) {
    (void)state;
    CLEANUP(world_release)
    struct world world = {
        .environment = {"AWS_REGION", "\"us-east-1a\"\n"},
    };
    struct error err = {0};
    assert_ok(load(&world), world.err);
    const struct config_value *region = &world.config.region;
    assert_str(config_text(region), "us-east-1a");
    assert_contains(str_from(region->note), "removed ");
    assert_contains(str_from(region->problem), "availability zone");
    assert_false(config_require(&world.config, settings_find(STR("region")), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "The region is us-east-1.");
    assert_contains(str_from(err.hint), "environment: AWS_REGION");
}

static void config_require_names_the_command_that_mends(void **state) {
    (void)state;
    CLEANUP(world_release) struct world world = {0};
    struct error err = {0};
    assert_ok(load(&world), world.err);
    assert_false(config_require(&world.config, settings_find(STR("tracking_id")), &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_contains(str_from(err.hint), "recloop config set tracking_id");
    assert_ok(config_require(&world.config, settings_find(STR("region")), &err), err);
}

static void config_reports_unknown_keys(void **state) {
    (void)state;
    static const struct config_pair flags[] = {{.key = "regoin", .value = "x"}};
    CLEANUP(world_release) struct world world = {0};
    write_file(&world, "[profile sandbox]\n\ncampain_arn = x\n");
    assert_ok(load(&world), world.err);
    assert_contains(str_from(world.config.warning), "line 3: there is no setting \"campain_arn\"");
    assert_contains(str_from(world.config.warning), "campaign_arn?");
    world.options.flags = flags;
    world.options.flag_count = 1;
    assert_false(load(&world));
    assert_int_equal(world.err.code, ERROR_CONFIG);
    assert_contains(str_from(world.err.hint), "region");
}

static void config_shows_secrets_masked(void **state) {
    (void)state;
    CLEANUP(world_release)
    struct world world = {
        .environment = {"SEGMENT_IOS_WRITE_KEY", "0123456789abcdef0123456789abcdef"},
    };
    CLEANUP(buf_release) struct buf shown = {0};
    assert_ok(load(&world), world.err);
    config_add_shown(&shown, &world.config.ios_write_key);
    assert_str(buf_str(&shown), "••••cdef");
    assert_str(
        secret_reveal(config_secret(&world.config.ios_write_key)),
        "0123456789abcdef0123456789abcdef");
}

static void config_set_changes_a_loaded_value(void **state) {
    (void)state;
    CLEANUP(world_release) struct world world = {0};
    const struct setting *setting = settings_find(STR("user_id"));
    assert_ok(load(&world), world.err);
    config_set(&world.config, setting, STR(" 77 "), CONFIG_FILE, "[profile x]");
    assert_str(config_text(&world.config.user_id), "77");
    assert_contains(str_from(world.config.user_id.note), "space");
    config_set(&world.config, setting, STR(""), CONFIG_FILE, NULL);
    assert_false(config_is_set(&world.config.user_id));
    assert_int_equal(world.config.user_id.source, CONFIG_UNSET);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(config_without_anything_has_its_defaults),
    cmocka_unit_test(config_runs_without_a_home_it_can_enter),
    cmocka_unit_test(config_lays_its_layers_in_order),
    cmocka_unit_test(config_says_what_replaces_the_sandboxs_own),
    cmocka_unit_test(config_uses_sandbox_values_in_its_profile_only),
    cmocka_unit_test(config_chooses_the_profile_by_flag_variable_file),
    cmocka_unit_test(config_takes_the_first_variable_that_is_set),
    cmocka_unit_test(config_cleans_values_and_keeps_wrong_ones_with_their_problem),
    cmocka_unit_test(config_require_names_the_command_that_mends),
    cmocka_unit_test(config_reports_unknown_keys),
    cmocka_unit_test(config_shows_secrets_masked),
    cmocka_unit_test(config_set_changes_a_loaded_value),
};

int main(void) {
    return cmocka_run_group_tests(tests, NULL, NULL);
}
