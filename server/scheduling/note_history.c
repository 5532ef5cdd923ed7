// note.history and note.at: who wrote what when, and how a note was then.
#include "server/scheduling/notes.h"
#include "shared/wire/args_notes.h"

#include <string.h>

struct revision_view {
    int64_t ord;
    const char *agent, *authorId, *authorName;
    int64_t startedAt, endedAt;
    int64_t added, removed;
    bool faded;
};

#define FADED_HELP "Words of it were deleted over 30 days ago and are gone: fillers stand in their place"

static const struct field revision_fields[] = {
    { FIELD(struct revision_view, ord), .kind = FIELD_INT },
    { FIELD(struct revision_view, agent), .kind = FIELD_TEXT, .flags = FIELD_OMIT_EMPTY,
      .help = "Of the author's device in the text" },
    { FIELD(struct revision_view, authorId), .kind = FIELD_TEXT, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct revision_view, authorName), .kind = FIELD_TEXT, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct revision_view, startedAt), .kind = FIELD_TIME },
    { FIELD(struct revision_view, endedAt), .kind = FIELD_TIME },
    { FIELD(struct revision_view, added), .kind = FIELD_INT, .help = "Bytes" },
    { FIELD(struct revision_view, removed), .kind = FIELD_INT, .help = "Bytes" },
    { FIELD(struct revision_view, faded), .kind = FIELD_BOOL, .help = FADED_HELP },
};
static const struct shape revision_shape = SHAPE(struct revision_view, "NoteRevision", revision_fields);

// In the order of the shape; $2: faded when it ended before that.
#define COLUMNS                                                                                              \
    "ord, agent, author_id, author_name, started_at, ended_at, added, removed, "                             \
    "CASE WHEN ended_at < $2 THEN 1 ELSE 0 END"

// When the last step ended whose removed words are gone.
static bool purged_until(struct op_ctx *ctx, const char *note, int64_t *ret)
{
    return db_one_int(
        ctx->db,
        "SELECT COALESCE(MAX(ended_at), 0) FROM note_revision WHERE note_id = $1 AND removed > 0 "
        "AND ended_at < $2",
        DB_ARGS(db_text(note), db_int(note_purge_before(ctx->now))), ret, NULL, ctx->err);
}

static bool load_history(struct op_ctx *ctx, const char *note, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    int64_t purged = 0;
    if (!purged_until(ctx, note, &purged) ||
        !db_query(ctx->db, &rows, "SELECT " COLUMNS " FROM note_revision WHERE note_id = $1 ORDER BY ord",
                  DB_ARGS(db_text(note), db_int(purged)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, &revision_shape, ctx->arena, LIST_ADD(ret, ctx->arena, struct revision_view)))
            return false;
    return db_ok(&rows);
}

static bool run_history(struct op_ctx *ctx, const void *in)
{
    const struct args_note *args = in;
    enum note_kind kind = (enum note_kind)args->kind;
    struct list revisions = { 0 };
    struct consultation c;
    unsigned roles;
    if (!note_find(ctx, args->id, kind, false, &c, &roles) ||
        !load_history(ctx, note_id(ctx, &c, kind), &revisions))
        return false;
    reply_shapes(ctx, "revisions", &revision_shape, &revisions);
    reply_int(ctx, "total", (int64_t)revisions.count);
    return true;
}

const struct op op_run_note_history = {
    .spec = &op_note_history,
    .run = run_history,
    .reply_name = "revisions",
    .reply_shape = &revision_shape,
    .reply_list = true,
};

// note.at ---------------------------------------------------------------------------------------------------------------

struct note_then {
    int64_t ord;
    const char *authorName;
    int64_t endedAt;
    bool faded;
    const char *text;
};

static const struct field then_fields[] = {
    { FIELD(struct note_then, ord), .kind = FIELD_INT },
    { FIELD(struct note_then, authorName), .kind = FIELD_TEXT, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct note_then, endedAt), .kind = FIELD_TIME },
    { FIELD(struct note_then, faded), .kind = FIELD_BOOL, .help = FADED_HELP },
    { FIELD(struct note_then, text), .kind = FIELD_TEXT },
};
static const struct shape then_shape = SHAPE(struct note_then, "NoteThen", then_fields);

static bool load_revision(struct op_ctx *ctx, const char *note, int64_t ord, struct note_then *ret,
                          struct bytes *ret_version)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    int64_t purged = 0;
    if (!purged_until(ctx, note, &purged) ||
        !db_query(ctx->db, &rows,
                  "SELECT author_name, ended_at, version FROM note_revision WHERE note_id = $1 AND ord = $2",
                  DB_ARGS(db_text(note), db_int(ord)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(ctx->err, ERR_NOT_FOUND, "There is no such step in its history.");
    size_t size;
    const void *version = db_col_blob(&rows, 2, &size);
    *ret_version = (struct bytes){ arena_copy(ctx->arena, version, size), size };
    ret->ord = ord;
    ret->authorName = db_col_copy(&rows, 0, ctx->arena);
    ret->endedAt = db_col_int(&rows, 1);
    ret->faded = ret->endedAt < purged;
    return true;
}

static bool run_at(struct op_ctx *ctx, const void *in)
{
    const struct args_note_at *args = in;
    CLEANUP(text_state_free) struct text_state state = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 };
    enum note_kind kind = (enum note_kind)args->kind;
    struct consultation c;
    struct note_then then = { 0 };
    struct bytes version = { 0 };
    unsigned roles;
    if (!note_find(ctx, args->id, kind, false, &c, &roles))
        return false;
    const char *id = note_id(ctx, &c, kind);
    if (!load_revision(ctx, id, args->ord, &then, &version) || !texts_load(ctx->db, id, &state, ctx->err))
        return false;
    if (state.text != NULL && !text_at_version(state.text, version.data, version.size, &content, ctx->err))
        return false;
    then.text = buf_text(&content);
    reply_shape(ctx, "note", &then_shape, &then);
    return true;
}

const struct op op_run_note_at = {
    .spec = &op_note_at,
    .run = run_at,
    .reply_name = "note",
    .reply_shape = &then_shape,
};
