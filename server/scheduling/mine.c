// consultation.mine: filters, keyset pages, either direction (specification, client journey 5.2, consultant journey 3.1).
#include "server/clients/clients.h"
#include "server/scheduling/listing.h"
#include "server/scheduling/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LIMIT_DEFAULT = 50 };

bool listing_of(struct op_ctx *ctx, struct listing *ret)
{
    const struct actor *actor = &ctx->actor;
    if (actor->system || (actor->roles & ROLE_ADMIN) != 0)
        *ret = (struct listing){ LIST_OF_TENANT, actor->tenant, ROLE_ADMIN };
    else if ((actor->roles & ROLE_CONSULTANT) != 0 && actor->consultant_id != NULL)
        *ret = (struct listing){ LIST_OF_CONSULTANT, actor->consultant_id, ROLE_CONSULTANT };
    else if ((actor->roles & ROLE_CLIENT) != 0 && actor->client_id != NULL)
        *ret = (struct listing){ LIST_OF_CLIENT, actor->client_id, ROLE_CLIENT };
    else
        return err_set(ctx->err, ERR_FORBIDDEN, "Only clients and consultants have consultations.");
    return true;
}

// $1 owner, $2 from, $3 to, $4 states as bits, $5 consultant or NULL, $6 client or NULL
#define FILTERS                                                                                              \
    " AND starts_at >= $2 AND starts_at < $3 AND ((1 << status) & $4) <> 0 "                                 \
    "AND ($5 IS NULL OR consultant_id = $5) AND ($6 IS NULL OR client_id = $6) "
// $7, $8: start and id of the last one of the page before, $9: how many
#define UPWARD          "AND (starts_at, id) > ($7, $8) "
#define UPWARD_ORDER    "ORDER BY starts_at, id LIMIT $9"
#define DOWNWARD        "AND (starts_at, id) < ($7, $8) "
#define DOWNWARD_ORDER  "ORDER BY starts_at DESC, id DESC LIMIT $9"
#define SELECT_BY(whom) "SELECT " CONSULTATION_COLUMNS " FROM consultation WHERE " whom FILTERS
#define COUNT_BY(whom)  "SELECT COUNT(*) FROM consultation WHERE " whom FILTERS

static const struct {
    const char *up, *down, *count;
} statements[] = {
    [LIST_OF_CLIENT] = { SELECT_BY("client_id = $1") UPWARD UPWARD_ORDER,
                         SELECT_BY("client_id = $1") DOWNWARD DOWNWARD_ORDER, COUNT_BY("client_id = $1") },
    // two searches in the order wanted, merged: those they lead and those they join
    [LIST_OF_CONSULTANT] = { SELECT_BY("consultant_id = $1") UPWARD "UNION ALL " SELECT_BY(LISTING_JOINED)
                                 UPWARD UPWARD_ORDER,
                             SELECT_BY("consultant_id = $1") DOWNWARD "UNION ALL " SELECT_BY(LISTING_JOINED)
                                 DOWNWARD DOWNWARD_ORDER,
                             COUNT_BY("(consultant_id = $1 OR " LISTING_JOINED ")") },
    [LIST_OF_TENANT] = { SELECT_BY("tenant = $1") UPWARD UPWARD_ORDER,
                         SELECT_BY("tenant = $1") DOWNWARD DOWNWARD_ORDER, COUNT_BY("tenant = $1") },
};

struct query {
    struct listing listing;
    int64_t from, to, states, limit;
    const char *consultant_id, *client_id;
    bool down;
    int64_t after_start;
    const char *after_id;
};

static bool parse_states(struct op_ctx *ctx, const char *words, int64_t *ret_bits)
{
    int64_t bits = 0;
    if (words == NULL || words[0] == '\0') {
        *ret_bits = (1 << BOOKING_STATUSES) - 1;
        return true;
    }
    char *rest = arena_strdup(ctx->arena, words), *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        int status = booking_status_parse(word);
        if (status < 0)
            return err_field(ctx->err, "status", "There is no such state.");
        bits |= 1 << status;
    }
    *ret_bits = bits;
    return true;
}

