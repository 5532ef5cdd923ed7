#include "server/identity/password.h"

#include "server/core/app.h"
#include "server/identity/identity.h"
#include "shared/base/utf8.h"

#include <sodium.h>
#include <string.h>
#include <zxcvbn.h>

enum {
    PASSWORD_MIN = 12,   // characters
    PASSWORD_MAX = 1024, // bytes
};

// A million guesses, zxcvbn's own line between "very guessable" and "somewhat": below it are the passwords of the
// lists, with years and digits behind them, rows of keys and repetitions; no rule about kinds of characters is needed.
static const double BITS_MIN = 20;

bool password_check(const char *password, const char *const *words, struct err *err)
{
    if (utf8_count(password) < PASSWORD_MIN)
        return err_field(err, "password", "The password needs %d characters or more.", PASSWORD_MIN);
    if (strlen(password) > PASSWORD_MAX)
        return err_field(err, "password", "The password is longer than %d bytes.", PASSWORD_MAX);
    const char *own[16] = { 0 };
    for (size_t i = 0; words[i] != NULL && i + 1 < ARRAY_LEN(own); i++)
        own[i] = words[i];
    if (ZxcvbnMatch(password, own, NULL) < BITS_MIN)
        return err_field(err, "password",
                         "This password is too common; people who guess would try it early.");
    return true;
}

bool password_hash(const struct app *app, const char *password, struct arena *arena, const char **ret_hash,
                   struct err *err)
{
    char *hash = arena_alloc(arena, crypto_pwhash_STRBYTES);
    if (!password_check(password, (const char *const[]){ "insightserenity", NULL }, err))
        return false;
    if (crypto_pwhash_str(hash, password, strlen(password), (unsigned long long)app->config.argon2_passes,
                          (size_t)app->config.argon2_mib << 20) != 0)
        return err_set(err, ERR_UNAVAILABLE, "There is not enough memory to hash a password now.");
    *ret_hash = hash;
    return true;
}

// A hash of nothing with the configured cost: salt and sum are zeroes, which no password gives.
static const char *dummy_hash(const struct app *app, struct arena *arena)
{
    return arena_printf(arena,
                        "$argon2id$v=19$m=%lld,t=%lld,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                        (long long)app->config.argon2_mib * 1024, (long long)app->config.argon2_passes);
}

bool password_matches(const struct app *app, const char *hash, const char *password, struct arena *arena)
{
    const char *against = hash == NULL ? dummy_hash(app, arena) : hash;
    bool same = crypto_pwhash_str_verify(against, password, strlen(password)) == 0;
    return same && hash != NULL;
}
