// server_peers — see the header.
#include "server_peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct end {
    int family;
    struct in6_addr address; // IPv4 as ::ffff:a.b.c.d
};

static void map_four(const struct in_addr *four, struct end *out) {
    out->family = AF_INET;
    memset(&out->address, 0, sizeof(out->address));
    out->address.s6_addr[10] = out->address.s6_addr[11] = 0xFF;
    memcpy(&out->address.s6_addr[12], four, sizeof(*four));
}

static bool read_end(int fd, bool is_other, struct end *out) {
    struct sockaddr_storage storage = {0};
    socklen_t len = sizeof(storage);
    struct sockaddr *address = (struct sockaddr *)&storage;
    if (is_other ? getpeername(fd, address, &len) : getsockname(fd, address, &len)) return false;
    if (storage.ss_family == AF_INET) {
        map_four(&((const struct sockaddr_in *)&storage)->sin_addr, out);
        return true;
    }
    *out = (struct end){
        .family = AF_INET6, .address = ((const struct sockaddr_in6 *)&storage)->sin6_addr};
    return storage.ss_family == AF_INET6;
}

static bool is_same(const struct end *one, const struct end *two) {
    return memcmp(&one->address, &two->address, sizeof(one->address)) == 0;
}

static bool is_loopback(const struct end *end) {
    if (IN6_IS_ADDR_V4MAPPED(&end->address)) return end->address.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&end->address);
}

bool server_peers_is_local(int fd) {
    struct end here, there;
    if (!read_end(fd, false, &here) || !read_end(fd, true, &there)) return false;
    return is_loopback(&there) || is_same(&here, &there);
}

bool server_peers_has_left(int fd) {
    char byte = 0;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void server_peers_add_four(int fd, struct buf *out) {
    char text[INET_ADDRSTRLEN] = "";
    struct end there;
    if (!read_end(fd, true, &there) || !IN6_IS_ADDR_V4MAPPED(&there.address)) return;
    if (inet_ntop(AF_INET, &there.address.s6_addr[12], text, sizeof(text)))
        buf_add(out, str_from(text));
}

bool server_peers_is_own_address(int fd, struct str host) {
    char text[INET6_ADDRSTRLEN] = "";
    struct end here, asked = {.family = AF_INET6};
    struct in_addr four;
    if (!host.len || host.len >= sizeof(text) || !read_end(fd, false, &here)) return false;
    memcpy(text, host.ptr, host.len);
    if (inet_pton(AF_INET, text, &four) == 1)
        map_four(&four, &asked);
    else if (inet_pton(AF_INET6, text, &asked.address) != 1)
        return false;
    return is_same(&here, &asked);
}
