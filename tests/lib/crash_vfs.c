#include "tests/lib/crash_vfs.h"

#include "shared/base/check.h"
#include "tests/lib/disk_image.h"

#include <dirent.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 64, NAME_SIZE = 64 };

enum event_kind { EVENT_WRITE, EVENT_TRUNCATE, EVENT_SYNC, EVENT_DELETE };

struct event {
    enum event_kind kind;
    int file;
    int64_t offset; // of a truncation: the size
    bool folder;    // the folder was synced too: names that came and went before are as they are
    size_t size;
    unsigned char *data;
};

struct mark {
    size_t point; // events before it
    int64_t value;
};

static struct {
    pthread_mutex_t lock;
    sqlite3_vfs *real, shim;
    char folder[128];
    bool on, lie;
    enum crash_vfs_failure failure;
    int failure_after;

    char names[FILES_MAX][NAME_SIZE];
    struct disk_image base[FILES_MAX]; // what was there when the recording began
    bool there[FILES_MAX];
    int file_count;
    struct event *events;
    size_t event_count, event_cap;
    struct mark *marks;
    int64_t *values; // of the marks, as the caller gets them
    size_t mark_count, mark_cap;
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

// Recording -------------------------------------------------------------------------------------------------------

static void *grow(void *items, size_t *cap, size_t item_size)
{
    *cap = *cap == 0 ? 256 : *cap * 2;
    items = realloc(items, *cap * item_size);
    CHECK(items != NULL);
    return items;
}

static int file_index(const char *name)
{
    for (int i = 0; i < disk.file_count; i++)
        if (strcmp(disk.names[i], name) == 0)
            return i;
    CHECK(disk.file_count < FILES_MAX && strlen(name) < NAME_SIZE);
    strcpy(disk.names[disk.file_count], name);
    return disk.file_count++;
}

// -1: not a file of the recorded folder.
static int recorded_file(const char *path)
{
    size_t length = strlen(disk.folder);
    if (path == NULL || strncmp(path, disk.folder, length) != 0 || path[length] != '/' ||
        strchr(path + length + 1, '/') != NULL)
        return -1;
    pthread_mutex_lock(&disk.lock);
    int index = file_index(path + length + 1);
    pthread_mutex_unlock(&disk.lock);
    return index;
}

static void record(struct event event, const void *data)
{
    if (event.file < 0)
        return;
    if (data != NULL) {
        event.data = malloc(event.size);
        CHECK(event.data != NULL);
        memcpy(event.data, data, event.size);
    }
    pthread_mutex_lock(&disk.lock);
    if (disk.event_count == disk.event_cap)
        disk.events = grow(disk.events, &disk.event_cap, sizeof(*disk.events));
    disk.events[disk.event_count++] = event;
    pthread_mutex_unlock(&disk.lock);
}

void crash_vfs_mark(int64_t value)
{
    pthread_mutex_lock(&disk.lock);
    if (disk.mark_count == disk.mark_cap) {
        size_t cap = disk.mark_cap;
        disk.marks = grow(disk.marks, &disk.mark_cap, sizeof(*disk.marks));
        disk.values = grow(disk.values, &cap, sizeof(*disk.values));
    }
    disk.marks[disk.mark_count] = (struct mark){ disk.event_count, value };
    disk.values[disk.mark_count++] = value;
    pthread_mutex_unlock(&disk.lock);
}

// Failing ---------------------------------------------------------------------------------------------------------

void crash_vfs_fail(enum crash_vfs_failure failure, int after)
{
    pthread_mutex_lock(&disk.lock);
    disk.failure = failure;
    disk.failure_after = after;
    pthread_mutex_unlock(&disk.lock);
}

static bool is_sync_failure(enum crash_vfs_failure failure)
{
    return failure == CRASH_VFS_SYNC_ERROR;
}

static int failure_now(bool sync)
{
    static const int codes[] = { SQLITE_OK, SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC };
    int code = SQLITE_OK;
    pthread_mutex_lock(&disk.lock);
    if (disk.failure != CRASH_VFS_WELL && is_sync_failure(disk.failure) == sync && disk.failure_after-- <= 0)
        code = codes[disk.failure];
    pthread_mutex_unlock(&disk.lock);
    return code;
}

// Files -----------------------------------------------------------------------------------------------------------

struct shim_file {
    sqlite3_file base;
    int index;          // -1: not recorded
    bool fresh;         // a log just made: SQLite syncs the folder with its first sync
    sqlite3_file *real; // follows in the same memory
};

static struct shim_file *shim(sqlite3_file *file)
{
    return (struct shim_file *)file;
}

static sqlite3_file *real(sqlite3_file *file)
{
    return shim(file)->real;
}

static int shim_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int shim_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    return real(file)->pMethods->xRead(real(file), data, size, offset);
}

