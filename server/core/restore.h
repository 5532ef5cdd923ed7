// Going back to a backup (handbook SYNC). Copies made by db_backup() carry a mark; whoever opens one as the store begins
// a new epoch, so that client programs notice and offer again what was acknowledged after the backup.
#pragma once

#include "server/core/app.h"

// When the store is a copy: ends the epoch of every tenant, remembers how far it reached, takes the mark off. now: UTC ms.
bool restore_adopt(const char *store, int64_t now, struct err *err);

// Puts a copy of `file` in the place of the store, migrated and adopted; the store before it stays as store.db.before.
// ERR_CONFLICT when a server runs on the data folder.
bool restore_file(const struct app_config *config, const char *file, struct err *err);

// How far a client program that was last told `epoch` may rely on what it was told: the smallest seq that a restore
// since went back to; -1 when the epoch is unknown here.
bool restore_reach(struct db *db, const char *tenant, const char *epoch, int64_t *ret_seq, struct err *err);
