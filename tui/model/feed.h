// What the sync session does to a home: it fills the cache with what the server says, takes operations out of the
// outbox and puts the answers back. For one thread, with connections of its own.
//
// Everything the server says is checked here before it is believed. ERR_BAD_REQUEST means that it broke the protocol:
// the connection has to be dropped. ERR_CONFLICT: somebody signed in or out meanwhile, the session is no longer theirs.
// Other errors are this device's own (ERR_STORAGE_FULL, ERR_INTERNAL).
#pragma once

#include "shared/wire/messages.h"
#include "tui/model/device.h"
#include "tui/model/port.h"

struct feed;

bool feed_open(struct feed **ret_feed, struct model *model, struct err *err);
void feed_close(struct feed *feed); // NULL is allowed; makes soft saves durable

// Of all programs with this home, one holds the session. True when this one does now.
bool feed_take_session(struct feed *feed);
void feed_leave_session(struct feed *feed);
// True while some program holds it.
bool feed_session_taken(struct feed *feed);

struct store *feed_outbox(struct feed *feed);
bool feed_device(struct feed *feed, struct arena *arena, struct device *ret);
// Tells this program's screens, and through the cache those of others, how the connection stands.
void feed_connection(struct feed *feed, const struct connection *connection);
// What another program, the one with the session, last said about it. False when nothing was said.
bool feed_connection_elsewhere(struct feed *feed, struct connection *ret);

// Between messages, a few times a second: notices what other connections wrote (screens are told; *ret_outbox is set
// when operations may have come), flushes what was saved softly, forgets what is old.
void feed_idle(struct feed *feed, bool *ret_outbox);
// Writes logs that have grown back into their files: when there is time for it.
void feed_fold(struct feed *feed);

// --- a connection's life -----------------------------------------------------------------------------------------

struct feed_hello {
    const char *device;
    const char *epoch; // of the rows, or without any of the answers to operations; "" for none
    int64_t cursor;
    const char *scopes; // space separated
    int64_t next_op;
    int64_t resume_at; // 0: no snapshot was interrupted
    const char *resume_table, *resume_after;
};
// Begins: nothing is in flight any more. False when the cache cannot be read.
bool feed_hello(struct feed *feed, struct arena *arena, struct feed_hello *ret, struct err *err);

struct feed_welcome {
    const char *epoch;
    const char *scopes; // space separated: what the person may see
    int64_t head, op_floor, server_now;
    int64_t restored_to; // what the server holds of the epoch in hello, when that is over; 0: perhaps nothing
    bool snapshot;       // mode
    bool outbox;         // mode: operations are taken, nothing is told
    int64_t frame, ops;  // limits; 0: the protocol's
};
// A word that may be a scope; NULL is none.
bool feed_scope_valid(const char *scope);
bool feed_welcome(struct feed *feed, const struct feed_welcome *welcome, struct err *err);

bool feed_snapshot_page(struct feed *feed, int64_t at, const char *table, struct page_rows *rows,
                        struct err *err);
// sums: {table: [count, hash]}, or NULL. Makes a snapshot visible, unless a sum differs: then *ret_again has the bits of
// the tables that must come again (their rows are dropped), or, the second time, *ret_differs says that everything must.
bool feed_ready(struct feed *feed, int64_t at, const cJSON *sums, unsigned *ret_again, bool *ret_differs,
                struct err *err);
// rows: an array of changes.
bool feed_changes(struct feed *feed, int64_t from, int64_t to, const cJSON *rows, struct err *err);
// All is to be fetched anew. What is there stays visible until then, unless hide: the person may no longer see it.
bool feed_reset(struct feed *feed, bool hide, struct err *err);

struct feed_result {
    int64_t n;
    const char *status; // ok, rejected, retry
    int64_t seq, after;
    const char *code, *message, *field, *details;
};
bool feed_results(struct feed *feed, const struct list *results /* struct feed_result */, struct err *err);

// Appends one `op` message when there is something to send; *ret_count operations.
bool feed_take_ops(struct feed *feed, struct buf *out, size_t *ret_count, struct err *err);
// Appends one `doc.sync` message when texts are to be asked for; false: none now.
bool feed_take_docs(struct feed *feed, struct buf *out);
struct feed_doc {
    const char *note;
    enum err_code code; // why it cannot be had, else ERR_NONE
    int64_t epoch, head;
    struct bytes update, snapshot; // at most one of them
};
bool feed_doc(struct feed *feed, const struct feed_doc *doc, struct err *err);
// When a lane that waits may go on: machine time, UTC ms, 0 never.
int64_t feed_next_retry(struct feed *feed);
// Makes what was typed durable: the program ends.
void feed_hurry(struct feed *feed);

int64_t feed_cursor(const struct feed *feed);
// Nothing waits, and everything that was answered has been seen.
bool feed_settled(struct feed *feed);
// Nothing waits.
bool feed_drained(struct feed *feed);

// The answer to a question for free slots: [[start, end], ...] as JSON text.
bool feed_slots(struct feed *feed, const char *question, const char *slots, struct err *err);
