#include "tui/screens/common/calendar.h"

#include "shared/host/host.h"
#include "tui/ui/month.h"

#include <string.h>

static civil_day week_start(civil_day day)
{
    return day - (civil_weekday(day) + 6) % 7;
}

civil_day calendar_range(const struct calendar_data *data, int *ret_days)
{
    struct month month = { .selected = data->day };
    switch (data->view) {
    case VIEW_DAY:
        *ret_days = 1;
        return data->day;
    case VIEW_WORK_WEEK:
        *ret_days = 5;
        // On a weekend the coming week is of more use than the past one.
        return civil_weekday(data->day) == 0   ? data->day + 1
               : civil_weekday(data->day) == 6 ? data->day + 2
                                               : week_start(data->day);
    case VIEW_WEEK:
        *ret_days = 7;
        return week_start(data->day);
    case VIEW_MONTH:
        *ret_days = 42;
        return month_first_cell(&month);
    default:
        *ret_days = 42;
        return data->day;
    }
}

int64_t calendar_time(const struct calendar_data *data, civil_day day, int row)
{
    return zone_day_minute(data->zone, day, row * ROW_MINUTES);
}

static bool same_place(const struct block *a, const struct block *b)
{
    return a->day == b->day && a->from < b->to && b->from < a->to;
}

// Blocks come by start, so those of one day lie together.
static size_t day_start(const struct list *blocks, size_t at)
{
    civil_day day = LIST_AT(blocks, struct block, at)->day;
    while (at > 0 && LIST_AT(blocks, struct block, at - 1)->day == day)
        at--;
    return at;
}

// The lowest lane that no earlier block of the same half hours has.
static void set_lane(struct list *blocks, size_t at)
{
    struct block *block = LIST_AT(blocks, struct block, at);
    unsigned taken = 0;
    for (size_t i = day_start(blocks, at); i < at; i++) {
        const struct block *other = LIST_AT(blocks, struct block, i);
        if (same_place(block, other) && other->lane < 31)
            taken |= 1u << other->lane;
    }
    while (taken & (1u << block->lane) && block->lane < 31)
        block->lane++;
}

// All that touch each other share the width of the column.
static void set_lane_count(struct list *blocks, size_t at)
{
    struct block *block = LIST_AT(blocks, struct block, at);
    block->lanes = block->lane + 1;
    for (size_t i = day_start(blocks, at); i < blocks->count; i++) {
        const struct block *other = LIST_AT(blocks, struct block, i);
        if (other->day != block->day)
            break;
        if (same_place(block, other) && other->lane + 1 > block->lanes)
            block->lanes = other->lane + 1;
    }
}

static void set_lanes(struct list *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        set_lane(blocks, i);
    for (size_t i = 0; i < blocks->count; i++)
        set_lane_count(blocks, i);
}

static void add_block(struct calendar_data *data, const struct consultation *consultation)
{
    int64_t from = zone_to_local(data->zone, consultation->row.start);
    int64_t to = zone_to_local(data->zone, consultation->row.end);
    for (civil_day day = civil_day_of_ms(from); day <= civil_day_of_ms(to - 1); day++) {
        if (day < data->from || day >= data->from + data->days)
            continue;
        int64_t midnight = (int64_t)day * DAY_MS, row_ms = (int64_t)ROW_MINUTES * MINUTE_MS;
        int64_t start = from > midnight ? from - midnight : 0, end = to - midnight;
        end = end < DAY_MS ? end : DAY_MS;
        *LIST_ADD(&data->blocks, &data->arena, struct block) = (struct block){
            .consultation = consultation,
            .day = day,
            .from = (int)(start / row_ms),
            .to = (int)((end + row_ms - 1) / row_ms),
        };
    }
}

static void make_blocks(struct calendar_data *data)
{
    data->blocks = (struct list){ 0 };
    for (size_t i = 0; i < data->sessions.count; i++) {
        const struct consultation *consultation = LIST_AT(&data->sessions, struct consultation, i);
        bool lost = consultation->only_here && consultation_stage(consultation) == STAGE_REFUSED;
        if (lost || booking_blocks_time((enum booking_status)consultation->row.status))
            add_block(data, consultation);
    }
    set_lanes(&data->blocks);
}

// The usual working day, and whatever lies outside of it.
static void find_hours(struct calendar_data *data)
{
    data->first_row = 8 * 2;
    data->last_row = 18 * 2;
    for (size_t i = 0; i < data->blocks.count; i++) {
        const struct block *block = LIST_AT(&data->blocks, struct block, i);
        data->first_row = block->from < data->first_row ? block->from : data->first_row;
        data->last_row = block->to > data->last_row ? block->to : data->last_row;
    }
    for (size_t i = 0; i < data->open.count; i++) {
        const struct slot *slot = LIST_AT(&data->open, struct slot, i);
        int64_t start = zone_to_local(data->zone, slot->start) % DAY_MS, length = slot->end - slot->start;
        int from = (int)(start / (ROW_MINUTES * MINUTE_MS));
        int to = (int)((start + length + ROW_MINUTES * MINUTE_MS - 1) / (ROW_MINUTES * MINUTE_MS));
        data->first_row = from < data->first_row ? from : data->first_row;
        data->last_row = to > data->last_row ? to : data->last_row;
    }
    data->last_row = data->last_row > DAY_ROWS ? DAY_ROWS : data->last_row;
}

