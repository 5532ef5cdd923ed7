#include "server/http/limits.h"

#include "shared/base/check.h"
#include "shared/host/host.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 8192, WAYS = 8, TOKENS = 4096 };

static const int64_t MINUTE_US = 60 * INT64_C(1000000);

// Empty buckets are filled by time alone: full_at is when it will be full again.
struct bucket {
    uint64_t key;
    int64_t full_at;
};

struct known_token {
    uint64_t token, user;
};

struct limits {
    unsigned char secret[crypto_shorthash_KEYBYTES]; // nobody outside can aim at a bucket
    int64_t per_minute[LIMIT_KINDS];
    struct bucket buckets[BUCKETS];
    struct known_token tokens[TOKENS];
};

struct limits *limits_create(int64_t per_minute, int64_t sign_in_per_minute)
{
    struct limits *limits = calloc(1, sizeof *limits);
    CHECK(limits != NULL);
    host_random(limits->secret, sizeof limits->secret);
    limits->per_minute[LIMIT_ADDRESS] = limits->per_minute[LIMIT_USER] = per_minute;
    limits->per_minute[LIMIT_SIGN_IN] = sign_in_per_minute;
    return limits;
}

void limits_destroy(struct limits *limits)
{
    free(limits);
}

static uint64_t hash(const struct limits *limits, const void *data, size_t size)
{
    uint64_t value = 0;
    crypto_shorthash((unsigned char *)&value, data, size, limits->secret);
    return value == 0 ? 1 : value;
}

// The key's bucket, or the one of its set that is nearest to full.
static struct bucket *find(struct limits *limits, uint64_t key)
{
    struct bucket *set = &limits->buckets[key % (BUCKETS / WAYS) * WAYS], *best = set;
    for (struct bucket *bucket = set; bucket < set + WAYS; bucket++) {
        if (bucket->key == key)
            return bucket;
        if (bucket->full_at < best->full_at)
            best = bucket;
    }
    *best = (struct bucket){ .key = key };
    return best;
}

static bool take(struct limits *limits, enum limit_kind kind, uint64_t key, int64_t now, int *ret_after)
{
    int64_t rate = limits->per_minute[kind];
    if (rate == 0)
        return true;
    struct bucket *bucket = find(limits, key * LIMIT_KINDS + kind);
    int64_t price = MINUTE_US / rate;
    int64_t full_at = (bucket->full_at > now ? bucket->full_at : now) + price;
    if (full_at - now > MINUTE_US) {
        *ret_after = (int)((full_at - now - MINUTE_US + 999999) / 1000000);
        return false;
    }
    bucket->full_at = full_at;
    return true;
}

bool limits_take(struct limits *limits, enum limit_kind kind, const char *key, int64_t now, int *ret_after)
{
    return limits->per_minute[kind] == 0 ||
           take(limits, kind, hash(limits, key, strlen(key)), now, ret_after);
}

void limits_learn(struct limits *limits, const char *token, const char *user_id)
{
    if (limits->per_minute[LIMIT_USER] == 0)
        return;
    uint64_t key = hash(limits, token, strlen(token));
    limits->tokens[key % TOKENS] = (struct known_token){ key, hash(limits, user_id, strlen(user_id)) };
}

bool limits_take_token(struct limits *limits, const char *token, int64_t now, int *ret_after)
{
    if (limits->per_minute[LIMIT_USER] == 0)
        return true;
    uint64_t key = hash(limits, token, strlen(token));
    const struct known_token *known = &limits->tokens[key % TOKENS];
    return take(limits, LIMIT_USER, known->token == key ? known->user : key, now, ret_after);
}
