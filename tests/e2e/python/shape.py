"""shape — holds every answer, raw, against botocore's model of the operation that was called.

check(client) makes each call of the client raise when the bytes that came back are not what the service's own
model describes: a member it does not know, one of another type, one that must be there and is not, a word that
is not of its list, a date in another form, an error of another shape or with a code nobody announced. boto
itself reads past all of these.
"""
import json
import re
import xml.etree.ElementTree as xml

# Members and words younger than the model of Debian's botocore; and two that the services have always said
# although no model lists them.
NEWER = {"Creating", "IAM Policy",
         "LoggingConfig", "FunctionScalingConfig", "logGroupArn", "logGroupClass", "trainingMode", "trainingType",
         "rankingInfluence", "syncWithLatestSolutionVersion", "performAutoTraining",
         "performIncrementalUpdate", "autoTrainingConfig", "latestSolutionUpdate", "latestDatasetUpdate",
         "trackingId", "reason", "metadata", "provided.al2023", "AUTOTRAIN"}
# What every operation of a protocol may answer (the services' pages of common errors).
COMMON = {"AccessDenied", "AccessDeniedException", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
          "IncompleteSignatureException", "InternalFailure", "InvalidAction", "InvalidClientTokenId",
          "InvalidSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
          "RequestEntityTooLarge", "RequestEntityTooLargeException", "SerializationException",
          "ServiceUnavailable", "ServiceUnavailableException", "SignatureDoesNotMatch", "Throttling",
          "ThrottlingException", "UnknownOperationException", "UnrecognizedClientException", "ValidationError",
          "ValidationException", "InternalServerException"}
# Refusals that no model lists, of operations whose models list next to none.
EXTRA = {("PutEvents", "ResourceNotFoundException"), ("ListDatasetGroups", "InvalidInputException")}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
KINDS = {"string": str, "boolean": bool, "integer": int, "long": int, "float": (int, float),
         "double": (int, float)}


class Mismatch(AssertionError):
    pass


def want(truth, where, said):
    if not truth:
        raise Mismatch(f"{where}: {said}")


def check_scalar(shape, value, where):
    kind = KINDS.get(shape.type_name)
    want(kind, where, f"no answer has a {shape.type_name} here")
    want(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), where,
         f"{value!r} is no {shape.type_name}")
    limits = shape.metadata
    if shape.type_name == "string":
        words = limits.get("enum")
        want(not words or value in words or value in NEWER, where, f"{value!r} is none of {words}")
        value = len(value)
    want(limits.get("min", value) <= value <= limits.get("max", value), where,
         f"{value} is outside {limits.get('min')}..{limits.get('max')}")


def check_json(shape, value, where):
    if shape.type_name == "structure":
        want(isinstance(value, dict), where, f"{value!r} is no object")
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, part in value.items():
            if name in known:
                check_json(known[name], part, f"{where}.{name}")
            else:
                want(name in NEWER, where, f"the model has no {name!r}")
        for name in shape.required_members:
            want(shape.members[name].serialization.get("name", name) in value, where, f"{name!r} must be there")
    elif shape.type_name == "list":
        want(isinstance(value, list), where, f"{value!r} is no list")
        for part in value:
            check_json(shape.member, part, where + "[]")
    elif shape.type_name == "map":
        want(isinstance(value, dict), where, f"{value!r} is no map")
        for name, part in value.items():
            check_scalar(shape.key, name, where + " key")
            check_json(shape.value, part, f"{where}[{name!r}]")
    elif shape.type_name == "timestamp":  # seconds since 1970 in all JSON of these services
        want(isinstance(value, (int, float)) and 1e9 < value < 1e10, where, f"{value!r} is no time in seconds")
    else:
        check_scalar(shape, value, where)


def scalar_of(shape, text, where):
    kind = shape.type_name
    if kind == "boolean":
        want(text in ("true", "false"), where, f"{text!r} is no boolean")
        return text == "true"
    return {"integer": int, "long": int, "float": float, "double": float}.get(kind, str)(text)