static void make_agenda(struct calendar_data *data)
{
    civil_day day = data->from - 1;
    data->agenda_lines = (struct list){ 0 };
    for (size_t i = 0; i < data->sessions.count; i++) {
        const struct consultation *consultation = LIST_AT(&data->sessions, struct consultation, i);
        civil_day of = zone_day_at(data->zone, consultation->row.start);
        if (of != day)
            LIST_ADD(&data->agenda_lines, &data->arena, struct agenda_line)->day = of;
        day = of;
        *LIST_ADD(&data->agenda_lines, &data->arena, struct agenda_line) =
            (struct agenda_line){ of, consultation };
    }
    list_view_count(&data->agenda, (int)data->agenda_lines.count);
}

static const struct zone *zone_for(const struct screen *screen, const struct calendar_data *data)
{
    const struct consultation *selected = calendar_selected(data);
    const struct zone *theirs = NULL;
    if (data->zones == ZONE_THEIRS && selected && selected->row.timezone)
        theirs = zone_db_get(model_zones(model_of(screen)), selected->row.timezone);
    return theirs ? theirs : zone_of(screen);
}

void calendar_load(struct screen *screen)
{
    struct calendar_data *data = screen->data;
    struct desk *desk = desk_of(screen);
    if (!data->moved)
        calendar_to_now(screen); // the person's zone may have become known only now
    data->zone = zone_for(screen, data);
    arena_reset(&data->arena);
    data->sessions = data->open = data->off = (struct list){ 0 };
    data->from = calendar_range(data, &data->days);
    int64_t from = calendar_time(data, data->from, 0), to = calendar_time(data, data->from + data->days, 0);
    model_consultations(desk->model, from, to, &data->arena, &data->sessions);
    if (desk->me.consultantId && *desk->me.consultantId && data->view <= VIEW_WEEK) {
        model_open_spans(desk->model, desk->me.consultantId, from, to, &data->arena, &data->open);
        model_days_off(desk->model, desk->me.consultantId, from, to, &data->arena, &data->off);
    }
    model_policy(desk->model, &data->policy);
    make_blocks(data);
    find_hours(data);
    make_agenda(data);
}

const struct block *calendar_block_at(const struct calendar_data *data, civil_day day, int row)
{
    for (size_t i = 0; i < data->blocks.count; i++) {
        const struct block *block = LIST_AT(&data->blocks, struct block, i);
        if (block->day == day && row >= block->from && row < block->to)
            return block;
    }
    return NULL;
}

static const struct consultation *find_chosen(const struct calendar_data *data)
{
    for (size_t i = 0; data->chosen[0] && i < data->sessions.count; i++) {
        const struct consultation *consultation = LIST_AT(&data->sessions, struct consultation, i);
        if (strcmp(consultation->row.id, data->chosen) == 0)
            return consultation;
    }
    return NULL;
}

const struct consultation *calendar_selected(const struct calendar_data *data)
{
    if (data->view == VIEW_AGENDA) {
        if (data->agenda.count == 0)
            return NULL;
        return LIST_AT(&data->agenda_lines, struct agenda_line, data->agenda.selected)->consultation;
    }
    const struct consultation *chosen = find_chosen(data);
    if (chosen)
        return chosen;
    if (data->view == VIEW_MONTH)
        return NULL;
    const struct block *block = calendar_block_at(data, data->day, data->row);
    return block ? block->consultation : NULL;
}

static bool spans_overlap(int64_t from, int64_t to, int64_t at, int64_t until)
{
    return from < until && at < to;
}

bool calendar_is_open(const struct calendar_data *data, civil_day day, int row)
{
    int64_t at = calendar_time(data, day, row), until = at + ROW_MINUTES * MINUTE_MS;
    for (size_t i = 0; i < data->open.count; i++) {
        const struct slot *slot = LIST_AT(&data->open, struct slot, i);
        if (spans_overlap(slot->start, slot->end, at, until))
            return true;
    }
    return false;
}

const struct day_off *calendar_off(const struct calendar_data *data, civil_day day, int row)
{
    int64_t at = calendar_time(data, day, row), until = at + ROW_MINUTES * MINUTE_MS;
    for (size_t i = 0; i < data->off.count; i++) {
        const struct day_off *off = LIST_AT(&data->off, struct day_off, i);
        if (spans_overlap(off->start, off->end, at, until))
            return off;
    }
    return NULL;
}
