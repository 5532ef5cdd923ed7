// One call: what is asked, and what an answer says.

#include "tui/net/http.h"

#include <stdlib.h>
#include <string.h>

static char *fill_path(const char *path, const char *id)
{
    const char *at = strchr(path, ':');
    if (at == NULL || id == NULL)
        return strdup(path);
    struct buf filled = { 0 };
    const char *rest = at + strcspn(at, "/");
    buf_add(&filled, path, (size_t)(at - path));
    buf_add_text(&filled, id);
    buf_add_text(&filled, rest);
    return filled.data;
}

struct http_call *http_call_create(int kind, const char *server, const struct op_spec *spec, const char *id)
{
    struct http_call *call = calloc(1, sizeof *call);
    CHECK(call != NULL);
    call->kind = kind;
    call->server = strdup(server);
    call->method = strdup(spec->method);
    call->path = fill_path(spec->path, id);
    return call;
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void http_call_free(struct http_call *call)
{
    if (call == NULL)
        return;
    free(call->server);
    free(call->method);
    free(call->path);
    wipe(call->token);
    wipe(call->body);
    wipe(call->note);
    wipe(call->note2);
    json_free(&call->data);
    free(call);
}

static bool is_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

// The API's refusal in its own words (RULES 25), or the bare status.
static void read_error(struct http_call *call, const cJSON *json)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");
    const char *code = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, "code"));
    const char *message = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(error, "message"));
    enum err_code known = code != NULL ? err_from_name(code) : ERR_INTERNAL;
    if (code == NULL && call->status == 401)
        known = ERR_UNAUTHENTICATED;
    if (message != NULL)
        err_set(&call->err, known, "%s", message);
    else
        err_set(&call->err, known, "the server answered with status %d", call->status);
}

void http_call_answer(struct http_call *call, int status, const char *text, size_t size)
{
    struct err why;
    CLEANUP(json_free) cJSON *json = json_parse(text, size, &why);
    call->status = status;
    call->ok = call->status >= 200 && call->status < 300 && is_true(json, "success");
    if (call->ok)
        call->data = cJSON_DetachItemFromObjectCaseSensitive(json, "data");
    else
        read_error(call, json);
}
