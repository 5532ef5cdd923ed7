// What the parts of the feed share.
#pragma once

#include "tui/model/feed.h"
#include "tui/model/internal.h"

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
    int64_t next_gen, next_at, next_rows;
    uint64_t next_sum;
    // of the connection
    struct list in_flight; // int64_t
    struct arena in_flight_arena;
    size_t ops_limit, frame_limit;
    bool loading;
    int64_t soft_since; // machine ms; 0: nothing to flush
    int64_t forget_at;  // machine ms: the next time to clean up
    bool sweep;         // rows of an older generation lie about
};

// Reads the state row. False when it cannot be read.
bool feed_load_state(struct feed *feed, struct err *err);
// Begins writing to the cache: ERR_CONFLICT when it belongs to another account by now.
bool feed_begin(struct feed *feed, struct err *err);
// Writes the state row and commits.
bool feed_commit(struct feed *feed, struct err *err);
