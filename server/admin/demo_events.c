#include "server/admin/demo_events.h"

#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/credits/credits.h"
#include "server/identity/identity.h"
#include "server/scheduling/scheduling.h"
#include "shared/wire/args_consultation.h"

static struct actor platform(const struct op_ctx *ctx)
{
    return (struct actor){ .tenant = ctx->actor.tenant,
                           .name = "InsightSerenity",
                           .roles = ROLE_PUBLIC | ROLE_ADMIN,
                           .verified = true,
                           .system = true };
}

static struct actor as_client(struct op_ctx *ctx, const struct demo_client *client)
{
    return (struct actor){ .tenant = ctx->actor.tenant,
                           .user_id = client->person_id,
                           .name = arena_printf(ctx->arena, "%s %s", client->firstName, client->lastName),
                           .client_id = client->id,
                           .roles = ROLE_PUBLIC | ROLE_CLIENT,
                           .verified = true };
}

static struct actor as_consultant(struct op_ctx *ctx, const struct demo_consultant *consultant)
{
    return (struct actor){ .tenant = ctx->actor.tenant,
                           .user_id = consultant->person_id,
                           .name =
                               arena_printf(ctx->arena, "%s %s", consultant->firstName, consultant->lastName),
                           .consultant_id = consultant->id,
                           .roles = ROLE_PUBLIC | ROLE_CONSULTANT,
                           .verified = true };
}

// People ----------------------------------------------------------------------------------------------------------

static bool add_rule(struct op_ctx *ctx, const struct args_availability *rule)
{
    return op_run_consultant_availability_add.run(ctx, rule);
}

static bool add_weekly_hours(struct op_ctx *ctx, const struct demo_consultant *c, civil_day from)
{
    struct args_availability rule = {
        .id = "me",
        .type = AVAILABILITY_REGULAR,
        .period = { from, from + 3 * 365 },
        .recurrence = { .daysOfWeek = c->daysOfWeek },
        .has_recurrence = true,
        .timeSlots = c->timeSlots,
        .capacity = { c->maxSessionsPerDay, c->bufferBetweenSessions },
        .has_capacity = true,
    };
    return add_rule(ctx, &rule);
}

static bool add_week_off(struct op_ctx *ctx, civil_day first)
{
    struct args_availability rule = {
        .id = "me", .type = AVAILABILITY_TIME_OFF, .period = { first, first + 6 }, .reason = "Vacation"
    };
    return add_rule(ctx, &rule);
}

static bool add_saturday(struct op_ctx *ctx, const struct demo_consultant *c, civil_day from)
{
    while (civil_weekday(from) != 6)
        from++;
    struct args_availability rule = {
        .id = "me", .type = AVAILABILITY_EXTRA, .period = { from, from }, .timeSlots = c->timeSlots
    };
    return add_rule(ctx, &rule);
}

static bool hire(struct op_ctx *ctx, struct demo_consultant *c, const char *password_hash, civil_day today)
{
    const char *name = arena_printf(ctx->arena, "%s %s", c->firstName, c->lastName);
    ctx->actor = platform(ctx);
    if (!identity_create_person(ctx, c->email, password_hash, ROLE_CONSULTANT, c->firstName, c->lastName,
                                c->title, c->timezone, NULL, NULL, &c->person_id) ||
        !consultant_create(ctx, c->person_id, name, c->title, c->level, c->employmentType, c->specialization,
                           c->yearsOfExperience, c->timezone, &c->id) ||
        !person_link(ctx, c->person_id, NULL, c->id) || !consultant_publish(ctx, c->id) ||
        !consultant_describe(ctx, c->id, c->bio, &c->skills, &c->languages) ||
        !consultant_set_rate(ctx, c->id, c->rate, c->cost, "USD"))
        return false;
    ctx->actor = as_consultant(ctx, c);
    return add_weekly_hours(ctx, c, civil_day_of_ms(ctx->now)) &&
           (c->awayInDays == 0 || add_week_off(ctx, today + (civil_day)c->awayInDays)) &&
           (c->extraInDays == 0 || add_saturday(ctx, c, today + (civil_day)c->extraInDays));
}

