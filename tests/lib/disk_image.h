// The bytes of a file as a power failure may leave them: what was synced is there, and of what was not each write by
// itself is kept, lost or torn by sectors.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_image {
    unsigned char *data;
    size_t size, cap;
};

struct disk_write {
    bool truncates; // to `offset` bytes
    int64_t offset;
    size_t size;
    unsigned char *data;
};

// All zeroes is an empty image. New bytes are zeroes.
void disk_image_resize(struct disk_image *image, size_t size);
void disk_image_copy(struct disk_image *image, const struct disk_image *from);
void disk_image_free(struct disk_image *image);
void disk_image_apply(struct disk_image *image, const struct disk_write *write);
// The same for a write that was not synced before the power failed.
void disk_image_apply_maybe(struct disk_image *image, const struct disk_write *write, uint64_t *random);

// splitmix64
uint64_t disk_random(uint64_t *state);
