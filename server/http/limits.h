// How often one address or one person may ask (handbook SAFETY): token buckets in a table of fixed size, so that no
// number of strangers makes it grow. One thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limit_kind {
    LIMIT_ADDRESS,
    LIMIT_USER,
    LIMIT_SIGN_IN, // of one address: signing in, registering
    LIMIT_KINDS,
};

struct limits;

// Requests a minute, all of which may come at once; 0: no limit of that kind.
struct limits *limits_create(int64_t per_minute, int64_t sign_in_per_minute);
void limits_destroy(struct limits *limits);

// Takes one request from the bucket of `key`. False: refused, *ret_after (seconds, 1 or more) says when to come back.
// now: monotonic microseconds.
bool limits_take(struct limits *limits, enum limit_kind kind, const char *key, int64_t now, int *ret_after);

// The person behind a bearer token is known only once a worker has checked it; the next request with that token is
// counted as hers. Until then a token stands for itself.
void limits_learn(struct limits *limits, const char *token, const char *user_id);
bool limits_take_token(struct limits *limits, const char *token, int64_t now, int *ret_after);
