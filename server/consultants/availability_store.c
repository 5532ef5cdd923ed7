#include "server/consultants/availability_store.h"

#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/core/row_page.h"
#include "shared/host/host.h"

#include <stdlib.h>

// In the order of struct row_availability. Everyone sees when a consultant is away, nobody else why.
#define PUBLIC_COLUMNS                                                                                       \
    "id, rev, consultant_id, kind, start_date, end_date, days, slots, timezone, max_per_day, buffer"
#define COLUMNS      PUBLIC_COLUMNS ", reason"
#define SYNC_COLUMNS PUBLIC_COLUMNS ", NULL"

const char *spans_format(const struct list *spans, struct arena *arena)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_char(&out, '[');
    for (size_t i = 0; i < spans->count; i++) {
        const struct minutes_span *span = LIST_AT(spans, struct minutes_span, i);
        buf_addf(&out, "%s[%d,%d]", i > 0 ? "," : "", span->from, span->to);
    }
    buf_add_char(&out, ']');
    return arena_strdup(arena, buf_text(&out));
}

// Our own text, so any number is one of ours: pairs, in order. Booking reads this for each rule; cJSON would do more.
void spans_parse(const char *json, struct arena *arena, struct list *ret_spans)
{
    int numbers[2], count = 0;
    for (const char *p = json; *p != '\0';) {
        if (*p < '0' || *p > '9') {
            p++;
            continue;
        }
        char *end;
        numbers[count++] = (int)strtol(p, &end, 10);
        p = end;
        if (count == 2) {
            *LIST_ADD(ret_spans, arena, struct minutes_span) =
                (struct minutes_span){ numbers[0], numbers[1] };
            count = 0;
        }
    }
}

bool availability_load_all(struct op_ctx *ctx, const char *consultant_id, struct list *ret_rules)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT " COLUMNS " FROM availability WHERE consultant_id = $1 AND tenant = $2 ORDER BY id",
                  DB_ARGS(db_text(consultant_id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, row_shapes[ROW_AVAILABILITY], ctx->arena,
                     LIST_ADD(ret_rules, ctx->arena, struct row_availability)))
            return false;
    return db_ok(&rows);
}

bool availability_insert(struct op_ctx *ctx, const struct row_availability *rule)
{
    return db_run(ctx->db,
                  "INSERT INTO availability (id, tenant, rev, audience, consultant_id, kind, start_date, "
                  "end_date, "
                  "days, slots, timezone, max_per_day, buffer, reason, created_at) "
                  "VALUES ($1, $2, $3, 'pub', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                  DB_ARGS(db_text(rule->id), db_text(ctx->actor.tenant), db_int(rule->rev),
                          db_text(rule->consultantId), db_int(rule->kind), db_int(rule->startDate),
                          db_int(rule->endDate), db_int(rule->days), db_text(rule->slots),
                          db_text(rule->timezone), db_int(rule->maxPerDay), db_int(rule->buffer),
                          db_text(rule->reason), db_int(ctx->now)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_AVAILABILITY, rule->id, CHANGE_PUT, "", "pub");
}

static bool zone_named(struct op_ctx *ctx, const char *name, const struct zone **ret_zone)
{
    const struct zone *zone = zone_db_get(ctx->app->zones, name);
    if (zone == NULL)
        return err_set(ctx->err, ERR_INTERNAL, "The time zone %s is not installed on the server.", name);
    *ret_zone = zone;
    return true;
}

static bool zone_of_consultant(struct op_ctx *ctx, const char *consultant_id, const struct zone **ret_zone)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT timezone FROM consultant WHERE id = $1 AND tenant = $2",
                  DB_ARGS(db_text(consultant_id), db_text(ctx->actor.tenant)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(ctx->err, ERR_NOT_FOUND, "There is no such consultant.");
    return zone_named(ctx, db_col_text(&rows, 0), ret_zone);
}

static bool load_rule(struct op_ctx *ctx, const struct db_rows *rows, struct availability_rule *ret)
{
    *ret = (struct availability_rule){
        .kind = (enum availability_kind)db_col_int(rows, 0),
        .start = (civil_day)db_col_int(rows, 1),
        .end = (civil_day)db_col_int(rows, 2),
        .days = (unsigned)db_col_int(rows, 3),
        .max_per_day = (int)db_col_int(rows, 6),
        .buffer_minutes = (int)db_col_int(rows, 7),
    };
    spans_parse(db_col_text(rows, 4), ctx->arena, &ret->spans);
    return zone_named(ctx, db_col_text(rows, 5), &ret->zone);
}

bool consultant_rules(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                      struct list *ret_rules, const struct zone **ret_zone)
{
    const struct zone *zone;
    if (!zone_of_consultant(ctx, consultant_id, &zone))
        return false;
    // A rule's dates are of its own zone: a day on either side covers every zone there is.
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(
            ctx->db, &rows,
            "SELECT kind, start_date, end_date, days, slots, timezone, max_per_day, buffer "
            "FROM availability WHERE consultant_id = $1 AND end_date >= $2 AND start_date <= $3 ORDER BY id",
            DB_ARGS(db_text(consultant_id), db_int(civil_day_of_ms(from) - 1),
                    db_int(civil_day_of_ms(to) + 1)),
            ctx->err))
        return false;
    while (db_next(&rows))
        if (!load_rule(ctx, &rows, LIST_ADD(ret_rules, ctx->arena, struct availability_rule)))
            return false;
    *ret_zone = zone;
    return db_ok(&rows);
}

static bool row_read(struct db *db, const char *tenant, const char *id, struct arena *arena, struct buf *out,
                     bool *ret_found, struct err *err)
{
    return row_read_one(db, "SELECT " SYNC_COLUMNS " FROM availability WHERE tenant = $1 AND id = $2",
                        row_shapes[ROW_AVAILABILITY], tenant, id, arena, out, ret_found, err);
}

static bool row_page(struct db *db, const char *tenant, const char *principals, const char *after, int limit,
                     struct arena *arena, struct buf *out, const char **ret_last, int *ret_count,
                     struct err *err)
{
    return row_read_page(
        db, "SELECT " SYNC_COLUMNS ", audience FROM availability WHERE tenant = $1 AND id > $2 ORDER BY id",
        row_shapes[ROW_AVAILABILITY], tenant, principals, after, limit, arena, out, ret_last, ret_count, err);
}

const struct row_source row_source_availability = { row_read, row_page };
