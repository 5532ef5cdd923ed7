// Who is it? Asked for every request with a token: one verified signature and one indexed read, two for a client.
#include "server/clients/clients.h"
#include "server/core/app.h"
#include "server/identity/person_store.h"
#include "server/identity/token.h"

#include <string.h>

static bool refuse(struct err *err)
{
    return err_set(err, ERR_UNAUTHENTICATED, "Sign in first: the access token is missing, wrong or expired.");
}

bool identity_authenticate(struct app *app, struct db *db, const char *token, int64_t now,
                           struct arena *arena, struct actor *ret_actor, struct err *err)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    struct access_claims claims;
    if (token == NULL || !access_token_read(app, token, now, arena, &claims))
        return refuse(err);
    if (!db_query(
            db, &rows,
            "SELECT p.tenant, p.first_name, p.last_name, p.client_id, p.consultant_id, p.roles, "
            "p.verified_at "
            "FROM session s JOIN person p ON p.id = s.person_id "
            "WHERE s.id = $1 AND s.person_id = $2 AND s.revoked_at IS NULL AND p.status <> '" PERSON_SUSPENDED
            "'",
            DB_ARGS(db_text(claims.session_id), db_text(claims.person_id)), err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && refuse(err);
    *ret_actor = (struct actor){
        .tenant = db_col_copy(&rows, 0, arena),
        .user_id = claims.person_id,
        .session_id = claims.session_id,
        .name = arena_printf(arena, "%s %s", db_col_text(&rows, 1), db_col_text(&rows, 2)),
        .client_id = db_col_copy(&rows, 3, arena),
        .consultant_id = db_col_copy(&rows, 4, arena),
        .roles = (unsigned)db_col_int(&rows, 5) | ROLE_PUBLIC,
        .verified = db_col_int(&rows, 6) != 0,
    };
    db_done(&rows);
    return (ret_actor->roles & ROLE_CLIENT) == 0 ||
           client_memberships(db, ret_actor->user_id, arena, &ret_actor->clients, err);
}
