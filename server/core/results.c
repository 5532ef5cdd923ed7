#include "server/core/results.h"

#include "shared/wire/json.h"

#include <string.h>

static bool has(const struct shape *shape, unsigned flag)
{
    for (size_t i = 0; shape != NULL && i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if ((field->flags & flag) || has(field->sub, flag))
            return true;
    }
    return false;
}

bool results_keep(const struct op *op)
{
    static const char signing_in[] = "auth.";
    return strncmp(op->spec->name, signing_in, strlen(signing_in)) != 0 && !has(op->spec->in, FIELD_SECRET) &&
           !has(op->reply_shape, FIELD_SECRET);
}

bool results_is_final(enum err_code code)
{
    switch (code) {
    case ERR_UNAUTHENTICATED:
    case ERR_RATE_LIMITED:
    case ERR_INTERNAL:
    case ERR_UNAVAILABLE:
    case ERR_STORAGE_FULL:
        return false;
    default:
        return true;
    }
}

// Refusals are kept as the JSON object of the error, with the status that tells them from replies -----------------

static void write_refusal(const struct err *err, struct buf *out)
{
    buf_add_char(out, '{');
    json_add_key(out, "code");
    json_add_text(out, err_name(err->code));
    json_add_key(out, "message");
    json_add_text(out, err->message);
    json_add_key(out, "field");
    json_add_text(out, err->field);
    json_add_key(out, "details");
    json_add_text(out, err->details);
    buf_add_char(out, '}');
}

static const char *member(const cJSON *json, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

static bool read_refusal(const char *text, struct arena *arena, struct err *ret)
{
    struct err ignored = { 0 };
    CLEANUP(json_free) cJSON *json = json_parse(text, strlen(text), &ignored);
    const char *code = member(json, "code"), *message = member(json, "message"),
               *field = member(json, "field");
    if (code == NULL || message == NULL || field == NULL)
        return false;
    err_set(ret, err_from_name(code), "%s", message);
    strncpy(ret->field, field, ERR_FIELD_MAX - 1);
    ret->details = arena_strdup(arena, member(json, "details"));
    return true;
}

static bool take_stored(const struct db_rows *rows, struct op_request *request, struct err *err)
{
    const char *reply = db_col_text(rows, 2);
    request->replayed = true;
    request->status = (int)db_col_int(rows, 1);
    request->seq = db_col_int(rows, 3);
    request->ok = request->status < 400;
    buf_clear(&request->reply);
    if (request->ok)
        buf_add_text(&request->reply, reply);
    else if (!read_refusal(reply, &request->arena, &request->err))
        return err_set(err, ERR_INTERNAL, "A stored answer is broken.");
    return true;
}

bool results_find(struct op_ctx *ctx, struct op_request *request, const char *payload_hash,
                  enum result_match *ret_match)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT payload_hash, status, reply, seq FROM request_result WHERE scope = $1 AND key = $2",
                  DB_ARGS(db_text(ctx->actor.user_id), db_text(request->idempotency_key)), ctx->err))
        return false;
    enum result_match match = RESULT_NEW;
    if (db_next(&rows)) {
        match = strcmp(db_col_text(&rows, 0), payload_hash) == 0 ? RESULT_SAME : RESULT_OTHER_BODY;
        if (match == RESULT_SAME && !take_stored(&rows, request, ctx->err))
            return false;
    }
    if (!db_ok(&rows))
        return false;
    *ret_match = match;
    return true;
}

bool results_store(struct op_ctx *ctx, const struct op_request *request, const char *payload_hash)
{
    CLEANUP(buf_free) struct buf refusal = { 0 };
    if (!request->ok)
        write_refusal(&request->err, &refusal);
    const char *reply = buf_text(request->ok ? &request->reply : &refusal);
    return db_run(
        ctx->db,
        "INSERT INTO request_result (scope, key, payload_hash, op, status, reply, seq, at, has_words) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        DB_ARGS(db_text(ctx->actor.user_id), db_text(request->idempotency_key), db_text(payload_hash),
                db_text(request->op->spec->name), db_int(request->status), db_text(reply),
                db_int(request->seq), db_int(ctx->now),
                db_int(request->ok && has(request->op->reply_shape, FIELD_PRIVATE))),
        NULL, ctx->err);
}

bool results_forget_words(struct op_ctx *ctx, int64_t before, int64_t limit, int64_t *ret_count)
{
    return db_run(
        ctx->db,
        "UPDATE request_result SET reply = '{}', has_words = 0 WHERE (scope, key) IN "
        "(SELECT scope, key FROM request_result WHERE has_words = 1 AND at < $1 ORDER BY at LIMIT $2)",
        DB_ARGS(db_int(before), db_int(limit)), ret_count, ctx->err);
}

bool results_floor(struct db *db, const char *person_id, const char *device, int64_t *ret_n, struct err *err)
{
    // ':' + 1 = ';' ends the range of keys that start with "<device>:"
    return db_one_int(
        db,
        "SELECT COALESCE(MAX(CAST(substr(key, length($2) + 2) AS BIGINT)), 0) FROM request_result "
        "WHERE scope = $1 AND key >= $2 || ':' AND key < $2 || ';'",
        DB_ARGS(db_text(person_id), db_text(device)), ret_n, NULL, err);
}
