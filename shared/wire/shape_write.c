#include "shared/base/civil.h"
#include "shared/wire/base64.h"
#include "shared/wire/shape.h"

static void write_list(const struct field *field, const struct list *list, struct buf *out)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        if (field->kind == FIELD_TEXTS)
            json_add_text(out, *LIST_AT(list, const char *, i));
        else if (field->kind == FIELD_INTS)
            buf_addf(out, "%lld", (long long)*LIST_AT(list, int64_t, i));
        else
            shape_write(field->sub, (const char *)list->items + i * field->sub->size, out);
    }
    buf_add_char(out, ']');
}

static void write_date(int32_t day, struct buf *out)
{
    char text[CIVIL_DATE_SIZE];
    json_add_text(out, day == 0 ? NULL : civil_format_date(day, text));
}

static void write_int(int64_t value, struct buf *out)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof digits - at);
}

static void write_bytes(const struct bytes *bytes, struct buf *out)
{
    if (bytes->data == NULL) {
        buf_add_text(out, "null");
        return;
    }
    buf_add_char(out, '"');
    base64_add(out, bytes->data, bytes->size);
    buf_add_char(out, '"');
}

static void write_value(const struct field *field, const void *at, struct buf *out)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_ID:
        json_add_text(out, *(const char *const *)at);
        break;
    case FIELD_BOOL:
        buf_add_text(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_INT:
        write_int(*(const int64_t *)at, out);
        break;
    case FIELD_REAL:
        buf_addf(out, "%.15g", *(const double *)at);
        break;
    case FIELD_MONEY:
        json_add_money(out, *(const int64_t *)at);
        break;
    case FIELD_TIME:
        json_add_time(out, *(const int64_t *)at);
        break;
    case FIELD_DATE:
        write_date(*(const int32_t *)at, out);
        break;
    case FIELD_ENUM:
        json_add_text(out, *(const int *)at < 0 ? NULL : field->words[*(const int *)at]);
        break;
    case FIELD_OBJECT:
        shape_write(field->sub, at, out);
        break;
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
        write_list(field, at, out);
        break;
    case FIELD_JSON:
        buf_add_text(out, *(const char *const *)at == NULL ? "null" : *(const char *const *)at);
        break;
    case FIELD_BYTES:
        write_bytes(at, out);
        break;
    }
}

// Not given is not the same as null: a patch names only what changes.
static bool is_given(const struct field *field, const void *value)
{
    return field->has == 0 || *(const bool *)((const char *)value + field->has);
}

void shape_write(const struct shape *shape, const void *value, struct buf *out)
{
    buf_add_char(out, '{');
    bool first = true;
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!is_given(field, value) ||
            ((field->flags & FIELD_OMIT_EMPTY) != 0 && field_is_empty(field, value)))
            continue;
        if (!first)
            buf_add_char(out, ',');
        first = false;
        json_add_text(out, field->name);
        buf_add_char(out, ':');
        write_value(field, field_at(field, value), out);
    }
    buf_add_char(out, '}');
}
