// Who is signed in on this device and with which tokens; lives in the outbox's file, written durably.
#pragma once

#include "shared/base/arena.h"
#include "tui/model/store.h"

struct device {
    const char *id;     // random, made once
    int64_t account;    // grows with every change of person or server; the cache must carry the same number
    const char *server; // as given at sign-in, or NULL
    const char *email, *user_id;
    const char *access, *refresh; // NULL: not signed in
    int64_t access_until;         // UTC ms of this machine's clock
};

bool device_get(struct store *store, struct arena *arena, struct device *ret);
// A sign-in that worked. The same person on the same server keeps cache and outbox. ERR_CONFLICT when operations of
// somebody else wait.
bool device_sign_in(struct store *store, const char *server, const char *email, const char *user_id,
                    const char *access, const char *refresh, int64_t access_until, struct err *err);
// New tokens of the running session; nothing happens when `old_refresh` is no longer the current one.
bool device_renew(struct store *store, const char *old_refresh, const char *access, const char *refresh,
                  int64_t access_until, struct err *err);
// The session is over but the person stays: their cache and outbox wait for the next sign-in. Nothing happens when
// `refresh` is no longer the current one.
bool device_drop_tokens(struct store *store, const char *refresh, struct err *err);
// Forgets the person. ERR_CONFLICT when operations wait, unless discard.
bool device_sign_out(struct store *store, bool discard, struct err *err);
