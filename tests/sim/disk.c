// Nodes, files, what is left of them. How SQLite reaches them is in disk_vfs.c.
#include "tests/sim/disk_files.h"

#include "shared/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct disk_node nodes[DISK_NODES];
    int node_count;
    struct disk_file files[DISK_FILES];
    int file_count;
    uint64_t fate;
    bool lies;
} disk;

struct disk_copy {
    int count;
    struct {
        char name[DISK_NAME];
        struct disk_image image;
    } files[DISK_FILES];
};

// Nodes -----------------------------------------------------------------------------------------------------------

void disk_reset(uint64_t seed)
{
    for (int i = 0; i < disk.file_count; i++) {
        CHECK(disk.files[i].open == 0);
        disk_file_forget(&disk.files[i]);
    }
    disk.file_count = disk.node_count = 0;
    disk.fate = seed;
}

int disk_node(const char *folder)
{
    CHECK(disk.node_count < DISK_NODES && strlen(folder) < DISK_NAME);
    struct disk_node *node = &disk.nodes[disk.node_count];
    *node = (struct disk_node){ .fuse = -1 };
    snprintf(node->folder, sizeof node->folder, "%s", folder);
    return disk.node_count++;
}

void disk_set_fuse(int node, int64_t writes)
{
    disk.nodes[node].fuse = writes;
}

bool disk_is_off(int node)
{
    return disk.nodes[node].off;
}

void disk_lie(bool lie)
{
    disk.lies = lie;
}

void disk_cut(int node)
{
    disk.nodes[node].off = true;
}

uint64_t disk_chance(void)
{
    return disk_random(&disk.fate);
}

bool disk_takes_write(struct disk_file *file)
{
    struct disk_node *node = file->node;
    if (!node->off && node->fuse >= 0 && node->fuse-- == 0)
        node->off = true;
    return !node->off;
}

static struct disk_node *node_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - path);
    for (int i = 0; i < disk.node_count; i++)
        if (strlen(disk.nodes[i].folder) == length && memcmp(disk.nodes[i].folder, path, length) == 0)
            return &disk.nodes[i];
    return NULL;
}

// Files -----------------------------------------------------------------------------------------------------------

struct disk_file *disk_file_find(const char *path)
{
    for (int i = 0; i < disk.file_count; i++)
        if (strcmp(disk.files[i].path, path) == 0)
            return &disk.files[i];
    return NULL;
}

struct disk_file *disk_file_get(const char *path)
{
    struct disk_file *file = disk_file_find(path);
    if (file != NULL)
        return file;
    CHECK(disk.file_count < DISK_FILES && strlen(path) < DISK_NAME);
    file = &disk.files[disk.file_count++];
    *file = (struct disk_file){ .node = node_of(path) };
    CHECK(file->node != NULL);
    snprintf(file->path, sizeof file->path, "%s", path);
    return file;
}

static void drop_pending(struct disk_file *file)
{
    for (size_t i = 0; i < file->pending_count; i++)
        free(file->pending[i].data);
    file->pending_count = 0;
}

static void drop_memory(struct disk_file *file)
{
    for (size_t i = 0; i < DISK_REGIONS; i++) {
        free(file->regions[i]);
        file->regions[i] = NULL;
    }
}

void disk_file_forget(struct disk_file *file)
{
    drop_pending(file);
    drop_memory(file);
    free(file->pending);
    disk_image_free(&file->now);
    disk_image_free(&file->kept);
    *file = (struct disk_file){ 0 };
}

// What was deleted before is gone for good: a folder's changes reach the disk in their order.
void disk_file_make(struct disk_file *file, bool is_log)
{
    drop_pending(file);
    disk_image_resize(&file->kept, 0);
    file->exists = true;
    file->kept_exists = !is_log;
    file->fresh = is_log;
}

