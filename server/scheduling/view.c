#include "server/clients/clients.h"
#include "server/scheduling/notes.h"
#include "server/scheduling/view_shape.h"

#include <string.h>

enum {
    GIVERS = ROLE_CONSULTANT | ROLE_CO_CONSULTANT,
    HOST_SIDE = GIVERS | ROLE_ADMIN,
};

static const char *actual_minutes(struct op_ctx *ctx, const struct consultation *c)
{
    return c->actual_end == 0
               ? NULL
               : arena_printf(ctx->arena, "%lld", (long long)((c->actual_end - c->actual_start) / MINUTE_MS));
}

static struct view_schedule schedule_of(struct op_ctx *ctx, const struct consultation *c)
{
    return (struct view_schedule){
        .scheduledStart = c->starts_at,
        .scheduledEnd = c->ends_at,
        .actualStart = c->actual_start,
        .actualEnd = c->actual_end,
        .duration = { .scheduled = (c->ends_at - c->starts_at) / MINUTE_MS,
                      .actual = actual_minutes(ctx, c) },
        .timezone = c->timezone,
    };
}

// Minutes of credit shown as credits; what returned with a cancellation was not used.
static int64_t credits_used(const struct consultation *c)
{
    bool returned = !booking_blocks_time((enum booking_status)c->status) && !c->credit_consumed;
    return returned || c->minutes_per_credit == 0 ? 0 : c->minutes * 100 / c->minutes_per_credit;
}

static struct view_billing billing_of(const struct consultation *c)
{
    return (struct view_billing){
        .billable = !c->free_trial,
        .rateType = c->rate_type,
        .creditsUsed = credits_used(c),
        .packageId = c->package_id,
        .estimatedCost = c->estimated_cost,
        .actualCost = c->credit_consumed ? c->estimated_cost : 0,
        .currency = c->currency,
        .creditConsumed = c->credit_consumed,
        .overrunMinutes = c->overrun_minutes,
    };
}

