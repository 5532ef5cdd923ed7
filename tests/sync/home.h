// A client's home for a test: a folder, a model in it, and a feed with which the test plays the server.
#pragma once

#include "tui/model/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct home {
    char folder[64];
    struct model *model;
    struct feed *feed;
    struct arena arena;
    int64_t seq; // of the server
};

// Opens a new home; signed in as a consultant (or client) whose `me` row is there.
void home_open(struct home *ret_home, bool as_client);
// The same over a folder that is there.
void home_open_at(struct home *ret_home, const char *folder);
void home_close(struct home *home); // keeps the folder
void home_remove(const char *folder);

// The server's part: a snapshot of `count` consultations, an hour each, an hour apart from HOME_BASE on.
void home_snapshot(struct home *home, int count);
// The same for other scopes, of consultations `first` and on, and it never comes to its end.
void home_snapshot_part(struct home *home, const char *scopes, int first, int count);
// One change. json: the row without id and rev.
void home_put(struct home *home, enum row_table table, const char *id, const char *json);
// Takes what may be sent; returns how many, their text in *out.
size_t home_take(struct home *home, struct buf *out);
void home_answer(struct home *home, int64_t n, const char *status, int64_t seq);

// "01900001-0000-7000-8000-<n>" and the like, in the arena.
const char *home_id(struct home *home, int kind, int64_t n);
int64_t home_clock(void); // what the model takes for the time; home_take() lets some pass
void home_pass(int64_t ms);

enum { CONSULTATIONS = 1, CLIENTS = 2, CONSULTANTS = 3, LOTS = 4 };
extern const int64_t HOME_BASE; // start of consultation 0, UTC ms
