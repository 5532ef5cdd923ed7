#include "shared/base/civil.h"
#include "shared/base/id.h"
#include "shared/base/utf8.h"
#include "shared/wire/base64.h"
#include "shared/wire/shape_parts.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIST_MAX = 200, TEXT_MAX = 4096, SHAPE_FIELDS_MAX = 64 };

static const int64_t INT_SAFE = (INT64_C(1) << 53) - 1; // what a JSON number carries exactly

static bool read_object(struct reader *reader, const struct shape *shape, const cJSON *json, void *ret);

static bool refuse(struct reader *reader, const char *name, const char *what)
{
    char path[ERR_FIELD_MAX * 2];
    snprintf(path, sizeof path, "%s%s%.60s", reader->path, reader->path[0] != '\0' ? "." : "", name);
    path[ERR_FIELD_MAX - 1] = '\0';
    struct buf clean = { 0 };
    utf8_clean(&clean, path, strlen(path), false);
    err_field(reader->err, buf_text(&clean), "The field %s %s.", buf_text(&clean), what);
    buf_free(&clean);
    return false;
}

static bool read_text(struct reader *reader, const struct field *field, const cJSON *json, const char **ret)
{
    if (!cJSON_IsString(json))
        return refuse(reader, field->name, "must be text");
    const char *text = json->valuestring;
    size_t size = strlen(text);
    if ((int64_t)size < field->min)
        return refuse(reader, field->name, size == 0 ? "must not be empty" : "is too short");
    if ((int64_t)size > (field->max == 0 ? TEXT_MAX : field->max))
        return refuse(reader, field->name, "is too long");
    bool lines = (field->flags & FIELD_MULTILINE) != 0;
    if (!utf8_is_plain(text, size) || (!lines && strpbrk(text, "\n\r\t") != NULL))
        return refuse(reader, field->name, "holds characters that are not allowed");
    *ret = arena_strndup(reader->arena, text, size);
    return true;
}

static bool read_id(struct reader *reader, const struct field *field, const cJSON *json, const char **ret)
{
    if (!cJSON_IsString(json) || !id_valid(json->valuestring))
        return refuse(reader, field->name, "must be an id");
    *ret = arena_strdup(reader->arena, json->valuestring);
    return true;
}

static bool in_bounds(const struct field *field, double value)
{
    double low = field->min == 0 && field->max == 0 ? -(double)INT_SAFE : (double)field->min;
    double high = field->max == 0 ? (double)INT_SAFE : (double)field->max;
    return value >= low && value <= high;
}

static bool read_int(struct reader *reader, const struct field *field, const cJSON *json, int64_t *ret)
{
    double value = json->valuedouble;
    if (!cJSON_IsNumber(json) || value < floor(value) || value > floor(value) ||
        fabs(value) > (double)INT_SAFE)
        return refuse(reader, field->name, "must be a whole number");
    if (!in_bounds(field, value))
        return refuse(reader, field->name, "is out of bounds");
    *ret = (int64_t)value;
    return true;
}

static bool read_real(struct reader *reader, const struct field *field, const cJSON *json, double *ret)
{
    if (!cJSON_IsNumber(json) || !isfinite(json->valuedouble))
        return refuse(reader, field->name, "must be a number");
    if (!in_bounds(field, json->valuedouble))
        return refuse(reader, field->name, "is out of bounds");
    *ret = json->valuedouble;
    return true;
}

static bool read_money(struct reader *reader, const struct field *field, const cJSON *json, int64_t *ret)
{
    if (!cJSON_IsNumber(json) || !isfinite(json->valuedouble) || fabs(json->valuedouble) > 1e13)
        return refuse(reader, field->name, "must be an amount");
    double minor = round(json->valuedouble * 100);
    if (fabs(json->valuedouble * 100 - minor) > 1e-4)
        return refuse(reader, field->name, "must have two decimals at most");
    if (!in_bounds(field, minor))
        return refuse(reader, field->name, "is out of bounds");
    *ret = (int64_t)minor;
    return true;
}

