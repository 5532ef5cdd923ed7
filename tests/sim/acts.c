#include "tests/sim/acts_internal.h"

#include "shared/base/civil.h"
#include "tests/sim/firm.h"
#include "tests/sim/prove.h"
#include "tests/sim/trace.h"

#include <string.h>

enum { LOOK_DAYS = 8 };

static int64_t made; // texts, so that no two are the same

void acts_reset(void)
{
    made = 0;
    acts_reset_texts();
}

unsigned below(struct turn *turn, size_t count)
{
    return chance_below(turn->chance, (unsigned)count);
}

const char *new_text(struct turn *turn, const char *what)
{
    return arena_printf(&turn->arena, "%s %lld of %s", what, (long long)++made, seat_name(turn->seat));
}

// It was queued, unless the power failed meanwhile: then nobody was told anything.
static void promise(struct turn *turn, bool good, int64_t n, const char *name)
{
    if (good && !disk_is_off(seat_node(turn->seat)))
        prove_promised(turn->seat, n, name);
    else
        trace("%s: %s: %s", seat_name(turn->seat), name, good ? "the power fails" : turn->err.message);
}

// Sessions --------------------------------------------------------------------------------------------------------

static void list_sessions(struct turn *turn, struct list *ret)
{
    int64_t now = model_now(turn->model);
    model_consultations(turn->model, now - DAY_MS, now + LOOK_DAYS * (int64_t)DAY_MS, &turn->arena, ret);
}

bool pick_session(struct turn *turn, struct consultation *ret)
{
    struct list sessions = { 0 };
    list_sessions(turn, &sessions);
    if (sessions.count == 0)
        return false;
    *ret = *LIST_AT(&sessions, struct consultation, below(turn, sessions.count));
    return true;
}

// Mostly one that the screen offers the move for; it may not be so any more when the server hears of it.
static bool pick_for(struct turn *turn, enum booking_move move, struct consultation *ret)
{
    struct list sessions = { 0 }, good = { 0 };
    list_sessions(turn, &sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct err ignored;
        const struct consultation *one = LIST_AT(&sessions, struct consultation, i);
        if (model_may(turn->model, one, move, &ignored))
            *LIST_ADD(&good, &turn->arena, struct consultation) = *one;
    }
    const struct list *from = good.count > 0 && below(turn, 8) != 0 ? &good : &sessions;
    if (from->count == 0)
        return false;
    *ret = *LIST_AT(from, struct consultation, below(turn, from->count));
    return true;
}

// The hours in which both consultants work, a few days ahead: so few that people want the same.
static struct args_schedule pick_time(struct turn *turn)
{
    static const int64_t minutes[] = { 14 * 60, 14 * 60 + 30, 15 * 60, 15 * 60 + 30 };
    int64_t day = model_now(turn->model) / DAY_MS + 1 + below(turn, 4);
    int64_t start = day * DAY_MS + minutes[below(turn, ARRAY_LEN(minutes))] * MINUTE_MS;
    return (struct args_schedule){ .scheduledStart = start,
                                   .scheduledEnd = start + 90 * (int64_t)MINUTE_MS,
                                   .timezone = "America/New_York" };
}

static void book(struct turn *turn)
{
    struct list consultants = { 0 };
    struct id id;
    int64_t n = 0;
    model_consultants(turn->model, &turn->arena, &consultants);
    if (consultants.count == 0)
        return;
    bool anyone = below(turn, 4) == 0;
    struct args_book args = {
        .consultantId =
            anyone ? NULL : LIST_AT(&consultants, struct row_consultant, below(turn, consultants.count))->id,
        .schedule = pick_time(turn),
        .purpose = new_text(turn, "purpose"),
        .useCredits = true,
        .has_useCredits = true,
    };
    bool good = model_book(turn->model, &args, &id, &n, &turn->err);
    promise(turn, good, n, "book");
}

static void confirm(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_for(turn, MOVE_CONFIRM, &session))
        return;
    bool good = model_confirm(turn->model, session.row.id, new_text(turn, "preparation"), &n, &turn->err);
    promise(turn, good, n, "confirm");
}

