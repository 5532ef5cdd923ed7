// Bugs that the simulation must find, planted from outside: around calls of the server at link time, and in what it
// sends. The product knows nothing of them.
#pragma once

#include "shared/base/buf.h"

enum bug {
    BUG_NONE,
    BUG_ACK_BEFORE_COMMIT, // an answer leaves before its commit
    BUG_SKIP_DEDUP,        // what comes twice is done twice
    BUG_DROP_TOMBSTONE,    // rows that go away are not told
    BUG_SKIP_SYNC,         // the disks say that they have synced, and have not
    BUG_DROP_TAIL,         // a device takes a note's head without the update behind it
    BUG_FORGET_TYPED,      // an outbox marks typed words as taken and does not carry the last ones
    BUGS,
};
extern const char *const bug_names[BUGS];

void bugs_plant(enum bug bug);
void bugs_touch_frame(struct buf *text);
