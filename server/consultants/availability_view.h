// A rule of availability as the API shows it: the payload of the specification (2.2) with the ids.
#pragma once

#include "server/core/op.h"
#include "shared/wire/args_people.h"

struct view_period {
    int32_t startDate, endDate; // both included
};

struct view_recurrence {
    const char *pattern;
    struct list daysOfWeek; // int64_t, 0 = Sunday
};

struct view_time_slot {
    const char *startTime, *endTime, *timezone;
};

struct view_capacity {
    int64_t maxSessionsPerDay, bufferBetweenSessions; // 0: the organisation's
};

struct view_availability {
    const char *id, *consultantId;
    int type; // availability_type_words
    struct view_period period;
    struct view_recurrence recurrence; // empty for time off
    struct list timeSlots;             // struct view_time_slot
    struct view_capacity capacity;
    const char *reason;
};
extern const struct shape shape_availability_view;

struct view_slot {
    int64_t start, end;
};
extern const struct shape shape_slot_view;

struct view_availability availability_view(const struct row_availability *row, struct arena *arena);
