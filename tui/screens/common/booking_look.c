#include "tui/screens/common/booking_look.h"

struct look {
    const char *sign, *word;
    enum ink ink;
    enum paper paper;
};

static const struct look looks[BOOKING_STATUSES] = {
    [BOOKING_REQUESTED] = { "?", "requested", INK_WARN, PAPER_PENDING },
    [BOOKING_SCHEDULED] = { "?", "to confirm", INK_WARN, PAPER_PENDING },
    [BOOKING_CONFIRMED] = { "●", "confirmed", INK_GOOD, PAPER_BOOKED },
    [BOOKING_IN_PROGRESS] = { "▶", "in progress", INK_SPECIAL, PAPER_RUNNING },
    [BOOKING_COMPLETED] = { "✓", "completed", INK_DIM, PAPER_DONE },
    [BOOKING_DECLINED] = { "╳", "declined", INK_BAD, PAPER_DONE },
    [BOOKING_CANCELLED] = { "╳", "cancelled", INK_BAD, PAPER_DONE },
    [BOOKING_NO_SHOW] = { "╳", "no-show", INK_BAD, PAPER_DONE },
};
// For whoever booked: on its way, the time is theirs, it was not to be had.
static const struct look queued = { "↑", "queued", INK_WARN, PAPER_PENDING };
static const struct look held = { "◐", "held", INK_WARN, PAPER_PENDING };
static const struct look refused = { "!", "refused", INK_BAD, PAPER_DONE };

static const struct look *look_of(const struct consultation *consultation)
{
    int status = consultation->row.status;
    enum booking_stage stage = consultation_stage(consultation);
    if (stage == STAGE_QUEUED)
        return &queued;
    if (stage == STAGE_REFUSED && consultation->only_here)
        return &refused;
    if (stage == STAGE_HELD && (consultation->part & ROLE_CLIENT))
        return &held;
    return &looks[status >= 0 && status < BOOKING_STATUSES ? status : BOOKING_SCHEDULED];
}

const char *booking_sign(const struct consultation *consultation)
{
    return consultation->refused ? refused.sign : look_of(consultation)->sign;
}

const char *booking_word(const struct consultation *consultation)
{
    return look_of(consultation)->word;
}

enum ink booking_ink(const struct consultation *consultation)
{
    return consultation->refused ? INK_BAD : look_of(consultation)->ink;
}

enum paper booking_paper(const struct consultation *consultation)
{
    return look_of(consultation)->paper;
}

bool booking_waits(const struct consultation *consultation)
{
    return consultation->waits && consultation_stage(consultation) != STAGE_QUEUED;
}

bool booking_joins(const struct consultation *consultation)
{
    return (consultation->part & ROLE_CO_CONSULTANT) != 0;
}

const char *booking_with(const struct desk *desk, const struct consultation *consultation)
{
    const char *name =
        desk_is(desk, ROLE_CONSULTANT) ? consultation->row.clientName : consultation->row.consultantName;
    if (booking_joins(consultation) && name)
        return app_printf(desk->app, "+ %s", name);
    return name && *name ? name : "any consultant";
}

const char *booking_type(struct arena *arena, const struct consultation *consultation)
{
    char *words = arena_strdup(arena, consultation->row.type ? consultation->row.type : "session");
    for (char *c = words; *c; c++) {
        if (*c == '_')
            *c = ' ';
    }
    return words;
}

int booking_minutes(const struct consultation *consultation)
{
    return (int)((consultation->row.end - consultation->row.start) / MINUTE_MS);
}
