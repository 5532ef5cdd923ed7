// Going back to a backup (handbook SYNC). The server that starts on it begins a new epoch (epoch.h), as every start does;
// by that client programs notice, and offer again what was acknowledged after the backup.
#pragma once

#include "server/core/app.h"

// Puts a copy of `file` in the place of the store, migrated; the store before it stays as store.db.before. ERR_CONFLICT
// when a server runs on the data folder.
bool restore_file(const struct app_config *config, const char *file, struct err *err);
