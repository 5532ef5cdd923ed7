// The transactions of a concurrent trace, and what lies before each.
#pragma once

#include "shared/base/err.h"

#include <stdint.h>

#include <cjson/cJSON.h>

#define PAST_NOWHERE SIZE_MAX // before the first transaction
enum { PAST_AUTHOR_MAX = (1 << 20) - 2 };

struct txn {
    const cJSON *json;
    size_t author;
    size_t first_parent, parents; // in past.parents
    size_t children;              // that are still to come
    size_t first, last;           // its updates
};

struct past {
    struct txn *txns;
    size_t count;
    size_t *parents, parent_count;
    size_t *missing, missing_count;
    const char **names; // of authors
    size_t name_count;
    unsigned char *marks; // by transaction
};

// ERR_BAD_REQUEST when a transaction has no sound agent or parents. To be freed in any case.
bool past_read(struct past *past, const cJSON *txns, struct err *err);
void past_free(struct past *past);
// Gathers in past->missing, newest first, what a replica at `at` lacks for a transaction; false when it has seen more
// than that.
bool past_missing(struct past *past, size_t at, size_t txn);
