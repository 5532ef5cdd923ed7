// Files of assets/ that are compiled into a program (assets/cmake/Embed.cmake makes the tables).
#pragma once

#include <stddef.h>

struct asset {
    const char *name; // the file's name without its folder; NULL ends a table
    const char *text; // its bytes, followed by a zero that is not counted
    size_t size;
};

// NULL when the table has no such file.
const struct asset *asset_find(const struct asset *table, const char *name);
