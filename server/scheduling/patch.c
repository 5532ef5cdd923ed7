// consultation.patch: notes, live notes, preparation, purpose, objectives (specification, consultant journey 4.2 and
// 5.2, client journey 4.1). Only what is given changes; who may write what is one table.
#include "server/scheduling/children.h"
#include "server/scheduling/notes.h"
#include "server/scheduling/view.h"

#include <string.h>

enum { CLIENT_SIDE = ROLE_CLIENT | ROLE_ADMIN, GIVERS = ROLE_CONSULTANT | ROLE_CO_CONSULTANT };

// A note is written by whom shared/domain/notes.h says, in every state: what was typed before a session ended and
// arrives after it is kept.
static const struct {
    const char *field;
    size_t has;
    size_t inside;       // offset of the flag of the object around it, or 0
    enum note_kind kind; // NOTE_KINDS: no note
    unsigned roles;      // in this consultation, of what is no note
    bool while_open;     // not once the session has begun or is off
} permissions[] = {
    { "notes.client", offsetof(struct args_patch, notes.has_client), offsetof(struct args_patch, has_notes),
      NOTE_CLIENT, 0, false },
    { "notes.consultant", offsetof(struct args_patch, notes.has_consultant),
      offsetof(struct args_patch, has_notes), NOTE_CONSULTANT, 0, false },
    { "notes.internal", offsetof(struct args_patch, notes.has_internal),
      offsetof(struct args_patch, has_notes), NOTE_INTERNAL, 0, false },
    { "purpose", offsetof(struct args_patch, has_purpose), 0, NOTE_KINDS, CLIENT_SIDE, true },
    { "objectives", offsetof(struct args_patch, has_objectives), 0, NOTE_KINDS, CLIENT_SIDE, true },
    { "liveNotes", offsetof(struct args_patch, has_liveNotes), 0, NOTE_LIVE, 0, false },
    { "preparationNotes", offsetof(struct args_patch, has_preparationNotes), 0, NOTE_PREPARATION, 0, false },
    { "preparationMaterials", offsetof(struct args_patch, has_preparationMaterials), 0, NOTE_KINDS, GIVERS,
      false },
};

static bool flag_at(const struct args_patch *args, size_t offset)
{
    return *(const bool *)((const char *)args + offset);
}

static bool may_write(struct op_ctx *ctx, const struct args_patch *args, const struct consultation *c,
                      unsigned roles)
{
    for (size_t i = 0; i < ARRAY_LEN(permissions); i++) {
        if (!flag_at(args, permissions[i].has) ||
            (permissions[i].inside != 0 && !flag_at(args, permissions[i].inside)))
            continue;
        unsigned writers =
            permissions[i].kind == NOTE_KINDS ? permissions[i].roles : note_writers(permissions[i].kind);
        if ((writers & roles) == 0) {
            err_field(ctx->err, permissions[i].field, "That is not yours to write.");
            ctx->err->code = ERR_FORBIDDEN;
            return false;
        }
        if (permissions[i].while_open && !booking_is_open((enum booking_status)c->status))
            return err_set(ctx->err, ERR_WRONG_STATE, "A consultation that is %s cannot get another %s.",
                           booking_status_words[c->status], permissions[i].field);
    }
    return true;
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool patch_booking(struct op_ctx *ctx, const struct args_patch *args, struct consultation *c)
{
    if (!args->has_purpose && !args->has_objectives)
        return true;
    if (args->has_purpose)
        c->purpose = args->purpose;
    if (args->has_objectives)
        c->objectives = texts_to_json(ctx, &args->objectives);
    return consultation_update(ctx, c);
}

static bool patch_note(struct op_ctx *ctx, const struct args_patch *args, const struct consultation *c,
                       enum note_kind kind, const char *text, bool *merged)
{
    struct note_write write = { .kind = kind, .text = text_or_empty(text), .base_rev = args->baseRev };
    return note_write(ctx, c, &write, merged);
}

static bool patch_live(struct op_ctx *ctx, const struct args_patch *args, const struct consultation *c,
                       bool *merged)
{
    const struct args_live_notes *live = &args->liveNotes;
    struct note_write write = {
        .kind = NOTE_LIVE,
        .text = live->has_text ? text_or_empty(live->text) : NULL,
        .base_rev = args->baseRev,
        .key_points = live->has_keyDiscussionPoints ? &live->keyDiscussionPoints : NULL,
        .opportunities = live->has_opportunitiesIdentified ? &live->opportunitiesIdentified : NULL,
    };
    return note_write(ctx, c, &write, merged);
}

static bool patch_notes(struct op_ctx *ctx, const struct args_patch *args, const struct consultation *c,
                        bool *merged)
{
    const struct args_notes *notes = &args->notes;
    if (args->has_notes && notes->has_client && !patch_note(ctx, args, c, NOTE_CLIENT, notes->client, merged))
        return false;
    if (args->has_notes && notes->has_consultant &&
        !patch_note(ctx, args, c, NOTE_CONSULTANT, notes->consultant, merged))
        return false;
    if (args->has_notes && notes->has_internal &&
        !patch_note(ctx, args, c, NOTE_INTERNAL, notes->internal, merged))
        return false;
    if (args->has_preparationNotes &&
        !patch_note(ctx, args, c, NOTE_PREPARATION, args->preparationNotes, merged))
        return false;
    if (args->has_liveNotes && !patch_live(ctx, args, c, merged))
        return false;
    return !args->has_preparationMaterials || materials_put(ctx, c, &args->preparationMaterials);
}

static bool run_patch(struct op_ctx *ctx, const void *in)
{
    const struct args_patch *args = in;
    struct consultation c;
    unsigned roles;
    bool merged = false;
    if (!consultation_find(ctx, args->id, &c, &roles) || !may_write(ctx, args, &c, roles) ||
        !patch_booking(ctx, args, &c) || !patch_notes(ctx, args, &c, &merged) ||
        !view_reply(ctx, &c, roles, NULL, NULL))
        return false;
    reply_bool(ctx, "merged", merged);
    return true;
}

const struct op op_run_consultation_patch = {
    .spec = &op_consultation_patch,
    .run = run_patch,
    .reply_name = "consultation",
    .reply_shape = &shape_consultation_view,
};
