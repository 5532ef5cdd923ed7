// When what happens in the demo world: every event with its time, in the order of time, so that ledger, history and
// ids come out as if it had really happened.
#pragma once

#include "server/admin/demo_world.h"
#include "server/core/op.h"
#include "shared/base/civil.h"

enum demo_event_kind {
    EVENT_HIRE,     // a consultant starts, with hours
    EVENT_REGISTER, // a client, verified, with the free trial
    EVENT_PURCHASE,
    EVENT_BOOK,
    EVENT_CONFIRM,
    EVENT_JOIN, // a co-consultant
    EVENT_RESCHEDULE,
    EVENT_CANCEL,
    EVENT_START,
    EVENT_NOTES, // in the session
    EVENT_COMPLETE,
};

struct demo_event {
    int64_t at; // UTC ms
    enum demo_event_kind kind;
    size_t order; // a stable tie-break
    struct demo_consultant *consultant;
    struct demo_client *client;
    const struct demo_purchase *purchase;
    struct demo_session *session;
};

// today: the day that the world's days are relative to. ret_events: struct demo_event, sorted.
bool demo_plan(struct op_ctx *ctx, struct demo_world *world, civil_day today, struct list *ret_events);
