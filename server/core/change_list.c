#include "server/core/change_list.h"

#include "server/core/change_page.h"
#include "server/core/changes.h"
#include "server/core/digest.h"
#include "server/core/epoch.h"
#include "shared/wire/args_changes.h"
#include "shared/wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- what is answered ------------------------------------------------------------------------------------------------

// As the description of the API has it; pages are written as they are read (reply_page).
static const char *const kind_words[] = { "put", "del", "hide", NULL };

struct view_change {
    int kind;
    const char *table, *id, *row;
    int64_t rev;
};
struct view_page {
    struct list changes;
    const char *nextSince;
    bool more;
};

static const struct field change_fields[] = {
    { FIELD(struct view_change, kind), .kind = FIELD_ENUM, .words = kind_words,
      .help = "put: the row as it is now; del: it is gone; hide: the caller may not see it any more" },
    { FIELD(struct view_change, table), .kind = FIELD_TEXT },
    { FIELD(struct view_change, id), .kind = FIELD_TEXT },
    { FIELD(struct view_change, rev), .kind = FIELD_INT },
    { FIELD(struct view_change, row), .kind = FIELD_JSON, .help = "With put: as sync has it, times in ms" },
};
static const struct shape change_shape = SHAPE(struct view_change, "Change", change_fields);
static const struct field page_fields[] = {
    { FIELD(struct view_page, changes), .kind = FIELD_OBJECTS, .sub = &change_shape },
    { FIELD(struct view_page, nextSince), .kind = FIELD_TEXT, .help = "Where the next page begins" },
    { FIELD(struct view_page, more), .kind = FIELD_BOOL, .help = "The next page is there already" },
};
static const struct shape page_shape = SHAPE(struct view_page, "ChangePage", page_fields);

static void begin_change(struct buf *out, const char *kind, enum row_table table, const char *id, int64_t rev)
{
    json_add_comma(out);
    buf_addf(out, "{\"kind\":\"%s\",\"table\":\"%s\",\"id\":", kind, row_shapes[table]->name);
    json_add_text(out, id);
    buf_addf(out, ",\"rev\":%" PRId64, rev);
}

static void put(struct buf *out, enum row_table table, const char *id, int64_t rev, const char *row,
                size_t size)
{
    begin_change(out, "put", table, id, rev);
    buf_add_text(out, ",\"row\":");
    buf_add(out, row, size);
    buf_add_char(out, '}');
}

static void gone(struct buf *out, const char *kind, enum row_table table, const char *id, int64_t rev)
{
    begin_change(out, kind, table, id, rev);
    buf_add_char(out, '}');
}

static const struct change_form as_objects = { put, gone };

// --- where a reader is: the epoch, the seq, and who it was then ------------------------------------------------------

enum { SIGN_SIZE = 17 };

struct place {
    char epoch[64], sign[SIGN_SIZE];
    int64_t seq;
};

static void sign_of(const char *principals, char ret[SIGN_SIZE])
{
    char digest[DIGEST_SIZE];
    digest_hex(principals, strlen(principals), digest);
    snprintf(ret, SIGN_SIZE, "%.16s", digest);
}

static const char *write_place(const struct place *place, struct arena *arena)
{
    return arena_printf(arena, "%s.%" PRId64 ".%s", place->epoch, place->seq, place->sign);
}

static bool read_place(const char *text, struct place *ret)
{
    int end = 0;
    return sscanf(text, "%63[0-9a-zA-Z-].%18" SCNd64 ".%16[0-9a-f]%n", ret->epoch, &ret->seq, ret->sign,
                  &end) == 3 &&
           text[end] == '\0' && ret->seq >= 0;
}

static bool read_now(struct op_ctx *ctx, struct place *ret)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, "SELECT epoch, seq FROM tenant WHERE id = $1",
                  DB_ARGS(db_text(ctx->actor.tenant)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows) && err_set(ctx->err, ERR_INTERNAL, "There is no such tenant.");
    snprintf(ret->epoch, sizeof ret->epoch, "%s", db_col_text(&rows, 0));
    ret->seq = db_col_int(&rows, 1);
    return true;
}

// Whether the log can say what happened since.
static bool check_place(struct op_ctx *ctx, const struct place *since, const struct place *now)
{
    int64_t reach = 0;
    if (!epoch_reach(ctx->db, ctx->actor.tenant, since->epoch, &reach, ctx->err))
        return false;
    if (since->seq > reach)
        return err_set(ctx->err, ERR_GONE,
                       "The server has gone back to an older state; read everything anew.");
    if (strcmp(since->sign, now->sign) != 0)
        return err_set(ctx->err, ERR_GONE, "What you may see is no longer the same; read everything anew.");
    return true;
}

// --- the operation ---------------------------------------------------------------------------------------------------

static void reply_page(struct op_ctx *ctx, const struct buf *changes, const struct place *next, bool more)
{
    CLEANUP(buf_free) struct buf page = { 0 };
    buf_addf(&page, "{\"changes\":[%s],\"nextSince\":", buf_text(changes));
    json_add_text(&page, write_place(next, ctx->arena));
    buf_addf(&page, ",\"more\":%s}", more ? "true" : "false");
    reply_json(ctx, "page", buf_text(&page));
}

static bool list_since(struct op_ctx *ctx, const struct place *since, struct place *now,
                       const char *principals, int64_t wait)
{
    CLEANUP(buf_free) struct buf changes = { 0 };
    const struct change_reader reader = { ctx->actor.tenant, principals, .form = &as_objects };
    struct change_page page;
    if (!check_place(ctx, since, now) ||
        !change_page_read(ctx->db, &reader, since->seq, ctx->arena, &changes, &page, ctx->err))
        return false;
    if (page.answer != PAGE_READ)
        return err_set(ctx->err, ERR_GONE, "Too much has happened since; read everything anew.");
    now->seq = page.to;
    reply_page(ctx, &changes, now, page.more);
    if (!page.any && !page.more)
        ctx->wait = (struct op_wait){ (int)wait, principals, page.to };
    return true;
}

static bool run_list(struct op_ctx *ctx, const void *in)
{
    const struct args_change_list *args = in;
    const char *principals = principals_of(&ctx->actor, ctx->arena);
    struct place since, now = { 0 };
    if (!read_now(ctx, &now))
        return false;
    sign_of(principals, now.sign);
    if (args->since == NULL) {
        reply_page(ctx, &(struct buf){ 0 }, &now, false);
        return true;
    }
    if (!read_place(args->since, &since))
        return err_field(ctx->err, "since", "That is no nextSince of ours.");
    return list_since(ctx, &since, &now, principals, args->wait);
}

const struct op op_run_change_list = {
    .spec = &op_change_list,
    .run = run_list,
    .reply_name = "page",
    .reply_shape = &page_shape,
};
