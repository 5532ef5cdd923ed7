// A consultant's calendar for tests of availability, told in wall times.
#pragma once

#include "shared/domain/availability.h"
#include "shared/host/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WEEKDAYS = 0x3e, EVERY_DAY = 0x7f };

struct diary {
    struct arena arena;
    struct zone_db *zones;
    struct booking_policy policy;
    struct calendar calendar;
    int64_t now;
};

// An empty calendar in that zone, with the default policy. The clock shows 2026-01-01T00:00:00Z.
static inline void diary_open(struct diary *diary, const char *zone)
{
    *diary =
        (struct diary){ .zones = zone_db_create(), .policy = booking_policy_default, .now = 1767225600000 };
    diary->calendar.zone = zone_db_get(diary->zones, zone);
    diary->calendar.policy = &diary->policy;
    assert_non_null(diary->calendar.zone);
}

static inline void diary_close(struct diary *diary)
{
    arena_free(&diary->arena);
    zone_db_destroy(diary->zones);
}

static inline int64_t utc(const char *text)
{
    int64_t ms;
    assert_true(civil_parse_iso(text, &ms));
    return ms;
}

static inline civil_day date(const char *text)
{
    civil_day day;
    assert_true(civil_parse_date(text, &day));
    return day;
}

// The instant of "2026-03-02 09:30" in the consultant's zone.
static inline int64_t wall(const struct diary *diary, const char *text)
{
    int minutes;
    char day[11];
    memcpy(day, text, 10);
    day[10] = '\0';
    assert_true(civil_parse_hhmm(text + 11, &minutes));
    return zone_day_minute(diary->calendar.zone, date(day), minutes);
}

// The pointer holds until the next rule is added.
static inline struct availability_rule *add_rule(struct diary *diary, enum availability_kind kind,
                                                 const char *start, const char *end, unsigned days)
{
    struct availability_rule *rule =
        LIST_ADD(&diary->calendar.rules, &diary->arena, struct availability_rule);
    *rule = (struct availability_rule){
        .kind = kind, .start = date(start), .end = date(end), .days = days, .zone = diary->calendar.zone
    };
    return rule;
}

// "09:00", "12:00"
static inline void add_hours(struct diary *diary, struct availability_rule *rule, const char *from,
                             const char *to)
{
    struct minutes_span *span = LIST_ADD(&rule->spans, &diary->arena, struct minutes_span);
    assert_true(civil_parse_hhmm(from, &span->from) && civil_parse_hhmm(to, &span->to));
}

// All of 2026 on these weekdays.
static inline struct availability_rule *add_weekly(struct diary *diary, unsigned days, const char *from,
                                                   const char *to)
{
    struct availability_rule *rule = add_rule(diary, AVAILABILITY_REGULAR, "2026-01-01", "2026-12-31", days);
    add_hours(diary, rule, from, to);
    return rule;
}

// To be added in the order of their starts.
static inline struct busy *add_busy(struct diary *diary, const char *id, int64_t start, int minutes)
{
    struct busy *busy = LIST_ADD(&diary->calendar.busy, &diary->arena, struct busy);
    *busy = (struct busy){ .id = id, .start = start, .end = start + minutes * (int64_t)MINUTE_MS };
    return busy;
}

static inline enum slot_reason check_at(const struct diary *diary, int64_t start, int minutes)
{
    return slot_check(&diary->calendar, start, start + minutes * (int64_t)MINUTE_MS, diary->now, NULL, false);
}

static inline enum slot_reason check(const struct diary *diary, const char *start, int minutes)
{
    return check_at(diary, wall(diary, start), minutes);
}

static inline struct list list_free(struct diary *diary, int64_t from, int64_t to, int minutes)
{
    struct list slots;
    slot_list_free(&diary->calendar, from, to, minutes, diary->now, &diary->arena, &slots);
    return slots;
}
