// The columns of the current row, one by one or a whole struct by its shape.
#include "server/db/driver.h"

#include <string.h>

int64_t db_col_int(const struct db_rows *rows, int column)
{
    return rows->db->driver->col_int(rows->statement, column);
}

double db_col_real(const struct db_rows *rows, int column)
{
    return rows->db->driver->col_real(rows->statement, column);
}

const char *db_col_text(const struct db_rows *rows, int column)
{
    return rows->db->driver->col_text(rows->statement, column);
}

char *db_col_copy(const struct db_rows *rows, int column, struct arena *arena)
{
    return arena_strdup(arena, db_col_text(rows, column));
}

const void *db_col_blob(const struct db_rows *rows, int column, size_t *ret_size)
{
    return rows->db->driver->col_blob(rows->statement, column, ret_size);
}

bool db_col_null(const struct db_rows *rows, int column)
{
    return rows->db->driver->col_type(rows->statement, column) == DB_NULL;
}

static bool broken(const struct db_rows *rows, const struct field *field)
{
    return err_set(rows->err, ERR_INTERNAL, "The store holds a broken value for %s.", field->name);
}

static bool load_texts(const cJSON *json, struct arena *arena, struct list *ret)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        if (!cJSON_IsString(item))
            return false;
        *LIST_ADD(ret, arena, const char *) = arena_strdup(arena, item->valuestring);
    }
    return true;
}

static bool load_ints(const cJSON *json, struct arena *arena, struct list *ret)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        if (!cJSON_IsNumber(item))
            return false;
        *LIST_ADD(ret, arena, int64_t) = (int64_t)item->valuedouble;
    }
    return true;
}

static bool load_objects(const struct field *field, const cJSON *json, struct arena *arena, struct list *ret)
{
    struct err ignored = { 0 };
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        void *object = list_add(ret, arena, field->sub->size);
        if (!shape_read_lenient(field->sub, item, arena, object, &ignored))
            return false;
    }
    return true;
}

// A column of JSON text: a list, or an object in place.
static bool load_json(const struct db_rows *rows, int column, const struct field *field, struct arena *arena,
                      void *at)
{
    const char *text = db_col_text(rows, column);
    if (text == NULL)
        return true;
    struct err ignored = { 0 };
    CLEANUP(json_free) cJSON *json = json_parse(text, strlen(text), &ignored);
    if (json == NULL)
        return broken(rows, field);
    bool ok;
    if (field->kind == FIELD_OBJECT)
        ok = shape_read_lenient(field->sub, json, arena, at, &ignored);
    else if (!cJSON_IsArray(json))
        ok = false;
    else if (field->kind == FIELD_TEXTS)
        ok = load_texts(json, arena, at);
    else if (field->kind == FIELD_INTS)
        ok = load_ints(json, arena, at);
    else
        ok = load_objects(field, json, arena, at);
    return ok || broken(rows, field);
}

// Enums are stored as their index, or as their word.
static int load_enum(const struct db_rows *rows, int column, const struct field *field)
{
    enum db_type type = rows->db->driver->col_type(rows->statement, column);
    if (type == DB_NULL)
        return -1;
    if (type == DB_INT)
        return (int)db_col_int(rows, column);
    const char *word = db_col_text(rows, column);
    for (int i = 0; word != NULL && field->words[i] != NULL; i++)
        if (strcmp(field->words[i], word) == 0)
            return i;
    return -1;
}

static void load_bytes(const struct db_rows *rows, int column, struct arena *arena, struct bytes *ret)
{
    size_t size;
    const void *data = db_col_blob(rows, column, &size);
    if (!db_col_null(rows, column))
        *ret = (struct bytes){ size == 0 ? "" : arena_copy(arena, data, size), size };
}

static bool load_field(const struct db_rows *rows, int column, const struct field *field, struct arena *arena,
                       void *at)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_ID:
    case FIELD_JSON:
        *(const char **)at = db_col_copy(rows, column, arena);
        return true;
    case FIELD_BYTES:
        load_bytes(rows, column, arena, at);
        return true;
    case FIELD_BOOL:
        *(bool *)at = db_col_int(rows, column) != 0;
        return true;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
        *(int64_t *)at = db_col_int(rows, column);
        return true;
    case FIELD_DATE:
        *(int32_t *)at = (int32_t)db_col_int(rows, column);
        return true;
    case FIELD_REAL:
        *(double *)at = db_col_real(rows, column);
        return true;
    case FIELD_ENUM:
        *(int *)at = load_enum(rows, column, field);
        return true;
    case FIELD_OBJECT:
    case FIELD_TEXTS:
    case FIELD_INTS:
    case FIELD_OBJECTS:
        return load_json(rows, column, field, arena, at);
    }
    return broken(rows, field);
}

bool db_load(const struct db_rows *rows, const struct shape *shape, struct arena *arena, void *ret)
{
    memset(ret, 0, shape->size);
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!load_field(rows, (int)i, field, arena, (char *)ret + field->offset))
            return false;
        if (field->has != 0)
            *(bool *)((char *)ret + field->has) = !db_col_null(rows, (int)i);
    }
    return true;
}
