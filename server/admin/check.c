// serenityd check: everything the store promises, proved.
#include "server/admin/admin.h"
#include "server/core/audit.h"
#include "server/credits/credits.h"
#include "server/scheduling/scheduling.h"
#include "server/texts/texts.h"

static bool (*const checks[])(struct db *db, struct buf *out, struct err *err) = {
    db_integrity, credits_check, scheduling_check, texts_check, audit_check,
};

// On a connection of its own that only reads: it may run beside a server, which has the one that writes.
bool admin_check(struct app *app, struct buf *out, struct err *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    if (!db_open(&db, app->store, DB_READER, err) || !db_snapshot_begin(db, err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < ARRAY_LEN(checks); i++)
        ok = checks[i](db, out, err);
    db_snapshot_end(db);
    return ok;
}
