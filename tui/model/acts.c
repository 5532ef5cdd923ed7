// What a person does: each act is checked by the rules that the server uses and written durably into the outbox.

#include "tui/model/internal.h"

#include "shared/sync/lanes.h"
#include "shared/wire/messages.h"

#include <string.h>

enum { ARGS_MAX = SYNC_FRAME_MAX - 1024 };

static bool check_role(struct model *model, const struct op_spec *spec, struct err *err)
{
    unsigned roles = model_roles(model);
    if ((roles & spec->roles) != 0 ||
        roles == ROLE_PUBLIC) // not known before the first sync: the server decides
        return true;
    return err_set(err, ERR_FORBIDDEN, "your role does not allow this");
}

// Arguments as they travel; read back once, so that what is queued is what the server will accept.
static bool write_args(const struct op_spec *spec, const void *args, struct arena *arena,
                       const char **ret_text, struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    shape_write(spec->in, args, &text);
    if (text.len > ARGS_MAX)
        return err_set(err, ERR_TOO_LARGE, "that is too long to be sent at once");
    CLEANUP(json_free) cJSON *json = json_parse(buf_text(&text), text.len, err);
    void *again = arena_alloc(arena, spec->in->size);
    if (json == NULL || !shape_read(spec->in, json, arena, again, err))
        return false;
    *ret_text = arena_strdup(arena, buf_text(&text));
    return true;
}

static bool add_op(struct model *model, const struct op_spec *spec, const void *args, struct arena *arena,
                   int64_t *ret_n, struct err *err)
{
    struct outbox_op op = {
        .name = spec->name,
        .lane = op_lane(spec, args, arena),
        .thing = op_consultation_of(spec, args),
        .at = model_now(model),
    };
    int64_t n;
    if (!check_role(model, spec, err) || !write_args(spec, args, arena, &op.args, err) ||
        !outbox_add(model->outbox, &op, &n, err))
        return false;
    if (ret_n != NULL)
        *ret_n = n;
    return true;
}

bool queue_op(struct model *model, const struct op_spec *spec, const void *args, int64_t *ret_n,
              struct err *err)
{
    struct arena arena = { 0 };
    bool good = add_op(model, spec, args, &arena, ret_n, err);
    arena_free(&arena);
    if (good) {
        pending_changed(model);
        signal_own(model, MODEL_OUTBOX);
    }
    return good;
}

bool model_queue(struct model *model, const char *name, const void *args, int64_t *ret_n, struct err *err)
{
    const struct op_spec *spec = op_spec_find(name);
    if (spec == NULL || !spec->offline || spec->in == NULL)
        return err_set(err, ERR_BAD_REQUEST, "%.60s cannot be queued", name);
    return queue_op(model, spec, args, ret_n, err);
}

// The consultation as it stands, when the cache knows it, must allow the move.
static bool check_move(struct model *model, const char *id, enum booking_move move, struct err *err)
{
    struct arena arena = { 0 };
    struct consultation c;
    reader_begin(model);
    bool known = consultation_get(model, id, &arena, &c);
    reader_end(model);
    bool good = known ? model_may(model, &c, move, err)
                      : err_set(err, ERR_NOT_FOUND, "there is no such consultation");
    arena_free(&arena);
    return good;
}

bool model_confirm(struct model *model, const char *id, const char *preparation_notes, int64_t *ret_n,
                   struct err *err)
{
    struct args_confirm args = { .id = id, .preparationNotes = preparation_notes };
    return check_move(model, id, MOVE_CONFIRM, err) &&
           queue_op(model, &op_consultation_confirm, &args, ret_n, err);
}

bool model_start(struct model *model, const struct args_start *args, int64_t *ret_n, struct err *err)
{
    struct args_start start = *args;
    if (start.actualStartTime == 0)
        start.actualStartTime = model_now(model);
    return check_move(model, start.id, MOVE_START, err) &&
           queue_op(model, &op_consultation_start, &start, ret_n, err);
}

static const char *new_id(struct model *model, struct arena *arena)
{
    struct id id;
    host_new_id(&id, model_now(model));
    return arena_strdup(arena, id.text);
}

// Everything made here has its id from here, so that the row which comes back is known as the same.
static void give_ids(struct model *model, struct args_complete *args, struct arena *arena)
{
    struct list items = { 0 }, deliverables = { 0 };
    for (size_t i = 0; i < args->actionItems.count; i++) {
        struct args_action_item *item = LIST_ADD(&items, arena, struct args_action_item);
        *item = *LIST_AT(&args->actionItems, struct args_action_item, i);
        if (item->itemId == NULL)
            item->itemId = new_id(model, arena);
    }
    for (size_t i = 0; i < args->deliverables.count; i++) {
        struct args_deliverable *deliverable = LIST_ADD(&deliverables, arena, struct args_deliverable);
        *deliverable = *LIST_AT(&args->deliverables, struct args_deliverable, i);
        if (deliverable->id == NULL)
            deliverable->id = new_id(model, arena);
    }
    args->actionItems = items;
    args->deliverables = deliverables;
}

bool model_complete(struct model *model, const struct args_complete *args, int64_t *ret_n, struct err *err)
{
    struct arena arena = { 0 };
    struct args_complete complete = *args;
    if (complete.actualEndTime == 0)
        complete.actualEndTime = model_now(model);
    give_ids(model, &complete, &arena);
    bool good = check_move(model, complete.id, MOVE_COMPLETE, err) &&
                queue_op(model, &op_consultation_complete, &complete, ret_n, err);
    arena_free(&arena);
    return good;
}

