// The outbox as people see it: what waits, what was refused, and what to do about that.

#include "tui/model/internal.h"

#include <string.h>

void model_outbox_counts(struct model *model, struct outbox_counts *ret)
{
    struct outbox_totals totals;
    outbox_totals(model->outbox, &totals);
    *ret = (struct outbox_counts){ totals.waiting, totals.sent, totals.refused };
}

static const char *help_of(const char *name)
{
    const struct op_spec *spec = op_spec_find(name);
    return spec != NULL ? spec->help : "";
}

static const char *code_of(struct model *model, const char *thing, struct arena *arena)
{
    struct row_consultation row;
    return thing != NULL && row_get(model, ROW_CONSULTATION, thing, arena, &row) ? row.code : NULL;
}

void model_waiting(struct model *model, struct arena *arena, struct list *ret)
{
    struct list ops = { 0 }, waiting = { 0 };
    reader_begin(model);
    outbox_pending(model->outbox, INT64_MAX, arena, &ops);
    for (size_t i = 0; i < ops.count; i++) {
        const struct outbox_op *op = LIST_AT(&ops, struct outbox_op, i);
        *LIST_ADD(&waiting, arena, struct waiting) = (struct waiting){
            .n = op->n,
            .name = op->name,
            .help = help_of(op->name),
            .consultation_id = op->thing,
            .code = code_of(model, op->thing, arena),
            .at = op->at,
            .sent = op->state == OUTBOX_SENT,
            .next_try = op->state == OUTBOX_SENT ? op->retry_at : 0,
            .why = op->message,
        };
    }
    reader_end(model);
    *ret = waiting;
}

// details.alternatives: [{scheduledStart, scheduledEnd}, ...] as ISO times, whatever else stands there.
static void read_alternatives(const char *details, struct arena *arena, struct list *ret)
{
    CLEANUP(json_free) cJSON *json = details != NULL ? cJSON_Parse(details) : NULL;
    const cJSON *slot;
    cJSON_ArrayForEach(slot, cJSON_GetObjectItemCaseSensitive(json, "alternatives"))
    {
        const char *start = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(slot, "scheduledStart"));
        const char *end = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(slot, "scheduledEnd"));
        struct slot parsed;
        if (start != NULL && end != NULL && civil_parse_iso(start, &parsed.start) &&
            civil_parse_iso(end, &parsed.end))
            *LIST_ADD(ret, arena, struct slot) = parsed;
    }
}

static struct refusal refusal_of(struct model *model, const struct outbox_op *op, struct arena *arena)
{
    const struct refused_thing *thing = op->note != NULL ? refused_note(model, op->note) : NULL;
    struct refusal refusal = {
        .n = op->n,
        .name = op->name,
        .help = help_of(op->name),
        .consultation_id = op->thing,
        .code = code_of(model, op->thing, arena),
        .at = op->at,
        .refused_at = op->answered_at,
        .reason = op->code != NULL ? err_from_name(op->code) : ERR_INTERNAL,
        .message = op->message != NULL ? op->message : "",
        .field = op->field != NULL ? op->field : "",
        .details = op->details,
        .because_of = op->because_of,
        .text = thing != NULL && thing->n == op->n ? arena_strdup(arena, thing->text) : NULL,
        .args = op->args,
    };
    read_alternatives(op->details, arena, &refusal.alternatives);
    return refusal;
}

void model_refusals(struct model *model, struct arena *arena, struct list *ret)
{
    struct list ops = { 0 }, refusals = { 0 };
    reader_begin(model);
    outbox_refused(model->outbox, arena, &ops);
    for (size_t i = 0; i < ops.count; i++)
        *LIST_ADD(&refusals, arena, struct refusal) =
            refusal_of(model, LIST_AT(&ops, struct outbox_op, i), arena);
    reader_end(model);
    *ret = refusals;
}

static void changed(struct model *model)
{
    pending_changed(model);
    signal_own(model, MODEL_OUTBOX | MODEL_REFUSALS);
}

bool model_refusal_discard(struct model *model, int64_t n, struct err *err)
{
    if (!outbox_discard(model->outbox, n, err))
        return false;
    changed(model);
    return true;
}

static bool get_refused(struct model *model, int64_t n, struct arena *arena, struct outbox_op *ret,
                        struct err *err)
{
    if (outbox_get(model->outbox, n, arena, ret) && ret->state == OUTBOX_REFUSED)
        return true;
    return err_set(err, ERR_NOT_FOUND, "there is no such refusal");
}

// A note goes on from what the server has now.
static int64_t present_rev(struct model *model, const struct outbox_op *op, struct arena *arena)
{
    struct row_note note;
    struct row_consultation row;
    if (op->note == NULL)
        return 0;
    if (row_get(model, ROW_NOTE, op->note, arena, &note))
        return note.rev;
    return op->thing != NULL && row_get(model, ROW_CONSULTATION, op->thing, arena, &row) ? row.rev : 0;
}

static bool resend(struct model *model, const struct outbox_op *op, const char *args, struct arena *arena,
                   int64_t *ret_n, struct err *err)
{
    int64_t again;
    int64_t rev = present_rev(model, op, arena);
    if (!outbox_resend(model->outbox, op->n, args, rev, model_now(model), &again, err))
        return false;
    if (ret_n != NULL)
        *ret_n = again;
    changed(model);
    return true;
}

bool model_refusal_resend(struct model *model, int64_t n, int64_t *ret_n, struct err *err)
{
    struct arena arena = { 0 };
    struct outbox_op op;
    bool good = get_refused(model, n, &arena, &op, err) && resend(model, &op, op.args, &arena, ret_n, err);
    arena_free(&arena);
    return good;
}

static void move_schedule(struct args_schedule *schedule, int64_t start)
{
    schedule->scheduledEnd += start - schedule->scheduledStart;
    schedule->scheduledStart = start;
}

// The same arguments at another time.
static bool args_at(const struct outbox_op *op, int64_t start, struct arena *arena, const char **ret_args,
                    struct err *err)
{
    union {
        struct args_book book;
        struct args_reschedule reschedule;
    } args;
    const struct op_spec *spec = op_spec_find(op->name);
    bool booking = spec == &op_consultation_book;
    if (!booking && spec != &op_consultation_reschedule)
        return err_set(err, ERR_BAD_REQUEST, "only bookings and moves have another time");
    CLEANUP(json_free) cJSON *json = json_parse(op->args, strlen(op->args), err);
    if (json == NULL || !shape_read(spec->in, json, arena, &args, err))
        return false;
    move_schedule(booking ? &args.book.schedule : &args.reschedule.schedule, start);
    CLEANUP(buf_free) struct buf text = { 0 };
    shape_write(spec->in, &args, &text);
    *ret_args = arena_strdup(arena, buf_text(&text));
    return true;
}

bool model_refusal_resend_at(struct model *model, int64_t n, int64_t start, int64_t *ret_n, struct err *err)
{
    struct arena arena = { 0 };
    struct outbox_op op;
    const char *args;
    bool good = get_refused(model, n, &arena, &op, err) && args_at(&op, start, &arena, &args, err) &&
                resend(model, &op, args, &arena, ret_n, err);
    arena_free(&arena);
    return good;
}
