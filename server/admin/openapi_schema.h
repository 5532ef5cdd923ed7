// Shapes as JSON Schema (2020-12, the dialect of OpenAPI 3.1).
#pragma once

#include "shared/wire/shape.h"

// The names of the shapes that were mentioned and must be described in components/schemas.
struct schema_set {
    struct list shapes; // const struct shape *
    struct arena *arena;
};

// {"$ref": ...} to a shape, which is remembered.
void schema_ref(struct schema_set *set, const struct shape *shape, struct buf *out);
// The schema of one field's value.
void schema_value(struct schema_set *set, const struct field *field, struct buf *out);
// An object's schema; fields that stand in a path are left out.
void schema_object(struct schema_set *set, const struct shape *shape, struct buf *out);
// Every remembered shape, those that they mention included, as members of components/schemas.
void schema_write_all(struct schema_set *set, struct buf *out);
