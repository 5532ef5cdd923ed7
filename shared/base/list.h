// A counted array that lives in an arena and grows there.
#pragma once

#include "shared/base/arena.h"

struct list {
    void *items;
    size_t count;
};

// Adds one zeroed item at the end and returns it. Earlier item pointers may be stale afterwards.
void *list_add(struct list *list, struct arena *arena, size_t item_size);

#define LIST_ADD(list, arena, type) ((type *)list_add((list), (arena), sizeof(type)))
#define LIST_AT(list, type, i)      (&((type *)(list)->items)[i])
