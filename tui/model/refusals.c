// The outbox as people see it: what waits, what was refused, and what to do about that.

#include "tui/model/texts_internal.h"

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
        .text = op->typed,
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

bool model_refused_booking(struct model *model, const char *consultation_id, struct arena *arena,
                           struct refusal *ret)
{
    struct outbox_op op;
    reader_begin(model);
    const struct refused_thing *refused = refused_booking(model, consultation_id);
    bool found = refused != NULL && outbox_get(model->outbox, refused->n, arena, &op);
    if (found)
        *ret = refusal_of(model, &op, arena);
    reader_end(model);
    return found;
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

static bool resend(struct model *model, const struct outbox_op *op, const char *args, int64_t *ret_n,
                   struct err *err)
{
    int64_t again;
    if (!outbox_resend(model->outbox, op->n, args, model_now(model), &again, err))
        return false;
    if (ret_n != NULL)
        *ret_n = again;
    changed(model);
    return true;
}

// The words typed into a note, at its end as it is now.
static bool type_again(struct model *model, const struct outbox_op *op, int64_t *ret_n, struct err *err)
{
    char consultation[ID_SIZE];
    enum note_kind kind;
    size_t size;
    if (op->typed == NULL) // it took something away, or what it brought was taken back
        return err_set(err, ERR_WRONG_STATE, "No words are left in it to type again.");
    if (!replica_id_parse(op->note, consultation, &kind))
        return err_set(err, ERR_NOT_FOUND, "there is no such note");
    struct model_text *text = model_text_open(model, consultation, kind);
    const char *content = model_text_content(text, &size);
    CLEANUP(buf_free) struct buf words = { 0 };
    if (size > 0 && content[size - 1] != '\n')
        buf_add_char(&words, '\n');
    buf_add_text(&words, op->typed);
    bool good = model_text_replace(text, size, 0, words.data, words.len, false, err) &&
                outbox_discard(model->outbox, op->n, err);
    model_text_close(text);
    if (good && ret_n != NULL)
        *ret_n = 0;
    if (good)
        changed(model);
    return good;
}

bool model_refusal_resend(struct model *model, int64_t n, int64_t *ret_n, struct err *err)
{
    struct arena arena = { 0 };
    struct outbox_op op;
    bool good = get_refused(model, n, &arena, &op, err);
    if (good && op.note != NULL)
        good = type_again(model, &op, ret_n, err);
    else
        good = good && resend(model, &op, op.args, ret_n, err);
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
                resend(model, &op, args, ret_n, err);
    arena_free(&arena);
    return good;
}
