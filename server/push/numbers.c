#include "server/push/numbers.h"

#include "shared/base/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 64 };

struct number_slot {
    char *text; // NULL: free
    unsigned number;
};

void numbers_free(struct numbers *numbers)
{
    for (size_t i = 0; numbers->slots != NULL && i <= numbers->mask; i++)
        free(numbers->slots[i].text);
    free(numbers->slots);
    *numbers = (struct numbers){ 0 };
}

static size_t hash_text(const char *text, size_t size)
{
    size_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash ^ hash >> 29;
}

static struct number_slot *find(const struct numbers *numbers, const char *text, size_t size)
{
    for (size_t at = hash_text(text, size);; at++) {
        struct number_slot *slot = &numbers->slots[at & numbers->mask];
        if (slot->text == NULL || (strlen(slot->text) == size && memcmp(slot->text, text, size) == 0))
            return slot;
    }
}

static void grow(struct numbers *numbers)
{
    struct number_slot *old = numbers->slots;
    size_t size = old == NULL ? 0 : numbers->mask + 1;
    numbers->mask = size == 0 ? FIRST_SIZE - 1 : size * 2 - 1;
    numbers->slots = calloc(numbers->mask + 1, sizeof *numbers->slots);
    CHECK(numbers->slots != NULL);
    for (size_t i = 0; i < size; i++)
        if (old[i].text != NULL)
            *find(numbers, old[i].text, strlen(old[i].text)) = old[i];
    free(old);
}

static unsigned number_of(struct numbers *numbers, const char *text, size_t size)
{
    if (numbers->slots == NULL || numbers->count * 2 > numbers->mask)
        grow(numbers);
    struct number_slot *slot = find(numbers, text, size);
    if (slot->text == NULL) {
        slot->text = strndup(text, size);
        CHECK(slot->text != NULL);
        slot->number = (unsigned)++numbers->count;
    }
    return slot->number;
}

size_t numbers_read(struct numbers *numbers, const char *set, bool make, unsigned ret[NUMBERS_MAX])
{
    size_t count = 0;
    while (count < NUMBERS_MAX) {
        set += strspn(set, " ");
        size_t size = strcspn(set, " ");
        if (size == 0)
            break;
        if (make)
            ret[count++] = number_of(numbers, set, size);
        else if (numbers->slots != NULL && find(numbers, set, size)->text != NULL)
            ret[count++] = find(numbers, set, size)->number;
        set += size;
    }
    return count;
}

bool numbers_meet(const unsigned *a, size_t a_count, const unsigned *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++)
        for (size_t j = 0; j < b_count; j++)
            if (a[i] == b[j])
                return true;
    return false;
}