static int shim_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    int failure = shim(file)->index < 0 ? SQLITE_OK : failure_now(false);
    if (failure != SQLITE_OK)
        return failure;
    int code = real(file)->pMethods->xWrite(real(file), data, size, offset);
    if (code == SQLITE_OK)
        record(
            (struct event){
                .kind = EVENT_WRITE, .file = shim(file)->index, .offset = offset, .size = (size_t)size },
            data);
    return code;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = real(file)->pMethods->xTruncate(real(file), size);
    if (code == SQLITE_OK)
        record((struct event){ .kind = EVENT_TRUNCATE, .file = shim(file)->index, .offset = size }, NULL);
    return code;
}

static int shim_sync(sqlite3_file *file, int flags)
{
    int failure = shim(file)->index < 0 ? SQLITE_OK : failure_now(true);
    if (failure != SQLITE_OK)
        return failure;
    int code = real(file)->pMethods->xSync(real(file), flags);
    if (code == SQLITE_OK && !disk.lie)
        record((struct event){ .kind = EVENT_SYNC, .file = shim(file)->index, .folder = shim(file)->fresh },
               NULL);
    shim(file)->fresh = false;
    return code;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int shim_check_lock(sqlite3_file *file, int *locked)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), locked);
}

// Preallocation would be a write that nobody sees.
static int shim_control(sqlite3_file *file, int op, void *argument)
{
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_NOTFOUND;
    return real(file)->pMethods->xFileControl(real(file), op, argument);
}

static int shim_sector_size(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int shim_traits(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int shim_shm_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2, // without memory-mapped pages
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector_size,
    .xDeviceCharacteristics = shim_traits,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    (void)vfs;
    shim(file)->base.pMethods = NULL;
    shim(file)->real = (sqlite3_file *)(void *)(shim(file) + 1);
    bool is_log = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL);
    shim(file)->fresh = is_log && name != NULL && access(name, F_OK) != 0;
    int code = disk.real->xOpen(disk.real, name, real(file), flags, ret_flags);
    if (real(file)->pMethods == NULL)
        return code;
    shim(file)->base.pMethods = &shim_methods;
    shim(file)->index = recorded_file(name);
    return code;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    int code = disk.real->xDelete(disk.real, name, sync_folder);
    if (code == SQLITE_OK)
        record((struct event){ .kind = EVENT_DELETE, .file = recorded_file(name), .folder = sync_folder },
               NULL);
    return code;
}

// Images ----------------------------------------------------------------------------------------------------------

static struct disk_write write_of(const struct event *event)
{
    return (struct disk_write){
        .truncates = event->kind == EVENT_TRUNCATE,
        .offset = event->offset,
        .size = event->size,
        .data = event->data,
    };
}

static size_t last_sync(int file, size_t point)
{
    for (size_t i = point; i-- > 0;)
        if (disk.events[i].file == file && disk.events[i].kind == EVENT_SYNC)
            return i;
    return 0;
}

static size_t last_event(int file, size_t point)
{
    for (size_t i = point; i-- > 0;)
        if (disk.events[i].file == file)
            return i;
    return 0;
}

static bool folder_synced(size_t from, size_t point)
{
    for (size_t i = from; i < point; i++)
        if (disk.events[i].folder)
            return true;
    return false;
}

