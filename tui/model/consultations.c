// Questions about consultations: base rows with what is pending over them.

#include "tui/model/internal.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_MS = DAY_MS, NEXT_MAX = 50, TODO_MAX = 200 };

struct look { // one question
    struct model *model;
    struct arena *arena;
    struct overlay_who who;
    bool (*wanted)(const struct consultation *consultation, const struct look *look);
    int64_t from, to;
    const char *words; // lower case
};

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

// Who was added here is known by id alone.
static void name_co_consultants(const struct look *look, struct row_consultation *row)
{
    for (size_t i = 0; i < row->coConsultantIds.count && i < row->coConsultantNames.count; i++) {
        const char **name = LIST_AT(&row->coConsultantNames, const char *, i);
        const char *id = *LIST_AT(&row->coConsultantIds, const char *, i);
        struct row_consultant consultant;
        if (**name == '\0' && row_get(look->model, ROW_CONSULTANT, id, look->arena, &consultant))
            *name = consultant.name;
    }
}

static void overlay(const struct look *look, struct consultation *c)
{
    for (const struct pending *p = NULL; (p = pending_about(look->model, c->row.id, p)) != NULL;) {
        overlay_consultation(&c->row, &p->op, &look->who);
        c->waits = true;
    }
    if (c->waits) {
        name_co_consultants(look, &c->row);
        table_own(ROW_CONSULTATION, &c->row, look->arena);
    }
    c->part = overlay_part(&c->row, &look->who);
    c->refused = refused_about(look->model, c->row.id) != NULL;
}

static bool booked_here(const struct look *look, const struct overlay_op *booking, int64_t minutes,
                        const char *package_name, struct consultation *ret)
{
    const struct args_book *args = booking->args;
    struct row_consultant consultant;
    bool known = args->consultantId != NULL &&
                 row_get(look->model, ROW_CONSULTANT, args->consultantId, look->arena, &consultant);
    *ret = (struct consultation){ .only_here = true };
    if (!overlay_booked(booking, &look->who, known ? &consultant : NULL, minutes, &ret->row))
        return false;
    ret->row.packageName = package_name;
    const char *client = organization_name(look->model, ret->row.clientId, look->arena);
    if (client != NULL)
        ret->row.clientName = client;
    table_own(ROW_CONSULTATION, &ret->row, look->arena);
    return true;
}

static bool queued_here(const struct look *look, const struct pending *booking, struct consultation *ret)
{
    if (!booked_here(look, &booking->op, booking->minutes, booking->package_name, ret))
        return false;
    ret->credit_waits = true;
    return true;
}

// It keeps no time and no credit; it is shown until the person has seen why.
static bool refused_here(const struct look *look, const char *id, struct consultation *ret)
{
    const struct refused_thing *refused = refused_booking(look->model, id);
    if (refused == NULL || !booked_here(look, &refused->booking, 0, NULL, ret))
        return false;
    ret->row.status = BOOKING_DECLINED;
    return true;
}

static bool find(const struct look *look, const char *id, struct consultation *ret)
{
    *ret = (struct consultation){ 0 };
    if (row_get(look->model, ROW_CONSULTATION, id, look->arena, &ret->row))
        return true;
    for (const struct pending *p = NULL; (p = pending_about(look->model, id, p)) != NULL;)
        if (p->op.spec == &op_consultation_book)
            return queued_here(look, p, ret);
    return refused_here(look, id, ret);
}

static bool listed(const struct list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (same(LIST_AT(list, struct consultation, i)->row.id, id))
            return true;
    return false;
}

