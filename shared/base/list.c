#include "shared/base/list.h"

#include <stdbool.h>
#include <string.h>

// Capacity is the next power of two (at least 4), so it needs no field of its own.
void *list_add(struct list *list, struct arena *arena, size_t item_size)
{
    size_t count = list->count;
    bool full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);
    if (full) {
        char *items = arena_alloc(arena, (count < 4 ? 4 : count * 2) * item_size);
        if (count > 0)
            memcpy(items, list->items, count * item_size);
        list->items = items;
    }
    list->count++;
    return memset((char *)list->items + count * item_size, 0, item_size);
}