static bool read_time(struct reader *reader, const struct field *field, const cJSON *json, int64_t *ret)
{
    if (!cJSON_IsString(json) || !civil_parse_iso(json->valuestring, ret))
        return refuse(reader, field->name, "must be a time such as 2025-12-30T14:00:00Z");
    return true;
}

static bool read_date(struct reader *reader, const struct field *field, const cJSON *json, int32_t *ret)
{
    civil_day day;
    if (!cJSON_IsString(json) || !civil_parse_date(json->valuestring, &day))
        return refuse(reader, field->name, "must be a date such as 2025-12-30");
    *ret = day;
    return true;
}

static bool read_enum(struct reader *reader, const struct field *field, const cJSON *json, int *ret)
{
    for (int i = 0; cJSON_IsString(json) && field->words[i] != NULL; i++)
        if (strcmp(field->words[i], json->valuestring) == 0) {
            *ret = i;
            return true;
        }
    struct buf words = { 0 };
    buf_add_text(&words, "must be one of");
    for (int i = 0; field->words[i] != NULL; i++)
        buf_addf(&words, "%s %s", i == 0 ? "" : ",", field->words[i]);
    refuse(reader, field->name, buf_text(&words));
    buf_free(&words);
    return false;
}

// Reads one item with the reader's path inside `name[index]`.
static bool read_item(struct reader *reader, const struct field *field, int index, const cJSON *item,
                      void *ret)
{
    char outer[ERR_FIELD_MAX];
    memcpy(outer, reader->path, sizeof outer);
    char inner[ERR_FIELD_MAX * 2];
    snprintf(inner, sizeof inner, "%s%s%s", outer, outer[0] != '\0' ? "." : "", field->name);
    if (index >= 0)
        snprintf(inner + strlen(inner), sizeof inner - strlen(inner), "[%d]", index);
    memcpy(reader->path, inner, sizeof reader->path);
    reader->path[sizeof reader->path - 1] = '\0';
    bool good = read_object(reader, field->sub, item, ret);
    memcpy(reader->path, outer, sizeof outer);
    return good;
}

static bool read_list(struct reader *reader, const struct field *field, const cJSON *json, struct list *ret)
{
    if (!cJSON_IsArray(json))
        return refuse(reader, field->name, "must be a list");
    int64_t most = field->kind == FIELD_OBJECTS && field->max != 0 ? field->max : LIST_MAX;
    int index = 0;
    for (const cJSON *item = json->child; item != NULL; item = item->next, index++) {
        if (index >= most)
            return refuse(reader, field->name, "has too many entries");
        bool good;
        if (field->kind == FIELD_TEXTS)
            good = read_text(reader, field, item, LIST_ADD(ret, reader->arena, const char *));
        else if (field->kind == FIELD_INTS)
            good = read_int(reader, field, item, LIST_ADD(ret, reader->arena, int64_t));
        else
            good = read_item(reader, field, index, item, list_add(ret, reader->arena, field->sub->size));
        if (!good)
            return false;
    }
    return true;
}

static bool read_json(struct reader *reader, const struct field *field, const cJSON *json, const char **ret)
{
    char *text = cJSON_PrintUnformatted(json);
    CHECK(text != NULL);
    bool fits = (int64_t)strlen(text) <= (field->max == 0 ? TEXT_MAX : field->max);
    if (fits)
        *ret = arena_strdup(reader->arena, text);
    cJSON_free(text);
    return fits || refuse(reader, field->name, "is too long");
}

static bool read_bytes(struct reader *reader, const struct field *field, const cJSON *json, struct bytes *ret)
{
    if (!cJSON_IsString(json) || !base64_read(json->valuestring, reader->arena, ret))
        return refuse(reader, field->name, "must be base64url without padding");
    if ((int64_t)ret->size < field->min)
        return refuse(reader, field->name, "is too short");
    if ((int64_t)ret->size > (field->max == 0 ? TEXT_MAX : field->max))
        return refuse(reader, field->name, "is too long");
    return true;
}