// "<start>_<id>" of the last entry.
static bool parse_cursor(struct op_ctx *ctx, const char *cursor, struct query *query)
{
    query->after_start = query->down ? INT64_MAX : INT64_MIN;
    query->after_id = "";
    if (cursor == NULL || cursor[0] == '\0')
        return true;
    int used = 0;
    if (sscanf(cursor, "%" SCNd64 "_%n", &query->after_start, &used) != 1 || used == 0 ||
        !id_valid(cursor + used))
        return err_field(ctx->err, "cursor", "That is no cursor of this list.");
    query->after_id = cursor + used;
    return true;
}

// Whoever belongs to several organisations names one.
static bool choose_client(struct op_ctx *ctx, struct query *query)
{
    return query->listing.of != LIST_OF_CLIENT || client_chosen(ctx, query->client_id, &query->listing.owner);
}

static bool parse_query(struct op_ctx *ctx, const struct args_mine *args, struct query *query)
{
    *query = (struct query){
        .from = args->from == 0 ? INT64_MIN : args->from,
        .to = args->to == 0 ? INT64_MAX : args->to,
        .limit = args->limit == 0 ? LIMIT_DEFAULT : args->limit,
        .consultant_id = args->consultantId,
        .client_id = args->clientId,
    };
    if (args->sortBy != NULL && strcmp(args->sortBy, "-scheduledStart") == 0)
        query->down = true;
    else if (args->sortBy != NULL && strcmp(args->sortBy, "scheduledStart") != 0)
        return err_field(ctx->err, "sortBy", "Sort by scheduledStart or -scheduledStart.");
    return listing_of(ctx, &query->listing) && choose_client(ctx, query) &&
           parse_states(ctx, args->status, &query->states) && parse_cursor(ctx, args->cursor, query);
}

// One more than asked for tells whether there is another page.
static bool load_page(struct op_ctx *ctx, const struct query *query, struct list *ret_consultations)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    const char *sql = query->down ? statements[query->listing.of].down : statements[query->listing.of].up;
    if (!db_query(ctx->db, &rows, sql,
                  DB_ARGS(db_text(query->listing.owner), db_int(query->from), db_int(query->to),
                          db_int(query->states), db_text(query->consultant_id), db_text(query->client_id),
                          db_int(query->after_start), db_text(query->after_id), db_int(query->limit + 1)),
                  ctx->err))
        return false;
    while (db_next(&rows))
        if (!db_load(&rows, &shape_stored_consultation, ctx->arena,
                     LIST_ADD(ret_consultations, ctx->arena, struct consultation)))
            return false;
    return db_ok(&rows);
}

static bool count_all(struct op_ctx *ctx, const struct query *query, int64_t *ret_total)
{
    return db_one_int(ctx->db, statements[query->listing.of].count,
                      DB_ARGS(db_text(query->listing.owner), db_int(query->from), db_int(query->to),
                              db_int(query->states), db_text(query->consultant_id),
                              db_text(query->client_id)),
                      ret_total, NULL, ctx->err);
}

static bool run_mine(struct op_ctx *ctx, const void *in)
{
    struct query query;
    struct list page = { 0 }, views = { 0 };
    int64_t total = 0;
    const char *next = NULL;
    if (!parse_query(ctx, in, &query) || !load_page(ctx, &query, &page) || !count_all(ctx, &query, &total))
        return false;
    if (page.count > (size_t)query.limit) {
        page.count = (size_t)query.limit;
        const struct consultation *last = LIST_AT(&page, struct consultation, page.count - 1);
        next = arena_printf(ctx->arena, "%" PRId64 "_%s", last->starts_at, last->id);
    }
    for (size_t i = 0; i < page.count; i++)
        if (!view_add_summary(ctx, LIST_AT(&page, struct consultation, i), query.listing.roles, &views))
            return false;
    reply_shapes(ctx, "consultations", &shape_consultation_summary, &views);
    reply_int(ctx, "total", total);
    reply_text(ctx, "nextCursor", next);
    return true;
}

const struct op op_run_consultation_mine = {
    .spec = &op_consultation_mine,
    .run = run_mine,
    .reply_name = "consultations",
    .reply_shape = &shape_consultation_summary,
    .reply_list = true,
};
