// outbox_place — where this person's outbox is, and which of its rows belong to the settings in use.
//
// Place    $XDG_STATE_HOME/recloop/outbox.db, else $HOME/.local/state/recloop/outbox.db. Opened when an event is
//          sent or somebody asks, never before.
// Profile  a row goes only to the settings it was fired with. They are named by the profile, and by the file
//          too where --config names another than the usual: "work" of two files are two accounts.
#pragma once

#include "delivery/outbox.h"
#include "run.h"

// Makes folder and file. ERROR_CONFIG, ERROR_IO … when nothing can be kept.
bool outbox_place_open(const struct run *run, struct outbox **out, struct error *err) MUST_CHECK;
// As it is: *out NULL when there is no file yet.
bool outbox_place_look(const struct run *run, struct outbox **out, struct error *err) MUST_CHECK;
// The settings must be readable.
void outbox_place_add_profile(const struct run *run, struct buf *out);
// "`recloop outbox send`", with the profile where one was named.
void outbox_place_add_command(const struct run *run, struct buf *out);
// "track Product Clicked of 2941404340, fired 2026-11-24T12:00:00.000Z"; printable.
void outbox_place_add_entry(const struct outbox_entry *entry, struct buf *out);
