#include "server/scheduling/children.h"

#include <string.h>

const char *texts_to_json(struct op_ctx *ctx, const struct list *texts)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    buf_add_char(&out, '[');
    for (size_t i = 0; i < texts->count; i++) {
        json_add_comma(&out);
        json_add_text(&out, *LIST_AT(texts, const char *, i));
    }
    buf_add_char(&out, ']');
    return arena_strdup(ctx->arena, buf_text(&out));
}

// ids that the client program made ---------------------------------------------------------------------------------

// *ret_there: the row with that id and these words is there already, on this consultation.
static bool find_same(struct op_ctx *ctx, const char *sql, const char *id, const char *consultation_id,
                      const char *words, bool *ret_there)
{
    *ret_there = false;
    if (id == NULL)
        return true;
    CLEANUP(db_done) struct db_rows rows = { 0 };
    if (!db_query(ctx->db, &rows, sql, DB_ARGS(db_text(id)), ctx->err))
        return false;
    if (!db_next(&rows))
        return db_ok(&rows);
    if (strcmp(db_col_text(&rows, 0), consultation_id) != 0 || strcmp(db_col_text(&rows, 1), words) != 0)
        return err_set(ctx->err, ERR_ALREADY_EXISTS, "That id belongs to something else.");
    *ret_there = true;
    return true;
}

bool attendee_add(struct op_ctx *ctx, const struct consultation *c, const struct args_attendee *args)
{
    const char *id = op_new_id(ctx);
    int64_t rev;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO attendee (id, tenant, rev, audience, consultation_id, name, role, email) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(c->audience),
                          db_text(c->id), db_text(args->name), db_text(args->role), db_text(args->email)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_ATTENDEE, id, CHANGE_PUT, "", c->audience);
}

bool deliverable_add(struct op_ctx *ctx, const struct consultation *c, const struct args_deliverable *args)
{
    bool there;
    int64_t rev;
    if (!find_same(ctx, "SELECT consultation_id, name FROM deliverable WHERE id = $1", args->id, c->id,
                   args->name, &there))
        return false;
    if (there)
        return true;
    const char *id = op_id_or_new(ctx, args->id);
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO deliverable (id, tenant, rev, audience, consultation_id, type, name, "
                  "description, "
                  "status, due_date, file_name, file_url, file_size, created_at) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(c->audience),
                          db_text(c->id), db_text(args->type), db_text(args->name),
                          db_text(args->description), db_text(args->status), db_int_or_null(args->dueDate),
                          db_text(args->file.name), db_text(args->file.url), db_text(args->file.size),
                          db_int(ctx->now)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_DELIVERABLE, id, CHANGE_PUT, "", c->audience);
}

// Who does it and how urgent it is may be left out.
static int word_or(int given, int fallback)
{
    return given < 0 ? fallback : given;
}

bool action_item_add(struct op_ctx *ctx, const struct consultation *c, const struct args_action_item *args)
{
    enum { FOR_CONSULTANT = 1, MEDIUM = 1 };
    bool there;
    int64_t rev;
    if (!find_same(ctx, "SELECT consultation_id, description FROM action_item WHERE id = $1", args->itemId,
                   c->id, args->description, &there))
        return false;
    if (there)
        return true;
    const char *id = op_id_or_new(ctx, args->itemId);
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO action_item (id, tenant, rev, audience, consultation_id, description, "
                  "assigned_to, "
                  "priority, due_date, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                  DB_ARGS(db_text(id), db_text(ctx->actor.tenant), db_int(rev), db_text(c->audience),
                          db_text(c->id), db_text(args->description),
                          db_int(word_or(args->assignedTo, FOR_CONSULTANT)),
                          db_int(word_or(args->priority, MEDIUM)), db_int_or_null(args->dueDate),
                          db_int(ctx->now)),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_ACTION_ITEM, id, CHANGE_PUT, "", c->audience);
}

bool outcome_put(struct op_ctx *ctx, const struct consultation *c, const struct args_outcomes *args,
                 const char *next_steps)
{
    int64_t rev;
    return changes_seq(ctx, &rev) &&
           db_run(ctx->db,
                  "INSERT INTO outcome (id, tenant, rev, audience, summary, next_steps, key_points, "
                  "recommendations, decisions_made) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  DB_ARGS(db_text(c->id), db_text(ctx->actor.tenant), db_int(rev), db_text(c->audience),
                          db_text(args->summary), db_text(next_steps),
                          db_text(texts_to_json(ctx, &args->keyPoints)),
                          db_text(texts_to_json(ctx, &args->recommendations)),
                          db_text(texts_to_json(ctx, &args->decisionsMade))),
                  NULL, ctx->err) &&
           changes_add(ctx, ROW_OUTCOME, c->id, CHANGE_PUT, "", c->audience);
}

bool materials_put(struct op_ctx *ctx, const struct consultation *c, const struct list *materials)
{
    if (!db_run(ctx->db, "DELETE FROM material WHERE consultation_id = $1", DB_ARGS(db_text(c->id)), NULL,
                ctx->err))
        return false;
    for (size_t i = 0; i < materials->count; i++) {
        const struct args_material *material = LIST_AT(materials, struct args_material, i);
        // ids in the order given, so that reading by id keeps it
        const char *id = arena_printf(ctx->arena, "%s:%03zu", c->id, i);
        if (!db_run(ctx->db,
                    "INSERT INTO material (id, consultation_id, type, name, url) VALUES ($1, $2, $3, $4, $5)",
                    DB_ARGS(db_text(id), db_text(c->id), db_text(material->type), db_text(material->name),
                            db_text(material->url)),
                    NULL, ctx->err))
            return false;
    }
    return true;
}
