#include "server/admin/tools.h"

static void free_request(struct op_request **request)
{
    op_request_free(*request);
}

bool tool_run(struct app *app, const struct op *op, const void *args, struct buf *ret_reply, struct err *err)
{
    CLEANUP(free_request) struct op_request *request = op_request_create();
    request->op = op;
    request->args = args;
    request->trusted = true;
    request->request_id = "tool";
    request->actor = (struct actor){
        .tenant = TENANT_DEFAULT,
        .name = "InsightSerenity",
        .roles = ROLE_PUBLIC | ROLE_ADMIN,
        .verified = true,
        .system = true,
    };
    engine_run(app->engine, request);
    if (!request->ok) {
        *err = request->err;
        err->details = NULL; // it lives in the request
        return false;
    }
    if (ret_reply != NULL)
        buf_add(ret_reply, request->reply.data, request->reply.len);
    return true;
}
