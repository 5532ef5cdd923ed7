// Organisations, as sync sends them to those who belong to them.
#include "server/clients/clients.h"
#include "server/core/row_page.h"

#define ORGANIZATION_ROW "SELECT id, rev, code, organization_name, 'org:' || id FROM client "

static bool read_organization(struct db *db, const char *tenant, const char *id, struct arena *arena,
                              struct buf *out, bool *ret_found, struct err *err)
{
    return row_read_one(db, ORGANIZATION_ROW "WHERE tenant = $1 AND id = $2", row_shapes[ROW_ORGANIZATION],
                        tenant, id, arena, out, ret_found, err);
}

static bool page_organization(struct db *db, const char *tenant, const char *principals, const char *after,
                              int limit, struct arena *arena, struct buf *out, const char **ret_last,
                              int *ret_count, struct err *err)
{
    return row_read_page(db, ORGANIZATION_ROW "WHERE tenant = $1 AND id > $2 ORDER BY id",
                         row_shapes[ROW_ORGANIZATION], tenant, principals, after, limit, arena, out, ret_last,
                         ret_count, err);
}
const struct row_source row_source_organization = { read_organization, page_organization };
