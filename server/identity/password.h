// Passwords (RULES 22).
#pragma once

#include "server/core/op.h"

// 12 characters or more, 1024 bytes at most, not on the list of common ones or made of the person's own words.
// words: NULL-terminated, may hold NULL for none at its end only. ERR_BAD_REQUEST about "password".
bool password_check(const char *password, const char *const *words, struct err *err);
// Compares in the time that hashing takes. hash NULL: takes that time too and is false.
bool password_matches(const struct app *app, const char *hash, const char *password, struct arena *arena);