static void start(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_for(turn, MOVE_START, &session))
        return;
    struct args_start args = { .id = session.row.id };
    bool good = model_start(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "start");
}

static void complete(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_for(turn, MOVE_COMPLETE, &session))
        return;
    struct args_complete args = { .id = session.row.id,
                                  .outcomes.summary = new_text(turn, "summary"),
                                  .nextSteps = new_text(turn, "steps") };
    LIST_ADD(&args.actionItems, &turn->arena, struct args_action_item)->description =
        new_text(turn, "follow-up");
    bool good = model_complete(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "complete");
}

static void cancel(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_for(turn, MOVE_CANCEL, &session))
        return;
    bool good = model_cancel(turn->model, session.row.id, new_text(turn, "reason"), &n, &turn->err);
    promise(turn, good, n, "cancel");
}

static void reschedule(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_for(turn, MOVE_RESCHEDULE, &session))
        return;
    struct args_reschedule args = { .id = session.row.id,
                                    .schedule = pick_time(turn),
                                    .reason = new_text(turn, "reason") };
    bool good = model_reschedule(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "reschedule");
}

static void add_action_item(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_session(turn, &session))
        return;
    struct args_action_item args = { .id = session.row.id, .description = new_text(turn, "item") };
    bool good = model_add_action_item(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "add action item");
}

static void add_deliverable(struct turn *turn)
{
    struct consultation session;
    int64_t n = 0;
    if (!pick_session(turn, &session))
        return;
    struct args_deliverable args = { .consultationId = session.row.id,
                                     .type = "report",
                                     .name = new_text(turn, "report"),
                                     .description = "As agreed",
                                     .status = "draft" };
    bool good = model_add_deliverable(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "add deliverable");
}

// The rest ---------------------------------------------------------------------------------------------------------

static void flush(struct turn *turn)
{
    bool good = model_flush(turn->model, &turn->err);
    trace("%s flushes: %s", seat_name(turn->seat), good ? "done" : turn->err.message);
}

static void mark_read(struct turn *turn)
{
    struct list notifications = { 0 };
    int64_t n = 0;
    model_notifications(turn->model, 20, &turn->arena, &notifications);
    if (notifications.count == 0)
        return;
    const struct notification_view *one =
        LIST_AT(&notifications, struct notification_view, below(turn, notifications.count));
    bool good = model_mark_read(turn->model, one->row.id, &n, &turn->err);
    promise(turn, good, n, "mark read");
}

static void take_time_off(struct turn *turn)
{
    int64_t n = 0;
    if (!(model_roles(turn->model) & ROLE_CONSULTANT))
        return;
    int32_t day = (int32_t)(model_now(turn->model) / DAY_MS) + 10 + (int32_t)below(turn, 20);
    struct args_availability args = { .id = "me",
                                      .type = AVAILABILITY_TIME_OFF,
                                      .period = { day, day },
                                      .reason = new_text(turn, "time off") };
    bool good = model_add_availability(turn->model, &args, &n, &turn->err);
    promise(turn, good, n, "time off");
}

static void take_back(struct turn *turn)
{
    struct list waiting = { 0 };
    model_waiting(turn->model, &turn->arena, &waiting);
    if (waiting.count == 0)
        return;
    int64_t n = LIST_AT(&waiting, struct waiting, below(turn, waiting.count))->n;
    bool good = model_withdraw(turn->model, n, &turn->err);
    trace("%s takes %d back: %s", seat_name(turn->seat), (int)n, good ? "done" : turn->err.message);
    if (good || disk_is_off(seat_node(turn->seat)))
        prove_withdrawn(turn->seat, n);
}

static void look_at_refusals(struct turn *turn)
{
    struct list refusals = { 0 };
    int64_t n = 0;
    model_refusals(turn->model, &turn->arena, &refusals);
    if (refusals.count == 0)
        return;
    const struct refusal *one = LIST_AT(&refusals, struct refusal, below(turn, refusals.count));
    bool again = below(turn, 3) == 0;
    if (one->text != NULL) {
        deal_with_refused_words(turn, one, again);
        return;
    }
    bool good = again ? model_refusal_resend(turn->model, one->n, &n, &turn->err)
                      : model_refusal_discard(turn->model, one->n, &turn->err);
    if (good || disk_is_off(seat_node(turn->seat)))
        prove_withdrawn(turn->seat, one->n);
    if (again)
        promise(turn, good, n, "send again");
    else
        trace("%s discards %d: %s", seat_name(turn->seat), (int)one->n, good ? "done" : turn->err.message);
}

