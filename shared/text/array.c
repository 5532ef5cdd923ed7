#include "shared/text/inner.h"

#include <stdlib.h>

void array_reserve(struct array *array, size_t item_size, uint32_t count)
{
    if (array->cap >= count)
        return;
    array->items = realloc(array->items, count * item_size);
    CHECK(array->items != NULL);
    array->cap = count;
}

void *array_add(struct array *array, size_t item_size)
{
    if (array->count == array->cap)
        array_reserve(array, item_size, array->cap == 0 ? 8 : array->cap * 2);
    char *item = (char *)array->items + array->count++ * item_size;
    memset(item, 0, item_size);
    return item;
}

void array_copy(struct array *to, const struct array *from, size_t item_size)
{
    *to = (struct array){ .count = from->count, .cap = from->count };
    if (from->count == 0)
        return;
    to->items = malloc(from->count * item_size);
    CHECK(to->items != NULL);
    memcpy(to->items, from->items, from->count * item_size);
}

void array_free(struct array *array)
{
    free(array->items);
    *array = (struct array){ 0 };
}

void array_drop_first(struct array *array, size_t item_size, uint32_t count)
{
    array->count -= count;
    memmove(array->items, (char *)array->items + count * item_size, array->count * item_size);
}
