// The platform's own operations, run by the command line tools through the engine like any other, but listed nowhere:
// no transport can reach them.
#pragma once

#include "server/core/app.h"

// Runs one as the platform itself. args: the spec's struct, filled, or NULL. What it replied is appended to ret_reply
// (may be NULL) as the members of data.
bool tool_run(struct app *app, const struct op *op, const void *args, struct buf *ret_reply, struct err *err);
