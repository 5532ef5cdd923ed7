#include "tests/sim/bugs.h"

#include "server/core/results.h"
#include "shared/text/text.h"
#include "shared/wire/args_notes.h"
#include "shared/wire/json.h"
#include "tests/sim/disk.h"
#include "tests/sim/server.h"
#include "tui/model/replica.h"

#include <string.h>

const char *const bug_names[BUGS] = {
    [BUG_NONE] = "none",
    [BUG_ACK_BEFORE_COMMIT] = "ack-before-commit",
    [BUG_SKIP_DEDUP] = "skip-dedup",
    [BUG_DROP_TOMBSTONE] = "drop-tombstone",
    [BUG_SKIP_SYNC] = "skip-sync",
    [BUG_DROP_TAIL] = "drop-tail",
    [BUG_FORGET_TYPED] = "forget-typed",
};

static enum bug planted;

void bugs_plant(enum bug bug)
{
    planted = bug;
    disk_lie(bug == BUG_SKIP_SYNC);
}

// Acknowledge before commit: what is told to be committed is committed when the next transaction begins, if it ever
// does ------------------------------------------------------------------------------------------------------------

bool __real_db_commit(struct db *db, struct err *err);
bool __wrap_db_commit(struct db *db, struct err *err);
bool __real_db_begin(struct db *db, struct err *err);
bool __wrap_db_begin(struct db *db, struct err *err);

bool __wrap_db_commit(struct db *db, struct err *err)
{
    bool lies = planted == BUG_ACK_BEFORE_COMMIT && !disk_is_off(server_node());
    return lies || __real_db_commit(db, err);
}

bool __wrap_db_begin(struct db *db, struct err *err)
{
    if (planted == BUG_ACK_BEFORE_COMMIT && db_in_transaction(db) && !__real_db_commit(db, err))
        return false;
    return __real_db_begin(db, err);
}

// Skip deduplication: the stored answer is there and nobody looks ---------------------------------------------------

bool __real_results_find(struct op_ctx *ctx, struct op_request *request, const char *payload_hash,
                         enum result_match *ret_match);
bool __wrap_results_find(struct op_ctx *ctx, struct op_request *request, const char *payload_hash,
                         enum result_match *ret_match);
bool __real_results_store(struct op_ctx *ctx, const struct op_request *request, const char *payload_hash);
bool __wrap_results_store(struct op_ctx *ctx, const struct op_request *request, const char *payload_hash);

bool __wrap_results_find(struct op_ctx *ctx, struct op_request *request, const char *payload_hash,
                         enum result_match *ret_match)
{
    if (planted != BUG_SKIP_DEDUP)
        return __real_results_find(ctx, request, payload_hash, ret_match);
    *ret_match = RESULT_NEW;
    return true;
}

bool __wrap_results_store(struct op_ctx *ctx, const struct op_request *request, const char *payload_hash)
{
    int64_t known = 0;
    if (planted == BUG_SKIP_DEDUP &&
        (!db_one_int(ctx->db, "SELECT count(*) FROM request_result WHERE scope = $1 AND key = $2",
                     DB_ARGS(db_text(ctx->actor.user_id), db_text(request->idempotency_key)), &known, NULL,
                     ctx->err) ||
         known > 0))
        return known > 0;
    return __real_results_store(ctx, request, payload_hash);
}

// Drop a tombstone: changes that take a row away are lost on their way ------------------------------------------------

static bool is_tombstone(const cJSON *change)
{
    const char *kind = cJSON_GetStringValue(cJSON_GetArrayItem(change, 0));
    return kind != NULL && (strcmp(kind, "del") == 0 || strcmp(kind, "hide") == 0);
}

void bugs_touch_frame(struct buf *text)
{
    struct err err = { 0 };
    static const char start[] = "{\"t\":\"chg\"";
    if (planted != BUG_DROP_TOMBSTONE || strncmp(buf_text(text), start, sizeof start - 1) != 0)
        return;
    CLEANUP(json_free) cJSON *json = json_parse(buf_text(text), text->len, &err);
    cJSON *rows = cJSON_GetObjectItemCaseSensitive(json, "rows");
    for (int i = cJSON_GetArraySize(rows); i-- > 0;)
        if (is_tombstone(cJSON_GetArrayItem(rows, i)))
            cJSON_DeleteItemFromArray(rows, i);
    char *printed = cJSON_PrintUnformatted(json);
    CHECK(printed != NULL);
    buf_clear(text);
    buf_add_text(text, printed);
    cJSON_free(printed);
}

// Texts: an update is lost on its way, and what counts it goes on ------------------------------------------------------

// Where the last update of a batch begins; *ret_count: how many there are.
static size_t last_update(const void *batch, size_t size, int *ret_count)
{
    struct text_batch rest = { batch, (const uint8_t *)batch + size, false };
    const uint8_t *start = batch, *before = batch;
    const void *update;
    size_t length;
    for (*ret_count = 0; text_batch_next(&rest, &update, &length); ++*ret_count) {
        before = start;
        start = rest.at;
    }
    return (size_t)(before - (const uint8_t *)batch);
}

bool __real_batch_apply(struct text *text, const void *batch, size_t size, bool *ret_waits, struct err *err);
bool __wrap_batch_apply(struct text *text, const void *batch, size_t size, bool *ret_waits, struct err *err);

bool __wrap_batch_apply(struct text *text, const void *batch, size_t size, bool *ret_waits, struct err *err)
{
    int count = 0;
    if (planted == BUG_DROP_TAIL && size > 0)
        size = last_update(batch, size, &count);
    return count == 1 || __real_batch_apply(text, batch, size, ret_waits, err);
}

void __real_shape_write(const struct shape *shape, const void *value, struct buf *out);
void __wrap_shape_write(const struct shape *shape, const void *value, struct buf *out);

void __wrap_shape_write(const struct shape *shape, const void *value, struct buf *out)
{
    if (planted != BUG_FORGET_TYPED || shape != &shape_note_edit) {
        __real_shape_write(shape, value, out);
        return;
    }
    int count;
    struct args_note_edit args = *(const struct args_note_edit *)value;
    size_t size = last_update(args.updates.data, args.updates.size, &count);
    if (count > 1)
        args.updates.size = size;
    __real_shape_write(shape, &args, out);
}
