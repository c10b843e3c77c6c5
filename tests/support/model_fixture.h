// model_fixture — a console's model at 80x24, and what its last step asked for.
//
// A test whose set-up does more calls fixture_set_up first.
#pragma once

#include "console/model.h"

struct fixture {
    struct model model;
    struct effects effects; // of the last press or receive
};

int fixture_set_up(void **state);
int fixture_tear_down(void **state);
void fixture_press(struct fixture *fixture, uint32_t key);
void fixture_receive(struct fixture *fixture, struct message *take_message);
// The command of that action that the last step asked for; NULL: none.
const struct command *fixture_sent(const struct fixture *fixture, const char *action);
// Recommendations of items whose ids are single letters.
struct message *fixture_list(uint64_t run_id, const char *user, const char *items);
