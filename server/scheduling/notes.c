#include "server/scheduling/notes.h"

#include "server/scheduling/audience.h"
#include "server/scheduling/children.h"

#include <string.h>

const char *note_id(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind)
{
    return arena_printf(ctx->arena, "%s:%s", c->id, note_kind_words[kind]);
}

bool note_find(struct op_ctx *ctx, const char *id_or_code, enum note_kind kind, bool to_write,
               struct consultation *ret, unsigned *ret_roles)
{
    if (!consultation_find(ctx, id_or_code, ret, ret_roles))
        return false;
    if ((note_readers(kind) & *ret_roles) == 0)
        return consultation_unknown(ctx);
    return !to_write || (note_writers(kind) & *ret_roles) != 0 ||
           err_set(ctx->err, ERR_FORBIDDEN, "That is not yours to write.");
}

static struct text_author author_of(const struct op_ctx *ctx)
{
    return (struct text_author){ ctx->actor.user_id, ctx->actor.name, ctx->now };
}

bool note_edit(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind, int64_t epoch,
               struct bytes updates, struct text_edited *ret)
{
    struct text_author author = author_of(ctx);
    return texts_edit(ctx, note_id(ctx, c, kind), &author, epoch, updates, NOTE_LENGTH_MAX, ret) &&
           note_record(ctx, c, kind, &author, ret);
}

// The lists of live notes --------------------------------------------------------------------------------------------

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

// keep: somebody wrote meanwhile.
static bool next_list(struct op_ctx *ctx, const char **stored, const struct list *added, bool keep)
{
    if (added == NULL)
        return true;
    if (keep)
        return merge_lists(ctx, *stored, added, stored);
    *stored = texts_to_json(ctx, added);
    return true;
}

static bool write_lists(struct op_ctx *ctx, const struct consultation *c, const struct note_write *write)
{
    struct stored_note stored, next;
    if (write->key_points == NULL && write->opportunities == NULL)
        return true;
    if (!note_load(ctx, note_id(ctx, c, write->kind), &stored))
        return false;
    next = stored;
    bool keep = write->base_rev != 0 && stored.rev > write->base_rev;
    if (!next_list(ctx, &next.key_points, write->key_points, keep) ||
        !next_list(ctx, &next.opportunities, write->opportunities, keep))
        return false;
    bool same = strcmp(stored.key_points, next.key_points) == 0 &&
                strcmp(stored.opportunities, next.opportunities) == 0;
    return same || note_save_lists(ctx, c, write->kind, &next);
}

// Whole texts -----------------------------------------------------------------------------------------------------------

static bool find_base(struct op_ctx *ctx, const char *id, const struct note_write *write, int64_t *ret_head)
{
    if (write->has_base_head || write->base_rev == 0) {
        *ret_head = write->has_base_head ? write->base_head : TEXTS_BASE_NOW;
        return true;
    }
    return texts_head_at(ctx, id, write->base_rev, ret_head);
}

static bool write_text(struct op_ctx *ctx, const struct consultation *c, const struct note_write *write,
                       bool *ret_merged)
{
    const char *id = note_id(ctx, c, write->kind), *became;
    struct text_author author = author_of(ctx);
    struct text_edited edited;
    int64_t base;
    if (!find_base(ctx, id, write, &base) ||
        !texts_write(ctx, id, &author, base, write->text, NOTE_LENGTH_MAX, &edited) ||
        !note_record(ctx, c, write->kind, &author, &edited) || !texts_content(ctx, id, &became))
        return false;
    if (strcmp(became, write->text) != 0)
        *ret_merged = true;
    return true;
}

bool note_write(struct op_ctx *ctx, const struct consultation *c, const struct note_write *write,
                bool *ret_merged)
{
    return write_lists(ctx, c, write) && (write->text == NULL || write_text(ctx, c, write, ret_merged));
}

bool note_append(struct op_ctx *ctx, const struct consultation *c, enum note_kind kind, const char *text)
{
    const char *now;
    bool merged = false;
    if (text == NULL || text[0] == '\0')
        return true;
    if (!texts_content(ctx, note_id(ctx, c, kind), &now))
        return false;
    if (strstr(now, text) != NULL)
        return true;
    struct note_write write = {
        .kind = kind,
        .text = now[0] == '\0' ? text : arena_printf(ctx->arena, "%s\n\n%s", now, text),
    };
    return note_write(ctx, c, &write, &merged);
}
