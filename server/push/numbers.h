// Principals as small numbers, so that who may see what is compared without comparing texts.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NUMBERS_MAX = 64 }; // principals of one set

// A table of all zeroes is empty and ready.
struct numbers {
    struct number_slot *slots; // open addressing
    size_t mask, count;
};

void numbers_free(struct numbers *numbers);
// The numbers of the space-separated set; returns how many. make: new principals get a number, else they are left out.
size_t numbers_read(struct numbers *numbers, const char *set, bool make, unsigned ret[NUMBERS_MAX]);
bool numbers_meet(const unsigned *a, size_t a_count, const unsigned *b, size_t b_count);
