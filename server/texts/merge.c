// What an edit did to the text in memory: held against the rules, then stored as one update. Until then nothing is
// written, and on a refusal the text in memory is forgotten.
#include "server/texts/inner.h"

#include "server/core/changes.h"
#include "shared/base/utf8.h"

#include <stdlib.h>
#include <string.h>

struct seen {       // what the edit did, gathered
    uint64_t agent; // the last one that wrote
    size_t agents;
    int64_t ids, added;
};

bool merge_start(struct merge *merge)
{
    merge->loaded = loaded_take(merge->ctx, merge->id, &merge->row);
    if (merge->loaded == NULL)
        return false;
    const struct text *text = merge->loaded->text;
    text_version(text, &merge->version);
    merge->length = text_length(text);
    merge->agents = text_agent_count(text);
    merge->used = ARENA_ARRAY(merge->ctx->arena, uint32_t, merge->agents);
    for (size_t i = 0; i < merge->agents; i++)
        text_agent_at(text, i, &merge->used[i]);
    return true;
}

void merge_end(struct merge *merge, bool ok)
{
    if (!ok && merge->loaded != NULL)
        loaded_drop(merge->ctx, merge->loaded);
    merge->loaded = NULL;
    buf_free(&merge->version);
}

// Whose is the agent ------------------------------------------------------------------------------------------------

static bool same_person(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool note_agent(struct merge *merge, const char *agent)
{
    return db_run(merge->ctx->db,
                  "INSERT INTO text_agent (doc, agent, person_id, name, ours) VALUES ($1, $2, $3, $4, $5)",
                  DB_ARGS(db_text(merge->id), db_text(agent), db_text(merge->author->person_id),
                          db_text(merge->author->name), db_int(merge->ours)),
                  NULL, merge->ctx->err);
}

static bool check_agent(struct merge *merge, uint64_t id, bool *ret_new)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    char agent[17];
    text_agent_hex(id, agent);
    if (!db_query(merge->ctx->db, &rows,
                  "SELECT person_id, ours FROM text_agent WHERE doc = $1 AND agent = $2",
                  DB_ARGS(db_text(merge->id), db_text(agent)), merge->ctx->err))
        return false;
    *ret_new = !db_next(&rows);
    if (*ret_new || !db_ok(&rows))
        return db_ok(&rows);
    return (same_person(db_col_text(&rows, 0), merge->author->person_id) &&
            db_col_int(&rows, 1) == merge->ours) ||
           err_set(merge->ctx->err, ERR_FORBIDDEN, "That was written by somebody else's hand.");
}

// What it did -------------------------------------------------------------------------------------------------------

static uint32_t used_before(const struct merge *merge, size_t index)
{
    return index < merge->agents ? merge->used[index] : 0;
}

static bool look_at_agents(struct merge *merge, struct list *ret_new, struct seen *seen)
{
    const struct text *text = merge->loaded->text;
    for (size_t i = 0; i < text_agent_count(text); i++) {
        uint32_t used, before = used_before(merge, i);
        uint64_t agent = text_agent_at(text, i, &used);
        bool is_new;
        if (used == before)
            continue;
        if (!check_agent(merge, agent, &is_new))
            return false;
        if (is_new)
            *LIST_ADD(ret_new, merge->ctx->arena, uint64_t) = agent;
        seen->agent = agent;
        seen->agents++;
        seen->ids += used - before;
    }
    return true;
}

// By agent, what was used before; those that did not write are left out.
struct writer {
    uint64_t agent;
    uint32_t before;
};

static void find_writers(const struct merge *merge, struct list *ret)
{
    const struct text *text = merge->loaded->text;
    for (size_t i = 0; i < text_agent_count(text); i++) {
        uint32_t used;
        uint64_t agent = text_agent_at(text, i, &used);
        if (used > used_before(merge, i))
            *LIST_ADD(ret, merge->ctx->arena, struct writer) =
                (struct writer){ agent, used_before(merge, i) };
    }
}

// Bytes of the span that are new; they end it.
static uint32_t new_part(const struct list *writers, const struct text_span *span)
{
    for (size_t i = 0; i < writers->count; i++) {
        const struct writer *writer = LIST_AT(writers, struct writer, i);
        uint32_t end = span->seq + span->size;
        if (writer->agent == span->agent && end > writer->before)
            return span->seq >= writer->before ? span->size : end - writer->before;
    }
    return 0;
}

static bool look_at_text(struct merge *merge, struct seen *seen)
{
    struct list writers = { 0 };
    struct text_walk walk = { 0 };
    struct text_span span;
    find_writers(merge, &writers);
    while (text_next(merge->loaded->text, &walk, &span)) {
        uint32_t size = new_part(&writers, &span);
        if (size > 0 && !utf8_is_plain(span.bytes + span.size - size, size))
            return err_set(merge->ctx->err, ERR_BAD_REQUEST, "A text holds no control characters.");
        seen->added += size;
    }
    return true;
}

