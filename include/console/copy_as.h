// copy_as — a request that was seen, as text to be pasted elsewhere: a curl command, an AWS CLI command, a
// Python program with boto3, or the Segment event that it carried.
//
// Shape    `http` is a request as http/redact.h prints it: start line, headers, blank line, body.
// Secrets  what is masked there becomes a variable: "$SEGMENT_WRITE_KEY" in the shell, os.environ["…"] in
//          Python. AWS requests are signed anew: by curl with --aws-sigv4 and the usual AWS_… variables, by
//          the others as they always do. Never a mask: what cannot be made is refused and says why.
// Quoting  nothing of the request is read by the shell or by Python as anything but text; texts that the AWS
//          CLI would take for the name of a file travel inside JSON.
// Errors   ERROR_INVALID with a hint (no AWS operation, no Segment event, a body that was cut).
// Threads  any; pure.
// Source   POSIX.1 XCU 2.2 (quoting), The Python Language Reference 2.4, botocore's names.
#pragma once

#include "base/buf.h"

enum copy_as_form { COPY_AS_CURL, COPY_AS_AWS, COPY_AS_BOTO3, COPY_AS_SEGMENT, COPY_AS_COUNT };

struct copy_as_source {
    struct str http;
    struct str what;   // "personalize-runtime GetRecommendations"; empty: found out
    struct str host;   // used when the text names none
    struct str region; // used when the request is not signed; empty: us-east-1
};

const char *copy_as_title(enum copy_as_form form);
bool copy_as(
    enum copy_as_form form, const struct copy_as_source *source, struct buf *out, struct error *err)
    MUST_CHECK;
// The request that would bring the event (JSON) to that tracking API: for `http`.
void copy_as_add_event_request(
    struct buf *out, struct str base_url, struct str type, struct str json);