static bool register_client(struct op_ctx *ctx, struct demo_client *c, const char *password_hash)
{
    const char *name = arena_printf(ctx->arena, "%s %s", c->firstName, c->lastName);
    ctx->actor = platform(ctx);
    return client_create(ctx, c->email, name, c->title, c->organization, &c->id) &&
           client_describe(ctx, c->id, c->type, c->industry, c->companySize, c->revenue) &&
           identity_create_person(ctx, c->email, password_hash, ROLE_CLIENT, c->firstName, c->lastName,
                                  c->title, c->timezone, c->id, NULL, &c->person_id) &&
           credits_grant_trial(ctx, c->id);
}

static bool purchase(struct op_ctx *ctx, const struct demo_event *event)
{
    struct row_lot lot;
    ctx->actor = platform(ctx);
    return credits_grant(ctx, event->client->id, event->purchase->packageId, 0, LEDGER_PURCHASE, "Purchase",
                         &lot);
}

// Sessions --------------------------------------------------------------------------------------------------------

static struct args_schedule schedule_at(const struct demo_event *event, int64_t start)
{
    return (struct args_schedule){ start, start + event->session->minutes * MINUTE_MS,
                                   event->client->timezone };
}

static bool book(struct op_ctx *ctx, const struct demo_event *event, const struct demo_topic *topic)
{
    struct demo_session *session = event->session;
    session->id = op_new_id(ctx);
    struct args_book args = {
        .id = session->id,
        .consultantId = event->consultant->id,
        .schedule = schedule_at(event, session->first_start),
        .purpose = topic->purpose,
        .notes = topic->notes,
        .useCredits = !session->trial,
        .has_useCredits = !session->trial,
        .useFreeTrialCredit = session->trial,
        .type = topic->type,
    };
    return op_run_consultation_book.run(ctx, &args);
}

static bool confirm(struct op_ctx *ctx, const struct demo_event *event, const struct demo_topic *topic)
{
    struct args_confirm args = { event->session->id, topic->preparation };
    return op_run_consultation_confirm.run(ctx, &args);
}

static bool join(struct op_ctx *ctx, const struct demo_world *world, const struct demo_event *event)
{
    const struct demo_consultant *joining = demo_consultant_of(world, event->session->joinedBy);
    if (joining == NULL)
        return err_set(ctx->err, ERR_INTERNAL, "The demo world names somebody it does not have.");
    struct args_co_consultant args = { event->session->id, joining->id };
    return op_run_consultation_add_co_consultant.run(ctx, &args);
}

static bool reschedule(struct op_ctx *ctx, const struct demo_event *event)
{
    struct args_reschedule args = { event->session->id, schedule_at(event, event->session->start),
                                    event->session->reason };
    return op_run_consultation_reschedule.run(ctx, &args);
}

static bool cancel(struct op_ctx *ctx, const struct demo_event *event)
{
    struct args_cancel args = { event->session->id, event->session->reason };
    return op_run_consultation_cancel.run(ctx, &args);
}

static bool start(struct op_ctx *ctx, const struct demo_event *event)
{
    struct args_start args = { .id = event->session->id };
    return op_run_consultation_start.run(ctx, &args);
}

static bool take_notes(struct op_ctx *ctx, const struct demo_event *event, const struct demo_topic *topic)
{
    struct args_patch args = {
        .id = event->session->id,
        .liveNotes = { .keyDiscussionPoints = topic->liveNotes,
                       .opportunitiesIdentified = topic->opportunities,
                       .has_keyDiscussionPoints = true,
                       .has_opportunitiesIdentified = topic->opportunities.count > 0 },
        .has_liveNotes = true,
    };
    return op_run_consultation_patch.run(ctx, &args);
}

