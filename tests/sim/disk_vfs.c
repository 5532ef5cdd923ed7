// SQLite's way to the simulated disks: files, locks and shared memory as they work within one process.
#include "tests/sim/disk_files.h"

#include "shared/base/check.h"
#include "shared/host/host.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t JULIAN_1970_MS = INT64_C(210866760000000);

struct disk_handle {
    sqlite3_file base;
    struct disk_file *file;
    int level;
    unsigned shm_shared, shm_owned; // bits
};

static struct disk_handle *handle_of(sqlite3_file *base)
{
    return (struct disk_handle *)base;
}

static struct disk_file *file_of(sqlite3_file *base)
{
    return handle_of(base)->file;
}

// Bytes -----------------------------------------------------------------------------------------------------------

static int disk_read(sqlite3_file *base, void *data, int size, sqlite3_int64 offset)
{
    const struct disk_image *image = &file_of(base)->now;
    size_t at = (size_t)offset, wanted = (size_t)size;
    size_t there = at >= image->size ? 0 : image->size - at < wanted ? image->size - at : wanted;
    if (there > 0)
        memcpy(data, image->data + at, there);
    if (there == wanted)
        return SQLITE_OK;
    memset((char *)data + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int disk_write_bytes(sqlite3_file *base, const void *data, int size, sqlite3_int64 offset)
{
    struct disk_file *file = file_of(base);
    if (!disk_takes_write(file))
        return SQLITE_IOERR_WRITE;
    unsigned char *bytes;
    memcpy(&bytes, &data, sizeof bytes); // it is copied, never written to
    disk_file_write(file, &(struct disk_write){ .offset = offset, .size = (size_t)size, .data = bytes });
    return SQLITE_OK;
}

static int disk_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct disk_file *file = file_of(base);
    if (!disk_takes_write(file))
        return SQLITE_IOERR_TRUNCATE;
    disk_file_write(file, &(struct disk_write){ .truncates = true, .offset = size });
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *base, int flags)
{
    (void)flags;
    if (!disk_takes_write(file_of(base)))
        return SQLITE_IOERR_FSYNC;
    disk_file_sync(file_of(base));
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *base, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)file_of(base)->now.size;
    return SQLITE_OK;
}

// Locks of the file -----------------------------------------------------------------------------------------------

static bool is_held(const struct disk_handle *owner, const struct disk_handle *by)
{
    return owner != NULL && owner != by;
}

static int disk_lock(sqlite3_file *base, int level)
{
    struct disk_handle *handle = handle_of(base);
    struct disk_file *file = handle->file;
    if (level <= handle->level)
        return SQLITE_OK;
    if (is_held(file->owner, handle) || (level >= SQLITE_LOCK_RESERVED && is_held(file->writer, handle)))
        return SQLITE_BUSY;
    if (handle->level == SQLITE_LOCK_NONE)
        file->readers++;
    if (level >= SQLITE_LOCK_RESERVED)
        file->writer = handle;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
        file->owner = handle;
        if (file->readers > 1) {
            handle->level = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
    }
    handle->level = level;
    return SQLITE_OK;
}

static int disk_unlock(sqlite3_file *base, int level)
{
    struct disk_handle *handle = handle_of(base);
    struct disk_file *file = handle->file;
    if (level >= handle->level)
        return SQLITE_OK;
    if (file->writer == handle)
        file->writer = NULL;
    if (file->owner == handle)
        file->owner = NULL;
    if (level == SQLITE_LOCK_NONE)
        file->readers--;
    handle->level = level;
    return SQLITE_OK;
}

static int disk_check_reserved(sqlite3_file *base, int *ret)
{
    *ret = file_of(base)->writer != NULL;
    return SQLITE_OK;
}

// Shared memory ---------------------------------------------------------------------------------------------------

static int disk_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **ret)
{
    struct disk_file *file = file_of(base);
    CHECK(region < DISK_REGIONS);
    if (file->regions[region] == NULL && extend) {
        file->regions[region] = calloc(1, (size_t)size);
        CHECK(file->regions[region] != NULL);
    }
    *ret = file->regions[region];
    return SQLITE_OK;
}

static bool shm_is_free(const struct disk_handle *handle, int slot, bool shared)
{
    const struct disk_file *file = handle->file;
    unsigned others = file->shm_readers[slot] - ((handle->shm_shared >> slot) & 1);
    return !is_held(file->shm_owner[slot], handle) && (shared || others == 0);
}