static struct view light_view(struct op_ctx *ctx, const struct consultation *c)
{
    return (struct view){
        .id = c->id,
        .rev = c->rev,
        .consultationCode = c->code,
        .clientId = c->client_id,
        .consultantId = c->consultant_id,
        .client = { .name = c->client_name,
                    .contact = c->contact_title == NULL
                                   ? c->contact_name
                                   : arena_printf(ctx->arena, "%s (%s)", c->contact_name, c->contact_title) },
        .consultant = { .id = c->consultant_id, .name = c->consultant_name },
        .type = c->type,
        .package = c->package_name,
        .schedule = schedule_of(ctx, c),
        .status = { .current = c->status },
        .purpose = c->purpose,
        .createdAt = c->booked_at,
    };
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

// Private notes never reach a client; the lead's own neither a co-consultant nor an administrator.
static void show_notes(struct view *view, const struct children *children, unsigned roles)
{
    const struct child_note *live = &children->notes[NOTE_LIVE];
    view->notes.client = text_or_empty(children->notes[NOTE_CLIENT].text);
    view->noteRevisions.client = children->notes[NOTE_CLIENT].rev;
    view->noteRevisions.live = live->rev;
    view->liveNotes =
        (struct view_live_notes){ live->keyPoints, live->opportunities, live->text, live->updatedAt };
    if ((roles & ROLE_CONSULTANT) != 0) {
        view->notes.consultant = text_or_empty(children->notes[NOTE_CONSULTANT].text);
        view->noteRevisions.consultant = children->notes[NOTE_CONSULTANT].rev;
    }
    if ((roles & GIVERS) != 0) {
        const struct child_note *preparation = &children->notes[NOTE_PREPARATION];
        view->preparationNotes = text_or_empty(preparation->text);
        view->noteRevisions.preparation = preparation->rev;
        view->preparationMaterials = children->materials;
    }
    if ((roles & HOST_SIDE) != 0) {
        view->notes.internal = text_or_empty(children->notes[NOTE_INTERNAL].text);
        view->noteRevisions.internal = children->notes[NOTE_INTERNAL].rev;
    }
}

static void show_children(struct view *view, const struct consultation *c, const struct children *children)
{
    view->status.history = children->history;
    view->attendees.additional = children->attendees;
    view->outcomes = children->outcomes;
    view->deliverables = children->deliverables;
    view->actionItems = children->actionItems;
    view->nextSteps = children->nextSteps;
    view->objectives = c->objectives;
    view->assignmentReason = c->assignment_reason;
    view->cancelReason = c->cancel_reason;
    view->reschedules = c->reschedules;
    view->sequence = c->sequence;
    view->confirmedAt = c->confirmed_at;
    view->cancelledAt = c->cancelled_at;
}

static struct list co_consultants_of(struct op_ctx *ctx, const struct consultation *c)
{
    struct list joined = { 0 };
    for (size_t i = 0; i < c->co_consultant_ids.count; i++)
        *LIST_ADD(&joined, ctx->arena, struct view_co_consultant) = (struct view_co_consultant){
            .consultantId = *LIST_AT(&c->co_consultant_ids, const char *, i),
            .name = *LIST_AT(&c->co_consultant_names, const char *, i),
        };
    return joined;
}

static void show_people(struct view *view, const struct consultation *c, const struct parties *parties)
{
    const struct list *people = &parties->client_people;
    bool confirmed = c->confirmed_at != 0;
    view->client.email = parties->client_email;
    view->attendees.primary = (struct view_primary){
        .client = { .userId = people->count == 0 ? NULL : *LIST_AT(people, const char *, 0),
                    .name = c->contact_name,
                    .email = parties->client_email,
                    .confirmed = confirmed },
        .consultant = { .userId = parties->host_id,
                        .consultantId = c->consultant_id,
                        .name = c->consultant_name,
                        .email = parties->host_email,
                        .confirmed = confirmed },
    };
}

bool view_reply(struct op_ctx *ctx, const struct consultation *c, unsigned roles,
                const struct parties *parties, const struct children *children)
{
    struct parties loaded_parties;
    struct children loaded_children;
    if ((parties == NULL && !parties_load(ctx, c, &loaded_parties)) ||
        (children == NULL && !children_load(ctx, c, roles, &loaded_children)))
        return false;
    if (children == NULL)
        children = &loaded_children;
    struct view view = light_view(ctx, c);
    show_people(&view, c, parties == NULL ? &loaded_parties : parties);
    view.attendees.coConsultants = co_consultants_of(ctx, c);
    view.billing = billing_of(c);
    show_notes(&view, children, roles);
    show_children(&view, c, children);
    reply_shape(ctx, "consultation", &shape_consultation_view, &view);
    return true;
}

// Lists: the same client comes again and again, so the answer of the last one is kept in the list itself.
static bool client_email(struct op_ctx *ctx, const char *client_id, const struct list *views,
                         const char **ret)
{
    struct client client;
    for (size_t i = views->count; i-- > 0;) {
        const struct view *view = LIST_AT(views, struct view, i);
        if (strcmp(view->clientId, client_id) == 0) {
            *ret = view->client.email;
            return true;
        }
    }
    if (!client_get(ctx, client_id, &client))
        return false;
    *ret = client.primary_email;
    return true;
}

bool view_add_summary(struct op_ctx *ctx, const struct consultation *c, unsigned roles, struct list *views)
{
    struct view view = light_view(ctx, c);
    if (!client_email(ctx, c->client_id, views, &view.client.email))
        return false;
    if ((roles & note_readers(NOTE_PREPARATION)) != 0 &&
        !texts_content(ctx, note_id(ctx, c, NOTE_PREPARATION), &view.preparationNotes))
        return false;
    *LIST_ADD(views, ctx->arena, struct view) = view;
    return true;
}
