// Making the events of the demo world happen, by the same operations that people use.
#pragma once

#include "server/admin/demo_plan.h"

// password_hash: everybody's. ctx->now and the actor are the event's meanwhile; ctx is as before when it returns.
bool demo_event_run(struct op_ctx *ctx, const struct demo_world *world, const struct demo_event *event,
                    const char *password_hash);