static bool check_size(struct merge *merge, size_t update_size)
{
    const struct text *text = merge->loaded->text;
    struct err *err = merge->ctx->err;
    if (text_length(text) > merge->length_max && text_length(text) > merge->length)
        return err_set(err, ERR_TOO_LARGE, "The text would be longer than %zu bytes.", merge->length_max);
    if (text_agent_count(text) > TEXTS_AGENTS_MAX && text_agent_count(text) > merge->agents)
        return err_set(err, ERR_TOO_LARGE, "Too many devices have written in this text.");
    if (merge->row.snapshot_bytes + merge->row.update_bytes + (int64_t)update_size > TEXTS_STORED_MAX)
        return err_set(err, ERR_TOO_LARGE, "This text is full: it has been changed too often.");
    return true;
}

// Storing it --------------------------------------------------------------------------------------------------------

static bool store_update(struct merge *merge, const struct buf *update)
{
    struct op_ctx *ctx = merge->ctx;
    int64_t rev;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO text_update (doc, n, author_id, at, rev, hand, base, bytes) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  DB_ARGS(db_text(merge->id), db_int(merge->row.head), db_text(merge->author->person_id),
                          db_int(merge->author->at), db_int(rev), db_text(merge->ours ? merge->hand : NULL),
                          merge->base == TEXTS_BASE_NOW ? db_null() : db_int(merge->base),
                          db_blob(update->data, update->len)),
                  NULL, ctx->err);
}

static bool store(struct merge *merge, const struct buf *update, const struct list *new_agents)
{
    struct text_row *row = &merge->row;
    const struct text *text = merge->loaded->text;
    bool is_new = row->head == 0;
    if (is_new)
        row->epoch = text_random_number();
    row->head++;
    row->length = (int64_t)text_length(text);
    row->update_bytes += (int64_t)update->len;
    row->stamp = text_random_number();
    if (!text_row_save(merge->ctx, merge->id, row, is_new) || !store_update(merge, update))
        return false;
    for (size_t i = 0; i < new_agents->count; i++) {
        char agent[17];
        text_agent_hex(*LIST_AT(new_agents, uint64_t, i), agent);
        if (!note_agent(merge, agent))
            return false;
    }
    int64_t snapshot = row->snapshot_head;
    return text_snapshot_if_due(merge->ctx, merge->id, text, row) &&
           (row->snapshot_head == snapshot || text_row_save(merge->ctx, merge->id, row, false));
}

static struct bytes keep(struct arena *arena, const struct buf *buf)
{
    return (struct bytes){ arena_copy(arena, buf->data, buf->len), buf->len };
}

static void tell(const struct merge *merge, const struct buf *update, const struct seen *seen,
                 struct text_edited *ret)
{
    CLEANUP(buf_free) struct buf version = { 0 };
    struct arena *arena = merge->ctx->arena;
    char agent[17];
    text_version(merge->loaded->text, &version);
    text_agent_hex(seen->agent, agent);
    *ret = (struct text_edited){
        .changed = true,
        .epoch = merge->row.epoch,
        .head = merge->row.head,
        .update = keep(arena, update),
        .agent = seen->agents == 1 ? arena_strdup(arena, agent) : NULL,
        .added = seen->added,
        .removed = seen->ids - seen->added,
        .version = keep(arena, &version),
    };
}

static bool nothing_waits(struct merge *merge)
{
    const struct text *text = merge->loaded->text;
    if (text_waiting(text) > 0)
        return err_set(merge->ctx->err, ERR_UNAVAILABLE, "It builds on something that has not arrived.");
    return text_dropped(text) == 0 || err_set(merge->ctx->err, ERR_BAD_REQUEST, "An update is impossible.");
}

bool merge_finish(struct merge *merge, struct text_edited *ret)
{
    CLEANUP(buf_free) struct buf update = { 0 };
    const struct text *text = merge->loaded->text;
    struct list new_agents = { 0 };
    struct seen seen = { 0 };
    if (!nothing_waits(merge) ||
        !text_diff(text, merge->version.data, merge->version.len, &update, merge->ctx->err))
        return false;
    if (update.len == 0) {
        *ret = (struct text_edited){ .epoch = merge->row.epoch, .head = merge->row.head };
        return true;
    }
    if (!look_at_agents(merge, &new_agents, &seen) || !check_size(merge, update.len) ||
        !look_at_text(merge, &seen) || !store(merge, &update, &new_agents))
        return false;
    tell(merge, &update, &seen, ret);
    loaded_keep(merge->ctx, merge->loaded, merge->row.stamp, (size_t)seen.ids);
    return true;
}