static void look_around(struct turn *turn)
{
    struct model_news news;
    struct consultation session;
    model_take_news(turn->model, &turn->arena, &news);
    trace("%s sees %d events", seat_name(turn->seat), (int)news.events.count);
    if (pick_session(turn, &session))
        model_presence_enter(turn->model, below(turn, 2) ? session.row.id : NULL, PRESENCE_VIEWING);
    if (below(turn, 4) == 0)
        model_connect_now(turn->model);
}

static void sign_out(struct turn *turn)
{
    if (below(turn, 4) != 0)
        return;
    bool discard = below(turn, 3) == 0;
    prove_refused_words(turn->seat);
    bool good = model_sign_out(turn->model, discard, &turn->err);
    trace("%s signs out%s: %s", seat_name(turn->seat), discard ? ", discarding" : "",
          good ? "done" : turn->err.message);
    if (good || discard || disk_is_off(seat_node(turn->seat)))
        prove_typed_discarded(turn->seat, discard);
    if (good || discard) // what is left then are refusals, and they go too
        prove_all_withdrawn(turn->seat);
}

// ----------------------------------------------------------------------------------------------------------------

static void begin(struct turn *turn, struct seat *seat, struct chance *chance)
{
    *turn = (struct turn){ .seat = seat, .model = seat_model(seat), .chance = chance };
    seat_enter(seat);
}

static void end(struct turn *turn)
{
    seat_leave();
    arena_free(&turn->arena);
}

static bool is_signed_in(struct turn *turn)
{
    struct account account;
    model_account(turn->model, &turn->arena, &account);
    return account.signed_in;
}

static void sign_in(struct turn *turn)
{
    bool good = model_sign_in(turn->model, NULL, seat_email(turn->seat), FIRM_PASSWORD, &turn->err);
    trace("%s signs in: %s", seat_name(turn->seat), good ? "asked" : turn->err.message);
}

typedef void (*deed)(struct turn *turn);

// The more often something stands here, the more often it is done.
static const deed of_clients[] = {
    book,      book,      book,        book,           cancel,    reschedule,
    type_note, type_note, change_note, keep_note_open, mark_read, look_around
};
static const deed of_consultants[] = { confirm,     confirm,        start,           complete,
                                       cancel,      reschedule,     type_note,       type_note,
                                       change_note, keep_note_open, add_action_item, add_deliverable,
                                       mark_read,   take_time_off,  look_around };
static const deed of_all[] = { flush, take_back, look_at_refusals, look_around, sign_out };

static deed choose(struct turn *turn)
{
    if (below(turn, 5) == 0)
        return of_all[below(turn, ARRAY_LEN(of_all))];
    if (model_roles(turn->model) & ROLE_CLIENT)
        return of_clients[below(turn, ARRAY_LEN(of_clients))];
    return of_consultants[below(turn, ARRAY_LEN(of_consultants))];
}

void act(struct seat *seat, struct chance *chance)
{
    struct turn turn;
    begin(&turn, seat, chance);
    if (is_signed_in(&turn))
        choose (&turn)(&turn);
    else
        sign_in(&turn);
    end(&turn);
}

void act_sign_in(struct seat *seat)
{
    struct turn turn;
    begin(&turn, seat, NULL);
    if (!is_signed_in(&turn))
        sign_in(&turn);
    end(&turn);
}

void act_flush(struct seat *seat)
{
    struct turn turn;
    begin(&turn, seat, NULL);
    flush(&turn);
    end(&turn);
}

int64_t act_next_start(struct seat *seat)
{
    struct turn turn;
    struct consultation next;
    begin(&turn, seat, NULL);
    int64_t at = model_next(turn.model, &turn.arena, &next) ? next.row.start : 0;
    end(&turn);
    return at;
}
