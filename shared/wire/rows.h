// Rows as sync sends them and as the client's cache keeps them: one flat struct and one shape a table. A row holds
// only what everyone in its audience may see; what fewer may see is a table of its own (handbook SYNC). Times are
// UTC ms, minutes are minutes of credit, money is minor units. Every row has id and rev (the change-log seq of its
// last change).
#pragma once

#include "shared/domain/notes.h"
#include "shared/wire/shape.h"

struct row_me { // id = user
    const char *id;
    int64_t rev;
    const char *email, *firstName, *lastName, *title, *roles, *clientId, *consultantId, *organizationName,
        *timezone;
    bool verified;
};

struct row_policy { // id = tenant; RULES 2, 12, 13
    const char *id;
    int64_t rev;
    int64_t noticeMinutes, windowDays, bufferMinutes, stepMinutes, cancelMinutes, graceMinutes,
        rescheduleLimit, returnDays;
};

struct row_package { // id = "PKG-..."
    const char *id;
    int64_t rev;
    const char *name, *type, *category, *description;
    struct list features; // const char *
    int64_t credits, minutes, expiresAfterDays, price;
    const char *currency, *badge;
    bool flexible, featured;
    int64_t displayOrder;
};

struct row_consultant {
    const char *id;
    int64_t rev;
    const char *code, *userId, *name, *title, *level, *bio, *status, *timezone;
    struct list specialization, skills, languages; // const char *
    int64_t yearsOfExperience;
    double rating;
    int64_t reviews;
};

struct row_availability {
    const char *id;
    int64_t rev;
    const char *consultantId;
    int kind; // availability_type_words
    int32_t startDate, endDate;
    int64_t days;      // bit 0 = Sunday
    const char *slots; // JSON [[540,720],[780,1020]]: minutes of the day
    const char *timezone;
    int64_t maxPerDay, buffer; // 0: the policy's
    const char *reason;
};

struct row_consultation {
    const char *id;
    int64_t rev;
    const char *code, *clientId, *clientName, *contactName, *contactTitle, *consultantId, *consultantName;
    int64_t start, end; // booked
    const char *timezone;
    int status; // booking_status_words (shared/domain/booking.h)
    const char *type, *packageId, *packageName;
    int64_t minutes; // of credit it costs
    bool freeTrial;
    const char *purpose;
    int64_t actualStart, actualEnd, bookedAt, confirmedAt, cancelledAt;
    const char *cancelReason;
    int64_t reschedules, sequence;
    bool creditConsumed;
    struct list coConsultantIds, coConsultantNames; // const char *, in one order
};

struct row_outcome { // id = consultation
    const char *id;
    int64_t rev;
    const char *summary, *nextSteps;
    struct list keyPoints, recommendations, decisionsMade; // const char *
};

struct row_note { // id = "<consultation>:<kind>"
    const char *id;
    int64_t rev;
    const char *consultationId;
    int kind; // note_kind_words
    // The text itself is a merging text (shared/text/text.h) of which every reader keeps a replica. A row carries only
    // its last updates; who lacks more asks for them (doc.sync of messages.h).
    int64_t epoch;     // of the text's generation: replicas of another one cannot be merged with it
    int64_t head;      // how many updates the server has stored
    struct bytes tail; // the last ones of them, as a batch (text_batch_next); at most NOTE_TAIL_MAX bytes
    int64_t tailCount; // how many those are: numbers head - tailCount + 1 to head
    const char *authorName; // of the last one
    int64_t updatedAt;
};

// What somebody wrote in one sitting: a step of a note's history. The text as it was then is text_at_version().
struct row_note_revision { // id = "<note>:<ord>"
    const char *id;
    int64_t rev;
    const char *noteId, *consultationId;
    int64_t ord;       // 1, 2, 3 ... by beginning
    const char *agent; // of the author's device, 16 hex digits; NULL when several wrote it
    const char *authorId, *authorName;
    int64_t startedAt, endedAt;
    int64_t added, removed; // bytes
    struct bytes version;   // text_version() at its end
};

struct row_action_item {
    const char *id;
    int64_t rev;
    const char *consultationId, *description;
    int assignedTo, priority; // action_assignee_words, action_priority_words
    int32_t dueDate;
    bool done;
    int64_t createdAt;
};

struct row_deliverable {
    const char *id;
    int64_t rev;
    const char *consultationId, *type, *name, *description, *status;
    int32_t dueDate;
    const char *fileName, *fileUrl, *fileSize;
    int64_t createdAt;
};

struct row_attendee {
    const char *id;
    int64_t rev;
    const char *consultationId, *name, *role, *email;
};

struct row_lot {
    const char *id;
    int64_t rev;
    const char *clientId, *packageId, *packageName;
    int64_t minutesPerCredit, total, free, reserved, consumed, expired;
    bool flexible, freeTrial;
    int64_t purchasedAt, expiresAt, price;
    const char *currency;
};

struct row_statement { // a ledger transaction as its client sees it; never changes
    const char *id;
    int64_t rev;
    const char *clientId, *kind, *lotId, *packageName, *consultationId, *consultationCode, *reason;
    int64_t at, minutes, minutesPerCredit; // minutes: signed change of what is free
};

struct row_notification {
    const char *id;
    int64_t rev;
    const char *userId, *kind, *title, *body, *consultationId;
    int64_t at, readAt;
};

struct row_organization { // id = client: those that the person belongs to
    const char *id;
    int64_t rev;
    const char *code, *name;
};

enum { NOTE_TAIL_MAX = 1024 };

// The tables in the order in which a snapshot sends them; the name on the wire is shape->name.
enum row_table {
    ROW_ME,
    ROW_POLICY,
    ROW_PACKAGE,
    ROW_CONSULTANT,
    ROW_AVAILABILITY,
    ROW_LOT,
    ROW_CONSULTATION,
    ROW_OUTCOME,
    ROW_NOTE,
    ROW_ACTION_ITEM,
    ROW_DELIVERABLE,
    ROW_ATTENDEE,
    ROW_STATEMENT,
    ROW_NOTIFICATION,
    ROW_NOTE_REVISION,
    ROW_ORGANIZATION,
    ROW_TABLES
};

// Names: me, policy, package, consultant, availability, lot, consultation, outcome, note, action_item, deliverable,
// attendee, statement, notification, note_revision, organization.
extern const struct shape *const row_shapes[ROW_TABLES];

// ROW_TABLES when there is none of that name.
enum row_table row_table_find(const char *name);
