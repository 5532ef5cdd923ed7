#include "server/core/op.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <inttypes.h>

static struct buf *member(struct op_ctx *ctx, const char *name)
{
    json_add_key(ctx->reply, name);
    return ctx->reply;
}

void reply_shape(struct op_ctx *ctx, const char *name, const struct shape *shape, const void *value)
{
    shape_write(shape, value, member(ctx, name));
}

void reply_shapes(struct op_ctx *ctx, const char *name, const struct shape *shape, const struct list *items)
{
    struct buf *out = member(ctx, name);
    buf_add_char(out, '[');
    for (size_t i = 0; i < items->count; i++) {
        json_add_comma(out);
        shape_write(shape, (const char *)items->items + i * shape->size, out);
    }
    buf_add_char(out, ']');
}

void reply_int(struct op_ctx *ctx, const char *name, int64_t value)
{
    buf_addf(member(ctx, name), "%" PRId64, value);
}

void reply_text(struct op_ctx *ctx, const char *name, const char *value)
{
    json_add_text(member(ctx, name), value);
}

void reply_bool(struct op_ctx *ctx, const char *name, bool value)
{
    buf_add_text(member(ctx, name), value ? "true" : "false");
}

void reply_json(struct op_ctx *ctx, const char *name, const char *json)
{
    buf_add_text(member(ctx, name), json);
}

const char *op_new_id(struct op_ctx *ctx)
{
    struct id id;
    host_new_id(&id, ctx->now);
    return arena_strdup(ctx->arena, id.text);
}

const char *op_id_or_new(struct op_ctx *ctx, const char *given)
{
    return given != NULL && id_valid(given) ? given : op_new_id(ctx);
}