// Pending operations may bring others in: a booking, a move into the range, a change of state; and so do refused bookings.
static void add_pending_ones(const struct look *look, struct list *list)
{
    for (const struct pending *p = NULL; (p = pending_next(look->model, p)) != NULL;) {
        struct consultation c;
        if (p->thing != NULL && !listed(list, p->thing) && find(look, p->thing, &c))
            *LIST_ADD(list, look->arena, struct consultation) = c;
    }
    for (size_t i = 0; i < look->model->refused_things.count; i++) {
        const char *thing = LIST_AT(&look->model->refused_things, struct refused_thing, i)->thing;
        struct consultation c;
        if (thing != NULL && !listed(list, thing) && refused_here(look, thing, &c))
            *LIST_ADD(list, look->arena, struct consultation) = c;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct consultation *x = a, *y = b;
    if (x->row.start != y->row.start)
        return x->row.start < y->row.start ? -1 : 1;
    return strcmp(x->row.id, y->row.id);
}

// The rows of the query and what is pending, overlaid, those that are wanted, by start.
static void collect(const struct look *look, sqlite3_stmt *query, struct list *ret)
{
    struct list found = { 0 }, kept = { 0 };
    struct consultation c = { 0 };
    while (table_next(look->model->cache, query, ROW_CONSULTATION, look->arena, &c.row))
        *LIST_ADD(&found, look->arena, struct consultation) = c;
    add_pending_ones(look, &found);
    for (size_t i = 0; i < found.count; i++) {
        struct consultation *one = LIST_AT(&found, struct consultation, i);
        overlay(look, one);
        if (look->wanted(one, look))
            *LIST_ADD(&kept, look->arena, struct consultation) = *one;
    }
    if (kept.count > 0)
        qsort(kept.items, kept.count, sizeof(struct consultation), by_start);
    *ret = kept;
}

static struct look begin(struct model *model, struct arena *arena)
{
    struct look look = { .model = model, .arena = arena };
    reader_begin(model);
    model_who(model, arena, &look.who);
    return look;
}

// --- the questions -----------------------------------------------------------------------------------------------------

static bool in_range(const struct consultation *c, const struct look *look)
{
    return c->row.start < look->to && c->row.end > look->from;
}

void model_consultations(struct model *model, int64_t from, int64_t to, struct arena *arena, struct list *ret)
{
    struct look look = begin(model, arena);
    look.wanted = in_range;
    look.from = from;
    look.to = to;
    CLEANUP(query_end)
    sqlite3_stmt *query =
        store_query(model->cache, table_select(ROW_CONSULTATION, "AND \"start\" >= ?1 AND \"start\" < ?2"
                                                                 " AND \"end\" > ?3 ORDER BY \"start\""));
    bind_int(query, 1, from - LONGEST_MS);
    bind_int(query, 2, to);
    bind_int(query, 3, from);
    collect(&look, query, ret);
    query_end(&query);
    reader_end(model);
}

static bool contains(const char *text, const char *words)
{
    return text != NULL && strcasestr(text, words) != NULL;
}

static bool matches(const struct consultation *c, const struct look *look)
{
    const struct row_consultation *row = &c->row;
    return contains(row->code, look->words) || contains(row->clientName, look->words) ||
           contains(row->consultantName, look->words) || contains(row->contactName, look->words) ||
           contains(row->purpose, look->words);
}

void model_search(struct model *model, const char *words, size_t limit, struct arena *arena, struct list *ret)
{
    struct look look = begin(model, arena);
    struct list found = { 0 }, newest = { 0 };
    look.wanted = matches;
    look.words = words;
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        model->cache, table_select(ROW_CONSULTATION,
                                   "AND (instr(lower(code), lower(?1)) OR instr(lower(clientName), lower(?1))"
                                   " OR instr(lower(consultantName), lower(?1))"
                                   " OR instr(lower(contactName), lower(?1))"
                                   " OR instr(lower(purpose), lower(?1))) ORDER BY \"start\" DESC LIMIT ?2"));
    bind_text(query, 1, words);
    bind_int(query, 2, (int64_t)limit);
    collect(&look, query, &found);
    query_end(&query);
    reader_end(model);
    for (size_t i = found.count; i-- > 0 && newest.count < limit;)
        *LIST_ADD(&newest, arena, struct consultation) = *LIST_AT(&found, struct consultation, i);
    *ret = newest;
}

static bool still_ahead(const struct consultation *c, const struct look *look)
{
    enum booking_status status = (enum booking_status)c->row.status;
    return (booking_is_open(status) && c->row.end > look->from) || status == BOOKING_IN_PROGRESS;
}

bool model_next(struct model *model, struct arena *arena, struct consultation *ret)
{
    struct look look = begin(model, arena);
    struct list found = { 0 };
    look.wanted = still_ahead;
    look.from = model_now(model);
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        model->cache, table_select(ROW_CONSULTATION, "AND \"start\" >= ?1 AND \"end\" > ?2 AND \"status\" < 4"
                                                     " ORDER BY \"start\" LIMIT ?3"));
    bind_int(query, 1, look.from - LONGEST_MS);
    bind_int(query, 2, look.from);
    bind_int(query, 3, NEXT_MAX);
    collect(&look, query, &found);
    query_end(&query);
    reader_end(model);
    if (found.count > 0)
        *ret = *LIST_AT(&found, struct consultation, 0);
    return found.count > 0;
}

