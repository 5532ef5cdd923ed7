// Access tokens: JWTs signed with HS256 (RFC 7519, RFC 7515), tied to a session row. And refresh tokens, which name
// their session and carry the server's mark, so that a stale one is known to be ours (RULES 21).
#pragma once

#include "server/core/op.h"
#include "shared/base/id.h"

struct access_claims {
    const char *person_id, *session_id;
    int64_t expires_at; // UTC ms, whole seconds
};

const char *access_token_make(const struct app *app, const char *person_id, const char *session_id,
                              int64_t now, int64_t expires_at, struct arena *arena);
// Signature, algorithm and expiry. False without a reason: nobody is told which of them was wrong.
bool access_token_read(const struct app *app, const char *token, int64_t now, struct arena *arena,
                       struct access_claims *ret);

const char *refresh_token_make(const struct app *app, const char *session_id, struct arena *arena);
// True when we made it, some day: *ret_session_id is its session.
bool refresh_token_read(const struct app *app, const char *token, struct id *ret_session_id);
