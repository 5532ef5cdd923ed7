// What one tenant's connections live on: the last batches of changes, and who may see which of their rows.
//
// People with the same principals share an audience; audiences that see the same rows share a frame. Principals are
// numbers here, so that a thousand connections are matched without comparing texts.
#pragma once

#include "server/core/engine.h"
#include "server/push/frame.h"

struct conn;
struct feed;

struct audience {
    struct feed *feed;
    char *principals;  // space separated
    unsigned *numbers; // of the principals
    size_t count;
    int64_t since; // the feed's head when it was made: batches before it do not know its numbers
    struct conn *conns;
    struct audience *next;
    // the frame made last
    int64_t told, cursor, to;
    bool known;
    struct frame *frame; // NULL: there was nothing for them
};

struct feed *feed_create(const char *tenant, int64_t head);
void feed_destroy(struct feed *feed);
const char *feed_tenant(const struct feed *feed);
int64_t feed_head(const struct feed *feed);

// The audience of these principals, made when new.
struct audience *feed_audience(struct feed *feed, const char *principals);
void audience_join(struct audience *audience, struct conn *conn);
// The audience ends with its last connection.
void audience_leave(struct audience *audience, struct conn *conn);

// Takes the batch over; calls touched() for each audience that may see, or no longer see, one of its rows; from: the
// head before it.
void feed_add(struct feed *feed, struct change_batch *batch,
              void (*touched)(struct audience *audience, int64_t from));

enum feed_answer {
    FEED_FRAME,   // *ret_frame is a chg frame up to the head, one reference for the caller
    FEED_NOTHING, // nothing for them up to the head
    FEED_READ, // the batches do not reach back so far, or it is too much for one frame: read the change log
};
// What the audience is to hear of (cursor, head], told up to `told`.
enum feed_answer feed_frame(struct audience *audience, int64_t told, int64_t cursor,
                            struct frame **ret_frame);
// Calls each() for every audience.
void feed_each(struct feed *feed, void (*each)(struct audience *audience, void *user), void *user);
