// The rows of text_doc.
#include "server/texts/inner.h"

#include "shared/host/host.h"

#include <inttypes.h>
#include <stdio.h>

bool text_row_find(struct db *db, const char *id, struct text_row *ret, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct text_row row = { 0 };
    if (!db_query(
            db, &rows,
            "SELECT epoch, head, snapshot_head, snapshot_bytes, update_bytes, length, stamp FROM text_doc "
            "WHERE id = $1",
            DB_ARGS(db_text(id)), err))
        return false;
    if (db_next(&rows))
        row = (struct text_row){
            .epoch = db_col_int(&rows, 0),
            .head = db_col_int(&rows, 1),
            .snapshot_head = db_col_int(&rows, 2),
            .snapshot_bytes = db_col_int(&rows, 3),
            .update_bytes = db_col_int(&rows, 4),
            .length = db_col_int(&rows, 5),
            .stamp = db_col_int(&rows, 6),
        };
    if (!db_ok(&rows))
        return false;
    *ret = row;
    return true;
}

static bool insert(struct op_ctx *ctx, const char *id, const struct text_row *row)
{
    return db_run(
        ctx->db,
        "INSERT INTO text_doc (id, tenant, epoch, head, snapshot_head, snapshot_bytes, update_bytes, "
        "length, stamp) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(row->epoch), db_int(row->head),
                db_int(row->snapshot_head), db_int(row->snapshot_bytes), db_int(row->update_bytes),
                db_int(row->length), db_int(row->stamp)),
        NULL, ctx->err);
}

bool text_row_save(struct op_ctx *ctx, const char *id, const struct text_row *row, bool is_new)
{
    if (is_new)
        return insert(ctx, id, row);
    return db_run(
        ctx->db,
        "UPDATE text_doc SET head = $2, snapshot_head = $3, snapshot_bytes = $4, update_bytes = $5, "
        "length = $6, stamp = $7 WHERE id = $1",
        DB_ARGS(db_text(id), db_int(row->head), db_int(row->snapshot_head), db_int(row->snapshot_bytes),
                db_int(row->update_bytes), db_int(row->length), db_int(row->stamp)),
        NULL, ctx->err);
}

void text_agent_hex(uint64_t agent, char ret[17])
{
    snprintf(ret, 17, "%016" PRIx64, agent);
}

uint64_t text_random_agent(void)
{
    uint64_t agent;
    host_random(&agent, sizeof agent);
    return agent;
}

int64_t text_random_number(void)
{
    return (int64_t)(text_random_agent() >> 11) | 1;
}

bool texts_head(struct db *db, const char *id, int64_t *ret_epoch, int64_t *ret_head, struct err *err)
{
    struct text_row row;
    if (!text_row_find(db, id, &row, err))
        return false;
    *ret_epoch = row.epoch;
    *ret_head = row.head;
    return true;
}

bool texts_head_at(struct op_ctx *ctx, const char *id, int64_t rev, int64_t *ret_head)
{
    int64_t head = 0, first = INT64_MAX; // none is kept
    if (!db_one_int(ctx->db, "SELECT n FROM text_update WHERE doc = $1 AND rev <= $2 ORDER BY n DESC LIMIT 1",
                    DB_ARGS(db_text(id), db_int(rev)), &head, NULL, ctx->err) ||
        !db_one_int(ctx->db, "SELECT n FROM text_update WHERE doc = $1 ORDER BY n LIMIT 1",
                    DB_ARGS(db_text(id)), &first, NULL, ctx->err))
        return false;
    *ret_head = head == 0 && first > 1 ? TEXTS_BASE_NOW : head;
    return true;
}
