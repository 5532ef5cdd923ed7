// What the parts of the feed share.
#pragma once

#include "tui/model/feed.h"
#include "tui/model/internal.h"
#include "tui/model/replica.h"

enum { FEED_PICTURES = 8 };

struct wanted_text; // feed_texts.c

enum { FEED_SCOPES_MAX = 4096 };

struct feed_sum { // of one table of a snapshot that is being fetched
    int64_t rows;
    uint64_t sum;
};

struct feed {
    struct model *model;
    struct store *cache, *outbox;
    int session; // lock file
    bool holds_session;
    int64_t account; // the session is for this one
    // of the cache's state row, as this feed wrote it last
    int64_t gen, cursor, rows;
    uint64_t sum;
    char epoch[64];
    char scopes[FEED_SCOPES_MAX], next_scopes[FEED_SCOPES_MAX]; // space separated
    int64_t next_gen, next_at, next_rows;
    uint64_t next_sum;
    struct feed_sum next_sums[ROW_TABLES]; // of this connection
    bool again;                            // tables came once more already
    // of the connection
    struct list in_flight; // int64_t
    struct arena in_flight_arena;
    size_t ops_limit, frame_limit;
    int64_t heard; // up to here, at hello: rows that are shown or being fetched; 0 none
    bool loading;
    int64_t soft_since;                  // machine ms; 0: nothing to flush
    int64_t forget_at;                   // machine ms: the next time to clean up
    int64_t purge_at;                    // machine ms: the next time to look for deleted words
    char purge_after[REPLICA_NOTE_SIZE]; // the last note looked at
    bool sweep;                          // rows of an older generation lie about
    // texts: those to ask for, and the last ones looked at
    struct wanted_text *wanted, **wanted_end;
    size_t asked_count;
    bool scanning;
    struct replica pictures[FEED_PICTURES];
    uint64_t used[FEED_PICTURES], uses;
};

// Reads the state row. False when it cannot be read.
bool feed_load_state(struct feed *feed, struct err *err);
// Operations answered since then are kept, to be offered again after a restore (handbook SYNC). Model's time.
int64_t feed_keeps_since(const struct feed *feed);
// Begins writing to the cache: ERR_CONFLICT when it belongs to another account by now.
bool feed_begin(struct feed *feed, struct err *err);
// --- feed_texts.c: each in a transaction of its own on the outbox, after what the cache says was committed
// The row of a note as the server sent it.
bool feed_text_row(struct feed *feed, const struct row_note *row, struct err *err);
// The note's row is gone: it was deleted, or this person may no longer see it.
bool feed_text_gone(struct feed *feed, const char *note, struct err *err);
// Everything that the cache shows against everything that is here.
bool feed_texts_scan(struct feed *feed, struct err *err);
// Nothing is asked for any more.
void feed_texts_forget(struct feed *feed);
void feed_texts_close(struct feed *feed);

// --- feed_purge.c: deleted words that are due. now: machine ms
void feed_purge(struct feed *feed, int64_t now);

// Writes the state row and commits.
bool feed_commit(struct feed *feed, struct err *err);
