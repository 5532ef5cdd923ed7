// What reading a shape from a tree (shape_read.c) and from text (shape_text.c) share. Internal to shared/wire.
#pragma once

#include "shared/base/err.h"
#include "shared/wire/shape.h"

struct reader {
    struct arena *arena;
    struct err *err;
    bool lenient;
    char path[ERR_FIELD_MAX]; // dotted, of the object being read
};

// Sets every field of *ret to what it is when it was not given.
void shape_set_absent(const struct shape *shape, void *ret);
// One field's value, which is not null, checked and kept; what is kept is the arena's.
bool shape_read_field(struct reader *reader, const struct field *field, const cJSON *json, void *at);
