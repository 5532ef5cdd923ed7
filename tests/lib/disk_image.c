#include "tests/lib/disk_image.h"

#include "shared/base/check.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

void disk_image_resize(struct disk_image *image, size_t size)
{
    if (size > image->cap) {
        size_t cap = image->cap == 0 ? 4096 : image->cap;
        while (cap < size)
            cap *= 2;
        image->data = realloc(image->data, cap);
        CHECK(image->data != NULL);
        image->cap = cap;
    }
    if (size > image->size)
        memset(image->data + image->size, 0, size - image->size);
    image->size = size;
}

void disk_image_copy(struct disk_image *image, const struct disk_image *from)
{
    disk_image_resize(image, from->size);
    if (from->size > 0)
        memcpy(image->data, from->data, from->size);
}

void disk_image_free(struct disk_image *image)
{
    free(image->data);
    *image = (struct disk_image){ 0 };
}

static void put(struct disk_image *image, size_t offset, const unsigned char *data, size_t size)
{
    if (size == 0)
        return;
    if (offset + size > image->size)
        disk_image_resize(image, offset + size);
    memcpy(image->data + offset, data, size);
}

void disk_image_apply(struct disk_image *image, const struct disk_write *write)
{
    if (write->truncates)
        disk_image_resize(image, (size_t)write->offset);
    else
        put(image, (size_t)write->offset, write->data, write->size);
}

uint64_t disk_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

// Sectors of a torn write arrive in any order: each is there or not.
static void tear(struct disk_image *image, const struct disk_write *write, uint64_t *random)
{
    for (size_t at = 0; at < write->size; at += SECTOR) {
        size_t left = write->size - at;
        if (disk_random(random) & 1)
            put(image, (size_t)write->offset + at, write->data + at, left < SECTOR ? left : SECTOR);
    }
}

void disk_image_apply_maybe(struct disk_image *image, const struct disk_write *write, uint64_t *random)
{
    uint64_t fate = disk_random(random) % 10;
    if (fate < 4)
        disk_image_apply(image, write);
    else if (fate < 7 && !write->truncates)
        tear(image, write, random);
}
