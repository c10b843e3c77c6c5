// server_head — an answer's status line and headers as bytes, for answers that are not to arrive whole.
//
// Threads  any.
#pragma once

#include "http/response.h"

void server_head_add(const struct response *answer, struct buf *out);
// "Name: value\n"
void server_head_add_line(struct buf *out, const char *name, const char *value);
