// Sessions: a row for each sign-in, whose access tokens are good while it lives (RULES 21).
#pragma once

#include "server/identity/person_store.h"

struct tokens { // as the API answers them
    const char *accessToken, *refreshToken;
    int64_t expiresIn; // seconds
};

// A new session of the account; one of the same device before it ends. device may be NULL.
bool session_start(struct op_ctx *ctx, const struct account *account, const char *device,
                   struct tokens *ret_tokens, const char **ret_session_id);
// A new access token and refresh token for a refresh token. Fails with ERR_UNAUTHENTICATED; when the token was used
// before, its session ends and ctx->keep_on_failure is set.
bool session_refresh(struct op_ctx *ctx, const char *refresh_token, struct tokens *ret_tokens);
bool session_end(struct op_ctx *ctx, const char *session_id, const char *why);

extern const struct shape shape_tokens;
void tokens_reply(struct op_ctx *ctx, const struct tokens *tokens);
