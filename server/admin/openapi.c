#include "server/admin/openapi.h"

#include "server/admin/openapi_schema.h"
#include "server/core/op.h"

#include <ctype.h>
#include <string.h>

static const char ERROR_SCHEMA[] =
    "{\"type\":\"object\",\"required\":[\"success\",\"error\"],\"properties\":{\"success\":{\"const\":false},"
    "\"error\":{\"type\":\"object\",\"required\":[\"code\",\"message\"],\"properties\":{"
    "\"code\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"details\":{\"type\":\"object\"}}}}}";

static const char ABOUT[] =
    "{\"title\":\"InsightSerenity\",\"version\":\"" SERENITY_VERSION "\",\"description\":"
    "\"Consultations between organizations and expert consultants. Every path answers under /api/v1 as well. "
    "Answers are {success, data} or {success, error}; times are ISO 8601 in UTC, money is a decimal number "
    "with its "
    "currency.\"}";

static const char IDEMPOTENCY[] =
    "{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"schema\":{\"type\":\"string\",\"maxLength\":200},"
    "\"description\":\"The same key with the same body has one effect and gets the same answer\"}";

// "/api/consultations/:id/start" -> "/api/consultations/{id}/start"
static void add_path(const char *path, struct buf *out)
{
    buf_add_char(out, '"');
    while (*path != '\0') {
        if (*path != ':') {
            buf_add_char(out, *path++);
            continue;
        }
        size_t length = strcspn(++path, "/");
        buf_addf(out, "{%.*s}", (int)length, path);
        path += length;
    }
    buf_add_text(out, "\":");
}

static bool in_query(const struct op_spec *spec, const struct field *field)
{
    return (field->flags & FIELD_PATH) == 0 &&
           ((field->flags & FIELD_QUERY) != 0 || strcmp(spec->method, "GET") == 0);
}

static void add_parameters(const struct op_spec *spec, struct schema_set *set, struct buf *out)
{
    json_add_key(out, "parameters");
    buf_add_char(out, '[');
    for (size_t i = 0; spec->in != NULL && i < spec->in->count; i++) {
        const struct field *field = &spec->in->fields[i];
        bool path = (field->flags & FIELD_PATH) != 0;
        if (!path && !in_query(spec, field))
            continue;
        json_add_comma(out);
        buf_addf(out, "{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":", field->name,
                 path ? "path" : "query", path || (field->flags & FIELD_REQUIRED) != 0 ? "true" : "false");
        schema_value(set, field, out);
        buf_add_char(out, '}');
    }
    if (spec->kind == OP_CHANGE) {
        json_add_comma(out);
        buf_add_text(out, IDEMPOTENCY);
    }
    buf_add_char(out, ']');
}

static bool has_body(const struct op_spec *spec)
{
    for (size_t i = 0; spec->in != NULL && i < spec->in->count; i++)
        if ((spec->in->fields[i].flags & FIELD_PATH) == 0 && !in_query(spec, &spec->in->fields[i]))
            return true;
    return false;
}

static void add_body(const struct op_spec *spec, struct schema_set *set, struct buf *out)
{
    if (!has_body(spec))
        return;
    json_add_key(out, "requestBody");
    buf_add_text(out, "{\"required\":true,\"content\":{\"application/json\":{\"schema\":");
    schema_ref(set, spec->in, out);
    buf_add_text(out, "}}}");
}

static void add_data(const struct op *op, struct schema_set *set, struct buf *out)
{
    buf_add_text(out, "{\"type\":\"object\"");
    if (op->reply_name != NULL && op->reply_shape != NULL) {
        buf_addf(out, ",\"properties\":{\"%s\":", op->reply_name);
        if (op->reply_list)
            buf_add_text(out, "{\"type\":\"array\",\"items\":");
        schema_ref(set, op->reply_shape, out);
        if (op->reply_list)
            buf_add_text(
                out, "},\"total\":{\"type\":\"integer\"},\"nextCursor\":{\"type\":[\"string\",\"null\"]}");
        buf_add_char(out, '}');
    }
    buf_add_char(out, '}');
}

