// A disk that remembers every write and every sync, so that a test can rebuild what a power failure at any moment could
// have left behind; and a disk that fails on demand.
//
// It stands between SQLite and the real files as the default VFS, so whoever opens a database through SQLite is
// recorded: server and client alike. What was written since a file's last sync is, at the crash, kept, lost or torn by
// sectors, each write by itself. Shared-memory files do not survive.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Records what happens to files in that folder (not below it) from now on. It must be empty, or hold closed databases:
// what is there now is taken as durable.
void crash_vfs_install(const char *folder);
// Forgets everything; no recorded file may be open.
void crash_vfs_uninstall(void);

// A lying disk: syncs are answered and never happen. What synchronous = OFF does, for the test of the test.
void crash_vfs_lie(bool lie);

// Notes that `value` was acknowledged to somebody. Thread safe.
void crash_vfs_mark(int64_t value);

// Moments at which it could have crashed: before the first event, ..., after the last.
size_t crash_vfs_points(void);
// Writes into to_folder (made new) what could be left after a crash at that point; another seed, another fate of what
// was not synced. *ret_marks: what had been acknowledged by then, valid until uninstall.
void crash_vfs_rebuild(size_t point, uint64_t seed, const char *to_folder, const int64_t **ret_marks,
                       size_t *ret_mark_count);
void crash_vfs_remove_folder(const char *folder);

// Failures, from now on until set back to CRASH_VFS_WELL, after `after` more calls of that sort have gone well.
enum crash_vfs_failure {
    CRASH_VFS_WELL,
    CRASH_VFS_DISK_FULL,   // writes: SQLITE_FULL
    CRASH_VFS_WRITE_ERROR, // writes: SQLITE_IOERR_WRITE
    CRASH_VFS_SYNC_ERROR,  // syncs: SQLITE_IOERR_FSYNC
};
void crash_vfs_fail(enum crash_vfs_failure failure, int after);