// False when the file is gone.
static bool build_image(int file, size_t point, uint64_t *random, struct disk_image *image)
{
    size_t synced = last_sync(file, point), last = last_event(file, point);
    bool exists = disk.there[file];
    disk_image_copy(image, &disk.base[file]);
    for (size_t i = 0; i < point; i++) {
        const struct event *event = &disk.events[i];
        if (event->file != file)
            continue;
        bool removed = event->kind == EVENT_DELETE;
        if (removed && i == last && !folder_synced(i, point) && disk_random(random) & 1)
            continue; // the name is still there
        exists = !removed;
        struct disk_write write = write_of(event);
        if (removed)
            disk_image_resize(image, 0);
        else if (event->kind == EVENT_SYNC)
            continue;
        else if (i < synced)
            disk_image_apply(image, &write);
        else
            disk_image_apply_maybe(image, &write, random);
    }
    return exists;
}

static void write_image(const char *folder, const char *name, const struct disk_image *image)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    CHECK(out != NULL);
    CHECK(image->size == 0 || fwrite(image->data, 1, image->size, out) == image->size);
    CHECK(fclose(out) == 0);
}

static bool survives(const char *name)
{
    size_t length = strlen(name);
    return length < 4 || strcmp(name + length - 4, "-shm") != 0;
}

size_t crash_vfs_points(void)
{
    return disk.event_count + 1;
}

void crash_vfs_rebuild(size_t point, uint64_t seed, const char *to_folder, const int64_t **ret_marks,
                       size_t *ret_mark_count)
{
    uint64_t random = seed ^ (point * 0x2545F4914F6CDD1Du);
    CHECK(point < crash_vfs_points());
    CHECK(mkdir(to_folder, 0700) == 0);
    for (int file = 0; file < disk.file_count; file++) {
        struct disk_image image = { 0 };
        if (build_image(file, point, &random, &image) && survives(disk.names[file]))
            write_image(to_folder, disk.names[file], &image);
        disk_image_free(&image);
    }
    size_t count = 0;
    while (count < disk.mark_count && disk.marks[count].point <= point)
        count++;
    *ret_marks = disk.values;
    *ret_mark_count = count;
}

void crash_vfs_remove_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    CHECK(listing != NULL);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(listing);
    CHECK(rmdir(folder) == 0);
}

// Coming and going ------------------------------------------------------------------------------------------------

static void read_base(const char *name)
{
    char path[512];
    int file = file_index(name);
    struct disk_image *image = &disk.base[file];
    snprintf(path, sizeof(path), "%s/%s", disk.folder, name);
    FILE *in = fopen(path, "rb");
    CHECK(in != NULL);
    fseek(in, 0, SEEK_END);
    long size = ftell(in);
    rewind(in);
    disk_image_resize(image, (size_t)size);
    CHECK(size == 0 || fread(image->data, 1, image->size, in) == image->size);
    disk.there[file] = true;
    fclose(in);
}

void crash_vfs_install(const char *folder)
{
    CHECK(!disk.on && strlen(folder) < sizeof(disk.folder));
    strcpy(disk.folder, folder);
    DIR *listing = opendir(folder);
    CHECK(listing != NULL);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (entry->d_name[0] != '.')
            read_base(entry->d_name);
    closedir(listing);
    sqlite3_initialize();
    disk.real = sqlite3_vfs_find(NULL);
    disk.shim = *disk.real;
    disk.shim.zName = "crash";
    disk.shim.pNext = NULL;
    disk.shim.szOsFile = (int)sizeof(struct shim_file) + disk.real->szOsFile;
    disk.shim.xOpen = shim_open;
    disk.shim.xDelete = shim_delete;
    CHECK(sqlite3_vfs_register(&disk.shim, 1) == SQLITE_OK);
    disk.on = true;
}

void crash_vfs_lie(bool lie)
{
    disk.lie = lie;
}

void crash_vfs_uninstall(void)
{
    CHECK(disk.on);
    sqlite3_vfs_unregister(&disk.shim);
    sqlite3_vfs_register(disk.real, 1);
    for (size_t i = 0; i < disk.event_count; i++)
        free(disk.events[i].data);
    for (int i = 0; i < disk.file_count; i++) {
        disk_image_free(&disk.base[i]);
        disk.there[i] = false;
    }
    free(disk.events);
    free(disk.marks);
    free(disk.values);
    disk.events = NULL;
    disk.marks = NULL;
    disk.values = NULL;
    disk.event_count = disk.event_cap = disk.mark_count = disk.mark_cap = 0;
    disk.file_count = 0;
    disk.failure = CRASH_VFS_WELL;
    disk.on = disk.lie = false;
}
