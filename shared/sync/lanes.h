// Which operations wait for one another in the outbox (handbook SYNC): all that concern one thing form a lane, in
// which one is under way at a time and the order of queueing holds. Different lanes never wait for each other.
#pragma once

#include "shared/wire/op.h"

// The consultation an operation is about, or NULL. args: the struct of spec->in.
const char *op_consultation_of(const struct op_spec *spec, const void *args);

// The lane: "consultation:<id>", "notification:<id>", ... or the operation's own name when it concerns no one thing.
const char *op_lane(const struct op_spec *spec, const void *args, struct arena *arena);

// True when refusing `first` makes every later operation about the same consultation pointless: it would have made it.
bool op_others_need(const struct op_spec *first);
