#include "server/scheduling/assign.h"

#include "server/consultants/consultants.h"
#include "server/identity/identity.h"
#include "shared/domain/assignment.h"

#include <ctype.h>
#include <string.h>

enum { LOAD_DAYS = 30 };

// Open for bookings, and somebody who may sign in to give them.
static bool takes_sessions(struct op_ctx *ctx, const struct row_consultant *consultant, bool *ret_takes)
{
    struct person person;
    *ret_takes = strcmp(consultant->status, "available") == 0 ||
                 strcmp(consultant->status, "partially_available") == 0;
    if (!*ret_takes)
        return true;
    if (!person_get(ctx, consultant->userId, &person))
        return false;
    *ret_takes = strcmp(person.status, "active") == 0;
    return true;
}

// Who is not in the directory yet is not found here either.
static bool find_published(struct op_ctx *ctx, const char *consultant_id, struct row_consultant *ret)
{
    struct row_consultant found;
    if (!consultant_get(ctx, consultant_id, &found))
        return false;
    if (!consultant_is_published(&found))
        return err_set(ctx->err, ERR_NOT_FOUND, "There is no such consultant.");
    *ret = found;
    return true;
}

bool assignment_taker(struct op_ctx *ctx, const char *consultant_id, struct row_consultant *ret)
{
    struct row_consultant found;
    bool takes;
    if (!find_published(ctx, consultant_id, &found) || !takes_sessions(ctx, &found, &takes))
        return false;
    if (!takes)
        return err_set(ctx->err, ERR_NOT_AVAILABLE, "%s takes no sessions at the moment.", found.name);
    *ret = found;
    return true;
}

bool assignment_given(struct op_ctx *ctx, const struct wish *wish, const char *consultant_id,
                      const struct booking_policy *policy, struct assignment *ret)
{
    struct assignment given = { 0 };
    enum slot_reason reason;
    if (!assignment_taker(ctx, consultant_id, &given.consultant))
        return false;
    if (!wish_ask(ctx, wish, consultant_id, policy, &given.calendar, &reason))
        return false;
    if (reason != SLOT_FREE)
        return wish_refuse_slot(ctx, wish, consultant_id, policy, reason);
    *ret = given;
    return true;
}

// Facts about one who is free ----------------------------------------------------------------------------------------

// "strategic_planning" speaks of Strategic Planning: case and word breaks do not count.
static bool same_letter(char a, char b)
{
    unsigned char x = (unsigned char)(a == '_' || a == '-' ? ' ' : a),
                  y = (unsigned char)(b == '_' || b == '-' ? ' ' : b);
    return tolower(x) == tolower(y);
}

static bool speaks_of(const char *text, const char *skill)
{
    size_t length = strlen(skill);
    for (; text != NULL && length > 0 && *text != '\0'; text++) {
        size_t same = 0;
        while (same < length && text[same] != '\0' && same_letter(text[same], skill[same]))
            same++;
        if (same == length)
            return true;
    }
    return false;
}

static bool one_fits(const struct list *skills, const char *purpose, const char *type)
{
    for (size_t i = 0; i < skills->count; i++) {
        const char *skill = *LIST_AT(skills, const char *, i);
        if (speaks_of(purpose, skill) || speaks_of(type, skill))
            return true;
    }
    return false;
}

// No-shows are no load and cancelled ones neither (TRAPS 15).
static bool load_facts(struct op_ctx *ctx, const char *client_id, struct candidate *candidate)
{
    int64_t since = ctx->now - (int64_t)LOAD_DAYS * DAY_MS;
    return db_one_int(
               ctx->db,
               "SELECT COUNT(*) FROM consultation WHERE client_id = $1 AND consultant_id = $2 AND status = "
               "$3",
               DB_ARGS(db_text(client_id), db_text(candidate->consultant_id), db_int(BOOKING_COMPLETED)),
               &candidate->sessions_with_client, NULL, ctx->err) &&
           db_one_int(ctx->db,
                      "SELECT COALESCE(SUM(ends_at - starts_at), 0) / 60000 FROM consultation "
                      "WHERE consultant_id = $1 AND starts_at > $2 AND booked_at > $2 AND blocks = 1 "
                      "AND status <> $3",
                      DB_ARGS(db_text(candidate->consultant_id), db_int(since), db_int(BOOKING_NO_SHOW)),
                      &candidate->minutes_30d, NULL, ctx->err);
}

struct free_ones {
    struct list candidates;  // struct candidate
    struct list assignments; // struct assignment, in the same order
    struct list asked;       // const char *: all who were asked, for alternatives
};

static bool ask_one(struct op_ctx *ctx, const struct wish *wish, const struct row_consultant *consultant,
                    const char *purpose, const char *type, const struct booking_policy *policy,
                    struct free_ones *ones)
{
    struct assignment assignment = { .consultant = *consultant };
    enum slot_reason reason;
    bool takes;
    if (!takes_sessions(ctx, consultant, &takes))
        return false;
    if (!takes)
        return true;
    if (!wish_ask(ctx, wish, consultant->id, policy, &assignment.calendar, &reason))
        return false;
    *LIST_ADD(&ones->asked, ctx->arena, const char *) = consultant->id;
    if (reason != SLOT_FREE)
        return true;
    struct candidate *candidate = LIST_ADD(&ones->candidates, ctx->arena, struct candidate);
    candidate->consultant_id = consultant->id;
    candidate->name = consultant->name;
    candidate->rating = consultant->rating;
    candidate->skill_match =
        one_fits(&consultant->skills, purpose, type) || one_fits(&consultant->specialization, purpose, type);
    *LIST_ADD(&ones->assignments, ctx->arena, struct assignment) = assignment;
    return load_facts(ctx, wish->client_id, candidate);
}

bool assignment_any(struct op_ctx *ctx, const struct wish *wish, const char *purpose, const char *type,
                    const struct booking_policy *policy, struct assignment *ret)
{
    struct list consultants = { 0 };
    struct free_ones ones = { 0 };
    const char *reason;
    if (!consultant_list_active(ctx, &consultants))
        return false;
    for (size_t i = 0; i < consultants.count; i++)
        if (!ask_one(ctx, wish, LIST_AT(&consultants, struct row_consultant, i), purpose, type, policy,
                     &ones))
            return false;
    int best = assignment_choose(&ones.candidates, ctx->arena, &reason);
    if (best < 0)
        return wish_refuse(ctx, wish, &ones.asked, policy, ERR_NOT_AVAILABLE, "nobody_free",
                           "No consultant is free at that time.");
    CHECK(ones.assignments.items != NULL && (size_t)best < ones.assignments.count);
    CHECK((size_t)best < ones.assignments.count);
    *ret = *LIST_AT(&ones.assignments, struct assignment, best);
    ret->reason = reason;
    return true;
}