void disk_file_write(struct disk_file *file, const struct disk_write *write)
{
    if (file->pending_count == file->pending_cap) {
        file->pending_cap = file->pending_cap == 0 ? 32 : file->pending_cap * 2;
        file->pending = realloc(file->pending, file->pending_cap * sizeof *file->pending);
        CHECK(file->pending != NULL);
    }
    struct disk_write *copy = &file->pending[file->pending_count++];
    *copy = *write;
    if (!write->truncates) {
        copy->data = malloc(write->size);
        CHECK(copy->data != NULL);
        memcpy(copy->data, write->data, write->size);
    }
    disk_image_apply(&file->now, copy);
}

static void forget_deleted(struct disk_file *file)
{
    drop_pending(file);
    disk_image_resize(&file->kept, 0);
    file->kept_exists = false;
}

// Names that came and went in the folder are as they are.
static void sync_folder(const struct disk_node *node)
{
    for (int i = 0; i < disk.file_count; i++) {
        struct disk_file *file = &disk.files[i];
        if (file->node == node && !file->exists)
            forget_deleted(file);
        else if (file->node == node)
            file->kept_exists = true;
    }
}

void disk_file_sync(struct disk_file *file)
{
    file->syncs++;
    if (disk.lies)
        return;
    for (size_t i = 0; i < file->pending_count; i++)
        disk_image_apply(&file->kept, &file->pending[i]);
    drop_pending(file);
    if (file->fresh)
        sync_folder(file->node);
    file->fresh = false;
}

void disk_file_delete(struct disk_file *file, bool synced)
{
    file->exists = false;
    disk_image_resize(&file->now, 0);
    if (synced)
        sync_folder(file->node);
}

void disk_file_last_closed(struct disk_file *file)
{
    drop_memory(file);
}

int64_t disk_syncs(const char *path)
{
    const struct disk_file *file = disk_file_find(path);
    return file == NULL ? 0 : file->syncs;
}

// What is left ----------------------------------------------------------------------------------------------------

// A file made or deleted since the folder was last synced is as it was, or as it became.
static bool is_left(const struct disk_file *file)
{
    return file->exists == file->kept_exists ? file->exists : disk_chance() & 1;
}

static void lose_power(struct disk_file *file)
{
    bool left = is_left(file);
    for (size_t i = 0; i < file->pending_count; i++)
        disk_image_apply_maybe(&file->kept, &file->pending[i], &disk.fate);
    drop_pending(file);
    if (!left)
        disk_image_resize(&file->kept, 0);
    disk_image_copy(&file->now, &file->kept);
    file->exists = file->kept_exists = left;
}

void disk_restart(int number, enum disk_end end)
{
    struct disk_node *node = &disk.nodes[number];
    for (int i = 0; i < disk.file_count; i++) {
        if (disk.files[i].node != node)
            continue;
        CHECK(disk.files[i].open == 0);
        if (end == DISK_POWER_FAILED)
            lose_power(&disk.files[i]);
    }
    node->off = false;
    node->fuse = -1;
}

// Copies ----------------------------------------------------------------------------------------------------------

struct disk_copy *disk_save(int number)
{
    struct disk_node *node = &disk.nodes[number];
    struct disk_copy *copy = calloc(1, sizeof *copy);
    CHECK(copy != NULL);
    for (int i = 0; i < disk.file_count; i++) {
        const struct disk_file *file = &disk.files[i];
        if (file->node != node || !file->exists)
            continue;
        snprintf(copy->files[copy->count].name, DISK_NAME, "%s", file->path + strlen(node->folder));
        disk_image_copy(&copy->files[copy->count++].image, &file->now);
    }
    return copy;
}

void disk_load(int number, const struct disk_copy *copy)
{
    for (int i = 0; i < copy->count; i++) {
        char path[2 * DISK_NAME];
        snprintf(path, sizeof path, "%s%s", disk.nodes[number].folder, copy->files[i].name);
        struct disk_file *file = disk_file_get(path);
        disk_image_copy(&file->now, &copy->files[i].image);
        disk_image_copy(&file->kept, &copy->files[i].image);
        file->exists = file->kept_exists = true;
    }
}

void disk_copy_free(struct disk_copy *copy)
{
    if (copy == NULL)
        return;
    for (int i = 0; i < copy->count; i++)
        disk_image_free(&copy->files[i].image);
    free(copy);
}
