// The client organisations that a person belongs to, and the one whose credits and bookings are meant.

#include "tui/model/internal.h"

#include <stdio.h>
#include <string.h>

void model_organizations(struct model *model, struct arena *arena, struct list *ret)
{
    struct list rows = { 0 };
    reader_begin(model);
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(model->cache, table_select(ROW_ORGANIZATION, "ORDER BY name, id"));
    struct row_organization row;
    while (table_next(model->cache, query, ROW_ORGANIZATION, arena, &row))
        *LIST_ADD(&rows, arena, struct row_organization) = row;
    query_end(&query);
    reader_end(model);
    *ret = rows;
}

const char *organization_chosen(struct model *model, struct arena *arena)
{
    struct row_organization row;
    struct row_me me;
    if (model->organization[0] != '\0' && row_get(model, ROW_ORGANIZATION, model->organization, arena, &row))
        return row.id;
    CLEANUP(query_end) sqlite3_stmt *query = store_query(model->cache, table_select(ROW_ME, "LIMIT 1"));
    return table_next(model->cache, query, ROW_ME, arena, &me) ? me.clientId : NULL;
}

const char *organization_name(struct model *model, const char *id, struct arena *arena)
{
    struct row_organization row;
    return id != NULL && row_get(model, ROW_ORGANIZATION, id, arena, &row) ? row.name : NULL;
}

bool model_organization(struct model *model, struct arena *arena, struct row_organization *ret)
{
    reader_begin(model);
    const char *id = organization_chosen(model, arena);
    bool known = id != NULL && row_get(model, ROW_ORGANIZATION, id, arena, ret);
    reader_end(model);
    return known;
}

void model_choose_organization(struct model *model, const char *id)
{
    snprintf(model->organization, sizeof model->organization, "%s", id);
    port_signal(model, MODEL_ROWS(ROW_ORGANIZATION) | MODEL_ROWS(ROW_LOT) | MODEL_ROWS(ROW_STATEMENT));
}