static void add_responses(const struct op *op, struct schema_set *set, struct buf *out)
{
    json_add_key(out, "responses");
    buf_addf(out,
             "{\"%d\":{\"description\":\"Done\",\"content\":{\"application/json\":{\"schema\":"
             "{\"type\":\"object\",\"required\":[\"success\",\"data\"],\"properties\":{"
             "\"success\":{\"const\":true},\"data\":",
             op->spec->status);
    add_data(op, set, out);
    buf_add_text(out, "}}}}},\"default\":{\"description\":\"Refused\",\"content\":{\"application/json\":"
                      "{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}}");
}

static void add_roles(unsigned roles, struct buf *out)
{
    static const struct {
        unsigned role;
        const char *word;
    } words[] = { { ROLE_PUBLIC, "public" },
                  { ROLE_CLIENT, "client" },
                  { ROLE_CONSULTANT, "consultant" },
                  { ROLE_ADMIN, "admin" } };
    json_add_key(out, "x-roles");
    buf_add_char(out, '[');
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if ((roles & words[i].role) != 0) {
            json_add_comma(out);
            json_add_text(out, words[i].word);
        }
    buf_add_char(out, ']');
    if ((roles & ROLE_PUBLIC) != 0)
        buf_add_text(out, ",\"security\":[]");
}

static void add_operation(const struct op *op, struct schema_set *set, struct buf *out)
{
    const struct op_spec *spec = op->spec;
    const char *area_end = strchr(spec->name, '.');
    buf_add_char(out, '"');
    for (const char *p = spec->method; *p != '\0'; p++)
        buf_add_char(out, (char)tolower((unsigned char)*p));
    buf_addf(out, "\":{\"operationId\":\"%s\",\"tags\":[\"%.*s\"],\"summary\":", spec->name,
             area_end == NULL ? 0 : (int)(area_end - spec->name), spec->name);
    json_add_text(out, spec->help);
    if (op->test_only)
        buf_add_text(out, ",\"description\":\"Only with --test-clock\"");
    add_roles(spec->roles, out);
    buf_addf(out, ",\"x-offline\":%s", spec->offline ? "true" : "false");
    add_parameters(spec, set, out);
    add_body(spec, set, out);
    add_responses(op, set, out);
    buf_add_char(out, '}');
}

static bool is_first_of_path(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (op_table[i]->spec->path != NULL &&
            strcmp(op_table[i]->spec->path, op_table[index]->spec->path) == 0)
            return false;
    return true;
}

// All operations of one path stand together, where its first one is.
static void add_paths(struct schema_set *set, struct buf *out)
{
    for (size_t i = 0; i < op_table_count; i++) {
        const char *path = op_table[i]->spec->path;
        if (path == NULL || !is_first_of_path(i))
            continue;
        json_add_comma(out);
        add_path(path, out);
        buf_add_char(out, '{');
        for (size_t j = i; j < op_table_count; j++)
            if (op_table[j]->spec->path != NULL && strcmp(op_table[j]->spec->path, path) == 0) {
                json_add_comma(out);
                add_operation(op_table[j], set, out);
            }
        buf_add_char(out, '}');
    }
}

static void free_arena(struct arena *arena)
{
    arena_free(arena);
}

void openapi_write(struct buf *out)
{
    CLEANUP(free_arena) struct arena arena = { 0 };
    struct schema_set set = { .arena = &arena };
    buf_addf(
        out,
        "{\"openapi\":\"3.1.0\",\"info\":%s,\"servers\":[{\"url\":\"/\"}],\"security\":[{\"bearer\":[]}],"
        "\"paths\":{",
        ABOUT);
    add_paths(&set, out);
    buf_addf(out,
             "},\"components\":{\"securitySchemes\":{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\","
             "\"bearerFormat\":\"JWT\"}},\"schemas\":{\"Error\":%s",
             ERROR_SCHEMA);
    schema_write_all(&set, out);
    buf_add_text(out, "}}}\n");
}
