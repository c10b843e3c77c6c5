// xml — as much XML as AWS's query protocol needs: elements, text, entities.
//
// Shape    a document is an array of nodes in document order; attributes, comments, processing
//          instructions and namespaces are read over. Strict about structure: tags must match,
//          nothing but white space may follow the root. No DTD, hence no entity expansion.
// Limits   XML_MAX_BYTES of text, XML_MAX_DEPTH levels, XML_MAX_NODES elements.
// Owns     struct xml owns decoded text; nodes live as long as it.
// Errors   ERROR_INVALID with the byte offset, ERROR_LIMIT.
// Threads  one at a time.
// Source   XML 1.0, fifth edition; the replies of STS and IAM.
#pragma once

#include "base/buf.h"

#define XML_MAX_BYTES ((size_t)1 << 20)
#define XML_MAX_DEPTH 32
#define XML_MAX_NODES 20000

struct xml_node {
    size_t name_at, name_len; // in xml.text
    size_t text_at, text_len; // in xml.text: own text, entities decoded, without children's
    size_t parent, depth;
    size_t end; // index after the last descendant
};
struct xml {
    struct xml_node *nodes; // owned
    size_t count, cap;
    struct buf text; // owned
};
#define XML_NO_NODE ((size_t)-1)

bool xml_parse(struct str text, struct xml *out, struct error *err) MUST_CHECK;
void xml_release(struct xml *xml);
struct str xml_name(const struct xml *xml, size_t node); // local name, without prefix
struct str xml_text(const struct xml *xml, size_t node); // trimmed; empty for XML_NO_NODE
// First child of that name, or XML_NO_NODE; `node` XML_NO_NODE gives XML_NO_NODE. The root is 0.
size_t xml_child(const struct xml *xml, size_t node, const char *name);
// First element of that name anywhere in the document.
size_t xml_find(const struct xml *xml, const char *name);

// Writing.
void xml_add_escaped(struct buf *out, struct str text); // invalid UTF-8 and controls: U+FFFD
void xml_add_open(struct buf *out, const char *name);
void xml_add_close(struct buf *out, const char *name);
void xml_add_element(struct buf *out, const char *name, struct str text);
