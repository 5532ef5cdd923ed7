// The history of a note: one row a sitting of one author, told to whoever may read the note.
#include "server/core/changes.h"
#include "server/scheduling/notes.h"

#include <inttypes.h>
#include <string.h>

enum {
    PAUSE_MS = 5 * 60 * 1000,
    SITTING_MS = 15 * 60 * 1000
}; // a longer pause ends it, and so does its length

struct sitting {
    int64_t ord, rev, started_at, ended_at, added, removed; // ord 0: none
    const char *audience;
};

static bool find_latest(struct op_ctx *ctx, const char *note, const char *agent, struct sitting *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    *ret = (struct sitting){ 0 };
    if (agent == NULL)
        return true;
    if (!db_query(ctx->db, &rows,
                  "SELECT ord, rev, started_at, ended_at, added, removed, audience FROM note_revision "
                  "WHERE note_id = $1 AND agent = $2 ORDER BY ord DESC LIMIT 1",
                  DB_ARGS(db_text(note), db_text(agent)), ctx->err))
        return false;
    if (db_next(&rows))
        *ret = (struct sitting){
            .ord = db_col_int(&rows, 0),
            .rev = db_col_int(&rows, 1),
            .started_at = db_col_int(&rows, 2),
            .ended_at = db_col_int(&rows, 3),
            .added = db_col_int(&rows, 4),
            .removed = db_col_int(&rows, 5),
            .audience = db_col_copy(&rows, 6, ctx->arena),
        };
    return db_ok(&rows);
}

static bool goes_on(const struct sitting *sitting, int64_t at)
{
    return sitting->ord != 0 && at >= sitting->ended_at && at - sitting->ended_at < PAUSE_MS &&
           at - sitting->started_at < SITTING_MS;
}

static const char *revision_id(struct op_ctx *ctx, const char *note, int64_t ord)
{
    return arena_printf(ctx->arena, "%s:%" PRId64, note, ord);
}

static bool go_on(struct op_ctx *ctx, const char *note, const char *audience, const struct sitting *sitting,
                  const struct text_author *author, const struct text_edited *edited)
{
    const char *id = revision_id(ctx, note, sitting->ord);
    int64_t rev;
    if (!changes_seq(ctx, &rev) ||
        !db_run(ctx->db,
                "UPDATE note_revision SET rev = $2, audience = $3, ended_at = $4, added = $5, removed = $6, "
                "version = $7 WHERE id = $1",
                DB_ARGS(db_text(id), db_int(rev), db_text(audience), db_int(author->at),
                        db_int(sitting->added + edited->added), db_int(sitting->removed + edited->removed),
                        db_blob(edited->version.data, edited->version.size)),
                NULL, ctx->err))
        return false;
    bool again = sitting->rev != rev && strcmp(sitting->audience, audience) == 0;
    return (!again || changes_supersede(ctx, ROW_NOTE_REVISION, id, sitting->rev, audience)) &&
           changes_add(ctx, ROW_NOTE_REVISION, id, CHANGE_PUT, sitting->audience, audience);
}

static bool begin(struct op_ctx *ctx, const struct consultation *c, const char *note, const char *audience,
                  const struct text_author *author, const struct text_edited *edited)
{
    int64_t rev, ord = 0;
    if (!changes_seq(ctx, &rev) ||
        !db_one_int(ctx->db, "SELECT COALESCE(MAX(ord), 0) + 1 FROM note_revision WHERE note_id = $1",
                    DB_ARGS(db_text(note)), &ord, NULL, ctx->err))
        return false;
    const char *id = revision_id(ctx, note, ord);
    return db_run(
               ctx->db,
               "INSERT INTO note_revision (id, tenant, rev, audience, note_id, consultation_id, ord, agent, "
               "author_id, author_name, started_at, ended_at, added, removed, version) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14)",
               DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience), db_text(note),
                       db_text(c->id), db_int(ord), db_text(edited->agent), db_text(author->person_id),
                       db_text(author->name), db_int(author->at), db_int(edited->added),
                       db_int(edited->removed), db_blob(edited->version.data, edited->version.size)),
               NULL, ctx->err) &&
           changes_add(ctx, ROW_NOTE_REVISION, id, CHANGE_PUT, "", audience);
}

bool note_revision_add(struct op_ctx *ctx, const struct consultation *c, const char *note,
                       const char *audience, const struct text_author *author,
                       const struct text_edited *edited)
{
    struct sitting sitting;
    if (!find_latest(ctx, note, edited->agent, &sitting))
        return false;
    return goes_on(&sitting, author->at) ? go_on(ctx, note, audience, &sitting, author, edited)
                                         : begin(ctx, c, note, audience, author, edited);
}