static bool read_bool(struct reader *reader, const struct field *field, const cJSON *json, bool *ret)
{
    if (!cJSON_IsBool(json))
        return refuse(reader, field->name, "must be true or false");
    *ret = cJSON_IsTrue(json);
    return true;
}

bool shape_read_field(struct reader *reader, const struct field *field, const cJSON *json, void *at)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return read_text(reader, field, json, at);
    case FIELD_ID:
        return read_id(reader, field, json, at);
    case FIELD_BOOL:
        return read_bool(reader, field, json, at);
    case FIELD_INT:
        return read_int(reader, field, json, at);
    case FIELD_REAL:
        return read_real(reader, field, json, at);
    case FIELD_MONEY:
        return read_money(reader, field, json, at);
    case FIELD_TIME:
        return read_time(reader, field, json, at);
    case FIELD_DATE:
        return read_date(reader, field, json, at);
    case FIELD_ENUM:
        return read_enum(reader, field, json, at);
    case FIELD_OBJECT:
        return read_item(reader, field, -1, json, at);
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
        return read_list(reader, field, json, at);
    case FIELD_JSON:
        return read_json(reader, field, json, at);
    case FIELD_BYTES:
        return read_bytes(reader, field, json, at);
    }
    return false;
}

void shape_set_absent(const struct shape *shape, void *ret)
{
    memset(ret, 0, shape->size);
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (field->kind == FIELD_ENUM)
            *(int *)field_at(field, ret) = -1;
        else if (field->kind == FIELD_OBJECT)
            shape_set_absent(field->sub, field_at(field, ret));
    }
}

static bool read_member(struct reader *reader, const struct shape *shape, const cJSON *member, void *ret,
                        uint64_t *seen)
{
    const struct field *field = shape_find(shape, member->string);
    if (field == NULL)
        return reader->lenient || refuse(reader, member->string, "is not known here");
    if (field->has != 0)
        *(bool *)((char *)ret + field->has) = true;
    if (cJSON_IsNull(member))
        return true;
    *seen |= UINT64_C(1) << (field - shape->fields);
    return shape_read_field(reader, field, member, field_at(field, ret));
}

static bool read_object(struct reader *reader, const struct shape *shape, const cJSON *json, void *ret)
{
    CHECK(shape->count <= SHAPE_FIELDS_MAX);
    shape_set_absent(shape, ret);
    if (!cJSON_IsObject(json))
        return err_field(reader->err, reader->path, "%s must be an object.",
                         reader->path[0] != '\0' ? reader->path : "The body");
    uint64_t seen = 0;
    for (const cJSON *member = json->child; member != NULL; member = member->next)
        if (!read_member(reader, shape, member, ret, &seen))
            return false;
    for (size_t i = 0; i < shape->count; i++)
        if ((shape->fields[i].flags & FIELD_REQUIRED) != 0 && (seen >> i & 1) == 0)
            return refuse(reader, shape->fields[i].name, "is missing");
    return true;
}

bool shape_read(const struct shape *shape, const cJSON *json, struct arena *arena, void *ret, struct err *err)
{
    struct reader reader = { .arena = arena, .err = err };
    return read_object(&reader, shape, json, ret);
}

bool shape_read_lenient(const struct shape *shape, const cJSON *json, struct arena *arena, void *ret,
                        struct err *err)
{
    struct reader reader = { .arena = arena, .err = err, .lenient = true };
    return read_object(&reader, shape, json, ret);
}

cJSON *shape_text_to_json(const struct field *field, const char *text, struct err *err)
{
    bool number = field->kind == FIELD_INT || field->kind == FIELD_REAL || field->kind == FIELD_MONEY;
    if (field->kind != FIELD_BOOL && !number)
        return cJSON_CreateString(text);
    cJSON *json = json_parse(text, strlen(text), err);
    if (number ? cJSON_IsNumber(json) : cJSON_IsBool(json))
        return json;
    json_free(&json);
    err_field(err, field->name, "The field %s must be %s.", field->name,
              number ? "a number" : "true or false");
    return NULL;
}
