#include "server/http/args.h"

#include "shared/base/utf8.h"

#include <string.h>

enum { TEXT_MAX = 4096, NAME_MAX_SHOWN = 40 };

static bool put(cJSON **object, const char *name, cJSON *value, struct err *err)
{
    if (*object == NULL)
        *object = cJSON_CreateObject();
    CHECK(*object != NULL);
    if (cJSON_GetObjectItemCaseSensitive(*object, name) == NULL) {
        CHECK(cJSON_AddItemToObject(*object, name, value));
        return true;
    }
    cJSON_Delete(value);
    return err_field(err, name, "%s is given twice.", name);
}

static bool put_text(cJSON **object, const struct field *field, const char *text, size_t size,
                     struct err *err)
{
    char copy[TEXT_MAX];
    if (size >= sizeof copy)
        return err_field(err, field->name, "%s is too long.", field->name);
    if (!utf8_is_plain(text, size))
        return err_field(err, field->name, "%s holds characters that cannot be taken.", field->name);
    memcpy(copy, text, size);
    copy[size] = '\0';
    cJSON *value = shape_text_to_json(field, copy, err);
    return value != NULL && put(object, field->name, value, err);
}

static const struct field *query_field(const struct shape *in, const char *name, size_t size)
{
    for (size_t i = 0; in != NULL && i < in->count; i++) {
        const struct field *field = &in->fields[i];
        if ((field->flags & FIELD_QUERY) && strlen(field->name) == size &&
            memcmp(field->name, name, size) == 0)
            return field;
    }
    return NULL;
}

static bool put_query(cJSON **object, const struct shape *in, const char *pair, struct err *err)
{
    size_t size = strcspn(pair, "=");
    const struct field *field = query_field(in, pair, size);
    if (field == NULL) {
        int shown = size < NAME_MAX_SHOWN && utf8_is_plain(pair, size) ? (int)size : 0;
        return err_set(err, ERR_BAD_REQUEST, "There is no query parameter \"%.*s\" here.", shown, pair);
    }
    const char *value = pair[size] == '=' ? pair + size + 1 : "";
    return put_text(object, field, value, strlen(value), err);
}

static bool gather(const struct route_match *match, const char *const *query, size_t query_count,
                   cJSON **object, struct err *err)
{
    const struct shape *in = match->op->spec->in;
    for (size_t i = 0; i < match->param_count; i++) {
        const struct route_param *param = &match->params[i];
        if (!put_text(object, shape_find(in, param->name), param->text, param->size, err))
            return false;
    }
    for (size_t i = 0; i < query_count; i++)
        if (query[i][0] != '\0' && !put_query(object, in, query[i], err))
            return false;
    return true;
}

bool args_gather(const struct route_match *match, const char *const *query, size_t query_count, cJSON **ret,
                 struct err *err)
{
    CLEANUP(json_free) cJSON *object = NULL;
    if (!gather(match, query, query_count, &object, err))
        return false;
    *ret = object;
    object = NULL;
    return true;
}

bool args_merge_body(cJSON **args, const char *body, size_t size, struct err *err)
{
    if (size == 0)
        return true;
    CLEANUP(json_free) cJSON *json = json_parse(body, size, err);
    if (json == NULL)
        return false;
    if (!cJSON_IsObject(json))
        return err_set(err, ERR_BAD_REQUEST, "The body must be a JSON object.");
    while (*args != NULL && (*args)->child != NULL) {
        cJSON *item = cJSON_DetachItemViaPointer(*args, (*args)->child);
        if (!put(&json, item->string, item, err))
            return false;
    }
    json_free(args);
    *args = json;
    json = NULL;
    return true;
}