bool model_cancel(struct model *model, const char *id, const char *reason, int64_t *ret_n, struct err *err)
{
    struct args_cancel args = { .id = id, .reason = reason };
    return check_move(model, id, MOVE_CANCEL, err) &&
           queue_op(model, &op_consultation_cancel, &args, ret_n, err);
}

bool model_add_co_consultant(struct model *model, const char *id, const char *consultant_id, int64_t *ret_n,
                             struct err *err)
{
    struct args_co_consultant args = { .id = id, .consultantId = consultant_id };
    return check_move(model, id, MOVE_ADD_CO_CONSULTANT, err) &&
           queue_op(model, &op_consultation_add_co_consultant, &args, ret_n, err);
}

bool model_remove_co_consultant(struct model *model, const char *id, const char *consultant_id,
                                int64_t *ret_n, struct err *err)
{
    struct args_co_consultant args = { .id = id, .consultantId = consultant_id };
    return check_move(model, id, MOVE_REMOVE_CO_CONSULTANT, err) &&
           queue_op(model, &op_consultation_remove_co_consultant, &args, ret_n, err);
}

bool model_decline(struct model *model, const char *id, const char *reason, int64_t *ret_n, struct err *err)
{
    struct args_decline args = { .id = id, .reason = reason };
    return check_move(model, id, MOVE_DECLINE, err) &&
           queue_op(model, &op_consultation_decline, &args, ret_n, err);
}

static bool check_times(const struct args_schedule *schedule, int64_t now, struct err *err)
{
    if (schedule->scheduledEnd <= schedule->scheduledStart)
        return err_field(err, "schedule.scheduledEnd", "the end must come after the start");
    if (schedule->scheduledStart <= now)
        return err_field(err, "schedule.scheduledStart", "that time is over");
    return true;
}

bool model_reschedule(struct model *model, const struct args_reschedule *args, int64_t *ret_n,
                      struct err *err)
{
    return check_times(&args->schedule, model_now(model), err) &&
           check_move(model, args->id, MOVE_RESCHEDULE, err) &&
           queue_op(model, &op_consultation_reschedule, args, ret_n, err);
}

// The organisation that was chosen, when it is not the one that the server takes by itself.
static const char *other_organization(struct model *model, struct arena *arena)
{
    struct row_organization chosen;
    struct row_me me;
    if (!model_organization(model, arena, &chosen) || !model_me(model, arena, &me) ||
        (me.clientId != NULL && strcmp(me.clientId, chosen.id) == 0))
        return NULL;
    return chosen.id;
}

bool model_book(struct model *model, const struct args_book *args, struct id *ret_id, int64_t *ret_n,
                struct err *err)
{
    struct args_book book = *args;
    struct id id;
    host_new_id(&id, model_now(model));
    if (book.id == NULL)
        book.id = id.text;
    struct arena arena = { 0 };
    if (book.clientId == NULL)
        book.clientId = other_organization(model, &arena);
    bool good = check_times(&book.schedule, model_now(model), err) &&
                queue_op(model, &op_consultation_book, &book, ret_n, err);
    arena_free(&arena);
    if (!good)
        return false;
    if (ret_id != NULL)
        memcpy(ret_id->text, book.id, strnlen(book.id, ID_LEN) + 1);
    return true;
}

bool model_add_action_item(struct model *model, const struct args_action_item *args, int64_t *ret_n,
                           struct err *err)
{
    struct args_action_item item = *args;
    struct id id;
    host_new_id(&id, model_now(model));
    if (item.itemId == NULL)
        item.itemId = id.text;
    return queue_op(model, &op_consultation_add_action_item, &item, ret_n, err);
}

bool model_add_deliverable(struct model *model, const struct args_deliverable *args, int64_t *ret_n,
                           struct err *err)
{
    struct args_deliverable deliverable = *args;
    struct id id;
    host_new_id(&id, model_now(model));
    if (deliverable.id == NULL)
        deliverable.id = id.text;
    return queue_op(model, &op_consultation_add_deliverable, &deliverable, ret_n, err);
}

bool model_add_availability(struct model *model, const struct args_availability *args, int64_t *ret_n,
                            struct err *err)
{
    struct args_availability rule = *args;
    struct id id;
    host_new_id(&id, model_now(model));
    if (rule.ruleId == NULL)
        rule.ruleId = id.text;
    return queue_op(model, &op_consultant_availability_add, &rule, ret_n, err);
}

bool model_mark_read(struct model *model, const char *notification_id, int64_t *ret_n, struct err *err)
{
    struct args_id args = { .id = notification_id };
    return queue_op(model, &op_notification_read, &args, ret_n, err);
}

bool model_withdraw(struct model *model, int64_t n, struct err *err)
{
    if (!outbox_withdraw(model->outbox, n, err))
        return false;
    pending_changed(model);
    signal_own(model, MODEL_OUTBOX);
    return true;
}

bool model_flush(struct model *model, struct err *err)
{
    port_take_soft(model);
    if (!outbox_flush(model->outbox, err))
        return false;
    signal_own(model, MODEL_OUTBOX);
    return true;
}
