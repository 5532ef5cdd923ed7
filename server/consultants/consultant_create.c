// Making consultants and describing them.
#include "server/consultants/consultant_store.h"
#include "server/consultants/consultants.h"
#include "server/core/changes.h"
#include "shared/base/civil.h"

#include <ctype.h>
#include <string.h>

enum { CODE_NAME_MAX = 20 };

// "John Expert" -> "JEXPERT": the initial of the first word and the whole last one, ASCII letters and digits only.
static void code_word(const char *name, char ret_word[CODE_NAME_MAX + 1])
{
    const char *last = strrchr(name, ' ');
    size_t n = 0;
    if (last != NULL && isalnum((unsigned char)name[0]) && (unsigned char)name[0] < 128)
        ret_word[n++] = (char)toupper((unsigned char)name[0]);
    for (const char *p = last == NULL ? name : last; *p != '\0' && n < CODE_NAME_MAX; p++)
        if ((unsigned char)*p < 128 && isalnum((unsigned char)*p))
            ret_word[n++] = (char)toupper((unsigned char)*p);
    ret_word[n] = '\0';
    if (n == 0)
        memcpy(ret_word, "X", sizeof "X");
}

// CON-JEXPERT-20251227; a second one of that name and day gets -2.
static bool next_code(struct op_ctx *ctx, const char *name, const char **ret_code)
{
    char word[CODE_NAME_MAX + 1];
    code_word(name, word);
    struct civil day = civil_from_ms(ctx->now);
    const char *code = arena_printf(ctx->arena, "CON-%s-%04d%02d%02d", word, day.year, day.month, day.day);
    int64_t taken = 0;
    if (!db_one_int(ctx->db, "SELECT count(*) FROM consultant WHERE code = $1 OR (code > $2 AND code < $3)",
                    DB_ARGS(db_text(code), db_text(arena_printf(ctx->arena, "%s-", code)),
                            db_text(arena_printf(ctx->arena, "%s.", code))),
                    &taken, NULL, ctx->err))
        return false;
    *ret_code = taken == 0 ? code : arena_printf(ctx->arena, "%s-%lld", code, (long long)taken + 1);
    return true;
}

static const char *words_json(const struct list *words, struct arena *arena)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_char(&out, '[');
    for (size_t i = 0; i < words->count; i++) {
        json_add_comma(&out);
        json_add_text(&out, *LIST_AT(words, const char *, i));
    }
    buf_add_char(&out, ']');
    return arena_strdup(arena, buf_text(&out));
}

static const char *private_audience(struct op_ctx *ctx, const char *person_id)
{
    return arena_printf(ctx->arena, "u:%s role:%s:admin", person_id, ctx->actor.tenant);
}

bool consultant_create(struct op_ctx *ctx, const char *person_id, const char *name, const char *title,
                       const char *level, const char *employment_type, const char *specialization,
                       int64_t years, const char *timezone, const char **ret_id)
{
    int64_t rev;
    struct list special = { 0 };
    if (specialization != NULL)
        *LIST_ADD(&special, ctx->arena, const char *) = specialization;
    const char *code, *words = words_json(&special, ctx->arena), *id = op_new_id(ctx);
    const char *audience = private_audience(ctx, person_id);
    if (!changes_seq(ctx, &rev) || !next_code(ctx, name, &code) ||
        !db_run(ctx->db,
                "INSERT INTO consultant (id, tenant, rev, audience, person_id, code, name, title, level, "
                "employment_type, status, timezone, specialization, skills, years_of_experience, created_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '" CONSULTANT_PENDING
                "', $11, $12, $12, $13, $14)",
                DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(audience),
                        db_text(person_id), db_text(code), db_text(name), db_text(title), db_text(level),
                        db_text(employment_type), db_text(timezone), db_text(words), db_int(years),
                        db_int(ctx->now)),
                NULL, ctx->err) ||
        !changes_add(ctx, ROW_CONSULTANT, id, CHANGE_PUT, "", audience))
        return false;
    *ret_id = id;
    return true;
}

// The audience before a change, for the change log.
static bool audience_of(struct op_ctx *ctx, const char *id, char **ret_audience)
{
    bool found = false;
    if (!db_one_text(ctx->db, "SELECT audience FROM consultant WHERE id = $1 AND tenant = $2",
                     DB_ARGS(db_text(id), db_text(ctx->actor.tenant)), ctx->arena, ret_audience, &found,
                     ctx->err))
        return false;
    return found || err_set(ctx->err, ERR_NOT_FOUND, "There is no such consultant.");
}

bool consultant_publish(struct op_ctx *ctx, const char *id)
{
    int64_t rev;
    char *was;
    return audience_of(ctx, id, &was) && changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "UPDATE consultant SET rev = $2, audience = 'pub', status = 'available' WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev)), NULL, ctx->err) &&
           changes_add(ctx, ROW_CONSULTANT, id, CHANGE_PUT, was, "pub");
}

bool consultant_describe(struct op_ctx *ctx, const char *id, const char *bio, const struct list *skills,
                         const struct list *languages)
{
    int64_t rev;
    char *audience;
    return audience_of(ctx, id, &audience) && changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "UPDATE consultant SET rev = $2, bio = $3, skills = $4, languages = $5 WHERE id = $1",
                  DB_ARGS(db_text(id), db_int(rev), db_text(bio), db_text(words_json(skills, ctx->arena)),
                          db_text(words_json(languages, ctx->arena))),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_CONSULTANT, id, CHANGE_PUT, audience, audience);
}

bool consultant_rate(struct op_ctx *ctx, const char *consultant_id, int64_t *ret_minor,
                     const char **ret_currency)
{
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows,
                  "SELECT hourly_minor, currency FROM consultant_rate WHERE consultant_id = $1",
                  DB_ARGS(db_text(consultant_id)), ctx->err))
        return false;
    bool found = db_next(&rows);
    if (!db_ok(&rows))
        return false;
    *ret_minor = found ? db_col_int(&rows, 0) : 0;
    *ret_currency = found ? db_col_copy(&rows, 1, ctx->arena) : "USD";
    return true;
}

bool consultant_set_rate(struct op_ctx *ctx, const char *id, int64_t hourly_minor, int64_t cost_minor,
                         const char *currency)
{
    return db_run(ctx->db,
                  "INSERT INTO consultant_rate (consultant_id, hourly_minor, cost_minor, currency) "
                  "VALUES ($1, $2, $3, $4) ON CONFLICT (consultant_id) DO UPDATE SET "
                  "hourly_minor = excluded.hourly_minor, cost_minor = excluded.cost_minor, "
                  "currency = excluded.currency",
                  DB_ARGS(db_text(id), db_int(hourly_minor), db_int(cost_minor), db_text(currency)), NULL,
                  ctx->err);
}
