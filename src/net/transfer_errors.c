// transfer_errors — what curl says, in our words: code, what happened with which host, what to do.
#include "internal.h"

#include "http/url.h"

struct curl_error {
    CURLcode curl;
    enum error_code code;
    bool shows_detail; // curl's own text says something a person can use
    const char *what;  // "%s" is the host and port
    const char *hint;
};

#define HINT_NETWORK                                                                               \
    "Check the network, a proxy or firewall, and the region in the settings; then try again."
#define HINT_TRUST                                                                                 \
    "A proxy that inspects TLS needs its certificate in the system's trust store "                 \
    "(update-ca-certificates), or in AWS_CA_BUNDLE."
#define HINT_AGAIN "Try again; if it stays, look at the log of the server or proxy in between."

static const struct curl_error curl_errors[] = {
    {
        .curl = CURLE_COULDNT_RESOLVE_HOST,
        .code = ERROR_UNREACHABLE,
        .what = "no address is known for %s",
        .hint = "Check the network and the region or URL in the settings: a region without this "
                "service has no such host.",
    },
    {
        .curl = CURLE_COULDNT_RESOLVE_PROXY,
        .code = ERROR_UNREACHABLE,
        .what = "the proxy for %s has no known address",
        .hint = "Check http_proxy, https_proxy and no_proxy in the environment.",
    },
    {
        .curl = CURLE_COULDNT_CONNECT,
        .code = ERROR_UNREACHABLE,
        .what = "nothing answers at %s",
        .hint = HINT_NETWORK,
    },
    {
        .curl = CURLE_OPERATION_TIMEDOUT,
        .code = ERROR_TIMEOUT,
        .what = "no answer from %s in time",
        .hint = "Try again, or allow more time with --timeout MS.",
    },
    {
        .curl = CURLE_PEER_FAILED_VERIFICATION,
        .code = ERROR_UNREACHABLE,
        .shows_detail = true,
        .what = "the certificate of %s is not trusted",
        .hint = HINT_TRUST,
    },
    {
        .curl = CURLE_SSL_CONNECT_ERROR,
        .code = ERROR_UNREACHABLE,
        .shows_detail = true,
        .what = "TLS with %s failed",
        .hint =
            "Check that the URL's scheme (http or https) fits the server, and a proxy in between.",
    },
    {
        .curl = CURLE_SSL_CACERT_BADFILE,
        .code = ERROR_CONFIG,
        .shows_detail = true,
        .what = "the file of trusted certificates for %s cannot be read",
        .hint = "Check the path in AWS_CA_BUNDLE.",
    },
    {
        .curl = CURLE_GOT_NOTHING,
        .code = ERROR_UNREACHABLE,
        .what = "%s closed the connection without an answer",
        .hint = HINT_AGAIN,
    },
    {
        .curl = CURLE_PARTIAL_FILE,
        .code = ERROR_UNREACHABLE,
        .what = "%s closed the connection in the middle of its answer",
        .hint = HINT_AGAIN,
    },
    {
        .curl = CURLE_SEND_ERROR,
        .code = ERROR_UNREACHABLE,
        .what = "the connection to %s broke while sending",
        .hint = HINT_AGAIN,
    },
    {
        .curl = CURLE_RECV_ERROR,
        .code = ERROR_UNREACHABLE,
        .what = "the connection to %s broke while receiving",
        .hint = HINT_AGAIN,
    },
    {
        .curl = CURLE_WEIRD_SERVER_REPLY,
        .code = ERROR_INVALID,
        .what = "%s does not answer in HTTP",
        .hint = "Check port and scheme of the URL in the settings.",
    },
    {
        .curl = CURLE_UNSUPPORTED_PROTOCOL,
        .code = ERROR_INVALID,
        .shows_detail = true,
        .what = "%s: not an http or https exchange",
        .hint = "Check port and scheme of the URL in the settings.",
    },
    {
        .curl = CURLE_URL_MALFORMAT,
        .code = ERROR_INVALID,
        .shows_detail = true,
        .what = "the URL of %s cannot be used",
        .hint = "Write it as https://host[:port]/path.",
    },
    {
        .curl = CURLE_FILESIZE_EXCEEDED,
        .code = ERROR_LIMIT,
        .what = "the answer of %s is larger than we accept",
        .hint = "Check that the URL points at the service; its answers are small.",
    },
};

static const struct curl_error any_other = {
    .code = ERROR_UNREACHABLE,
    .shows_detail = true,
    .what = "the exchange with %s failed",
    .hint = HINT_AGAIN,
};

static const struct curl_error *find_row(CURLcode code) {
    for (size_t i = 0; i < ARRAY_COUNT(curl_errors); i++)
        if (curl_errors[i].curl == code) return &curl_errors[i];
    return &any_other;
}

// "%s" of a table row; a format that is not a literal is kept away from printf.
static void add_what(struct buf *out, const char *what, struct str host) {
    const struct str text = str_from(what);
    const size_t at = str_find_char(text, '%');
    buf_add(out, str_slice(text, 0, at));
    buf_add_printable(out, host);
    buf_add(out, str_skip(text, at + 2));
}

void transfer_error(
    struct error *err, CURLcode code, const struct request *request, const char *curl_text) {
    CLEANUP(buf_release) struct buf host = {0};
    CLEANUP(buf_release) struct buf message = {0};
    const struct curl_error *row = find_row(code);
    struct url url = {0};
    struct error ignored = {0};
    const bool is_url = url_parse(buf_str(&request->url), &url, &ignored);

    if (is_url) {
        url_add_authority(&host, &url);
        if (!str_contains(buf_str(&host), STR(":")))
            buf_add_format(&host, ":%d", url.port); // the port is half of most causes
    }
    add_what(&message, row->what, is_url ? buf_str(&host) : STR("the server"));
    if (row->shows_detail) {
        buf_add(&message, STR(": "));
        buf_add_printable(&message, str_from(*curl_text ? curl_text : curl()->easy_strerror(code)));
    }
    error_set(err, row->code, "%s", buf_text(&message));
    if (code == CURLE_COULDNT_CONNECT && is_url && url_is_loopback(&url))
        error_hint(
            err, "Nothing listens on that port. Start the sandbox with `recloop sandbox`, or "
                 "correct the URL.");
    else
        error_hint(err, "%s", row->hint);
}