static void shm_release(struct disk_handle *handle, int slot)
{
    unsigned bit = 1u << slot;
    if (handle->shm_shared & bit)
        handle->file->shm_readers[slot]--;
    if (handle->shm_owned & bit)
        handle->file->shm_owner[slot] = NULL;
    handle->shm_shared &= ~bit;
    handle->shm_owned &= ~bit;
}

static void shm_take(struct disk_handle *handle, int slot, bool shared)
{
    unsigned bit = 1u << slot;
    if (!shared) {
        handle->file->shm_owner[slot] = handle;
        handle->shm_owned |= bit;
    } else if (!(handle->shm_shared & bit)) {
        handle->file->shm_readers[slot]++;
        handle->shm_shared |= bit;
    }
}

static int disk_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
    struct disk_handle *handle = handle_of(base);
    bool shared = flags & SQLITE_SHM_SHARED;
    for (int slot = first; slot < first + count; slot++)
        if ((flags & SQLITE_SHM_LOCK) && !shm_is_free(handle, slot, shared))
            return SQLITE_BUSY;
    for (int slot = first; slot < first + count; slot++)
        if (flags & SQLITE_SHM_LOCK)
            shm_take(handle, slot, shared);
        else
            shm_release(handle, slot);
    return SQLITE_OK;
}

static void disk_shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int disk_shm_unmap(sqlite3_file *base, int delete)
{
    (void)delete;
    for (int slot = 0; slot < DISK_SHM_LOCKS; slot++)
        shm_release(handle_of(base), slot);
    return SQLITE_OK;
}

// Opening and closing ---------------------------------------------------------------------------------------------

static int disk_close(sqlite3_file *base)
{
    disk_unlock(base, SQLITE_LOCK_NONE);
    disk_shm_unmap(base, 0);
    if (--file_of(base)->open == 0)
        disk_file_last_closed(file_of(base));
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *base, int op, void *argument)
{
    (void)base, (void)op, (void)argument;
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

static int disk_traits(sqlite3_file *base)
{
    (void)base;
    return 0; // nothing is promised beyond what a sync gives
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write_bytes,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

// The programs make their main files themselves, with a private mode, before SQLite sees them: it is there.
static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
    (void)vfs;
    base->pMethods = NULL;
    if (name == NULL) // temporary ones are in memory
        return SQLITE_CANTOPEN;
    struct disk_file *file = disk_file_get(name);
    bool is_main = flags & SQLITE_OPEN_MAIN_DB;
    if (!file->exists && !is_main && !(flags & SQLITE_OPEN_CREATE))
        return SQLITE_CANTOPEN;
    if (!file->exists && !disk_takes_write(file))
        return SQLITE_CANTOPEN;
    if (!file->exists)
        disk_file_make(file, !is_main);
    file->open++;
    *handle_of(base) = (struct disk_handle){ .base.pMethods = &methods, .file = file };
    if (ret_flags != NULL)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int disk_remove(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    struct disk_file *file = disk_file_find(name);
    if (file == NULL || !file->exists)
        return SQLITE_IOERR_DELETE_NOENT;
    if (!disk_takes_write(file))
        return SQLITE_IOERR_DELETE;
    disk_file_delete(file, sync_folder != 0);
    return SQLITE_OK;
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    (void)vfs, (void)flags;
    const struct disk_file *file = disk_file_find(name);
    *ret = file != NULL && file->exists && file->now.size > 0;
    return SQLITE_OK;
}

static int disk_full_path(sqlite3_vfs *vfs, const char *name, int size, char *ret)
{
    (void)vfs;
    return snprintf(ret, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int disk_randomness(sqlite3_vfs *vfs, int size, char *ret)
{
    (void)vfs;
    for (int i = 0; i < size; i++)
        ret[i] = (char)disk_chance();
    return size;
}

// Nobody else runs meanwhile, so waiting would help nobody.
static int disk_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int disk_time(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    (void)vfs;
    *ret = JULIAN_1970_MS + host_now_ms();
    return SQLITE_OK;
}

static int disk_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs, (void)size, (void)text;
    return 0;
}

static sqlite3_vfs vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(struct disk_handle),
    .mxPathname = DISK_NAME,
    .zName = "simulated",
    .xOpen = disk_open,
    .xDelete = disk_remove,
    .xAccess = disk_access,
    .xFullPathname = disk_full_path,
    .xRandomness = disk_randomness,
    .xSleep = disk_sleep,
    .xGetLastError = disk_last_error,
    .xCurrentTimeInt64 = disk_time,
};

void disk_install(void)
{
    CHECK(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
    CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}
