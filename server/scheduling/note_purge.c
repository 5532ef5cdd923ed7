// Words that were deleted from notes go for good after NOTE_PURGE_DAYS; client programs do the same by the same rule
// (tui/model/feed_purge.c): what the newest step of the history had seen that is that old.
#include "server/jobs/daily.h"
#include "server/scheduling/notes.h"
#include "server/scheduling/scheduling.h"
#include "shared/base/civil.h"

enum { NOTES_AT_ONCE = 8 };

static bool find_due(struct op_ctx *ctx, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT id FROM note WHERE purge_at > 0 AND purge_at <= $1 AND tenant = $2 ORDER BY "
                  "purge_at LIMIT $3",
                  DB_ARGS(db_int(ctx->now), db_text(ctx->actor.tenant), db_int(NOTES_AT_ONCE)), ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, ctx->arena, const char *) = db_col_copy(&rows, 0, ctx->arena);
    return db_ok(&rows);
}

// Empty when the whole history is younger.
static bool version_before(struct op_ctx *ctx, const char *note, int64_t before, struct bytes *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT version FROM note_revision WHERE note_id = $1 AND ended_at < $2 "
                  "ORDER BY ended_at DESC, rev DESC LIMIT 1",
                  DB_ARGS(db_text(note), db_int(before)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows);
    size_t size;
    const void *version = db_col_blob(&rows, 0, &size);
    *ret = (struct bytes){ arena_copy(ctx->arena, version, size), size };
    return true;
}

static bool plan_next(struct op_ctx *ctx, const char *note, int64_t before)
{
    return db_run(ctx->db,
                  "UPDATE note SET purge_at = COALESCE((SELECT MIN(ended_at) + $3 FROM note_revision "
                  "WHERE note_id = $1 AND removed > 0 AND ended_at >= $2), 0) WHERE id = $1",
                  DB_ARGS(db_text(note), db_int(before), db_int(ctx->now - before + 1)), NULL, ctx->err);
}

static bool try_tomorrow(struct op_ctx *ctx, const char *note)
{
    return db_run(ctx->db, "UPDATE note SET purge_at = $2 WHERE id = $1",
                  DB_ARGS(db_text(note), db_int(ctx->now + DAY_MS)), NULL, ctx->err);
}

static bool purge(struct op_ctx *ctx, const char *note)
{
    int64_t before = note_purge_before(ctx->now);
    struct bytes version = { 0 };
    struct text_purged purged = { 0 };
    if (!version_before(ctx, note, before, &version) ||
        (version.size > 0 && !texts_purge(ctx, note, version, before, &purged)))
        return false;
    if (purged.unreadable)
        return try_tomorrow(ctx, note);
    return (purged.bytes == 0 || note_forget_tail(ctx, note, purged.base)) && plan_next(ctx, note, before);
}

static bool purge_due(struct op_ctx *ctx, const struct job *job)
{
    struct list due = { 0 };
    (void)job;
    if (!find_due(ctx, &due))
        return false;
    for (size_t i = 0; i < due.count; i++)
        if (!purge(ctx, *LIST_AT(&due, const char *, i)))
            return false;
    return daily_again(ctx, &job_notes_purge, due.count == NOTES_AT_ONCE);
}

const struct job_kind job_notes_purge = { .name = "notes.purge", .finish = purge_due };
