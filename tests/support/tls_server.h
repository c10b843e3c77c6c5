// tls_server — an HTTPS server for tests with a certificate of its own making; answers each
// connection's first bytes with 200 and closes.
//
// Shape    the certificate names `host` (an IP address) and is signed by nobody but itself.
// Owns     the certificate file, removed by tls_server_stop.
// Threads  start and stop from one thread.
#pragma once

struct tls_server;

struct tls_server *tls_server_start(const char *certificate_ip);
void tls_server_stop(struct tls_server *server);
const char *tls_server_url(const struct tls_server *server);         // "https://127.0.0.1:41234"
const char *tls_server_certificate(const struct tls_server *server); // path of its PEM file
