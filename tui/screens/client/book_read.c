#include "tui/screens/client/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct row_consultant *book_consultant(const struct book_data *data)
{
    int index = data->who.selected - 1;
    return index >= 0 && index < (int)data->consultants.count
               ? LIST_AT(&data->consultants, struct row_consultant, index)
               : NULL;
}

const struct length_choice *book_length(const struct book_data *data)
{
    return data->length_count > 0 ? &data->lengths[data->length] : NULL;
}

const struct slot *book_slot(const struct book_data *data)
{
    if (data->day_times.count == 0)
        return NULL;
    return LIST_AT(&data->times, struct slot, data->first_of_day + (size_t)data->day_times.selected);
}

static void add_length(struct book_data *data, int minutes, bool free_trial)
{
    for (int i = 0; i < data->length_count; i++) {
        if (data->lengths[i].minutes == minutes && data->lengths[i].free_trial == free_trial)
            return;
    }
    if (data->length_count < LENGTHS_MAX)
        data->lengths[data->length_count++] = (struct length_choice){ minutes, free_trial };
}

static void lengths_of_lot(struct book_data *data, const struct lot_view *lot)
{
    if (!lot->usable || lot->row.free <= 0)
        return;
    if (lot->row.freeTrial) {
        add_length(data, 15, true);
    } else if (lot->row.flexible) {
        static const int blocks[] = { 60, 90, 120 };
        for (size_t i = 0; i < ARRAY_LEN(blocks); i++)
            add_length(data, blocks[i], false);
    } else if (lot->row.free >= lot->row.minutesPerCredit) {
        add_length(data, (int)lot->row.minutesPerCredit, false);
    }
}

static void read_lengths(struct screen *screen)
{
    struct book_data *data = screen->data;
    data->length_count = 0;
    if (data->moving) {
        int64_t length = (data->moved.row.end - data->moved.row.start) / MINUTE_MS;
        add_length(data, (int)length, data->moved.row.freeTrial);
    } else {
        struct list lots = { 0 };
        model_lots(model_of(screen), &data->arena, &lots);
        for (size_t i = 0; i < lots.count; i++)
            lengths_of_lot(data, LIST_AT(&lots, struct lot_view, i));
    }
    if (data->length >= data->length_count)
        data->length = 0;
}

static void read_consultants(struct screen *screen)
{
    struct book_data *data = screen->data;
    const struct row_consultant *chosen = book_consultant(data);
    char wanted[ID_SIZE];
    snprintf(wanted, sizeof(wanted), "%s", chosen ? chosen->id : data->wanted_id);
    arena_reset(&data->arena);
    data->consultants = (struct list){ 0 };
    model_consultants(model_of(screen), &data->arena, &data->consultants);
    list_view_count(&data->who, (int)data->consultants.count + 1);
    for (size_t i = 0; i < data->consultants.count && wanted[0]; i++) {
        if (strcmp(LIST_AT(&data->consultants, struct row_consultant, i)->id, wanted) == 0)
            list_view_select(&data->who, (int)i + 1);
    }
    data->wanted_id[0] = '\0';
}

static int by_start(const void *a, const void *b)
{
    const struct slot *one = a, *other = b;
    return one->start < other->start ? -1 : one->start > other->start;
}

static void sort_times(struct book_data *data)
{
    struct slot *slots = data->times.items;
    size_t kept = 0;
    if (data->times.count == 0)
        return;
    qsort(slots, data->times.count, sizeof(*slots), by_start);
    for (size_t i = 1; i < data->times.count; i++) {
        if (slots[i].start != slots[kept].start)
            slots[++kept] = slots[i];
    }
    data->times.count = kept + 1;
}

