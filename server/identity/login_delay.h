// The growing delay after failed logins of one address, whether it has an account or not. Never a lock: a minute at
// most, and attempts made while waiting do not lengthen it.
#pragma once

#include "server/core/op.h"

// ERR_RATE_LIMITED with ctx->retry_after while the address has to wait.
bool login_delay_check(struct op_ctx *ctx, const char *email);
bool login_delay_failed(struct op_ctx *ctx, const char *email);
bool login_delay_clear(struct op_ctx *ctx, const char *email);
