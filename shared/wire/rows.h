// Rows as sync sends them and as the client's cache keeps them: one flat struct and one shape a table. A row holds
// only what everyone in its audience may see; what fewer may see is a table of its own (handbook SYNC). Times are
// UTC ms, minutes are minutes of credit, money is minor units. Every row has id and rev (the change-log seq of its
// last change).
#pragma once

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
    const char *purpose, *clientNotes;
    int64_t actualStart, actualEnd, bookedAt, confirmedAt, cancelledAt;
    const char *cancelReason;
    int64_t reschedules, sequence;
    bool creditConsumed;
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
    const char *text;
    const char *authorName;
    int64_t updatedAt;
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

// note kinds: who may read them decides the audience
enum note_kind {
    NOTE_CONSULTANT,  // private to the consultant
    NOTE_LIVE,        // shared, of the session
    NOTE_PREPARATION, // private to the consultant
    NOTE_INTERNAL,    // consultant and administrators
};
extern const char *const note_kind_words[]; // consultant, live, preparation, internal

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
    ROW_TABLES
};

// Names: me, policy, package, consultant, availability, lot, consultation, outcome, note, action_item, deliverable,
// attendee, statement, notification.
extern const struct shape *const row_shapes[ROW_TABLES];

// ROW_TABLES when there is none of that name.
enum row_table row_table_find(const char *name);
