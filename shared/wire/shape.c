#include "shared/wire/shape.h"

#include <string.h>

const struct field *shape_find(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

// The caller said by the type of its pointer whether it may write there.
void *field_at(const struct field *field, const void *value)
{
    union {
        const void *from;
        char *to;
    } place = { .from = value };
    return place.to + field->offset;
}

static bool object_is_empty(const struct shape *shape, const void *value)
{
    for (size_t i = 0; i < shape->count; i++)
        if (!field_is_empty(&shape->fields[i], value))
            return false;
    return true;
}

bool field_is_empty(const struct field *field, const void *value)
{
    const void *at = field_at(field, value);
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_ID:
    case FIELD_JSON:
        return *(const char *const *)at == NULL;
    case FIELD_BYTES:
        return ((const struct bytes *)at)->data == NULL;
    case FIELD_BOOL:
        return !*(const bool *)at;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
        return *(const int64_t *)at == 0;
    case FIELD_REAL:
        return !(*(const double *)at > 0 || *(const double *)at < 0);
    case FIELD_DATE:
        return *(const int32_t *)at == 0;
    case FIELD_ENUM:
        return *(const int *)at == -1;
    case FIELD_OBJECT:
        return object_is_empty(field->sub, at);
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
        return ((const struct list *)at)->count == 0;
    }
    return true;
}
