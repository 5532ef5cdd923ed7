// Consultations and what hangs on them, as sync sends them.
#include "server/core/row_page.h"
#include "server/scheduling/scheduling.h"

// Columns in the order of the shapes in shared/wire/rows.c, the audience behind them.
#define ONE                "WHERE tenant = $1 AND id = $2"
#define PAGE               "WHERE tenant = $1 AND id > $2 ORDER BY id"
#define SELECT(columns, t) "SELECT " columns ", audience FROM " t " "

// A table's two functions and its row source. The statements must be literals: they are cached by address.
#define ROW_SOURCE(name, table, select)                                                                      \
    static bool read_##name(struct db *db, const char *tenant, const char *id, struct arena *arena,          \
                            struct buf *out, bool *ret_found, struct err *err)                               \
    {                                                                                                        \
        return row_read_one(db, select ONE, row_shapes[table], tenant, id, arena, out, ret_found, err);      \
    }                                                                                                        \
    static bool page_##name(struct db *db, const char *tenant, const char *principals, const char *after,    \
                            int limit, struct arena *arena, struct buf *out, const char **ret_last,          \
                            int *ret_count, struct err *err)                                                 \
    {                                                                                                        \
        return row_read_page(db, select PAGE, row_shapes[table], tenant, principals, after, limit, arena,    \
                             out, ret_last, ret_count, err);                                                 \
    }                                                                                                        \
    const struct row_source row_source_##name = { read_##name, page_##name };

#define CONSULTATION                                                                                         \
    SELECT(                                                                                                  \
        "id, rev, code, client_id, client_name, contact_name, contact_title, consultant_id, "                \
        "consultant_name, starts_at, ends_at, timezone, status, type, package_id, package_name, minutes, "   \
        "free_trial, purpose, actual_start, actual_end, booked_at, confirmed_at, cancelled_at, "             \
        "cancel_reason, reschedules, sequence, credit_consumed, co_consultant_ids, co_consultant_names",     \
        "consultation")
#define OUTCOME SELECT("id, rev, summary, next_steps, key_points, recommendations, decisions_made", "outcome")
#define NOTE                                                                                                 \
    SELECT("id, rev, consultation_id, kind, epoch, head, tail, tail_count, author_name, updated_at", "note")
#define NOTE_REVISION                                                                                        \
    SELECT("id, rev, note_id, consultation_id, ord, agent, author_id, author_name, started_at, ended_at, "   \
           "added, removed, version",                                                                        \
           "note_revision")
#define ACTION_ITEM                                                                                          \
    SELECT("id, rev, consultation_id, description, assigned_to, priority, due_date, done, created_at",       \
           "action_item")
#define DELIVERABLE                                                                                          \
    SELECT("id, rev, consultation_id, type, name, description, status, due_date, file_name, file_url, "      \
           "file_size, created_at",                                                                          \
           "deliverable")
#define ATTENDEE SELECT("id, rev, consultation_id, name, role, email", "attendee")

ROW_SOURCE(consultation, ROW_CONSULTATION, CONSULTATION)
ROW_SOURCE(outcome, ROW_OUTCOME, OUTCOME)
ROW_SOURCE(note, ROW_NOTE, NOTE)
ROW_SOURCE(note_revision, ROW_NOTE_REVISION, NOTE_REVISION)
ROW_SOURCE(action_item, ROW_ACTION_ITEM, ACTION_ITEM)
ROW_SOURCE(deliverable, ROW_DELIVERABLE, DELIVERABLE)
ROW_SOURCE(attendee, ROW_ATTENDEE, ATTENDEE)