static bool leads(const struct consultation *c)
{
    return (c->part & (ROLE_CONSULTANT | ROLE_ADMIN)) != 0;
}

static bool to_confirm(const struct consultation *c, const struct look *look)
{
    return leads(c) && (c->row.status == BOOKING_REQUESTED || c->row.status == BOOKING_SCHEDULED) &&
           c->row.start > look->from;
}

static bool to_write_up(const struct consultation *c, const struct look *look)
{
    return leads(c) && (c->row.status == BOOKING_CONFIRMED || c->row.status == BOOKING_IN_PROGRESS) &&
           c->row.end <= look->from;
}

// Ordered as the index by status is, or SQLite would walk the whole past by start.
void model_todo(struct model *model, struct arena *arena, struct todo *ret)
{
    struct look look = begin(model, arena);
    struct todo todo = { 0 };
    look.from = model_now(model);
    if ((look.who.roles & (ROLE_CONSULTANT | ROLE_ADMIN)) != 0) {
        CLEANUP(query_end)
        sqlite3_stmt *ahead = store_query(
            model->cache, table_select(ROW_CONSULTATION, "AND \"status\" IN (0, 1) AND \"start\" > ?1"
                                                         " ORDER BY \"status\", \"start\" LIMIT ?2"));
        bind_int(ahead, 1, look.from);
        bind_int(ahead, 2, TODO_MAX);
        look.wanted = to_confirm;
        collect(&look, ahead, &todo.to_confirm);
        CLEANUP(query_end)
        sqlite3_stmt *past = store_query(
            model->cache, table_select(ROW_CONSULTATION, "AND \"status\" IN (2, 3) AND \"start\" < ?1"
                                                         " ORDER BY \"status\", \"start\" LIMIT ?2"));
        bind_int(past, 1, look.from);
        bind_int(past, 2, TODO_MAX);
        look.wanted = to_write_up;
        collect(&look, past, &todo.to_write_up);
    }
    reader_end(model);
    *ret = todo;
}

static const char *id_of_code(struct model *model, const char *code, struct arena *arena)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        model->cache, "SELECT id FROM consultation WHERE gen = (SELECT gen FROM state) AND code = ?1");
    bind_text(query, 1, code);
    return store_row(model->cache, query) ? arena_strdup(arena, column_text(query, 0)) : NULL;
}

bool consultation_get(struct model *model, const char *id_or_code, struct arena *arena,
                      struct consultation *ret)
{
    struct look look = { .model = model, .arena = arena };
    model_who(model, arena, &look.who);
    const char *id = id_valid(id_or_code) ? id_or_code : id_of_code(model, id_or_code, arena);
    if (id == NULL || !find(&look, id, ret))
        return false;
    overlay(&look, ret);
    return true;
}

bool model_may(struct model *model, const struct consultation *consultation, enum booking_move move,
               struct err *err)
{
    enum booking_status to;
    (void)model;
    return booking_move((enum booking_status)consultation->row.status, move, consultation->part, &to, err);
}

const char *const booking_stage_words[] = {
    [STAGE_QUEUED] = "queued",   [STAGE_HELD] = "held", [STAGE_CONFIRMED] = "confirmed",
    [STAGE_REFUSED] = "refused", [STAGE_OVER] = NULL,
};

enum booking_stage consultation_stage(const struct consultation *consultation)
{
    static const enum booking_stage stages[BOOKING_STATUSES] = {
        [BOOKING_REQUESTED] = STAGE_HELD,      [BOOKING_SCHEDULED] = STAGE_HELD,
        [BOOKING_CONFIRMED] = STAGE_CONFIRMED, [BOOKING_IN_PROGRESS] = STAGE_OVER,
        [BOOKING_COMPLETED] = STAGE_OVER,      [BOOKING_DECLINED] = STAGE_REFUSED,
        [BOOKING_CANCELLED] = STAGE_OVER,      [BOOKING_NO_SHOW] = STAGE_OVER,
    };
    int status = consultation->row.status;
    enum booking_stage stage = status >= 0 && status < BOOKING_STATUSES ? stages[status] : STAGE_HELD;
    return consultation->only_here && stage == STAGE_HELD ? STAGE_QUEUED : stage;
}
