// store_imports — see the header.
#include "store_imports.h"

#include "store_sql.h"

bool store_count_import(struct store *store, int64_t time_s, int64_t hash, int64_t import) {
    struct store_sql_call call = store_sql_write(store, SQL_COUNT_IMPORT);
    store_sql_int(&call, time_s);
    store_sql_int(&call, hash);
    store_sql_int(&call, import);
    return store_sql_single(&call, 0) != 0;
}
