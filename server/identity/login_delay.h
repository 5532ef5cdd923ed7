// The growing delay after failed logins of one address, whether it has an account or not. Never a lock: a minute at
// most, and attempts made while waiting do not lengthen it.
//
// A device that the person signed in from before has a count of its own, so that somebody who fails on purpose, without
// pause, keeps nobody out of the devices they use. device: as the client program says it, an id hard to guess; or NULL.
#pragma once

#include "server/core/op.h"

// ERR_RATE_LIMITED with ctx->retry_after while the address has to wait.
bool login_delay_check(struct op_ctx *ctx, const char *email, const char *device);
bool login_delay_failed(struct op_ctx *ctx, const char *email, const char *device);
bool login_delay_clear(struct op_ctx *ctx, const char *email, const char *device);
