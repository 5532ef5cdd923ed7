#include "shared/wire/rows.h"

#include "shared/base/id.h"
#include "shared/domain/booking.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/args_people.h"

#include <string.h>

// Every row: id and rev always, the rest left out when empty.
#define OPT FIELD_OMIT_EMPTY

static const struct field me_fields[] = {
    { FIELD(struct row_me, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_me, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_me, email), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, firstName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, lastName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, title), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, roles), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, clientId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_me, consultantId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_me, organizationName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, timezone), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_me, verified), .kind = FIELD_BOOL, .flags = OPT },
};
static const struct shape shape_row_me = SHAPE(struct row_me, "me", me_fields);

static const struct field policy_fields[] = {
    { FIELD(struct row_policy, id), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_policy, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_policy, noticeMinutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, windowDays), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, bufferMinutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, stepMinutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, cancelMinutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, graceMinutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, rescheduleLimit), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_policy, returnDays), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_policy = SHAPE(struct row_policy, "policy", policy_fields);

static const struct field package_fields[] = {
    { FIELD(struct row_package, id), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_package, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_package, name), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_package, type), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_package, category), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_package, description), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
    { FIELD(struct row_package, features), .kind = FIELD_TEXTS, .flags = OPT, .max = 2000 },
    { FIELD(struct row_package, credits), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_package, minutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_package, expiresAfterDays), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_package, price), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_package, currency), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_package, badge), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_package, flexible), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_package, featured), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_package, displayOrder), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_package = SHAPE(struct row_package, "package", package_fields);

static const struct field consultant_fields[] = {
    { FIELD(struct row_consultant, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_consultant, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_consultant, code), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, userId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_consultant, name), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, title), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, level), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, bio), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE, .max = 4000 },
    { FIELD(struct row_consultant, status), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, timezone), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultant, specialization), .kind = FIELD_TEXTS, .flags = OPT, .max = 2000 },
    { FIELD(struct row_consultant, skills), .kind = FIELD_TEXTS, .flags = OPT, .max = 2000 },
    { FIELD(struct row_consultant, languages), .kind = FIELD_TEXTS, .flags = OPT, .max = 2000 },
    { FIELD(struct row_consultant, yearsOfExperience), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultant, rating), .kind = FIELD_REAL, .flags = OPT, .max = 5 },
    { FIELD(struct row_consultant, reviews), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_consultant =
    SHAPE(struct row_consultant, "consultant", consultant_fields);

static const struct field availability_fields[] = {
    { FIELD(struct row_availability, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_availability, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_availability, consultantId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_availability, kind), .kind = FIELD_ENUM, .flags = OPT,
      .words = availability_type_words },
    { FIELD(struct row_availability, startDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct row_availability, endDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct row_availability, days), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_availability, slots), .kind = FIELD_JSON, .flags = OPT, .max = 4000 },
    { FIELD(struct row_availability, timezone), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_availability, maxPerDay), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_availability, buffer), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_availability, reason), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 500 },
};
static const struct shape shape_row_availability =
    SHAPE(struct row_availability, "availability", availability_fields);

static const struct field consultation_fields[] = {
    { FIELD(struct row_consultation, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_consultation, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_consultation, code), .kind = FIELD_TEXT, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_consultation, clientId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_consultation, clientName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, contactName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, contactTitle), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, consultantId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_consultation, consultantName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, start), .kind = FIELD_INT, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_consultation, end), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, timezone), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, status), .kind = FIELD_ENUM, .flags = OPT,
      .words = booking_status_words },
    { FIELD(struct row_consultation, type), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, packageId), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, packageName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_consultation, minutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, freeTrial), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_consultation, purpose), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 2000 },
    { FIELD(struct row_consultation, actualStart), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, actualEnd), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, bookedAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, confirmedAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, cancelledAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, cancelReason), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 2000 },
    { FIELD(struct row_consultation, reschedules), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, sequence), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_consultation, creditConsumed), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_consultation, coConsultantIds), .kind = FIELD_TEXTS, .flags = OPT, .max = ID_LEN },
    { FIELD(struct row_consultation, coConsultantNames), .kind = FIELD_TEXTS, .flags = OPT, .max = 500 },
};
static const struct shape shape_row_consultation =
    SHAPE(struct row_consultation, "consultation", consultation_fields);

static const struct field outcome_fields[] = {
    { FIELD(struct row_outcome, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_outcome, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_outcome, summary), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE, .max = 8000 },
    { FIELD(struct row_outcome, nextSteps), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE, .max = 8000 },
    { FIELD(struct row_outcome, keyPoints), .kind = FIELD_TEXTS, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
    { FIELD(struct row_outcome, recommendations), .kind = FIELD_TEXTS, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
    { FIELD(struct row_outcome, decisionsMade), .kind = FIELD_TEXTS, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
};
static const struct shape shape_row_outcome = SHAPE(struct row_outcome, "outcome", outcome_fields);

static const struct field note_fields[] = {
    { FIELD(struct row_note, id), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_note, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_note, consultationId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_note, kind), .kind = FIELD_ENUM, .flags = OPT, .words = note_kind_words },
    { FIELD(struct row_note, epoch), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note, head), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note, tail), .kind = FIELD_BYTES, .flags = OPT, .max = NOTE_TAIL_MAX },
    { FIELD(struct row_note, tailCount), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note, authorName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_note, updatedAt), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_note = SHAPE(struct row_note, "note", note_fields);

static const struct field note_revision_fields[] = {
    { FIELD(struct row_note_revision, id), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_note_revision, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_note_revision, noteId), .kind = FIELD_TEXT, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_note_revision, consultationId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_note_revision, ord), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note_revision, agent), .kind = FIELD_TEXT, .flags = OPT, .max = 16 },
    { FIELD(struct row_note_revision, authorId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_note_revision, authorName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_note_revision, startedAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note_revision, endedAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note_revision, added), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note_revision, removed), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_note_revision, version), .kind = FIELD_BYTES, .flags = OPT, .max = 65536 },
};
static const struct shape shape_row_note_revision =
    SHAPE(struct row_note_revision, "note_revision", note_revision_fields);