static void add_items(struct op_ctx *ctx, const struct demo_topic *topic, struct list *ret)
{
    for (size_t i = 0; i < topic->actionItems.count; i++) {
        const struct demo_action_item *item = LIST_AT(&topic->actionItems, struct demo_action_item, i);
        *LIST_ADD(ret, ctx->arena, struct args_action_item) = (struct args_action_item){
            .description = item->description,
            .assignedTo = item->assignedTo,
            .priority = item->priority,
            .dueDate = civil_day_of_ms(ctx->now) + (int32_t)item->dueInDays,
        };
    }
}

static void add_deliverables(struct op_ctx *ctx, const struct demo_topic *topic, struct list *ret)
{
    for (size_t i = 0; i < topic->deliverables.count; i++) {
        const struct demo_deliverable *d = LIST_AT(&topic->deliverables, struct demo_deliverable, i);
        *LIST_ADD(ret, ctx->arena, struct args_deliverable) = (struct args_deliverable){
            .type = d->type,
            .name = d->name,
            .description = d->description,
            .status = d->status,
            .file = { .name = d->fileName, .size = d->fileSize },
        };
    }
}

static bool complete(struct op_ctx *ctx, const struct demo_event *event, const struct demo_topic *topic)
{
    struct args_complete args = {
        .id = event->session->id,
        .outcomes = { .summary = topic->summary,
                      .keyPoints = topic->keyPoints,
                      .recommendations = topic->recommendations },
        .nextSteps = topic->nextSteps,
        .internalNotes = topic->internalNotes,
    };
    add_items(ctx, topic, &args.actionItems);
    add_deliverables(ctx, topic, &args.deliverables);
    return op_run_consultation_complete.run(ctx, &args);
}

static bool run_session_event(struct op_ctx *ctx, const struct demo_world *world,
                              const struct demo_event *event)
{
    const struct demo_topic *topic = demo_topic_of(world, event->session->topic);
    bool by_client =
        event->kind == EVENT_BOOK || event->kind == EVENT_RESCHEDULE || event->kind == EVENT_CANCEL;
    ctx->actor = by_client ? as_client(ctx, event->client) : as_consultant(ctx, event->consultant);
    switch (event->kind) {
    case EVENT_BOOK:
        return book(ctx, event, topic);
    case EVENT_CONFIRM:
        return confirm(ctx, event, topic);
    case EVENT_JOIN:
        return join(ctx, world, event);
    case EVENT_RESCHEDULE:
        return reschedule(ctx, event);
    case EVENT_CANCEL:
        return cancel(ctx, event);
    case EVENT_START:
        return start(ctx, event);
    case EVENT_NOTES:
        return take_notes(ctx, event, topic);
    default:
        return complete(ctx, event, topic);
    }
}

static bool run_event(struct op_ctx *ctx, const struct demo_world *world, const struct demo_event *event,
                      const char *password_hash, civil_day today)
{
    switch (event->kind) {
    case EVENT_HIRE:
        return hire(ctx, event->consultant, password_hash, today);
    case EVENT_REGISTER:
        return register_client(ctx, event->client, password_hash);
    case EVENT_PURCHASE:
        return purchase(ctx, event);
    default:
        return run_session_event(ctx, world, event);
    }
}

bool demo_event_run(struct op_ctx *ctx, const struct demo_world *world, const struct demo_event *event,
                    const char *password_hash)
{
    CLEANUP(buf_free) struct buf unheard = { 0 };
    struct op_ctx before = *ctx;
    ctx->reply = &unheard;
    ctx->now = event->at;
    buf_add_char(&unheard, '{');
    bool ok = run_event(ctx, world, event, password_hash, civil_day_of_ms(before.now));
    ctx->reply = before.reply;
    ctx->now = before.now;
    ctx->actor = before.actor;
    ctx->target = before.target;
    return ok;
}
