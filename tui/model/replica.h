// One note's replica in the outbox's file: a snapshot and a log of batches of updates after it, typed here or come from
// the server. Model and feed each keep a picture of it in memory, for one thread, and follow what the other one appends.
#pragma once

#include "shared/domain/notes.h"
#include "shared/text/text.h"
#include "tui/model/store.h"

enum { REPLICA_NOTE_SIZE = 64, REPLICA_LOG_MAX = 512 };

struct replica {
    char note[REPLICA_NOTE_SIZE]; // "<consultation>:<kind>"
    struct text *text;
    bool stored;         // there is a record of it
    int64_t epoch, head; // of the server's text as far as it is here; 0: the server has not told of one
    uint32_t acked;      // own ids that the server has
    int64_t base, last;  // rows of the log: up to base they are in the snapshot, up to last in `text`
    int64_t generation;  // changes when the text was replaced by another one
};

extern const char replica_ddl[];

// The id of a note. Returns buffer.
char *replica_id(const char *consultation_id, enum note_kind kind, char buffer[REPLICA_NOTE_SIZE]);
// Its parts; false when it is no such id. ret_consultation: ID_SIZE bytes.
bool replica_id_parse(const char *note, char *ret_consultation, enum note_kind *ret_kind);

// An empty text when nothing is stored. What is stored and damaged is forgotten, but for what was typed and not sent:
// the server's copy comes again. Failures of the file are the store's (store_failed).
void replica_open(struct replica *ret, struct store *store, const char *note);
void replica_close(struct replica *replica);
// Takes in what others appended. True when the text is another one now. *ret_anew (may be NULL): it was loaded anew, so
// that undo has nothing left.
bool replica_follow(struct replica *replica, struct store *store, bool *ret_anew);
// Rows that another program of this home typed are not in the picture yet: follow before typing.
bool replica_is_behind_own(const struct replica *replica, struct store *store);

// --- inside a transaction of the store ---
// Makes the record when there is none.
void replica_keep(struct replica *replica, struct store *store);
// Appends a batch that the text in memory holds already. used: own ids after it, when it was typed here; -1: it came from
// the server.
void replica_append(struct replica *replica, struct store *store, const void *batch, size_t size,
                    int64_t used);
// How far the server's text is here. Writes the record.
void replica_heard(struct replica *replica, struct store *store, int64_t epoch, int64_t head);
// Local edits go on under a fresh agent: the old one is known elsewhere with more than this file holds.
bool replica_new_agent(struct replica *replica, struct store *store, struct err *err);
// The server's whole text in place of what was here; what was typed here and belongs to the same text is merged in.
bool replica_replace(struct replica *replica, struct store *store, const void *snapshot, size_t size,
                     int64_t epoch, int64_t head, struct err *err);
// Folds a long log into the snapshot, once that has been read back.
void replica_compact(struct replica *replica, struct store *store);
// Words that operations deleted which the version has seen go for good, from the log and the snapshot too; whoever has a
// picture loads it anew. before: the server's time that the version is of. False: not now, or it is damaged.
bool replica_purge(struct replica *replica, struct store *store, const void *version, size_t size,
                   int64_t before);
void replica_delete(struct store *store, const char *note);

// Applies a batch: what the text in memory then holds. *ret_waits: some of it waits for what is missing.
bool batch_apply(struct text *text, const void *batch, size_t size, bool *ret_waits, struct err *err);
// Appends the words typed here that the server does not have, in the text's order.
void replica_typed(const struct replica *replica, struct buf *out);
