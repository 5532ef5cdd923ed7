// Rows as each side has them, in one plain form, so that they can be compared.
#pragma once

#include "shared/base/list.h"
#include "shared/wire/rows.h"
#include "tests/sim/seat.h"

struct db;

struct plain_row {
    const char *text; // its fields as JSON, in the order of the shape
};

// rows_server.c: what a person may see by the server's own rules, and the seq of the last change.
void server_rows(struct db *db, const char *person_id, enum row_table table, struct arena *arena,
                 struct list *ret);
int64_t server_head(struct db *db);

// rows_seat.c: what the cache holds, in the order of ids, and how the program stands.
void seat_rows(struct seat *seat, enum row_table table, struct arena *arena, struct list *ret);
struct seat_view {
    const char *device, *person; // ids; person NULL: nobody signed in
    bool online;                 // and says so to the person
    bool up_to_date;             // its cache belongs to that person and no snapshot is under way
    int64_t cursor, waiting;     // operations without an answer
};
void seat_look(struct seat *seat, struct arena *arena, struct seat_view *ret);
// The operation stands in its inbox of refusals.
bool seat_has_refused(struct seat *seat, int64_t n);

// Its replicas, and the notes with a text that its cache shows. ret: struct seat_replica.
struct seat_replica {
    const char *note;
    bool in_sight, there;
    int64_t epoch;
    struct buf content, version; // to be freed
};
void seat_replicas(struct seat *seat, struct arena *arena, struct list *ret);
