// The disks of the simulated machines: SQLite's files in memory, as its default VFS for the whole program.
//
// A node is a folder with a power switch of its own. When its power fails, every write and sync fails from there on;
// its programs are then torn down as they find themselves, and disk_restart() leaves of the files what such a moment
// could leave: synced bytes, and of the rest what fate keeps.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum disk_end {
    DISK_KILLED,       // only the program died: what it wrote is there
    DISK_POWER_FAILED, // what was not synced may be lost or torn
};

// Once a program, before anything opens a database.
void disk_install(void);
// Forgets all files and nodes; none may be open.
void disk_reset(uint64_t seed);
// A node for files in that folder (not below it). Returns its number.
int disk_node(const char *folder);
// The power fails after so many more writes and syncs; -1: it does not.
void disk_set_fuse(int node, int64_t writes);
bool disk_is_off(int node);
// Cuts the power now.
void disk_cut(int node);
// How often that file was synced, as its program believes.
int64_t disk_syncs(const char *path);
// Lying disks: syncs are answered and never happen.
void disk_lie(bool lie);
// After every file of the node was closed: the files as they are left, and the power is on.
void disk_restart(int node, enum disk_end end);

// A node's files put by, and laid out again as durable ones.
struct disk_copy;
struct disk_copy *disk_save(int node);
void disk_load(int node, const struct disk_copy *copy);
void disk_copy_free(struct disk_copy *copy);
