#include "server/scheduling/notes.h"

#include <string.h>

static const char *author_of(const struct op_ctx *ctx)
{
    return ctx->actor.name == NULL ? "InsightSerenity" : ctx->actor.name;
}

// "--- John Expert, " begins the line that stands before what an author added.
static const char *line_start(struct op_ctx *ctx)
{
    return arena_printf(ctx->arena, "\n--- %s, ", author_of(ctx));
}

// The author's own addition at the end of the text, or NULL; *ret_kept: bytes before the line above it.
static const char *last_addition(struct op_ctx *ctx, const char *stored, size_t *ret_kept)
{
    const char *mark = line_start(ctx), *last = NULL;
    for (const char *at = strstr(stored, mark); at != NULL; at = strstr(at + 1, mark))
        last = at;
    if (last == NULL || strstr(last + 1, "\n--- ") != NULL)
        return NULL;
    const char *end = strchr(last + 1, '\n');
    *ret_kept = (size_t)(last - stored);
    return end == NULL ? NULL : end + 1;
}

bool note_merge(struct op_ctx *ctx, const char *stored, const char *added, size_t max, const char **ret_text,
                bool *ret_merged)
{
    size_t kept = strlen(stored);
    if (kept == 0 || strstr(added, stored) != NULL) {
        *ret_text = added;
        return true;
    }
    if (strstr(stored, added) != NULL) {
        *ret_text = stored;
        return true;
    }
    const char *mine = last_addition(ctx, stored, &kept);
    if (mine == NULL || strstr(added, mine) == NULL)
        kept = strlen(stored);
    struct civil at = civil_from_ms(ctx->now);
    const char *text =
        arena_printf(ctx->arena, "%.*s%s%04d-%02d-%02d %02d:%02d UTC ---\n%s", (int)kept, stored,
                     line_start(ctx), at.year, at.month, at.day, at.hour, at.minute, added);
    if (strlen(text) > max)
        return err_set(ctx->err, ERR_TOO_LARGE,
                       "Somebody wrote meanwhile, and both texts together are too long; shorten yours.");
    *ret_text = text;
    *ret_merged = true;
    return true;
}
