// The protocol's messages (shared/wire/messages.h) read and written.
#pragma once

#include "server/core/change_row.h"
#include "shared/wire/messages.h"

struct msg_resume { // where an interrupted snapshot goes on
    int64_t at;
    const char *table, *after;
};

struct msg_hello {
    int64_t protocol, schema;
    const char *device, *token, *epoch;
    int64_t cursor, nextOp;
    struct list scopes; // const char *: principals whose rows it holds; none: it does not say
    struct msg_resume resume;
    bool has_resume;
};

struct msg_auth {
    const char *token;
};

struct msg_cur {
    int64_t at;
};

struct msg_presence {
    const char *room;
    int state; // presence_words, -1 when leaving
    // the caret; note -1: there is none
    int note;          // note_kind_words
    const char *agent; // 16 hex digits
    int64_t seq;
};

struct msg_again {
    struct list tables; // const char *
};

extern const char *const presence_words[]; // viewing, writing, session

extern const struct shape shape_hello, shape_auth, shape_cur, shape_presence, shape_again;

struct welcome {
    const char *epoch;
    const char *scopes; // principals
    int64_t head, oldest, op_floor, now;
    int64_t restored_to; // of what the client knows, in an epoch that is over; -1: nothing to say
    bool tail;           // else a snapshot follows
    int64_t protocol;    // of the client
};

// A whole snapshot is of all scopes at once, since a row may be in several.
#define SYNC_SCOPE "mine"

void write_welcome(struct buf *out, const struct welcome *welcome);
struct table_sum { // of what was sent
    int64_t count;
    uint64_t hash;
};
// pages: of the snapshot, on this connection; -1: there was none. sums: of every table; those of `tables` (bits of enum
// row_table) are said. 0: nothing is to be compared.
void write_ready(struct buf *out, int64_t at, int pages, unsigned tables,
                 const struct table_sum sums[ROW_TABLES]);
void write_poke(struct buf *out, int64_t head);
void write_reset(struct buf *out, const char *why);
void write_err(struct buf *out, const struct err *err);
void write_bye(struct buf *out, int64_t after, const char *why);

// chg: begin, any number of rows, end.
void write_chg_begin(struct buf *out, int64_t from, int64_t to, bool more);
void write_chg_end(struct buf *out);
