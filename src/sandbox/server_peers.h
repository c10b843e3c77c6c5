// server_peers — who is at the other end of a socket, and under which address it was reached.
//
// Threads  any.
#pragma once

#include "base/buf.h"

// The other end is loopback, or the very address it asked: this machine.
bool server_peers_is_local(int fd);
// Is `host` (an address literal, without brackets) the one this socket was reached under?
bool server_peers_is_own_address(int fd, struct str host);
// Has the other end hung up? What it sent before is not read.
bool server_peers_has_left(int fd);
// The other end's IPv4 address; nothing for IPv6.
void server_peers_add_four(int fd, struct buf *out);
