// SQLite's result codes as ours.
#include "server/db/sqlite_driver.h"

#include <string.h>

// RAISE(ABORT, 'SLOT_TAKEN') arrives as the message; a word of the API becomes its code.
static bool fail_trigger(const char *word, struct err *err)
{
    enum err_code code = err_from_name(word);
    return err_set(err, code == ERR_INTERNAL ? ERR_CONFLICT : code, "The store refused it: %s.", word);
}

bool sqlite_fail(sqlite3 *handle, int code, struct err *err)
{
    const char *message = handle == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
    switch (code) {
    case SQLITE_CONSTRAINT_TRIGGER:
        return fail_trigger(message, err);
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return err_set(err, ERR_ALREADY_EXISTS, "It exists already.");
    }
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_CONFLICT, "The store refused it: %s.", message);
    case SQLITE_FULL:
        return err_set(err, ERR_STORAGE_FULL, "The disk is full; nothing was changed.");
    }
    return err_set(err, ERR_INTERNAL, "The store failed: %s (%d).", message, code);
}
