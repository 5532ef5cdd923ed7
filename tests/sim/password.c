// Passwords without their cost, in place of server/identity/password.c: a thousand runs sign in some thousands of times.
#include "server/identity/password.h"

#include "server/identity/identity.h"

#include <string.h>

bool password_check(const char *password, const char *const *words, struct err *err)
{
    (void)password, (void)words, (void)err;
    return true;
}

bool password_hash(const struct app *app, const char *password, struct arena *arena, const char **ret_hash,
                   struct err *err)
{
    (void)app, (void)err;
    *ret_hash = arena_printf(arena, "plain:%s", password);
    return true;
}

bool password_matches(const struct app *app, const char *hash, const char *password, struct arena *arena)
{
    (void)app;
    return hash != NULL && strcmp(hash, arena_printf(arena, "plain:%s", password)) == 0;
}
