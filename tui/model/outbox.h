// What this device has not yet been told the outcome of: operations in the order they were queued, with a number that
// is never used twice, and the inbox of refusals (handbook SYNC). The file also holds who is signed in.
//
// waiting -> sent -> done (the server's seq) or refused. What was sent never changes again; what is typed into a note
// (tui/model/replica.h) is carried by an operation that waits, which takes along all there is when it is sent. Any
// connection of any program of this home may add; only the one that holds the sync session takes.
#pragma once

#include "shared/base/list.h"
#include "shared/wire/op.h"
#include "tui/model/store.h"

enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_DONE, OUTBOX_REFUSED };

struct outbox_op {
    int64_t n;
    const char *name;
    const char *args;  // JSON object by op_spec_find(name)->in
    const char *lane;  // shared/sync/lanes.h
    const char *thing; // the consultation it is about, or NULL
    const char *note;  // what was typed into that note; else NULL
    const char *typed; // of a refused edit of a note: the words, else NULL
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

// Appends; durable when it returns. op: name, args, lane, thing, at.
bool outbox_add(struct store *store, const struct outbox_op *op, int64_t *ret_n, struct err *err);
// Inside a transaction: sees to it that an operation waits which will carry what is typed in the note's log.
void outbox_note_edit(struct store *store, const char *note, const char *consultation_id, int64_t now);
// Something typed into the note has not been answered.
bool outbox_note_waits(struct store *store, const char *note);
// The newest refusal of what was typed into the note: its n, or 0.
int64_t outbox_note_refused(struct store *store, const char *note);
// Makes everything saved softly durable.
bool outbox_flush(struct store *store, struct err *err);
// Removes one that still waits. ERR_CONFLICT when it was sent or carries what was typed, ERR_NOT_FOUND.
bool outbox_withdraw(struct store *store, int64_t n, struct err *err);
// Removes a refusal. ERR_NOT_FOUND.
bool outbox_discard(struct store *store, int64_t n, struct err *err);
// Replaces a refusal by a new operation with these arguments. ERR_NOT_FOUND.
bool outbox_resend(struct store *store, int64_t n, const char *args, int64_t now, int64_t *ret_n,
                   struct err *err);

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
    const char *code, *message, *field, *details;
};
bool outbox_answer(struct store *store, const struct list *answers, int64_t now, struct list *ret_refused,
                   struct arena *arena, struct err *err); // ret_refused: struct outbox_op, dependents too
// Inside a transaction: the note cannot be merged any more (refused, begun anew, out of sight). Its replica goes; the words
// that the server does not have are kept with operation n, and other operations of the note that wait are dropped.
void outbox_note_undone(struct store *store, const char *note, int64_t n);
// Inside a transaction: the replica goes because of something that the server did; words that were not sent become a
// refusal with that reason. True when there is one.
bool outbox_note_lost(struct store *store, const char *note, enum err_code code, const char *why,
                      int64_t now);
// Forgets done ones older than `before`.
bool outbox_forget(struct store *store, int64_t before, struct err *err);
// The epoch of the server that answered last; "" for none.
const char *outbox_epoch_known(struct store *store, struct arena *arena);
// The server's epoch, as its welcome says. When it is another, and the server holds less of the one before (up to
// `restored_to`) than this device heard of (rows up to `heard`, answers to operations), it has gone back to a backup: done
// operations above that are offered again, and texts are compared; what it still knows it answers from memory (handbook
// SYNC).
struct outbox_epoch {
    const char *epoch;
    int64_t restored_to, heard;
    int64_t
        since; // what was answered before is too old to be offered again: the server may have forgotten its answer
};
bool outbox_enter_epoch(struct store *store, const struct outbox_epoch *now, struct err *err);
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
