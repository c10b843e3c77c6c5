// xml — see the header. The reader keeps a stack of open elements as parent links of the node array;
// text is decoded into one buffer, each element's own text in one piece.
//
// An element with children and text between them ("mixed content") keeps only the text before its
// first child: no AWS reply has any.
#include "aws/xml.h"

#include "base/attributes.h"
#include "base/memory.h"

struct reader {
    struct xml *xml;
    struct str text;
    size_t at;
    size_t open; // innermost open element, or XML_NO_NODE
    bool has_root;
};

void xml_release(struct xml *xml) {
    if (!xml) return;
    mem_free(xml->nodes);
    buf_release(&xml->text);
    *xml = (struct xml){0};
}

static bool refuse(const struct reader *reader, const char *what, struct error *err) {
    error_set(err, ERROR_INVALID, "not XML at byte %zu: %s", reader->at, what);
    return error_hint(err, "Check that the address is that of an AWS service and not of a proxy.");
}

static bool is_name_byte(char c, bool is_first) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80) {
        return true;
    }
    return c == ':' || (!is_first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char peek(const struct reader *reader) {
    return reader->at < reader->text.len ? reader->text.ptr[reader->at] : '\0';
}

static void skip_blanks(struct reader *reader) {
    while (reader->at < reader->text.len && is_blank(peek(reader)))
        reader->at++;
}

static bool take(struct reader *reader, const char *literal) {
    if (!str_starts_with(str_skip(reader->text, reader->at), str_from(literal))) return false;
    reader->at += strlen(literal);
    return true;
}

// Skips to behind the literal; false when it never comes.
static bool skip_past(struct reader *reader, const char *literal) {
    for (; reader->at < reader->text.len; reader->at++) {
        if (take(reader, literal)) return true;
    }
    return false;
}

static struct str take_name(struct reader *reader) {
    const size_t start = reader->at;
    while (reader->at < reader->text.len &&
           is_name_byte(reader->text.ptr[reader->at], reader->at == start)) {
        reader->at++;
    }
    return str_slice(reader->text, start, reader->at - start);
}

static struct str local_name(struct str name) {
    const size_t colon = str_find_char(name, ':');
    return colon < name.len ? str_skip(name, colon + 1) : name;
}

static bool add_character_reference(struct buf *out, struct str digits) {
    const bool is_hex = str_starts_with(digits, STR("x"));
    uint32_t rune = 0;
    if (is_hex) digits = str_skip(digits, 1);
    if (digits.len == 0 || digits.len > 8) return false;
    for (size_t i = 0; i < digits.len; i++) {
        const char c = digits.ptr[i];
        uint32_t digit = 99;
        if (c >= '0' && c <= '9') digit = (uint32_t)(c - '0');
        if (is_hex && c >= 'a' && c <= 'f') digit = (uint32_t)(c - 'a') + 10;
        if (is_hex && c >= 'A' && c <= 'F') digit = (uint32_t)(c - 'A') + 10;
        if (digit >= (is_hex ? 16u : 10u)) return false;
        rune = rune * (is_hex ? 16 : 10) + digit;
        if (rune > 0x10FFFF) return false;
    }
    const bool is_control = rune < 0x20 && rune != '\t' && rune != '\n' && rune != '\r';
    if (is_control || (rune >= 0xD800 && rune <= 0xDFFF)) return false;
    buf_add_rune(out, rune);
    return true;
}

static const struct entity {
    const char *name;
    char character;
} entities[] = {
    {.name = "amp", .character = '&'},   {.name = "lt", .character = '<'},
    {.name = "gt", .character = '>'},    {.name = "quot", .character = '"'},
    {.name = "apos", .character = '\''},
};

// At '&'.
static bool read_entity(struct reader *reader, struct buf *out, struct error *err) {
    const struct str rest = str_slice(reader->text, reader->at + 1, 12);
    const size_t end = str_find_char(rest, ';');
    const struct str name = str_slice(rest, 0, end);
    if (end == rest.len) return refuse(reader, "a '&' without ';'", err);
    if (str_starts_with(name, STR("#"))) {
        if (!add_character_reference(out, str_skip(name, 1))) {
            return refuse(reader, "a character reference that names no character", err);
        }
    } else {
        size_t i = 0;
        while (i < ARRAY_COUNT(entities) && !str_equal(name, str_from(entities[i].name)))
            i++;
        if (i == ARRAY_COUNT(entities)) return refuse(reader, "an unknown entity", err);
        buf_add_char(out, entities[i].character);
    }
    reader->at += end + 2;
    return true;
}

// Character data up to '<'; only the text before the first child is kept, see above.
static bool read_text(struct reader *reader, struct error *err) {
    struct xml *xml = reader->xml;
    struct buf *out = &xml->text;
    const size_t before = out->len;
    bool has_ink = false;
    while (reader->at < reader->text.len && peek(reader) != '<') {
        const char c = peek(reader);
        has_ink = has_ink || !is_blank(c);
        if (c == '&') {
            if (!read_entity(reader, out, err)) return false;
            continue;
        }
        if (c == '\0') return refuse(reader, "a NUL byte", err);
        buf_add_char(out, c);
        reader->at++;
    }
    if (reader->open == XML_NO_NODE) {
        return has_ink ? refuse(reader, "text outside the root element", err) : true;
    }
    struct xml_node *node = &xml->nodes[reader->open];
    if (reader->open == xml->count - 1) node->text_len += out->len - before;
    return true;
}

static bool read_cdata(struct reader *reader, struct error *err) {
    struct xml *xml = reader->xml;
    const size_t start = reader->at;
    if (reader->open == XML_NO_NODE) return refuse(reader, "CDATA outside the root element", err);
    if (!skip_past(reader, "]]>")) return refuse(reader, "CDATA without end", err);
    const struct str data = str_slice(reader->text, start, reader->at - start - 3);
    buf_add(&xml->text, data);
    if (reader->open == xml->count - 1) xml->nodes[reader->open].text_len += data.len;
    return true;
}

static bool add_node(struct reader *reader, struct str name, struct error *err) {
    struct xml *xml = reader->xml;
    const size_t depth = reader->open == XML_NO_NODE ? 0 : xml->nodes[reader->open].depth + 1;
    if (depth >= XML_MAX_DEPTH || xml->count >= XML_MAX_NODES) {
        error_set(err, ERROR_LIMIT, "the XML is too deep or has too many elements");
        return error_hint(err, "Check that the address is that of an AWS service.");
    }
    if (xml->count == xml->cap) {
        xml->cap = xml->cap ? xml->cap * 2 : 16;
        xml->nodes = mem_resize(xml->nodes, xml->cap, sizeof(*xml->nodes));
    }
    const struct str local = local_name(name);
    const size_t name_at = xml->text.len;
    buf_add(&xml->text, local);
    xml->nodes[xml->count] = (struct xml_node){
        .name_at = name_at,
        .name_len = local.len,
        .text_at = xml->text.len,
        .parent = reader->open,
        .depth = depth,
    };
    reader->open = xml->count++;
    return true;
}

static void close_node(struct reader *reader) {
    struct xml_node *node = &reader->xml->nodes[reader->open];
    node->end = reader->xml->count;
    reader->open = node->parent;
}

static bool skip_attributes(struct reader *reader, struct error *err) {
    for (;;) {
        const size_t before = reader->at;
        skip_blanks(reader);
        if (peek(reader) == '>' || peek(reader) == '/') return true;
        if (before == reader->at) return refuse(reader, "no blank before an attribute", err);
        if (take_name(reader).len == 0) return refuse(reader, "an attribute without a name", err);
        skip_blanks(reader);
        if (!take(reader, "=")) return refuse(reader, "an attribute without '='", err);
        skip_blanks(reader);
        const char quote = peek(reader);
        if (quote != '"' && quote != '\'')
            return refuse(reader, "an attribute without quotes", err);
        reader->at++;
        while (reader->at < reader->text.len && peek(reader) != quote && peek(reader) != '<') {
            reader->at++;
        }
        if (peek(reader) != quote) return refuse(reader, "an attribute that does not end", err);
        reader->at++;
    }
}

static bool read_start_tag(struct reader *reader, struct error *err) {
    const struct str name = take_name(reader);
    if (local_name(name).len == 0) return refuse(reader, "a tag without a name", err);
    if (reader->open == XML_NO_NODE && reader->has_root) {
        return refuse(reader, "a second root element", err);
    }
    reader->has_root = true;
    if (!add_node(reader, name, err) || !skip_attributes(reader, err)) return false;
    if (take(reader, "/>")) {
        close_node(reader);
        return true;
    }
    return take(reader, ">") ? true : refuse(reader, "a tag that does not end", err);
}

static bool read_end_tag(struct reader *reader, struct error *err) {
    const struct str name = local_name(take_name(reader));
    skip_blanks(reader);
    if (!take(reader, ">")) return refuse(reader, "a closing tag that does not end", err);
    if (reader->open == XML_NO_NODE || !str_equal(name, xml_name(reader->xml, reader->open))) {
        return refuse(reader, "a closing tag without its opening one", err);
    }
    close_node(reader);
    return true;
}

// At '<'.
static bool read_markup(struct reader *reader, struct error *err) {
    if (take(reader, "<!--")) {
        return skip_past(reader, "-->") ? true : refuse(reader, "a comment without end", err);
    }
    if (take(reader, "<?")) {
        return skip_past(reader, "?>") ? true : refuse(reader, "an instruction without end", err);
    }
    if (take(reader, "<![CDATA[")) return read_cdata(reader, err);
    if (take(reader, "<!")) return refuse(reader, "a document type, which is not read", err);
    if (take(reader, "</")) return read_end_tag(reader, err);
    reader->at++;
    return read_start_tag(reader, err);
}

bool xml_parse(struct str text, struct xml *out, struct error *err) {
    CLEANUP(xml_release) struct xml xml = {0};
    struct reader reader = {.xml = &xml, .text = text, .open = XML_NO_NODE};
    if (text.len > XML_MAX_BYTES) {
        return error_set(err, ERROR_LIMIT, "more than %zu bytes of XML", XML_MAX_BYTES);
    }
    if (!str_is_utf8(text)) return refuse(&reader, "the text is not UTF-8", err);
    (void)take(&reader, "\xEF\xBB\xBF");
    while (reader.at < text.len) {
        const bool is_ok =
            peek(&reader) == '<' ? read_markup(&reader, err) : read_text(&reader, err);
        if (!is_ok) return false;
    }
    if (!reader.has_root) return refuse(&reader, "there is no element", err);
    if (reader.open != XML_NO_NODE) return refuse(&reader, "an element is not closed", err);
    xml_release(out);
    *out = xml;
    xml = (struct xml){0};
    return true;
}

struct str xml_name(const struct xml *xml, size_t node) {
    const struct xml_node *at = &xml->nodes[node];
    return str_slice(buf_str(&xml->text), at->name_at, at->name_len);
}

struct str xml_text(const struct xml *xml, size_t node) {
    if (node >= xml->count) return (struct str){0};
    const struct xml_node *at = &xml->nodes[node];
    return str_trim(str_slice(buf_str(&xml->text), at->text_at, at->text_len));
}

size_t xml_child(const struct xml *xml, size_t node, const char *name) {
    if (node >= xml->count) return XML_NO_NODE;
    const size_t end = xml->nodes[node].end;
    for (size_t child = node + 1; child < end; child = xml->nodes[child].end) {
        if (str_equal(xml_name(xml, child), str_from(name))) return child;
    }
    return XML_NO_NODE;
}

size_t xml_find(const struct xml *xml, const char *name) {
    for (size_t node = 0; node < xml->count; node++) {
        if (str_equal(xml_name(xml, node), str_from(name))) return node;
    }
    return XML_NO_NODE;
}

void xml_add_escaped(struct buf *out, struct str text) {
    while (text.len) {
        bool valid = true;
        const uint32_t rune = str_next_rune(&text, &valid);
        switch (rune) {
        case '&': buf_add(out, STR("&amp;")); break;
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\r': buf_add(out, STR("&#13;")); break; // readers would turn a plain one into LF
        default:
            buf_add_rune(out, rune < 0x20 && rune != '\t' && rune != '\n' ? STR_BAD_RUNE : rune);
        }
    }
}

void xml_add_open(struct buf *out, const char *name) {
    buf_add_char(out, '<');
    buf_add(out, str_from(name));
    buf_add_char(out, '>');
}

void xml_add_close(struct buf *out, const char *name) {
    buf_add(out, STR("</"));
    buf_add(out, str_from(name));
    buf_add_char(out, '>');
}

void xml_add_element(struct buf *out, const char *name, struct str text) {
    xml_add_open(out, name);
    xml_add_escaped(out, text);
    xml_add_close(out, name);
}
