// What travels over /sync (handbook SYNC), protocol 1. Text frames are one JSON object with its type in "t"; a
// binary frame is one snapshot page: 'S' followed by a zlib stream of the same kind of JSON object.
//
// client -> server
//   hello     {t, protocol, schema, device, token, epoch, cursor, scopes, nextOp, resume: {at, table, after}}   first
//             frame, within 10 s; epoch: of the rows or, without any, of the last answers, "" for none; cursor 0 when
//             the cache is empty; resume only when a snapshot was interrupted; scopes: as the cache has them, of the
//             snapshot when it is that which goes on
//   auth      {t, token}                        a fresh access token before the old one ends
//   cur       {t, at}                           every 5 s or 1,000 rows
//   op        {t, ops: [{n, name, args}]}       args as the REST body with path arguments merged in (id)
//   doc.sync  {t, docs: [{note, epoch, version}]}   at most 50; note: "<consultation>:<kind>", version: base64url; what of
//             these texts is missing here? epoch 0 and no version: everything
//   presence  {t, room, state, note, agent, seq}    room: a consultation's id, "" leaves; state: viewing, writing,
//             session; the caret, when there is one: the kind of the note it is in and its struct text_anchor (agent: 16
//             hex digits)
//   again     {t, tables: [table, ...]}         after a ready whose sums differ: their pages and a ready of the same `at`
//             come again, what was told in between is void
//   ping      {t}
// server -> client
//   welcome   {t, protocol, epoch, head, oldest, restoredTo?, scopes, opFloor, now, limits: {frame, ops},
//             mode: tail | snapshot | outbox}
//             outbox: the program is too old to be told anything, in its own protocol, with a `message` for its person;
//             what it holds is taken: op and res, nothing else follows
//             epoch: another one each time the server starts. restoredTo: the client's epoch is over, and the server
//             holds what it said in it up to that seq (absent: it does not know that epoch); a client that heard of more
//             knows that the server went back to a backup, and offers again what was acknowledged above
//   snap      {t, scope, at, n, table, after, rows: [row, ...], last}   binary; row: an object of row_shapes[table];
//             n: 0, 1, 2 ... since the welcome or `again`
//   ready     {t, at, pages?, sums: {table: [count, hash]}}   pages: how many came, behind a snapshot; hash: row_sum of
//             every visible row added up, 16 hex digits
//             a sum a table, since a row may be in several scopes; a wrong one is answered by `again`
//   chg       {t, from, to, more, rows: [[put, table, id, rev, row] | [del, table, id, rev] | [hide, table, id, rev]
//             | [scope+, scope] | [scope-, scope]]}
//             scope+/-: what they may see is more or less now; the rows that come or go stand before it
//   res       {t, results: [{n, status: ok | rejected | retry, seq, code, message, field, details, data, after}]}
//             ok: its effects are in the log at seq. rejected: final. retry: again after `after` ms
//   doc.state {t, note, epoch, head, version, update | snapshot}   update: for a replica of that epoch; snapshot: a whole
//             text, for those who have none. Neither: nothing was missing. Over 16 KB as a page: binary, deflated
//             {t, note, code}                   the person may not read that note, or it cannot be read now
//   presence  {t, room, who: [{user, name, device, state, note, agent, seq}]}   device: a number of the connection
//   poke      {t, head}                         there is more; the client reads when it can
//   reset     {t, why}                          start with an empty cache: the cursor is too old (cursor), the server has
//             gone back behind it (epoch), less may be seen now (roles), too much to tell one by one (far)
//   err       {t, code, message}                and the connection closes
//   bye       {t, after, why}                   the server goes; come back after `after` ms
//   pong      {t}
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/wire/rows.h"

enum {
    SYNC_PROTOCOL = 1,
    SYNC_PROTOCOL_OLDEST =
        0, // operations are taken of programs that speak this one: those of the last 12 months
    SYNC_SCHEMA = 2,
    SYNC_FRAME_MAX = 64 * 1024, // of any message, either way; a snapshot page before deflating: 1 MB
    SYNC_PAGE_MAX = 1024 * 1024,
    SYNC_PAGE_ROWS = 200,
    SYNC_OPS_MAX = 50,  // operations in flight
    SYNC_DOCS_MAX = 50, // texts asked for at once
    SYNC_HELLO_MS = 10 * 1000,
    SYNC_PING_MS = 20 * 1000,
    SYNC_PRESENCE_PAUSE_MS = 100, // between two of one client, at least
    SYNC_PRESENCE_BEAT_MS = 15 * 1000,
    SYNC_PRESENCE_EXPIRY_MS = 30 * 1000,
};

// Path of the websocket and the name of its subprotocol.
#define SYNC_PATH        "/sync"
#define SYNC_SUBPROTOCOL "serenity-sync.1"

// A snapshot page as a binary frame and back. inflate refuses anything over SYNC_PAGE_MAX.
bool page_deflate(const char *json, size_t size, struct buf *out, struct err *err);
bool page_inflate(const void *frame, size_t size, struct buf *out, struct err *err);

// The rows of a page, one after the other: of its text as long as nothing is odd about it, else of its tree.
struct page_rows {
    const char *at, *end; // NULL: of the tree
    const cJSON *item;
    size_t count; // read so far
};
// Takes the rows out of a page's text; *ret_message, for the caller to free, is everything else. False: it is no text
// as servers write it and has to be parsed as a whole.
bool page_cut(const char *text, size_t size, cJSON **ret_message, struct page_rows *ret_rows);
// False when it is no array.
bool page_rows_of(const cJSON *array, struct page_rows *ret_rows);
// Fills *ret, a struct of the shape. False at the end, and when there is no such row: then err says why.
bool page_next(struct page_rows *rows, const struct shape *shape, struct arena *arena, void *ret,
               struct err *err);

// One row's share of a scope's checksum; shares are added up modulo 2^64, so order does not matter.
uint64_t row_sum(enum row_table table, const char *id, int64_t rev);
