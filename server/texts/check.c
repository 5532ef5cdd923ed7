// serenityd check: every text loads, and is what its row says.
#include "server/texts/inner.h"

static void check_one(struct db *db, const char *id, const struct text_row *row, struct buf *out)
{
    struct err why = { 0 };
    struct text *text = NULL;
    if (!stored_text_at(db, id, row->head, &text, &why)) {
        buf_addf(out, "%s\n", why.message);
        return;
    }
    if ((int64_t)text_length(text) != row->length)
        buf_addf(out, "a text of another length than its row says: %s\n", id);
    text_free(text);
}

static bool check_heads(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows,
                  "SELECT d.id FROM text_doc d WHERE d.head <> COALESCE((SELECT u.n FROM text_update u "
                  "WHERE u.doc = d.id ORDER BY u.n DESC LIMIT 1), (SELECT s.n FROM text_snapshot s "
                  "WHERE s.doc = d.id ORDER BY s.n DESC LIMIT 1), -1)",
                  DB_NO_ARGS, err))
        return false;
    while (db_next(&rows))
        buf_addf(out, "a text that ends with another update than its row says: %s\n", db_col_text(&rows, 0));
    return db_ok(&rows);
}

bool texts_check(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT id FROM text_doc ORDER BY id", DB_NO_ARGS, err))
        return false;
    while (db_next(&rows)) {
        struct text_row row;
        if (!text_row_find(db, db_col_text(&rows, 0), &row, err))
            return false;
        check_one(db, db_col_text(&rows, 0), &row, out);
    }
    return db_ok(&rows) && check_heads(db, out, err);
}