static void add_times(struct screen *screen, const char *consultant_id, int64_t from, int64_t to, int minutes)
{
    struct book_data *data = screen->data;
    struct slots_view view;
    model_slots_want(model_of(screen), consultant_id, from, to, minutes);
    model_slots(model_of(screen), consultant_id, from, to, minutes, &data->arena, &view);
    for (size_t i = 0; i < view.slots.count; i++) {
        const struct slot *slot = LIST_AT(&view.slots, struct slot, i);
        if (slot->start > screen->app->now)
            *LIST_ADD(&data->times, &data->arena, struct slot) = *slot;
    }
    if (view.state > data->state)
        data->state = view.state;
    if (view.state == SLOTS_FAILED)
        snprintf(data->why, sizeof(data->why), "%s", view.why);
    if (data->fetched_at == 0 || (view.fetched_at > 0 && view.fetched_at < data->fetched_at))
        data->fetched_at = view.fetched_at;
}

// Without an answer of the server: the hours that the rules give, which somebody else may have booked.
static void add_open_hours(struct screen *screen, const char *consultant_id, int64_t from, int64_t to,
                           int minutes)
{
    struct book_data *data = screen->data;
    struct list spans = { 0 };
    int64_t length = (int64_t)minutes * MINUTE_MS, step = 30 * MINUTE_MS;
    int64_t earliest = screen->app->now + data->policy.notice_minutes * MINUTE_MS;
    model_open_spans(model_of(screen), consultant_id, from, to, &data->arena, &spans);
    for (size_t i = 0; i < spans.count; i++) {
        const struct slot *span = LIST_AT(&spans, struct slot, i);
        for (int64_t start = span->start; start + length <= span->end; start += step) {
            if (start >= earliest)
                *LIST_ADD(&data->times, &data->arena, struct slot) = (struct slot){ start, start + length };
        }
    }
}

typedef void (*source)(struct screen *screen, const char *consultant_id, int64_t from, int64_t to,
                       int minutes);

static void from_each(struct screen *screen, source add, int64_t from, int64_t to)
{
    struct book_data *data = screen->data;
    const struct row_consultant *one = book_consultant(data);
    int minutes = book_length(data)->minutes;
    if (one)
        add(screen, one->id, from, to, minutes);
    const struct row_consultant *all = data->consultants.items;
    for (size_t i = 0; !one && all && i < data->consultants.count && i < CONSULTANTS_ASKED; i++)
        add(screen, all[i].id, from, to, minutes);
}

static void read_times(struct screen *screen)
{
    struct book_data *data = screen->data;
    const struct zone *zone = zone_of(screen);
    data->times = (struct list){ 0 };
    data->state = SLOTS_UNKNOWN;
    data->fetched_at = 0;
    data->why[0] = '\0';
    civil_day first = month_first_cell(&data->month), today = data->month.today;
    first = first < today ? today : first;
    civil_day last = month_first_cell(&data->month) + 42,
              window = today + (civil_day)data->policy.window_days;
    last = last > window ? window : last;
    if (!book_length(data) || last <= first)
        return;
    int64_t from = zone_day_minute(zone, first, 0), to = zone_day_minute(zone, last, 0);
    from_each(screen, add_times, from, to);
    data->unchecked = data->times.count == 0 && data->state != SLOTS_READY && data->state != SLOTS_LOADING;
    if (data->unchecked)
        from_each(screen, add_open_hours, from, to);
    sort_times(data);
}

void book_use_day(struct book_data *data)
{
    const struct zone *zone = data->month.data;
    int count = 0;
    data->first_of_day = data->times.count;
    for (size_t i = 0; i < data->times.count; i++) {
        if (zone_day_at(zone, LIST_AT(&data->times, struct slot, i)->start) != data->month.selected)
            continue;
        if (count++ == 0)
            data->first_of_day = i;
    }
    list_view_count(&data->day_times, count);
}

void book_read(struct screen *screen)
{
    struct book_data *data = screen->data;
    if (data->moving) {
        struct consultation_detail detail;
        if (model_consultation(model_of(screen), data->reschedule_id, &screen->app->frame, &detail))
            data->moved = detail.head;
    }
    model_policy(model_of(screen), &data->policy);
    read_consultants(screen);
    read_lengths(screen);
    read_times(screen);
    book_use_day(data);
}