static const struct field action_item_fields[] = {
    { FIELD(struct row_action_item, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_action_item, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_action_item, consultationId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_action_item, description), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
    { FIELD(struct row_action_item, assignedTo), .kind = FIELD_ENUM, .flags = OPT,
      .words = action_assignee_words },
    { FIELD(struct row_action_item, priority), .kind = FIELD_ENUM, .flags = OPT,
      .words = action_priority_words },
    { FIELD(struct row_action_item, dueDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct row_action_item, done), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_action_item, createdAt), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_action_item =
    SHAPE(struct row_action_item, "action_item", action_item_fields);

static const struct field deliverable_fields[] = {
    { FIELD(struct row_deliverable, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_deliverable, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_deliverable, consultationId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_deliverable, type), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, name), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, description), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE,
      .max = 4000 },
    { FIELD(struct row_deliverable, status), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, dueDate), .kind = FIELD_DATE, .flags = OPT },
    { FIELD(struct row_deliverable, fileName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, fileUrl), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, fileSize), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_deliverable, createdAt), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_deliverable =
    SHAPE(struct row_deliverable, "deliverable", deliverable_fields);

static const struct field attendee_fields[] = {
    { FIELD(struct row_attendee, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_attendee, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_attendee, consultationId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_attendee, name), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_attendee, role), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_attendee, email), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape shape_row_attendee = SHAPE(struct row_attendee, "attendee", attendee_fields);

static const struct field lot_fields[] = {
    { FIELD(struct row_lot, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_lot, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_lot, clientId), .kind = FIELD_ID, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_lot, packageId), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_lot, packageName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_lot, minutesPerCredit), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, total), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, free), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, reserved), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, consumed), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, expired), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, flexible), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_lot, freeTrial), .kind = FIELD_BOOL, .flags = OPT },
    { FIELD(struct row_lot, purchasedAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, expiresAt), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, price), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_lot, currency), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape shape_row_lot = SHAPE(struct row_lot, "lot", lot_fields);

static const struct field statement_fields[] = {
    { FIELD(struct row_statement, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_statement, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_statement, clientId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_statement, kind), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_statement, lotId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_statement, packageName), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_statement, consultationId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_statement, consultationCode), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_statement, reason), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE, .max = 500 },
    { FIELD(struct row_statement, at), .kind = FIELD_INT, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_statement, minutes), .kind = FIELD_INT, .flags = OPT },
    { FIELD(struct row_statement, minutesPerCredit), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_statement = SHAPE(struct row_statement, "statement", statement_fields);

static const struct field notification_fields[] = {
    { FIELD(struct row_notification, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_notification, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_notification, userId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_notification, kind), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_notification, title), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_notification, body), .kind = FIELD_TEXT, .flags = OPT | FIELD_MULTILINE, .max = 2000 },
    { FIELD(struct row_notification, consultationId), .kind = FIELD_ID, .flags = OPT },
    { FIELD(struct row_notification, at), .kind = FIELD_INT, .flags = OPT | FIELD_KEY },
    { FIELD(struct row_notification, readAt), .kind = FIELD_INT, .flags = OPT },
};
static const struct shape shape_row_notification =
    SHAPE(struct row_notification, "notification", notification_fields);

static const struct field organization_fields[] = {
    { FIELD(struct row_organization, id), .kind = FIELD_ID, .flags = FIELD_REQUIRED },
    { FIELD(struct row_organization, rev), .kind = FIELD_INT, .flags = FIELD_REQUIRED },
    { FIELD(struct row_organization, code), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct row_organization, name), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape shape_row_organization =
    SHAPE(struct row_organization, "organization", organization_fields);

const struct shape *const row_shapes[ROW_TABLES] = {
    [ROW_ME] = &shape_row_me,
    [ROW_POLICY] = &shape_row_policy,
    [ROW_PACKAGE] = &shape_row_package,
    [ROW_CONSULTANT] = &shape_row_consultant,
    [ROW_AVAILABILITY] = &shape_row_availability,
    [ROW_LOT] = &shape_row_lot,
    [ROW_CONSULTATION] = &shape_row_consultation,
    [ROW_OUTCOME] = &shape_row_outcome,
    [ROW_NOTE] = &shape_row_note,
    [ROW_ACTION_ITEM] = &shape_row_action_item,
    [ROW_DELIVERABLE] = &shape_row_deliverable,
    [ROW_ATTENDEE] = &shape_row_attendee,
    [ROW_STATEMENT] = &shape_row_statement,
    [ROW_NOTIFICATION] = &shape_row_notification,
    [ROW_NOTE_REVISION] = &shape_row_note_revision,
    [ROW_ORGANIZATION] = &shape_row_organization,
};

enum row_table row_table_find(const char *name)
{
    int table = 0;
    while (table < ROW_TABLES && strcmp(row_shapes[table]->name, name) != 0)
        table++;
    return (enum row_table)table;
}
