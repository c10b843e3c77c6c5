// tls_server — see the header.
#include "support/tls_server.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/memory.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_server {
    SSL_CTX *context;
    int listener, stop_pipe[2];
    pthread_t thread;
    char url[64];
    char certificate[64];
};

static X509 *make_certificate(EVP_PKEY *key, const char *ip) {
    CLEANUP(buf_release) struct buf name = {0};
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(
        subject, "CN", MBSTRING_ASC, (const unsigned char *)"recloop test", -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    buf_add_format(&name, "IP:%s", ip);
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, buf_text(&name));
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    ASSERT(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static void set_up_tls(struct tls_server *server, const char *ip) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key, ip);
    memcpy(server->certificate, "/tmp/recloop-test-XXXXXX", sizeof("/tmp/recloop-test-XXXXXX"));
    const int fd = mkstemp(server->certificate);
    ASSERT(fd >= 0);
    FILE *file = fdopen(fd, "w");
    ASSERT(file && PEM_write_X509(file, certificate));
    fclose(file);
    server->context = SSL_CTX_new(TLS_server_method());
    ASSERT(SSL_CTX_use_certificate(server->context, certificate) == 1);
    ASSERT(SSL_CTX_use_PrivateKey(server->context, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void answer(struct tls_server *server, int fd) {
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    char request[4096];
    SSL *tls = SSL_new(server->context);
    SSL_set_fd(tls, fd);
    if (SSL_accept(tls) == 1 && SSL_read(tls, request, sizeof(request)) > 0) {
        (void)!SSL_write(tls, reply, (int)sizeof(reply) - 1);
        (void)SSL_shutdown(tls);
    }
    SSL_free(tls);
    close(fd);
}

static void *serve(void *context) {
    struct tls_server *server = context;
    while (true) {
        struct pollfd polled[] = {
            {.fd = server->stop_pipe[0], .events = POLLIN},
            {.fd = server->listener, .events = POLLIN},
        };
        if (poll(polled, 2, -1) < 0) continue;
        if (polled[0].revents) return NULL;
        const int fd = accept(server->listener, NULL, NULL);
        if (fd >= 0) answer(server, fd);
    }
}

struct tls_server *tls_server_start(const char *certificate_ip) {
    struct tls_server *server = MEM_NEW(struct tls_server);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof(address);
    CLEANUP(buf_release) struct buf url = {0};
    set_up_tls(server, certificate_ip);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    ASSERT(bind(server->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    ASSERT(listen(server->listener, 4) == 0);
    ASSERT(getsockname(server->listener, (struct sockaddr *)&address, &bytes) == 0);
    buf_add_format(&url, "https://127.0.0.1:%d", ntohs(address.sin_port));
    memcpy(server->url, buf_text(&url), url.len + 1);
    ASSERT(pipe(server->stop_pipe) == 0);
    ASSERT(pthread_create(&server->thread, NULL, serve, server) == 0);
    return server;
}

void tls_server_stop(struct tls_server *server) {
    ASSERT(write(server->stop_pipe[1], "x", 1) == 1);
    pthread_join(server->thread, NULL);
    close(server->listener);
    close(server->stop_pipe[0]);
    close(server->stop_pipe[1]);
    unlink(server->certificate);
    SSL_CTX_free(server->context);
    mem_free(server);
}

const char *tls_server_url(const struct tls_server *server) {
    return server->url;
}

const char *tls_server_certificate(const struct tls_server *server) {
    return server->certificate;
}
