// Whole texts handed in by who has no replica: turned into the edits that a replica would have made.
#include "server/texts/inner.h"

#include <stdlib.h>
#include <string.h>

enum { AGENT_TRIES = 4, HANDS_MAX = 8 };

static const char *person_of(const struct merge *merge)
{
    return merge->author->person_id == NULL ? "" : merge->author->person_id;
}

// The hand that writes for the author: one that has written nothing which the base does not hold, else a new one.
static bool take_hand(struct merge *merge, struct text *base)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    const struct text *text = merge->loaded->text;
    if (!db_query(merge->ctx->db, &rows,
                  "SELECT agent FROM text_agent WHERE doc = $1 AND ours = 1 AND COALESCE(person_id, '') = $2",
                  DB_ARGS(db_text(merge->id), db_text(person_of(merge))), merge->ctx->err))
        return false;
    while (db_next(&rows)) {
        uint64_t agent = strtoull(db_col_text(&rows, 0), NULL, 16);
        if (text_agent_used(base, agent) == text_agent_used(text, agent)) {
            text_agent_hex(agent, merge->hand);
            return text_set_agent(base, agent, merge->ctx->err);
        }
    }
    bool taken = false;
    for (int i = 0; i < AGENT_TRIES && !taken && db_ok(&rows); i++) {
        err_clear(merge->ctx->err);
        uint64_t agent = text_random_agent();
        taken = text_agent_used(text, agent) == 0 && text_set_agent(base, agent, merge->ctx->err);
        text_agent_hex(agent, merge->hand);
    }
    return taken;
}

static bool load_base(struct merge *merge, struct text **ret)
{
    struct err *err = merge->ctx->err;
    if (stored_text_at(merge->ctx->db, merge->id, merge->base, ret, err))
        return true;
    if (err->code == ERR_NOT_FOUND)
        err_set(err, ERR_CONFLICT, "The text that this was written from is no longer kept; read it again.");
    return false;
}

// The hands with which the author handed in texts from the same base before, the latest first: const char *.
static bool find_hands(struct merge *merge, struct list *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            merge->ctx->db, &rows,
            "SELECT hand FROM text_update WHERE doc = $1 AND n > $2 AND base = $2 AND "
            "COALESCE(author_id, '') = $3 GROUP BY hand ORDER BY MAX(n) DESC LIMIT $4",
            DB_ARGS(db_text(merge->id), db_int(merge->base), db_text(person_of(merge)), db_int(HANDS_MAX)),
            merge->ctx->err))
        return false;
    while (db_next(&rows))
        *LIST_ADD(ret, merge->ctx->arena, const char *) = db_col_copy(&rows, 0, merge->ctx->arena);
    return db_ok(&rows);
}

static bool add_hand(struct merge *merge, const char *hand, struct text *base)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            merge->ctx->db, &rows,
            "SELECT bytes FROM text_update WHERE doc = $1 AND n > $2 AND base = $2 AND hand = $3 ORDER BY n",
            DB_ARGS(db_text(merge->id), db_int(merge->base), db_text(hand)), merge->ctx->err))
        return false;
    while (db_next(&rows)) {
        size_t size;
        const void *update = db_col_blob(&rows, 0, &size);
        if (!text_apply(base, update, size, NULL, merge->ctx->err))
            return false;
    }
    return db_ok(&rows);
}

static bool grew_into(const struct text *text, const char *content)
{
    CLEANUP(buf_free) struct buf before = { 0 };
    text_content(text, &before);
    return text_waiting(text) == 0 && before.len > 0 && strstr(content, buf_text(&before)) != NULL;
}

// The text that the author had before their eyes: the base with what of theirs the content has grown from.
static bool load_seen(struct merge *merge, const char *content, struct text **ret)
{
    struct list hands = { 0 };
    if (!find_hands(merge, &hands))
        return false;
    for (size_t i = 0; i < hands.count; i++) {
        struct text *seen = NULL;
        if (!load_base(merge, &seen))
            return false;
        if (add_hand(merge, *LIST_AT(&hands, const char *, i), seen) && grew_into(seen, content)) {
            *ret = seen;
            return true;
        }
        text_free(seen);
    }
    err_clear(merge->ctx->err);
    return load_base(merge, ret);
}

// The difference to what the author saw, made there and merged here.
static bool write_from_base(struct merge *merge, const char *content)
{
    CLEANUP(buf_free) struct buf batch = { 0 };
    struct err *err = merge->ctx->err;
    struct text *seen = NULL;
    if (!load_seen(merge, content, &seen))
        return false;
    bool ok = take_hand(merge, seen) && text_rewrite(seen, content, strlen(content), &batch, err) &&
              text_apply_batch(merge->loaded->text, (struct bytes){ batch.data, batch.len }, err);
    text_free(seen);
    return ok;
}

static bool write_now(struct merge *merge, const char *content)
{
    CLEANUP(buf_free) struct buf batch = { 0 };
    struct text *text = merge->loaded->text;
    return take_hand(merge, text) && text_rewrite(text, content, strlen(content), &batch, merge->ctx->err);
}

bool texts_write(struct op_ctx *ctx, const char *id, const struct text_author *author, int64_t base_head,
                 const char *content, size_t length_max, struct text_edited *ret)
{
    struct merge merge = {
        .ctx = ctx, .id = id, .author = author, .length_max = length_max, .ours = true, .base = base_head
    };
    if (!text_row_find(ctx->db, id, &merge.row, ctx->err))
        return false;
    if (base_head > merge.row.head)
        return err_set(ctx->err, ERR_CONFLICT, "The text has never been that far.");
    bool is_now = base_head == TEXTS_BASE_NOW || base_head == merge.row.head;
    bool ok = merge_start(&merge) &&
              (is_now ? write_now(&merge, content) : write_from_base(&merge, content)) &&
              merge_finish(&merge, ret);
    merge_end(&merge, ok);
    return ok;
}
