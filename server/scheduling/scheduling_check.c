// What `serenityd check` proves about bookings: nobody is booked twice, and no row contradicts another.
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"
#include "server/texts/texts.h"

#define OVERLAP(owner)                                                                                       \
    "SELECT a.code || ' and ' || b.code FROM consultation a JOIN consultation b ON b." owner " = a." owner   \
    " AND b.blocks = 1 AND b.starts_at >= a.starts_at AND b.starts_at < a.ends_at AND b.id <> a.id "         \
    "AND (b.starts_at > a.starts_at OR b.id > a.id) WHERE a.blocks = 1"

static const struct {
    const char *what;
    const char *sql; // gives one row a fault: the code it is about
} faults[] = {
    { "a consultant booked twice:", OVERLAP("consultant_id") },
    { "a client booked twice:", OVERLAP("client_id") },
    { "a co-consultant who leads another session then:",
      "SELECT a.code || ' and ' || b.code FROM co_consultant k JOIN consultation a "
      "ON a.id = k.consultation_id AND a.blocks = 1 JOIN consultation b "
      "ON b.consultant_id = k.consultant_id AND b.blocks = 1 AND b.starts_at > a.starts_at - 86400000 "
      "AND b.starts_at < a.ends_at AND b.ends_at > a.starts_at" },
    { "a co-consultant who joins another session then:",
      "SELECT a.code || ' and ' || b.code FROM co_consultant k JOIN consultation a "
      "ON a.id = k.consultation_id AND a.blocks = 1 JOIN co_consultant o "
      "ON o.consultant_id = k.consultant_id AND o.consultation_id > k.consultation_id JOIN consultation b "
      "ON b.id = o.consultation_id AND b.blocks = 1 AND b.starts_at < a.ends_at "
      "AND b.ends_at > a.starts_at" },
    { "a co-consultant whose time is not that of the consultation",
      "SELECT c.code FROM co_consultant k JOIN consultation c ON c.id = k.consultation_id "
      "WHERE k.starts_at <> c.starts_at OR k.ends_at <> c.ends_at OR k.blocks <> c.blocks" },
    { "a co-consultant who is not in the row or may not see it: consultation",
      "SELECT c.code FROM co_consultant k JOIN consultation c ON c.id = k.consultation_id "
      "WHERE c.co_consultant_ids NOT LIKE '%\"' || k.consultant_id || '\"%' "
      "OR c.audience NOT LIKE '%u:' || k.person_id || '%'" },
    { "a co-consultant in the row alone: consultation",
      "SELECT code FROM consultation c WHERE co_consultant_ids <> '[]' AND NOT EXISTS "
      "(SELECT 1 FROM co_consultant k WHERE k.consultation_id = c.id)" },
    // states by number, see the assertion below
    { "a state that contradicts whether it keeps its time: consultation",
      "SELECT code FROM consultation WHERE blocks <> CASE WHEN status IN (5, 6) THEN 0 ELSE 1 END" },
    { "a state that contradicts its times: consultation",
      "SELECT code FROM consultation WHERE (status IN (3, 4) AND actual_start IS NULL) OR "
      "(status = 4 AND (actual_end IS NULL OR actual_end < actual_start)) OR "
      "(status = 6 AND cancelled_at IS NULL) OR (status = 2 AND confirmed_at IS NULL)" },
    { "a state that its history does not end with: consultation",
      "SELECT code FROM consultation c WHERE status <> COALESCE((SELECT h.status FROM consultation_history h "
      "WHERE h.consultation_id = c.id ORDER BY h.ord DESC LIMIT 1), -1)" },
    { "completed without an outcome: consultation",
      "SELECT code FROM consultation c WHERE status = 4 AND NOT EXISTS (SELECT 1 FROM outcome o "
      "WHERE o.id = c.id)" },
};
_Static_assert(BOOKING_CONFIRMED == 2 && BOOKING_IN_PROGRESS == 3 && BOOKING_COMPLETED == 4 &&
                   BOOKING_DECLINED == 5 && BOOKING_CANCELLED == 6,
               "the states' numbers stand in the statements above");

static bool look_for(struct db *db, const char *sql, const char *what, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, sql, DB_NO_ARGS, err))
        return false;
    while (db_next(&rows))
        buf_addf(out, "%s %s\n", what, db_col_text(&rows, 0));
    return db_ok(&rows);
}

struct credit_facts {
    int64_t minutes, reserved, consumed;
    bool waiting, credit_consumed; // waiting: neither over nor off
};

static const char *credit_fault(const struct credit_facts *facts)
{
    if (facts->waiting && facts->reserved != facts->minutes)
        return "does not hold the credit it costs:";
    if (!facts->waiting && facts->reserved != 0)
        return "still holds credit:";
    if (facts->credit_consumed && facts->consumed < facts->minutes)
        return "says it used a credit and did not:";
    return NULL;
}

static bool check_credit(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT id, code, minutes, status, credit_consumed FROM consultation",
                  DB_NO_ARGS, err))
        return false;
    while (db_next(&rows)) {
        enum booking_status status = (enum booking_status)db_col_int(&rows, 3);
        struct credit_facts facts = {
            .minutes = db_col_int(&rows, 2),
            .waiting = booking_is_open(status) || status == BOOKING_IN_PROGRESS,
            .credit_consumed = db_col_int(&rows, 4) != 0,
        };
        if (!credits_held(db, db_col_text(&rows, 0), &facts.reserved, &facts.consumed, err))
            return false;
        const char *fault = credit_fault(&facts);
        if (fault != NULL)
            buf_addf(out, "a consultation that %s %s\n", fault, db_col_text(&rows, 1));
    }
    return db_ok(&rows);
}

// Texts themselves are looked at by texts_check().
static bool check_notes(struct db *db, struct buf *out, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(db, &rows, "SELECT id, epoch, head FROM note", DB_NO_ARGS, err))
        return false;
    while (db_next(&rows)) {
        int64_t epoch, head;
        if (!texts_head(db, db_col_text(&rows, 0), &epoch, &head, err))
            return false;
        if (epoch != db_col_int(&rows, 1) || head != db_col_int(&rows, 2))
            buf_addf(out, "a note that is not what its text is: %s\n", db_col_text(&rows, 0));
    }
    return db_ok(&rows);
}

bool scheduling_check(struct db *db, struct buf *out, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (!look_for(db, faults[i].sql, faults[i].what, out, err))
            return false;
    return check_credit(db, out, err) && check_notes(db, out, err);
}
