// note.edit, note.get, note.sync, note.write: notes as texts that merge (handbook SYNC).
#include "server/scheduling/notes.h"
#include "shared/wire/args_notes.h"

struct note_view {
    const char *consultationId;
    int kind;
    const char *text;
    int64_t epoch, head;
    struct bytes version;
    const char *authorName;
    int64_t updatedAt;
};

static const struct field view_fields[] = {
    { FIELD(struct note_view, consultationId), .kind = FIELD_TEXT },
    { FIELD(struct note_view, kind), .kind = FIELD_ENUM, .words = note_kind_words },
    { FIELD(struct note_view, text), .kind = FIELD_TEXT },
    { FIELD(struct note_view, epoch), .kind = FIELD_INT,
      .help = "Of the text's generation; 0: it is empty yet" },
    { FIELD(struct note_view, head), .kind = FIELD_INT,
      .help = "Updates so far: `baseHead` of who writes it" },
    { FIELD(struct note_view, version), .kind = FIELD_BYTES, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct note_view, authorName), .kind = FIELD_TEXT, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct note_view, updatedAt), .kind = FIELD_TIME, .flags = FIELD_OMIT_EMPTY },
};
static const struct shape view_shape = SHAPE(struct note_view, "Note", view_fields);

static struct bytes kept(struct arena *arena, const struct buf *buf)
{
    struct bytes none = { 0 };
    return buf->len == 0 ? none : (struct bytes){ arena_copy(arena, buf->data, buf->len), buf->len };
}

static bool read_author(struct op_ctx *ctx, const char *id, struct note_view *view)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT author_name, updated_at FROM note WHERE id = $1",
                  DB_ARGS(db_text(id)), ctx->err))
        return false;
    if (db_next(&rows)) {
        view->authorName = db_col_copy(&rows, 0, ctx->arena);
        view->updatedAt = db_col_int(&rows, 1);
    }
    return db_ok(&rows);
}

static bool reply_note(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind)
{
    CLEANUP(text_state_free) struct text_state state = { 0 };
    CLEANUP(buf_free) struct buf content = { 0 }, version = { 0 };
    const char *id = note_id(ctx, c, kind);
    struct note_view view = { .consultationId = c->id, .kind = (int)kind };
    if (!texts_load(ctx->db, id, &state, ctx->err) || !read_author(ctx, id, &view))
        return false;
    if (state.text != NULL) {
        text_content(state.text, &content);
        text_version(state.text, &version);
    }
    view.text = buf_text(&content);
    view.epoch = state.epoch;
    view.head = state.head;
    view.version = kept(ctx->arena, &version);
    reply_shape(ctx, "note", &view_shape, &view);
    return true;
}

static bool run_get(struct op_ctx *ctx, const void *in)
{
    const struct args_note *args = in;
    enum note_kind kind = (enum note_kind)args->kind;
    struct consultation c;
    unsigned roles;
    return note_find(ctx, args->id, kind, false, &c, &roles) && reply_note(ctx, &c, kind);
}

const struct op op_run_note_get = {
    .spec = &op_note_get,
    .run = run_get,
    .reply_name = "note",
    .reply_shape = &view_shape,
};

static bool run_edit(struct op_ctx *ctx, const void *in)
{
    const struct args_note_edit *args = in;
    enum note_kind kind = (enum note_kind)args->kind;
    struct consultation c;
    struct text_edited edited;
    unsigned roles;
    if (!note_find(ctx, args->id, kind, true, &c, &roles) ||
        !note_edit(ctx, &c, kind, args->epoch, args->updates, &edited))
        return false;
    reply_int(ctx, "epoch", edited.epoch);
    reply_int(ctx, "head", edited.head);
    return true;
}

// Unaudited: the text's own log says who wrote what and when, key by key.
const struct op op_run_note_edit = { .spec = &op_note_edit, .run = run_edit, .unaudited = true };

static bool run_write(struct op_ctx *ctx, const void *in)
{
    const struct args_note_write *args = in;
    struct note_write write = {
        .kind = (enum note_kind)args->kind,
        .text = args->text,
        .has_base_head = args->has_baseHead,
        .base_head = args->baseHead,
    };
    struct consultation c;
    unsigned roles;
    bool merged = false;
    if (!note_find(ctx, args->id, write.kind, true, &c, &roles) || !note_write(ctx, &c, &write, &merged) ||
        !reply_note(ctx, &c, write.kind))
        return false;
    reply_bool(ctx, "merged", merged);
    return true;
}

const struct op op_run_note_write = {
    .spec = &op_note_write,
    .run = run_write,
    .reply_name = "note",
    .reply_shape = &view_shape,
};

// note.sync -------------------------------------------------------------------------------------------------------------

struct missing { // what a replica lacks, as doc.state says it (shared/wire/messages.h)
    int64_t epoch, head;
    struct bytes version, update, snapshot;
};

static const struct field missing_fields[] = {
    { FIELD(struct missing, epoch), .kind = FIELD_INT },
    { FIELD(struct missing, head), .kind = FIELD_INT },
    { FIELD(struct missing, version), .kind = FIELD_BYTES, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct missing, update), .kind = FIELD_BYTES, .flags = FIELD_OMIT_EMPTY },
    { FIELD(struct missing, snapshot), .kind = FIELD_BYTES, .flags = FIELD_OMIT_EMPTY },
};
static const struct shape missing_shape = SHAPE(struct missing, "TextState", missing_fields);

// Its members are members of data themselves.
static void reply_missing(struct op_ctx *ctx, const struct missing *missing)
{
    CLEANUP(buf_free) struct buf object = { 0 };
    shape_write(&missing_shape, missing, &object);
    buf_add(ctx->reply, object.data + 1, object.len - 2);
}

// A replica of this generation gets what it has not seen. When that is more than the whole text, it gets the text.
static bool find_missing(struct op_ctx *ctx, const struct args_note_sync *args,
                         const struct text_state *state, struct missing *ret)
{
    CLEANUP(buf_free) struct buf version = { 0 }, update = { 0 }, snapshot = { 0 };
    bool has_replica = args->epoch == state->epoch && args->version.size > 0;
    if (args->version.size > 0 && !text_version_valid(args->version.data, args->version.size, ctx->err))
        return false;
    text_version(state->text, &version);
    if (has_replica && !text_diff(state->text, args->version.data, args->version.size, &update, ctx->err))
        return false;
    if (!has_replica || update.len > TEXTS_STORED_MAX)
        text_save(state->text, &snapshot);
    if (snapshot.len > 0)
        buf_clear(&update);
    ret->version = kept(ctx->arena, &version);
    ret->update = kept(ctx->arena, &update);
    ret->snapshot = kept(ctx->arena, &snapshot);
    return true;
}

static bool run_sync(struct op_ctx *ctx, const void *in)
{
    const struct args_note_sync *args = in;
    CLEANUP(text_state_free) struct text_state state = { 0 };
    enum note_kind kind = (enum note_kind)args->kind;
    struct consultation c;
    unsigned roles;
    if (!note_find(ctx, args->id, kind, false, &c, &roles) ||
        !texts_load(ctx->db, note_id(ctx, &c, kind), &state, ctx->err))
        return false;
    struct missing missing = { .epoch = state.epoch, .head = state.head };
    if (state.text != NULL && !find_missing(ctx, args, &state, &missing))
        return false;
    reply_missing(ctx, &missing);
    return true;
}

const struct op op_run_note_sync = { .spec = &op_note_sync, .run = run_sync };
