// logs_write_routes — making and removing groups and streams, and putting events; rows of logs_routes.
//
// Shape    false: the refusal is in the input. `json` stays empty where the service answers nothing.
// Threads  the sandbox's.
#pragma once

#include "logs/logs_input.h"

// Streams have not needed one since 2023, but older clients read it.
#define LOGS_SEQUENCE_TOKEN STR("49039859592565800000000000000000000000000000000000000000")

bool logs_create_group(struct logs_input *input, struct buf *json);
bool logs_delete_group(struct logs_input *input, struct buf *json);
bool logs_create_stream(struct logs_input *input, struct buf *json);
bool logs_put_events(struct logs_input *input, struct buf *json);