def check_xml(shape, node, where):
    tags = [part.tag.split("}")[-1] for part in node]
    if shape.type_name == "structure":
        for tag, part in zip(tags, node):
            want(tag in shape.members, where, f"the model has no <{tag}>")
            check_xml(shape.members[tag], part, f"{where}/{tag}")
        want(len(set(tags)) == len(tags), where, f"one of {tags} comes twice")
        for name in shape.required_members:
            want(name in tags, where, f"<{name}> must be there")
    elif shape.type_name == "list":
        for tag, part in zip(tags, node):
            want(tag == "member", where, f"<{tag}> is no member")
            check_xml(shape.member, part, where + "[]")
    elif shape.type_name == "map":
        for tag, part in zip(tags, node):
            want(tag == "entry" and [p.tag.split("}")[-1] for p in part] == ["key", "value"], where, f"<{tag}>")
            check_xml(shape.value, part[1], where + "/value")
    elif shape.type_name == "timestamp":
        want(ISO.fullmatch(node.text or ""), where, f"{node.text!r} is no ISO time")
    else:
        check_scalar(shape, scalar_of(shape, node.text or "", where), where)


def check_query_answer(model, body, where):
    root = xml.fromstring(body)
    space = "{" + model.service_model.metadata["xmlNamespace"] + "}"
    want(root.tag == f"{space}{model.name}Response", where, root.tag)
    parts = {part.tag: part for part in root}
    want(UUID.fullmatch(parts[space + "ResponseMetadata"][0].text), where, "no request id")
    if model.output_shape:
        check_xml(model.output_shape, parts.pop(f"{space}{model.name}Result"), where)
    want(set(parts) == {space + "ResponseMetadata"}, where, str(set(parts)))


def check_answer(model, headers, body, where):
    protocol, output = model.service_model.metadata["protocol"], model.output_shape
    if protocol == "query":
        want(headers["content-type"].startswith("text/xml"), where, headers["content-type"])
        return check_query_answer(model, body, where)
    blob = output and output.serialization.get("payload")
    if blob:
        return None  # Invoke: the body is the function's
    named = [m for m in output.members.values() if m.serialization.get("location")] if output else []
    if not output or (not output.members) or len(named) == len(output.members):
        return want(body in (b"", b"{}"), where, f"a body where the model has none: {body[:80]}")
    want(headers["content-type"] == ("application/x-amz-json-1.1" if protocol == "json" else "application/json"),
         where, headers["content-type"])
    return check_json(output, json.loads(body), where)


def check_error(model, headers, status, body, where):
    codes = {shape.error_code if hasattr(shape, "error_code") else shape.name: shape
             for shape in model.error_shapes}
    codes.update({shape.name: shape for shape in model.error_shapes})
    if model.service_model.metadata["protocol"] == "query":
        root = xml.fromstring(body)
        space = "{" + model.service_model.metadata["xmlNamespace"] + "}"
        want([part.tag for part in root] == [space + "Error", space + "RequestId"], where, body.decode())
        fields = {part.tag: part.text for part in root[0]}
        want(list(fields) == [space + "Type", space + "Code", space + "Message"], where, body.decode())
        want(fields[space + "Type"] == ("Receiver" if status >= 500 else "Sender"), where, fields[space + "Type"])
        code = fields[space + "Code"]
    else:
        said, code = json.loads(body), headers.get("x-amzn-errortype", "")
        want(code, where, "no x-amzn-ErrorType")
        want(said.get("message") or said.get("Message"), where, f"no message: {body.decode()}")
        if model.service_model.metadata["protocol"] == "json":
            want(said["__type"].split("#")[-1] == code, where, f"__type {said['__type']} is not {code}")
        if code in codes:
            known = {m.serialization.get("name", n) for n, m in codes[code].members.items()}
            known |= {"__type", "message", "Message"}
            want(set(said) <= known, where, f"{set(said) - known} in the body of {code}")
    want(code in codes or code in COMMON or (model.name, code) in EXTRA, where, f"{code} is no error of this operation")
    modelled = codes[code].metadata.get("error", {}).get("httpStatusCode") if code in codes else None
    want(modelled in (None, status), where, f"{code} comes with status {modelled}, not {status}")


def check(client):
    """Every call of the client is checked from now on."""
    service = client.meta.service_model

    def received(event_name, response_dict, **_):
        if not response_dict:
            return  # no answer at all
        model = service.operation_model(event_name.rsplit(".", 1)[1])
        headers, status, body = (response_dict[k] for k in ("headers", "status_code", "body"))
        where = f"{service.service_name} {model.name} {status}"
        headers = {name.lower(): value for name, value in headers.items()}
        want(UUID.fullmatch(headers.get("x-amzn-requestid", "")), where, "no request id")
        want(headers.get("date"), where, "no date")
        if status < 300:
            want(status == model.http.get("responseCode", 200) or model.name == "Invoke", where,
                 f"the model says {model.http.get('responseCode', 200)}")
            check_answer(model, headers, body, where)
        else:
            check_error(model, headers, status, body, where)
    client.meta.events.register("response-received", received)
    return client
