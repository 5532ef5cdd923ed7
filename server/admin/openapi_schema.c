#include "server/admin/openapi_schema.h"

#include <inttypes.h>
#include <string.h>

static void remember(struct schema_set *set, const struct shape *shape)
{
    for (size_t i = 0; i < set->shapes.count; i++) {
        const struct shape *known = *LIST_AT(&set->shapes, const struct shape *, i);
        if (known == shape)
            return;
        CHECK(strcmp(known->name, shape->name) != 0); // one name, one schema
    }
    *LIST_ADD(&set->shapes, set->arena, const struct shape *) = shape;
}

void schema_ref(struct schema_set *set, const struct shape *shape, struct buf *out)
{
    remember(set, shape);
    buf_addf(out, "{\"$ref\":\"#/components/schemas/%s\"}", shape->name);
}

static void add_bounds(const struct field *field, const char *least, const char *most, int64_t scale,
                       struct buf *out)
{
    if (field->min != 0 || field->max != 0)
        buf_addf(out, ",\"%s\":%" PRId64, least, field->min / scale);
    if (field->max != 0)
        buf_addf(out, ",\"%s\":%" PRId64, most, field->max / scale);
}

static void add_words(const char *const *words, struct buf *out)
{
    buf_add_text(out, "\"type\":\"string\",\"enum\":[");
    for (; *words != NULL; words++) {
        json_add_comma(out);
        json_add_text(out, *words);
    }
    buf_add_char(out, ']');
}

static void add_array(struct schema_set *set, const struct field *field, struct buf *out)
{
    buf_add_text(out, "\"type\":\"array\",\"items\":");
    if (field->kind == FIELD_OBJECTS)
        schema_ref(set, field->sub, out);
    else
        buf_add_text(out, field->kind == FIELD_TEXTS ? "{\"type\":\"string\"}" : "{\"type\":\"integer\"}");
    if (field->kind == FIELD_OBJECTS && field->max != 0)
        buf_addf(out, ",\"maxItems\":%" PRId64, field->max);
}

static void add_type(struct schema_set *set, const struct field *field, struct buf *out)
{
    switch (field->kind) {
    case FIELD_TEXT:
        buf_add_text(out, "\"type\":\"string\"");
        add_bounds(field, "minLength", "maxLength", 1, out);
        break;
    case FIELD_ID:
        buf_add_text(out, "\"type\":\"string\",\"format\":\"uuid\"");
        break;
    case FIELD_BOOL:
        buf_add_text(out, "\"type\":\"boolean\"");
        break;
    case FIELD_INT:
        buf_add_text(out, "\"type\":\"integer\"");
        add_bounds(field, "minimum", "maximum", 1, out);
        break;
    case FIELD_REAL:
        buf_add_text(out, "\"type\":\"number\"");
        add_bounds(field, "minimum", "maximum", 1, out);
        break;
    case FIELD_MONEY:
        buf_add_text(out, "\"type\":\"number\"");
        add_bounds(field, "minimum", "maximum", 100, out);
        break;
    case FIELD_TIME:
        buf_add_text(out, "\"type\":\"string\",\"format\":\"date-time\"");
        break;
    case FIELD_DATE:
        buf_add_text(out, "\"type\":\"string\",\"format\":\"date\"");
        break;
    case FIELD_ENUM:
        add_words(field->words, out);
        break;
    case FIELD_BYTES:
        buf_add_text(out, "\"type\":\"string\",\"contentEncoding\":\"base64url\"");
        break;
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
        add_array(set, field, out);
        break;
    case FIELD_OBJECT:
    case FIELD_JSON:
        break;
    }
}

void schema_value(struct schema_set *set, const struct field *field, struct buf *out)
{
    if (field->kind == FIELD_OBJECT) {
        schema_ref(set, field->sub, out);
        return;
    }
    buf_add_char(out, '{');
    add_type(set, field, out);
    if (field->help != NULL) {
        json_add_key(out, "description");
        json_add_text(out, field->help);
    }
    buf_add_char(out, '}');
}

static bool is_member(const struct field *field)
{
    return (field->flags & FIELD_PATH) == 0;
}

static void add_required(const struct shape *shape, struct buf *out)
{
    CLEANUP(buf_free) struct buf names = { 0 };
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!is_member(field) || (field->flags & FIELD_REQUIRED) == 0)
            continue;
        json_add_comma(&names);
        json_add_text(&names, field->name);
    }
    if (names.len > 0)
        buf_addf(out, ",\"required\":[%s]", buf_text(&names));
}

void schema_object(struct schema_set *set, const struct shape *shape, struct buf *out)
{
    buf_add_text(out, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < shape->count; i++) {
        if (!is_member(&shape->fields[i]))
            continue;
        json_add_key(out, shape->fields[i].name);
        schema_value(set, &shape->fields[i], out);
    }
    buf_add_char(out, '}');
    add_required(shape, out);
    buf_add_char(out, '}');
}

void schema_write_all(struct schema_set *set, struct buf *out)
{
    // The list grows while it is walked: a shape mentions others.
    for (size_t i = 0; i < set->shapes.count; i++) {
        const struct shape *shape = *LIST_AT(&set->shapes, const struct shape *, i);
        json_add_key(out, shape->name);
        schema_object(set, shape, out);
    }
}
