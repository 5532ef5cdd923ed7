#include "server/core/audit.h"

#include "server/core/digest.h"

#include <inttypes.h>
#include <string.h>

// Length first, so that no two different rows are the same bytes; NULL is not "".
static void add_part(struct buf *out, const char *text)
{
    if (text == NULL)
        buf_add_text(out, "-,");
    else
        buf_addf(out, "%zu:%s,", strlen(text), text);
}

struct audit_row {
    int64_t n, at;
    const char *tenant, *actor, *op, *target, *request_id, *address, *args;
};

static void hash_row(const struct audit_row *row, const char *before, char ret[AUDIT_HASH_SIZE])
{
    CLEANUP(buf_free) struct buf text = { 0 };
    buf_addf(&text, "%s;%" PRId64 ";%" PRId64 ";", before, row->n, row->at);
    const char *const parts[] = { row->tenant,     row->actor,   row->op,  row->target,
                                  row->request_id, row->address, row->args };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        add_part(&text, parts[i]);
    digest_hex(text.data, text.len, ret);
}

static bool load_end(struct db *db, struct audit_chain *chain, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct audit_chain end = { .known = true };
    if (!db_query(db, &rows, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", DB_NO_ARGS, err))
        return false;
    while (db_next(&rows)) {
        end.n = db_col_int(&rows, 0);
        strncpy(end.hash, db_col_text(&rows, 1), AUDIT_HASH_SIZE - 1);
    }
    if (!db_ok(&rows))
        return false;
    *chain = end;
    return true;
}

bool audit_append(struct op_ctx *ctx, struct audit_chain *chain, const char *op, const char *args)
{
    if (!chain->known && !load_end(ctx->db, chain, ctx->err))
        return false;
    struct audit_row row = {
        .n = chain->n + 1,
        .at = ctx->now,
        .tenant = ctx->actor.tenant,
        .actor = ctx->actor.user_id,
        .op = op,
        .target = ctx->target,
        .request_id = ctx->request_id,
        .address = ctx->address,
        .args = args,
    };
    char hash[AUDIT_HASH_SIZE];
    hash_row(&row, chain->hash, hash);
    if (!db_run(ctx->db,
                "INSERT INTO audit (n, at, tenant, actor, op, target, request_id, address, args, hash) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                DB_ARGS(db_int(row.n), db_int(row.at), db_text(row.tenant), db_text(row.actor),
                        db_text(row.op), db_text(row.target), db_text(row.request_id), db_text(row.address),
                        db_text(row.args), db_text(hash)),
                NULL, ctx->err))
        return false;
    chain->n = row.n;
    memcpy(chain->hash, hash, AUDIT_HASH_SIZE);
    return true;
}

// Checking --------------------------------------------------------------------------------------------------------

static struct audit_row row_at(const struct db_rows *rows)
{
    return (struct audit_row){
        .n = db_col_int(rows, 0),
        .at = db_col_int(rows, 1),
        .tenant = db_col_text(rows, 2),
        .actor = db_col_text(rows, 3),
        .op = db_col_text(rows, 4),
        .target = db_col_text(rows, 5),
        .request_id = db_col_text(rows, 6),
        .address = db_col_text(rows, 7),
        .args = db_col_text(rows, 8),
    };
}

bool audit_check(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            db, &rows,
            "SELECT n, at, tenant, actor, op, target, request_id, address, args, hash FROM audit ORDER BY n",
            DB_NO_ARGS, err))
        return false;
    char before[AUDIT_HASH_SIZE] = "";
    for (int64_t expected = 1; db_next(&rows); expected++) {
        struct audit_row row = row_at(&rows);
        if (row.n != expected) {
            buf_addf(out, "audit: entry %" PRId64 " follows where %" PRId64 " should stand\n", row.n,
                     expected);
            expected = row.n;
        }
        char hash[AUDIT_HASH_SIZE];
        hash_row(&row, before, hash);
        const char *stored = db_col_text(&rows, 9);
        if (strcmp(hash, stored) != 0)
            buf_addf(out, "audit: entry %" PRId64 " (%s) does not match its hash\n", row.n, row.op);
        strncpy(before, stored, AUDIT_HASH_SIZE - 1);
    }
    return db_ok(&rows);
}
