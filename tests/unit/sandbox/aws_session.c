// aws_session — see the header.
#include "aws_session.h"

#include "aws/xml.h"
#include "base/memory.h"

char *aws_session_element(const struct fixture *fixture, const char *name) {
    struct xml xml = {0};
    struct buf text = {0};
    struct error ignored;
    if (xml_parse(buf_str(&fixture->response.body), &xml, &ignored))
        buf_add(&text, xml_text(&xml, xml_find(&xml, name)));
    xml_release(&xml);
    return buf_take(&text);
}

int aws_session_form(
    struct fixture *fixture,
    const char *service,
    const char *form,
    const struct aws_session *session) {
    struct buf body = {0};
    const bool is_iam = strcmp(service, "iam") == 0;
    buf_add_format(&body, "%s&Version=%s", form, is_iam ? "2010-05-08" : "2011-06-15");
    const int status = fixture_aws(
        fixture, &(struct fixture_aws){
                     .service = service,
                     .target = "/",
                     .body = buf_text(&body),
                     .is_form = true,
                     .access_key_id = session ? session->access_key_id : NULL,
                     .secret = session ? session->secret : NULL,
                     .token = session ? session->token : NULL});
    buf_release(&body);
    return status;
}

void aws_session_release(struct aws_session *session) {
    mem_free(session->access_key_id);
    mem_free(session->secret);
    mem_free(session->token);
    mem_free(session->expiration);
    *session = (struct aws_session){0};
}

int aws_session_assume(
    struct fixture *fixture,
    const char *members,
    const struct aws_session *by,
    struct aws_session *out) {
    struct buf form = {0};
    buf_add_format(
        &form, "Action=AssumeRole&RoleArn=%s&RoleSessionName=test&ExternalId=%s%s",
        fixture_get_identity(fixture, "destination_role_arn"),
        fixture_get_identity(fixture, "external_id"), members);
    const int status = aws_session_form(fixture, "sts", buf_text(&form), by);
    buf_release(&form);
    if (!out || status != 200) return status;
    aws_session_release(out);
    out->access_key_id = aws_session_element(fixture, "AccessKeyId");
    out->secret = aws_session_element(fixture, "SecretAccessKey");
    out->token = aws_session_element(fixture, "SessionToken");
    out->expiration = aws_session_element(fixture, "Expiration");
    return status;
}
