#include "shared/domain/assignment.h"

#include "shared/base/buf.h"

#include <math.h>
#include <string.h>

// Points, in tenths of a star: they are whole numbers so that ties are ties. Load is what evens out: a newcomer is
// chosen until as busy as the others, not for ever, and a favourite gives way once booked much more than they are
// (TRAPS 15).
enum {
    SKILL_POINTS = 30,
    POINTS_PER_SESSION = 10, // with this client before
    SESSIONS_COUNTED = 3,
    UNRATED_POINTS = 40, // as a rating of 4
    LOAD_MINUTES_PER_POINT = 60,
};

static int64_t score(const struct candidate *candidate)
{
    int64_t sessions = candidate->sessions_with_client;
    if (sessions > SESSIONS_COUNTED)
        sessions = SESSIONS_COUNTED;
    int64_t rating = candidate->rating > 0 ? lround(candidate->rating * 10) : UNRATED_POINTS;
    return (candidate->skill_match ? SKILL_POINTS : 0) + sessions * POINTS_PER_SESSION + rating -
           candidate->minutes_30d / LOAD_MINUTES_PER_POINT;
}

static bool better(const struct candidate *a, const struct candidate *b)
{
    int64_t difference = score(a) - score(b);
    if (difference != 0)
        return difference > 0;
    if (a->minutes_30d != b->minutes_30d)
        return a->minutes_30d < b->minutes_30d;
    return strcmp(a->consultant_id, b->consultant_id) < 0;
}

static const char *reason(const struct candidate *candidate, size_t candidates, struct arena *arena)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    if (candidates == 1)
        buf_add_text(&text, "the only one free at that time; ");
    if (candidate->skill_match)
        buf_add_text(&text, "has the skill asked for; ");
    if (candidate->sessions_with_client == 1)
        buf_add_text(&text, "worked with you once; ");
    else if (candidate->sessions_with_client > 1)
        buf_addf(&text, "worked with you %lld times; ", (long long)candidate->sessions_with_client);
    if (candidate->rating > 0)
        buf_addf(&text, "rating %.1f; ", candidate->rating);
    buf_addf(&text, "%lld h booked in the last 30 days", (long long)(candidate->minutes_30d + 30) / 60);
    return arena_strdup(arena, buf_text(&text));
}

int assignment_choose(const struct list *candidates, struct arena *arena, const char **ret_reason)
{
    if (candidates->count == 0)
        return -1;
    size_t best = 0;
    for (size_t i = 1; i < candidates->count; i++)
        if (better(LIST_AT(candidates, struct candidate, i), LIST_AT(candidates, struct candidate, best)))
            best = i;
    *ret_reason = reason(LIST_AT(candidates, struct candidate, best), candidates->count, arena);
    return (int)best;
}
