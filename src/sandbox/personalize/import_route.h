// import_route — POST /_recloop/import: interactions of a CSV file into the history. own_routes.h is the contract.
//
// Shape    the file is read twice, first to find mistakes, then to count its rows, both in slices between
//          which others are served; the exchange is held meanwhile. Rows are kept slice by slice: whoever
//          hangs up has imported a part, and may send the file again, for rows count once.
// Threads  the sandbox's.
#pragma once

#include "routes.h"

#define IMPORT_ROUTE_BODY_LIMIT ((size_t)128 << 20)

enum server_verdict import_route_post(struct cloud *cloud, struct exchange *exchange);
