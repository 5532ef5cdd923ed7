// Reading the directory of consultants.
#include "server/consultants/consultant_view.h"
#include "server/consultants/consultants.h"
#include "shared/base/id.h"

#include <string.h>
#include <strings.h>

enum { PAGE_DEFAULT = 50 };

static bool has_word(const struct list *words, const char *wanted)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcasecmp(*LIST_AT(words, const char *, i), wanted) == 0)
            return true;
    return false;
}

static bool matches(const struct row_consultant *row, const struct args_page *args)
{
    return (args->skill == NULL || has_word(&row->skills, args->skill) ||
            has_word(&row->specialization, args->skill)) &&
           (args->language == NULL || has_word(&row->languages, args->language));
}

static bool run_list(struct op_ctx *ctx, const void *in)
{
    const struct args_page *args = in;
    const char *after = args->cursor == NULL ? "" : args->cursor;
    size_t limit = args->limit == 0 ? PAGE_DEFAULT : (size_t)args->limit;
    struct list all = { 0 }, views = { 0 };
    int64_t total = 0;
    const char *next = NULL;
    if (after[0] != '\0' && !id_valid(after))
        return err_field(ctx->err, "cursor", "This cursor is none of ours.");
    if (!consultant_load_all(ctx, &all))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        const struct consultant *consultant = LIST_AT(&all, struct consultant, i);
        if (!matches(&consultant->row, args))
            continue;
        total++;
        if (strcmp(consultant->row.id, after) <= 0)
            continue;
        if (views.count == limit) {
            if (next == NULL)
                next = LIST_AT(&views, struct view_consultant, limit - 1)->id;
            continue;
        }
        *LIST_ADD(&views, ctx->arena, struct view_consultant) = consultant_view(consultant, ctx->arena);
    }
    reply_shapes(ctx, "consultants", &shape_consultant_view, &views);
    reply_int(ctx, "total", total);
    reply_text(ctx, "nextCursor", next);
    return true;
}

static bool reply_resolved(struct op_ctx *ctx, const char *id)
{
    struct consultant consultant;
    if (!consultant_resolve(ctx, id, &consultant))
        return false;
    struct view_consultant view = consultant_view(&consultant, ctx->arena);
    reply_shape(ctx, "consultant", &shape_consultant_view, &view);
    return true;
}

static bool run_get(struct op_ctx *ctx, const void *in)
{
    const struct args_id *args = in;
    return reply_resolved(ctx, args->id);
}

static bool run_me(struct op_ctx *ctx, const void *in)
{
    (void)in;
    return reply_resolved(ctx, "me");
}

const struct op op_run_consultant_list = {
    .spec = &op_consultant_list,
    .run = run_list,
    .reply_name = "consultants",
    .reply_shape = &shape_consultant_view,
    .reply_list = true,
};
const struct op op_run_consultant_get = {
    .spec = &op_consultant_get,
    .run = run_get,
    .reply_name = "consultant",
    .reply_shape = &shape_consultant_view,
};
const struct op op_run_consultant_me = {
    .spec = &op_consultant_me,
    .run = run_me,
    .reply_name = "consultant",
    .reply_shape = &shape_consultant_view,
};
