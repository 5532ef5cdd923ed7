// What disk.c and disk_vfs.c share.
#pragma once

#include "tests/lib/disk_image.h"
#include "tests/sim/disk.h"

enum { DISK_NODES = 16, DISK_FILES = 64, DISK_NAME = 160, DISK_REGIONS = 8, DISK_SHM_LOCKS = 8 };

struct disk_node {
    char folder[DISK_NAME];
    bool off;
    int64_t fuse;
};

struct disk_handle;

struct disk_file {
    char path[DISK_NAME];
    struct disk_node *node;
    unsigned open; // handles
    bool exists, kept_exists;
    bool fresh;                  // a log just made
    struct disk_image now, kept; // kept: as of the last sync
    struct disk_write *pending;  // since then
    size_t pending_count, pending_cap;
    int64_t syncs; // so far
    // locks of the file, and of the memory shared beside it
    unsigned readers;
    const struct disk_handle *writer, *owner; // holds RESERVED or more; holds PENDING or more
    unsigned char *regions[DISK_REGIONS];
    unsigned shm_readers[DISK_SHM_LOCKS];
    const struct disk_handle *shm_owner[DISK_SHM_LOCKS];
};

struct disk_file *disk_file_find(const char *path); // NULL: never heard of
struct disk_file *disk_file_get(const char *path);
void disk_file_forget(struct disk_file *file);
// False: the power is off.
bool disk_takes_write(struct disk_file *file);
// A new and empty file. SQLite syncs the folder with the first sync of a log; other files are made by the programs and
// survive a power failure from the start.
void disk_file_make(struct disk_file *file, bool is_log);
void disk_file_write(struct disk_file *file, const struct disk_write *write);
void disk_file_sync(struct disk_file *file);
void disk_file_delete(struct disk_file *file, bool synced);
void disk_file_last_closed(struct disk_file *file);
uint64_t disk_chance(void);
