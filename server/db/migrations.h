// The schema's history: files of assets/migrations, compiled in, run in order, each whole or not at all.
//
// Named NNNN_what.sql, or NNNN_what.ENGINE.sql when only that engine takes it. A file that was released is never edited:
// its checksum stands in the store.
#pragma once

#include "server/db/db.h"
#include "shared/base/asset.h"

// Ends with a row without a name.
extern const struct asset migration_files[];

// Brings the store to the newest schema, one transaction a file. now: UTC ms, for the record.
// Fails, with nothing changed, when the store knows a migration that this program does not (ERR_UPGRADE_REQUIRED), or
// one whose text has changed since it ran (ERR_CONFLICT). A file that fails leaves the ones before it in place.
bool migrations_run(struct db *db, const struct asset *files, int64_t now, struct err *err);

// Opens, or creates, the store at `path` and brings it up to date.
bool store_prepare(const char *path, int64_t now, struct err *err);
