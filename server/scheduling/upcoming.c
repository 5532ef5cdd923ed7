// consultation.upcoming: the next days as a calendar shows them, in the reader's zone (specification, consultant journey
// 3.2).
#include "server/core/app.h"
#include "server/identity/identity.h"
#include "server/scheduling/listing.h"
#include "shared/host/host.h"

enum { DAYS_DEFAULT = 7 };

struct upcoming_entry {
    const char *id, *consultationCode, *time, *client, *consultant, *type;
    int status;
    int64_t scheduledStart, scheduledEnd;
    const char *purpose;
};
static const struct field entry_fields[] = {
    { FIELD(struct upcoming_entry, id), .kind = FIELD_TEXT },
    { FIELD(struct upcoming_entry, consultationCode), .kind = FIELD_TEXT },
    { FIELD(struct upcoming_entry, time), .kind = FIELD_TEXT, .help = "HH:MM-HH:MM in the reader's zone" },
    { FIELD(struct upcoming_entry, client), .kind = FIELD_TEXT },
    { FIELD(struct upcoming_entry, consultant), .kind = FIELD_TEXT },
    { FIELD(struct upcoming_entry, type), .kind = FIELD_TEXT },
    { FIELD(struct upcoming_entry, status), .kind = FIELD_ENUM, .words = booking_status_words },
    { FIELD(struct upcoming_entry, scheduledStart), .kind = FIELD_TIME },
    { FIELD(struct upcoming_entry, scheduledEnd), .kind = FIELD_TIME },
    { FIELD(struct upcoming_entry, purpose), .kind = FIELD_TEXT },
};
static const struct shape entry_shape = SHAPE(struct upcoming_entry, "UpcomingConsultation", entry_fields);

struct upcoming_day {
    int32_t date;
    struct list consultations; // struct upcoming_entry
};
static const struct field day_fields[] = {
    { FIELD(struct upcoming_day, date), .kind = FIELD_DATE },
    { FIELD(struct upcoming_day, consultations), .kind = FIELD_OBJECTS, .sub = &entry_shape },
};
static const struct shape day_shape = SHAPE(struct upcoming_day, "UpcomingDay", day_fields);

// $1 owner, $2 now, $3 until, $4 a day before now: no session is longer; $5 states as bits
#define UPCOMING_BY(whom)                                                                                    \
    "SELECT " CONSULTATION_COLUMNS " FROM consultation WHERE " whom                                          \
    " AND starts_at > $4 AND starts_at < $3 AND ends_at > $2 AND ((1 << status) & $5) <> 0 "
#define IN_ORDER "ORDER BY starts_at, id"
static const char *const statements[] = {
    [LIST_OF_CLIENT] = UPCOMING_BY("client_id = $1") IN_ORDER,
    [LIST_OF_CONSULTANT] =
        UPCOMING_BY("consultant_id = $1") "UNION ALL " UPCOMING_BY(LISTING_JOINED) IN_ORDER,
    [LIST_OF_TENANT] = UPCOMING_BY("tenant = $1") IN_ORDER,
};
enum {
    AHEAD =
        1 << BOOKING_REQUESTED | 1 << BOOKING_SCHEDULED | 1 << BOOKING_CONFIRMED | 1 << BOOKING_IN_PROGRESS,
};

static int64_t local(const struct zone *zone, int64_t at)
{
    return zone == NULL ? at : zone_to_local(zone, at);
}

static void add_entry(struct op_ctx *ctx, struct list *days, const struct consultation *c,
                      const struct zone *zone)
{
    struct civil from = civil_from_ms(local(zone, c->starts_at)), to = civil_from_ms(local(zone, c->ends_at));
    civil_day date = civil_day_of_ms(local(zone, c->starts_at));
    if (days->count == 0 || LIST_AT(days, struct upcoming_day, days->count - 1)->date != date)
        LIST_ADD(days, ctx->arena, struct upcoming_day)->date = date;
    struct upcoming_day *day = LIST_AT(days, struct upcoming_day, days->count - 1);
    *LIST_ADD(&day->consultations, ctx->arena, struct upcoming_entry) = (struct upcoming_entry){
        .id = c->id,
        .consultationCode = c->code,
        .time = arena_printf(ctx->arena, "%02d:%02d-%02d:%02d", from.hour, from.minute, to.hour, to.minute),
        .client = c->client_name,
        .consultant = c->consultant_name,
        .type = c->type,
        .status = c->status,
        .scheduledStart = c->starts_at,
        .scheduledEnd = c->ends_at,
        .purpose = c->purpose,
    };
}

static bool load_days(struct op_ctx *ctx, const struct listing *listing, int64_t until,
                      const struct zone *zone, struct list *days, int64_t *ret_total)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, statements[listing->of],
                  DB_ARGS(db_text(listing->owner), db_int(ctx->now), db_int(until), db_int(ctx->now - DAY_MS),
                          db_int(AHEAD)),
                  ctx->err))
        return false;
    while (db_next(&rows)) {
        struct consultation c;
        if (!db_load(&rows, &shape_stored_consultation, ctx->arena, &c))
            return false;
        add_entry(ctx, days, &c, zone);
        ++*ret_total;
    }
    return db_ok(&rows);
}

static bool run_upcoming(struct op_ctx *ctx, const void *in)
{
    const struct args_upcoming *args = in;
    struct listing listing;
    struct person reader = { .timezone = "UTC" };
    struct list days = { 0 };
    int64_t total = 0;
    if (!listing_of(ctx, &listing) ||
        (ctx->actor.user_id != NULL && !person_get(ctx, ctx->actor.user_id, &reader)))
        return false;
    const struct zone *zone = zone_db_get(ctx->app->zones, reader.timezone);
    int64_t until = ctx->now + (args->days == 0 ? DAYS_DEFAULT : args->days) * DAY_MS;
    if (!load_days(ctx, &listing, until, zone, &days, &total))
        return false;
    reply_shapes(ctx, "upcomingConsultations", &day_shape, &days);
    reply_int(ctx, "totalUpcoming", total);
    reply_int(ctx, "total", total);
    reply_text(ctx, "timezone", zone == NULL ? "UTC" : reader.timezone);
    return true;
}

const struct op op_run_consultation_upcoming = {
    .spec = &op_consultation_upcoming,
    .run = run_upcoming,
    .reply_name = "upcomingConsultations",
    .reply_shape = &day_shape,
};
