// ledger — the recommender together with its log: what enters one enters the other.
//
// Shape    ledger_add puts an accepted interaction into the model and the log (in the open transaction).
//          ledger_load makes the model from snapshot and log; the answers are the same either way.
// Threads  the sandbox's.
#pragma once

#include "cloud.h"

enum recommender_verdict ledger_add(struct cloud *cloud, const struct recommender_event *event);
// For made and imported histories: times are taken as they are.
enum recommender_verdict
ledger_add_past(struct cloud *cloud, const struct recommender_event *event);
// An item without an interaction, of PutItems. It is a row of the log as well (one without user and
// session), for items are numbered by first sight, and numbers break ties: the order must repeat.
void ledger_add_item(struct cloud *cloud, struct str item);
bool ledger_is_item_row(const struct store_interaction *row);
void ledger_load(struct cloud *cloud);
size_t ledger_memory_limit(void);       // in bytes; what the model never exceeds
void ledger_clear(struct cloud *cloud); // an empty model; the log is the caller's
void ledger_save(struct cloud *cloud);  // snapshot, in a transaction of its own
void ledger_save_when_due(struct cloud *cloud);
