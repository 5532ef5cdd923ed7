#include "server/scheduling/notes.h"

#include "server/scheduling/children.h"

#include <string.h>

struct stored_note {
    int64_t rev; // 0: there is none yet
    const char *text, *key_points, *opportunities;
};

static const char *audience_of(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind)
{
    const char *host = consultation_host_audience(ctx, c);
    switch (kind) {
    case NOTE_CONSULTANT:
    case NOTE_PREPARATION:
        return host;
    case NOTE_INTERNAL:
        return arena_printf(ctx->arena, "%s role:%s:admin", host, ctx->actor.tenant);
    case NOTE_LIVE:
        break;
    }
    return c->audience;
}

static bool load_note(struct op_ctx *ctx, const char *id, struct stored_note *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    *ret = (struct stored_note){ .text = "", .key_points = "[]", .opportunities = "[]" };
    if (!db_query(ctx->db, &rows, "SELECT rev, text, key_points, opportunities FROM note WHERE id = $1",
                  DB_ARGS(db_text(id)), ctx->err))
        return false;
    if (db_next(&rows))
        *ret = (struct stored_note){
            .rev = db_col_int(&rows, 0),
            .text = db_col_copy(&rows, 1, ctx->arena),
            .key_points = db_col_copy(&rows, 2, ctx->arena),
            .opportunities = db_col_copy(&rows, 3, ctx->arena),
        };
    return db_ok(&rows);
}

static bool has_text(const struct list *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (strcmp(*LIST_AT(texts, const char *, i), text) == 0)
            return true;
    return false;
}

// The stored entries that the new list lacks, then the new ones.
static bool merge_lists(struct op_ctx *ctx, const char *stored, const struct list *added, const char **ret)
{
    CLEANUP(json_free) cJSON *json = json_parse(stored, strlen(stored), ctx->err);
    struct list both = { 0 };
    const cJSON *item;
    if (json == NULL)
        return false;
    cJSON_ArrayForEach(item, json)
    {
        if (cJSON_IsString(item) && !has_text(added, item->valuestring))
            *LIST_ADD(&both, ctx->arena, const char *) = arena_strdup(ctx->arena, item->valuestring);
    }
    for (size_t i = 0; i < added->count; i++)
        *LIST_ADD(&both, ctx->arena, const char *) = *LIST_AT(added, const char *, i);
    *ret = texts_to_json(ctx, &both);
    return true;
}

static bool next_list(struct op_ctx *ctx, const char **stored, const struct list *added, bool keep)
{
    if (added == NULL)
        return true;
    if (keep)
        return merge_lists(ctx, *stored, added, stored);
    *stored = texts_to_json(ctx, added);
    return true;
}

static bool next_text(struct op_ctx *ctx, const char **stored, const char *added, bool keep, bool *ret_merged)
{
    if (added == NULL || strcmp(*stored, added) == 0)
        return true;
    if (keep)
        return note_merge(ctx, *stored, added, NOTE_TEXT_MAX, stored, ret_merged);
    *stored = added;
    return true;
}

static bool same(const struct stored_note *a, const struct stored_note *b)
{
    return a->rev != 0 && strcmp(a->text, b->text) == 0 && strcmp(a->key_points, b->key_points) == 0 &&
           strcmp(a->opportunities, b->opportunities) == 0;
}

static bool store_note(struct op_ctx *ctx, const struct consultation *c, const char *id, enum note_kind kind,
                       const struct stored_note *note, bool is_new)
{
    const char *audience = audience_of(ctx, c, kind);
    int64_t rev;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO note (id, tenant, rev, audience, consultation_id, kind, text, key_points, "
                  "opportunities, author_id, author_name, updated_at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
                  "ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, text = excluded.text, "
                  "key_points = excluded.key_points, opportunities = excluded.opportunities, "
                  "author_id = excluded.author_id, author_name = excluded.author_name, "
                  "updated_at = excluded.updated_at",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                          db_text(c->id), db_int(kind), db_text(note->text), db_text(note->key_points),
                          db_text(note->opportunities), db_text(ctx->actor.user_id), db_text(ctx->actor.name),
                          db_int(ctx->now)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_NOTE, id, CHANGE_PUT, is_new ? "" : audience, audience);
}

bool note_write(struct op_ctx *ctx, const struct consultation *c, const struct note_write *write,
                bool *ret_merged)
{
    const char *id = arena_printf(ctx->arena, "%s:%s", c->id, note_kind_words[write->kind]);
    struct stored_note stored, next;
    if (!load_note(ctx, id, &stored))
        return false;
    next = stored;
    bool keep = write->keep || (write->base_rev != 0 && stored.rev > write->base_rev);
    if (!next_text(ctx, &next.text, write->text, keep, ret_merged) ||
        !next_list(ctx, &next.key_points, write->key_points, keep) ||
        !next_list(ctx, &next.opportunities, write->opportunities, keep))
        return false;
    return same(&stored, &next) || store_note(ctx, c, id, write->kind, &next, stored.rev == 0);
}
