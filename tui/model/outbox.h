// What this device has not yet been told the outcome of: operations in the order they were queued, with a number that
// is never used twice, and the inbox of refusals (handbook SYNC). The file also holds who is signed in.
//
// waiting -> sent -> done (the server's seq) or refused. What was sent never changes again; a note that still waits
// takes further edits in. Any connection of any program of this home may add; only the one that holds the sync session
// takes.
#pragma once

#include "shared/base/list.h"
#include "shared/wire/op.h"
#include "tui/model/store.h"

enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_DONE, OUTBOX_REFUSED };

struct outbox_op {
    int64_t n;
    const char *name;
    const char *args;   // JSON object by op_spec_find(name)->in
    const char *lane;   // shared/sync/lanes.h
    const char *thing;  // the consultation it is about, or NULL
    const char *note;   // of an edited note, "<consultation>:<kind>"; else NULL
    int64_t origin_rev; // of an edited note: the revision its editor had loaded
    enum outbox_state state;
    int64_t at;                                   // queued, UTC ms
    int64_t seq;                                  // of a done one
    int64_t retry_at;                             // not before, machine time in UTC ms; 0 at once
    const char *code, *message, *field, *details; // of a refused one, or of a retry; else NULL
    int64_t answered_at;
    int64_t because_of; // of a refused one: the refused operation that it needed, else 0
};

// Makes the tables when the file is new; brings older ones up to date. ERR_INTERNAL when a newer program made it.
bool outbox_prepare(struct store *store, struct err *err);

// Appends; durable when it returns. op: name, args, lane, thing, at. Edits of its lane that rest wait no longer.
bool outbox_add(struct store *store, const struct outbox_op *op, int64_t *ret_n, struct err *err);
// Saves an edited note softly (STORE_SOFT): into the edit of it that still waits, into its refusal when the editor still
// stands on the refused version, else as a new operation. op: note and origin_rev too.
// It rests a moment before it may be sent, so that a sentence is one operation. machine_now: UTC ms.
bool outbox_save_note(struct store *store, const struct outbox_op *op, int64_t machine_now, struct err *err);
// Makes everything saved softly durable; hurry: and lets it be sent at once.
bool outbox_flush(struct store *store, bool hurry, struct err *err);
// Removes one that still waits. ERR_CONFLICT when it was sent, ERR_NOT_FOUND.
bool outbox_withdraw(struct store *store, int64_t n, struct err *err);
// Removes a refusal. ERR_NOT_FOUND.
bool outbox_discard(struct store *store, int64_t n, struct err *err);
// Replaces a refusal by a new operation with these arguments. origin_rev: of a note. ERR_NOT_FOUND.
bool outbox_resend(struct store *store, int64_t n, const char *args, int64_t origin_rev, int64_t now,
                   int64_t *ret_n, struct err *err);

// Those that may be sent now: of each lane the first without an answer, unless it must wait; in order, `limit` at most
// and no more than `bytes` of arguments (but one at least). Marks them sent, durably, before it returns. in_flight: n
// of those that this connection sent already (int64_t), which are left out.
bool outbox_take(struct store *store, const struct list *in_flight, size_t limit, size_t bytes, int64_t now,
                 struct arena *arena, struct list *ret_ops, struct err *err);
// When the first lane that was told to wait may go on, UTC ms, perhaps over already; 0 when none waits.
int64_t outbox_next_retry(struct store *store);

// The answers. False on failure; an n that was not sent is passed over. Durable.
struct outbox_answer {
    int64_t n;
    enum outbox_state state; // OUTBOX_DONE, OUTBOX_REFUSED; OUTBOX_SENT: again later
    int64_t seq, retry_at;
    bool merged; // of an edited note: the server kept somebody else's text beside it
    const char *code, *message, *field, *details;
};
bool outbox_answer(struct store *store, const struct list *answers, int64_t now, struct list *ret_refused,
                   struct arena *arena, struct err *err); // ret_refused: struct outbox_op, dependents too
// Forgets done ones older than `before`.
bool outbox_forget(struct store *store, int64_t before, struct err *err);
// The server's epoch, as its welcome says. In a new one it has gone back to a backup: what it acknowledged may be gone
// there, so done operations are offered again; what it still knows it answers from memory (handbook SYNC).
bool outbox_enter_epoch(struct store *store, const char *epoch, struct err *err);
// The server knows operations of this device up to `floor`. When this file does not, it is an old copy: what was not
// sent gets numbers above those.
bool outbox_skip_to(struct store *store, int64_t floor, struct err *err);

struct outbox_totals {
    int64_t waiting, sent, refused;
};
void outbox_totals(struct store *store, struct outbox_totals *ret);
// Operations whose effects the cache may lack: waiting, sent, and done with seq above `cursor`, in order.
void outbox_pending(struct store *store, int64_t cursor, struct arena *arena, struct list *ret);
void outbox_refused(struct store *store, struct arena *arena, struct list *ret);
bool outbox_get(struct store *store, int64_t n, struct arena *arena, struct outbox_op *ret);
// The number that the next operation will get.
int64_t outbox_next_n(struct store *store);
