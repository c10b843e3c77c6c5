// judgement — what can be told about a value that is only being typed, among the settings as they are known:
// the very rules of `config list`, for the console to ask at every key.
//
// Shape    pure: no settings are read, nobody is asked. ERROR_NONE in err->code: nothing is wrong with it.
// Secrets  the answer never holds the value of a secret.
// Threads  any.
#pragma once

#include "protocol/message.h"

void judgement_of(
    const struct message_settings *settings, struct str key, struct str value, struct error *err);
