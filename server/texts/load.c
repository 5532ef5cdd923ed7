// From the store to a text: the newest sound snapshot and the updates after it.
#include "server/texts/inner.h"

#include "server/core/log.h"

#include <string.h>

static bool broken(const char *id, const char *what, struct err *err)
{
    return err_set(err, ERR_INTERNAL, "The text %.64s cannot be read: %s.", id, what);
}

static bool read_snapshot(struct db *db, const char *id, int64_t snapshot, struct text **ret, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    size_t size;
    if (snapshot == 0) {
        *ret = text_create(text_random_agent());
        return true;
    }
    if (!db_query(db, &rows, "SELECT bytes FROM text_snapshot WHERE doc = $1 AND n = $2",
                  DB_ARGS(db_text(id), db_int(snapshot)), err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && broken(id, "a snapshot is missing", err);
    const void *bytes = db_col_blob(&rows, 0, &size);
    struct text *text = text_load(text_random_agent(), bytes, size, err);
    if (text == NULL)
        return broken(id, "a snapshot is damaged", err);
    *ret = text;
    return true;
}

// Updates snapshot + 1 to head, each of which must go in.
static bool apply_updates(struct db *db, const char *id, int64_t snapshot, int64_t head, struct text *text,
                          struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    int64_t next = snapshot + 1;
    if (!db_query(db, &rows,
                  "SELECT n, bytes FROM text_update WHERE doc = $1 AND n > $2 AND n <= $3 ORDER BY n",
                  DB_ARGS(db_text(id), db_int(snapshot), db_int(head)), err))
        return false;
    while (db_next(&rows)) {
        size_t size;
        enum text_applied applied = TEXT_KNOWN;
        struct err why = { 0 };
        const void *bytes = db_col_blob(&rows, 1, &size);
        if (db_col_int(&rows, 0) != next++)
            return broken(id, "an update is missing", err);
        if (!text_apply(text, bytes, size, &applied, &why) || applied != TEXT_APPLIED)
            return broken(id, "an update is damaged", err);
    }
    return db_ok(&rows) && (next == head + 1 || broken(id, "the last updates are missing", err));
}

bool stored_text_from(struct db *db, const char *id, int64_t snapshot, int64_t head, struct text **ret,
                      struct err *err)
{
    struct text *text = NULL;
    if (!read_snapshot(db, id, snapshot, &text, err))
        return false;
    if (!apply_updates(db, id, snapshot, head, text, err)) {
        text_free(text);
        return false;
    }
    *ret = text;
    return true;
}

// The snapshot before `below`; 0: none, all updates are needed.
static bool snapshot_before(struct db *db, const char *id, int64_t below, int64_t *ret, struct err *err)
{
    *ret = 0;
    return db_one_int(db, "SELECT n FROM text_snapshot WHERE doc = $1 AND n < $2 ORDER BY n DESC LIMIT 1",
                      DB_ARGS(db_text(id), db_int(below)), ret, NULL, err);
}

static bool first_kept(struct db *db, const char *id, int64_t *ret, struct err *err)
{
    *ret = INT64_MAX; // none
    return db_one_int(db, "SELECT n FROM text_update WHERE doc = $1 ORDER BY n LIMIT 1", DB_ARGS(db_text(id)),
                      ret, NULL, err);
}

bool stored_text_at(struct db *db, const char *id, int64_t head, struct text **ret, struct err *err)
{
    struct err why = { 0 };
    int64_t snapshot = head + 1, first;
    do {
        if (!snapshot_before(db, id, snapshot, &snapshot, err))
            return false;
        if (snapshot == 0 && (!first_kept(db, id, &first, err) || first > 1))
            break;
        err_clear(&why);
        if (stored_text_from(db, id, snapshot, head, ret, &why))
            return true;
        log_event(LOG_LEVEL_ERROR, "a stored text is damaged", LOG_TEXT("text", id),
                  LOG_TEXT("why", why.message), LOG_INT("snapshot", snapshot));
    } while (snapshot > 0);
    if (err->code == ERR_NONE && why.code != ERR_NONE)
        *err = why;
    else if (err->code == ERR_NONE)
        err_set(err, ERR_NOT_FOUND, "That state of the text is no longer kept.");
    return false;
}

bool texts_load(struct db *db, const char *id, struct text_state *ret, struct err *err)
{
    struct text_row row;
    struct text *text = NULL;
    if (!text_row_find(db, id, &row, err) || (row.head > 0 && !stored_text_at(db, id, row.head, &text, err)))
        return false;
    *ret = (struct text_state){ row.epoch, row.head, text };
    return true;
}

void text_state_free(struct text_state *state)
{
    text_free(state->text);
    state->text = NULL;
}

static const char *content_of(const struct text *text, struct arena *arena)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    text_content(text, &content);
    return arena_strndup(arena, buf_text(&content), content.len);
}

// The writer has what it just wrote in memory.
bool texts_content(struct op_ctx *ctx, const char *id, const char **ret_content)
{
    CLEANUP(text_state_free) struct text_state state = { 0 };
    struct text_row row;
    if (ctx->changes == NULL) {
        if (!texts_load(ctx->db, id, &state, ctx->err))
            return false;
        *ret_content = state.text == NULL ? "" : content_of(state.text, ctx->arena);
        return true;
    }
    if (!text_row_find(ctx->db, id, &row, ctx->err))
        return false;
    if (row.head == 0) {
        *ret_content = "";
        return true;
    }
    const struct loaded *loaded = loaded_take(ctx, id, &row);
    if (loaded == NULL)
        return false;
    *ret_content = content_of(loaded->text, ctx->arena);
    return true;
}
