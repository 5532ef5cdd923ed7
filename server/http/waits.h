// Requests that are answered when something changes (struct op_wait): GET /api/changes?wait=. One thread owns it.
#pragma once

#include "server/core/engine.h"

struct waits;

// woken(who, again): it is out of the list. again: the query is to be run once more, else its answer goes out as it is.
struct waits *waits_create(void (*woken)(void *who, bool again));
// Nobody waits any more by then.
void waits_destroy(struct waits *waits);

// When too many of one person wait, the oldest of them is answered: its reader has often gone, and nothing says so.
// False: too many wait in all; answer now. until: monotonic us.
bool waits_add(struct waits *waits, void *who, const struct op_request *request, int64_t until);
void waits_forget(struct waits *waits, void *who);
// Wakes whoever may see, or could see, one of its rows.
void waits_changed(struct waits *waits, const struct change_batch *batch);
// Those whose time is over are run once more, so that their readers need not look again at what they cannot see.
void waits_tick(struct waits *waits, int64_t now);
// Answers everybody.
void waits_end(struct waits *waits);
