#include "server/consultants/availability_view.h"

#include "server/consultants/availability_store.h"

static const struct field period_fields[] = {
    { FIELD(struct view_period, startDate), .kind = FIELD_DATE },
    { FIELD(struct view_period, endDate), .kind = FIELD_DATE },
};
static const struct shape period_shape = SHAPE(struct view_period, "RulePeriod", period_fields);

static const struct field recurrence_fields[] = {
    { FIELD(struct view_recurrence, pattern), .kind = FIELD_TEXT },
    { FIELD(struct view_recurrence, daysOfWeek), .kind = FIELD_INTS, .help = "0 is Sunday" },
};
static const struct shape recurrence_shape =
    SHAPE(struct view_recurrence, "RuleRecurrence", recurrence_fields);

static const struct field time_slot_fields[] = {
    { FIELD(struct view_time_slot, startTime), .kind = FIELD_TEXT, .help = "HH:MM" },
    { FIELD(struct view_time_slot, endTime), .kind = FIELD_TEXT, .help = "HH:MM, up to 24:00" },
    { FIELD(struct view_time_slot, timezone), .kind = FIELD_TEXT, .help = "IANA zone" },
};
static const struct shape time_slot_shape = SHAPE(struct view_time_slot, "RuleTimeSlot", time_slot_fields);

static const struct field capacity_fields[] = {
    { FIELD(struct view_capacity, maxSessionsPerDay), .kind = FIELD_INT },
    { FIELD(struct view_capacity, bufferBetweenSessions), .kind = FIELD_INT, .help = "Minutes" },
};
static const struct shape capacity_shape = SHAPE(struct view_capacity, "RuleCapacity", capacity_fields);

static const struct field availability_fields[] = {
    { FIELD(struct view_availability, id), .kind = FIELD_ID },
    { FIELD(struct view_availability, consultantId), .kind = FIELD_ID },
    { FIELD(struct view_availability, type), .kind = FIELD_ENUM, .words = availability_type_words },
    { FIELD(struct view_availability, period), .kind = FIELD_OBJECT, .sub = &period_shape },
    { FIELD(struct view_availability, recurrence), .kind = FIELD_OBJECT, .flags = FIELD_OMIT_EMPTY,
      .sub = &recurrence_shape },
    { FIELD(struct view_availability, timeSlots), .kind = FIELD_OBJECTS, .sub = &time_slot_shape },
    { FIELD(struct view_availability, capacity), .kind = FIELD_OBJECT, .sub = &capacity_shape },
    { FIELD(struct view_availability, reason), .kind = FIELD_TEXT },
};
const struct shape shape_availability_view =
    SHAPE(struct view_availability, "AvailabilityRule", availability_fields);

static const struct field slot_fields[] = {
    { FIELD(struct view_slot, start), .kind = FIELD_TIME },
    { FIELD(struct view_slot, end), .kind = FIELD_TIME },
};
const struct shape shape_slot_view = SHAPE(struct view_slot, "Slot", slot_fields);

static const char *clock_text(int minutes, struct arena *arena)
{
    return arena_printf(arena, "%02d:%02d", minutes / 60, minutes % 60);
}

static void add_recurrence(struct view_recurrence *recurrence, int64_t days, struct arena *arena)
{
    recurrence->pattern = "weekly";
    for (int64_t day = 0; day < 7; day++)
        if ((days >> day & 1) != 0)
            *LIST_ADD(&recurrence->daysOfWeek, arena, int64_t) = day;
}

struct view_availability availability_view(const struct row_availability *row, struct arena *arena)
{
    struct view_availability view = {
        .id = row->id,
        .consultantId = row->consultantId,
        .type = row->kind,
        .period = { row->startDate, row->endDate },
        .capacity = { row->maxPerDay, row->buffer },
        .reason = row->reason,
    };
    struct list spans = { 0 };
    spans_parse(row->slots, arena, &spans);
    for (size_t i = 0; i < spans.count; i++) {
        const struct minutes_span *span = LIST_AT(&spans, struct minutes_span, i);
        *LIST_ADD(&view.timeSlots, arena, struct view_time_slot) =
            (struct view_time_slot){ clock_text(span->from, arena), clock_text(span->to, arena),
                                     row->timezone };
    }
    if (row->kind != AVAILABILITY_TIME_OFF)
        add_recurrence(&view.recurrence, row->days, arena);
    return view;
}
