// Arguments of the client.*, consultant.*, package.*, credit.*, notification.* and test.* operations.
#pragma once

#include "shared/wire/shape.h"

struct args_id {
    const char *id;
};

struct args_page {
    int64_t limit;      // 1 to 200, default 50
    const char *cursor; // nextCursor of the page before
    const char *skill;  // consultant.list: only those who have it; NULL: all
    const char *language;
};

struct args_slot_range { // consultant.availability_get: rules always, free slots when a range is given
    const char *id;      // or "me"
    int64_t from, to;    // UTC ms; both or neither; at most 93 days
    int64_t minutes;     // session length, default 60
};

struct args_period {
    int32_t startDate, endDate; // civil_day, both included
};

struct args_recurrence {
    int pattern;            // weekly
    struct list daysOfWeek; // int64_t, 0 = Sunday
};

struct args_time_slot {
    const char *startTime, *endTime; // "HH:MM"
    const char *timezone;
};

struct args_capacity {
    int64_t maxSessionsPerDay, bufferBetweenSessions; // minutes
};

// consultant.availability_add (2.2)
struct args_availability {
    const char *id;     // consultant, or "me"
    const char *ruleId; // client-made, may be NULL
    int type;           // availability_type_words
    struct args_period period;
    struct args_recurrence recurrence;
    struct list timeSlots; // struct args_time_slot
    struct args_capacity capacity;
    bool has_recurrence, has_capacity;
    const char *reason;
    bool affectsBookings;
};

// credit.grant: an administrator gives credits of a package to a client
struct args_grant {
    const char *id; // client
    const char *packageId;
    int64_t credits; // 0: what the package holds
    const char *reason;
};

// client.credits: of which organisation, for whoever belongs to several
struct args_client_choice {
    const char *clientId; // NULL: the one they act for
};

// client.add_member
struct args_member_add {
    const char *id; // client
    const char *email;
};

// client.remove_member
struct args_member {
    const char *id; // client
    const char *userId;
};

// test.clock
struct args_clock {
    int64_t now; // UTC ms
};

extern const char *const availability_type_words[];  // regular, time_off, extra
extern const char *const recurrence_pattern_words[]; // weekly

extern const struct shape shape_id, shape_page, shape_slot_range, shape_availability, shape_grant,
    shape_clock, shape_package_id, shape_client_choice, shape_member_add, shape_member_id;

extern const struct op_spec op_client_me, op_client_add_member, op_client_credits, op_client_get,
    op_client_members, op_client_remove_member, op_consultant_availability_add,
    op_consultant_availability_get, op_consultant_get, op_consultant_list, op_consultant_me, op_credit_grant,
    op_notification_list, op_notification_read, op_package_featured, op_package_free_trial, op_package_get,
    op_package_list, op_test_clock;
