// A consultant's open hours and days off, from the rules in the cache.

#include "tui/model/internal.h"

#include <stdlib.h>
#include <string.h>

// "[[540,720],[780,1020]]", checked: other people's data.
static void read_spans(const char *text, struct arena *arena, struct list *ret)
{
    CLEANUP(json_free) cJSON *json = text != NULL ? cJSON_Parse(text) : NULL;
    const cJSON *pair;
    cJSON_ArrayForEach(pair, json)
    {
        const cJSON *from = cJSON_GetArrayItem(pair, 0), *to = cJSON_GetArrayItem(pair, 1);
        if (cJSON_IsNumber(from) && cJSON_IsNumber(to) && from->valuedouble >= 0 &&
            from->valuedouble < to->valuedouble && to->valuedouble <= 1440)
            *LIST_ADD(ret, arena, struct minutes_span) =
                (struct minutes_span){ (int)from->valuedouble, (int)to->valuedouble };
    }
}

static bool rule_of_row(struct model *model, const struct row_availability *row, struct arena *arena,
                        struct availability_rule *ret)
{
    const struct zone *zone = zone_db_get(model->zones, row->timezone);
    if (zone == NULL || row->kind < 0)
        return false;
    *ret = (struct availability_rule){
        .kind = (enum availability_kind)row->kind,
        .start = row->startDate,
        .end = row->endDate,
        .days = (unsigned)row->days,
        .zone = zone,
        .max_per_day = (int)row->maxPerDay,
        .buffer_minutes = (int)row->buffer,
    };
    read_spans(row->slots, arena, &ret->spans);
    return true;
}

// Rows of the consultant's rules that touch those days.
static void read_rules(struct model *model, const char *consultant_id, civil_day from, civil_day to,
                       struct arena *arena, struct list *ret)
{
    CLEANUP(query_end)
    sqlite3_stmt *query = store_query(
        model->cache, table_select(ROW_AVAILABILITY, "AND consultantId = ?1 AND startDate <= ?3"
                                                     " AND (endDate >= ?2 OR endDate = 0) ORDER BY id"));
    bind_text(query, 1, consultant_id);
    bind_int(query, 2, from);
    bind_int(query, 3, to);
    struct row_availability row;
    while (table_next(model->cache, query, ROW_AVAILABILITY, arena, &row))
        *LIST_ADD(ret, arena, struct row_availability) = row;
}

static const struct zone *consultant_zone(struct model *model, const char *id, struct arena *arena)
{
    struct row_consultant row;
    bool found = row_get(model, ROW_CONSULTANT, id, arena, &row);
    const struct zone *zone = found ? zone_db_get(model->zones, row.timezone) : NULL;
    return zone != NULL ? zone : model_zone(model);
}

static int by_start(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

void model_open_spans(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                      struct arena *arena, struct list *ret)
{
    struct list rows = { 0 }, spans = { 0 }, inside = { 0 };
    struct booking_policy policy;
    reader_begin(model);
    model_policy(model, &policy);
    const struct zone *zone = consultant_zone(model, consultant_id, arena);
    civil_day first = zone_day_at(zone, from) - 1, last = zone_day_at(zone, to) + 1;
    read_rules(model, consultant_id, first, last, arena, &rows);
    reader_end(model);
    struct calendar calendar = { .zone = zone, .policy = &policy };
    for (size_t i = 0; i < rows.count; i++) {
        struct availability_rule rule;
        if (rule_of_row(model, LIST_AT(&rows, struct row_availability, i), arena, &rule))
            *LIST_ADD(&calendar.rules, arena, struct availability_rule) = rule;
    }
    for (civil_day day = first; day <= last; day++) {
        struct list of_day = { 0 };
        calendar_open_spans(&calendar, day, arena, &of_day);
        for (size_t i = 0; i < of_day.count; i++)
            *LIST_ADD(&spans, arena, struct slot) = *LIST_AT(&of_day, struct slot, i);
    }
    for (size_t i = 0; i < spans.count; i++) {
        struct slot span = *LIST_AT(&spans, struct slot, i);
        span.start = span.start < from ? from : span.start;
        span.end = span.end > to ? to : span.end;
        if (span.start < span.end)
            *LIST_ADD(&inside, arena, struct slot) = span;
    }
    if (inside.count > 0)
        qsort(inside.items, inside.count, sizeof(struct slot), by_start);
    *ret = inside;
}

void model_days_off(struct model *model, const char *consultant_id, int64_t from, int64_t to,
                    struct arena *arena, struct list *ret)
{
    struct list rows = { 0 }, days = { 0 };
    reader_begin(model);
    const struct zone *zone = consultant_zone(model, consultant_id, arena);
    read_rules(model, consultant_id, zone_day_at(zone, from) - 1, zone_day_at(zone, to) + 1, arena, &rows);
    reader_end(model);
    for (size_t i = 0; i < rows.count; i++) {
        const struct row_availability *row = LIST_AT(&rows, struct row_availability, i);
        const struct zone *of_rule = zone_db_get(model->zones, row->timezone);
        if (row->kind != AVAILABILITY_TIME_OFF || of_rule == NULL)
            continue;
        struct day_off off = { zone_day_minute(of_rule, row->startDate, 0),
                               zone_day_minute(of_rule, row->endDate, 1440), row->reason };
        if (off.start < to && off.end > from)
            *LIST_ADD(&days, arena, struct day_off) = off;
    }
    *ret = days;
}
