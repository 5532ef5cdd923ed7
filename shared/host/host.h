// What both programs need of the machine itself: time, randomness, zone files, files. The only folder of shared/ with
// I/O; domain, wire and sync never include it.
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "shared/base/id.h"
#include "shared/base/zone.h"

int64_t host_now_ms(void); // UTC
int64_t host_monotonic_us(void);
void host_random(void *ret, size_t size);
// Ids made for the same millisecond sort in the order they were made.
void host_new_id(struct id *ret_id, int64_t at);

// Appends the whole file; at most `max` bytes (ERR_TOO_LARGE). ERR_NOT_FOUND when there is none, ERR_STORAGE_FULL when
// a disk is full, ERR_INTERNAL with the system's words otherwise: so do the two below.
bool file_read(const char *path, size_t max, struct buf *out, struct err *err);
// Writes a new file beside it, fsyncs, renames over it, fsyncs the folder.
bool file_write_atomic(const char *path, const void *data, size_t size, unsigned mode, struct err *err);
// Renames `from` over `to` and makes that durable.
bool file_replace(const char *from, const char *to, struct err *err);
// Makes the folder (with exactly `mode`) and those above it (0755 less the umask); what is there stays as it is.
bool folder_make(const char *path, unsigned mode, struct err *err);

// Zones by IANA name, loaded once and kept; from $TZDIR or the system's zoneinfo. Thread safe. NULL when there is no
// such zone (names with "..", a leading '/' or odd characters are refused).
struct zone_db;
struct zone_db *zone_db_create(void);
void zone_db_destroy(struct zone_db *zones);
const struct zone *zone_db_get(struct zone_db *zones, const char *name);
// The machine's own zone name ($TZ, /etc/timezone, /etc/localtime), "UTC" when unknown. Overwritten by the thread's next
// call.
const char *zone_db_local_name(void);
