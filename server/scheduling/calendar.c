#include "server/scheduling/calendar.h"

#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "shared/host/host.h"

enum { BUFFER_REACH_MINUTES = 480 }; // no consultant's buffer is larger (specification 2.2, capacity)

// What they lead and what they join. Neighbours count by their buffer too, so the search reaches beyond the ends; a
// session is at most a day long.
static bool load_busy(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                      const struct booking_policy *policy, struct list *ret_busy)
{
    int64_t reach =
        policy->buffer_minutes > BUFFER_REACH_MINUTES ? policy->buffer_minutes : BUFFER_REACH_MINUTES;
    from -= reach * MINUTE_MS;
    to += reach * MINUTE_MS;
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT id, starts_at, ends_at, buffer FROM consultation WHERE consultant_id = $1 "
                  "AND starts_at > $2 AND starts_at < $4 AND ends_at > $3 AND blocks = 1 "
                  "UNION ALL SELECT consultation_id, starts_at, ends_at, buffer FROM co_consultant "
                  "WHERE consultant_id = $1 AND starts_at > $2 AND starts_at < $4 AND ends_at > $3 "
                  "AND blocks = 1 ORDER BY starts_at",
                  DB_ARGS(db_text(consultant_id), db_int(from - DAY_MS), db_int(from), db_int(to)), ctx->err))
        return false;
    while (db_next(&rows)) {
        struct busy *busy = LIST_ADD(ret_busy, ctx->arena, struct busy);
        busy->id = db_col_copy(&rows, 0, ctx->arena);
        busy->start = db_col_int(&rows, 1);
        busy->end = db_col_int(&rows, 2);
        busy->buffer_minutes = (int)db_col_int(&rows, 3);
    }
    return db_ok(&rows);
}

// Caps count whole local days: those of the first and the last instant lie within a day and an hour of it, whatever the
// zone.
bool calendar_load(struct op_ctx *ctx, const char *consultant_id, int64_t from, int64_t to,
                   const struct booking_policy *policy, struct calendar *ret)
{
    struct calendar calendar = { .policy = policy };
    from -= DAY_MS + HOUR_MS;
    to += DAY_MS + HOUR_MS;
    if (!consultant_rules(ctx, consultant_id, from, to, &calendar.rules, &calendar.zone) ||
        !load_busy(ctx, consultant_id, from, to, policy, &calendar.busy))
        return false;
    *ret = calendar;
    return true;
}

bool wish_check_schedule(struct op_ctx *ctx, const struct args_schedule *schedule)
{
    int64_t length = schedule->scheduledEnd - schedule->scheduledStart;
    if (schedule->timezone != NULL && zone_db_get(ctx->app->zones, schedule->timezone) == NULL)
        return err_field(ctx->err, "schedule.timezone", "There is no time zone of that name.");
    if (length <= 0)
        return err_field(ctx->err, "schedule.scheduledEnd", "A session ends after it starts.");
    if (length > DAY_MS)
        return err_field(ctx->err, "schedule.scheduledEnd", "A session lasts a day at most.");
    if (length % MINUTE_MS != 0 || schedule->scheduledStart % MINUTE_MS != 0)
        return err_field(ctx->err, "schedule.scheduledStart", "Sessions start and end on whole minutes.");
    return true;
}

bool wish_ask(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
              const struct booking_policy *policy, struct calendar *ret_calendar,
              enum slot_reason *ret_reason)
{
    struct calendar calendar;
    if (!calendar_load(ctx, consultant_id, wish->start, wish->end, policy, &calendar))
        return false;
    *ret_reason = slot_check(&calendar, wish->start, wish->end, ctx->now, wish->ignore_id, wish->by_admin);
    *ret_calendar = calendar;
    return true;
}
