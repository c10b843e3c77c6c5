// registry — every action's row. A new action is one line here and one in registry.c.
#pragma once

#include "actions/action.h"

extern const struct action completion_action;
extern const struct action config_export_action;
extern const struct action config_get_action;
extern const struct action config_import_action;
extern const struct action config_list_action;
extern const struct action config_path_action;
extern const struct action config_profile_action;
extern const struct action config_reveal_action;
extern const struct action config_set_action;
extern const struct action config_unset_action;
extern const struct action console_action;
extern const struct action handler_action;
extern const struct action help_action;
extern const struct action journey_action;
extern const struct action lambda_logs_action;
extern const struct action outbox_drop_action;
extern const struct action outbox_list_action;
extern const struct action outbox_send_action;
extern const struct action profile_action;
extern const struct action rank_action;
extern const struct action recommend_action;
extern const struct action replay_action;
extern const struct action sandbox_action;
extern const struct action sandbox_env_action;
extern const struct action sandbox_evaluate_action;
extern const struct action sandbox_import_action;
extern const struct action sandbox_reset_action;
extern const struct action send_action;
extern const struct action status_action;
extern const struct action stream_action;
extern const struct action version_action;
extern const struct action watch_action;
extern const struct action watch_deliveries_action;
