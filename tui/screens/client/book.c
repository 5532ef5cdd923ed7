#include "tui/screens/client/book.h"

#include "tui/screens/client/organization.h"
#include "tui/screens/common/format.h"

#include <stdio.h>

static void open_book(struct screen *screen, const void *arg)
{
    struct book_data *data = screen->data;
    const struct book_target *target = arg;
    const struct zone *zone = zone_of(screen);
    snprintf(data->wanted_id, sizeof(data->wanted_id), "%s",
             target->consultant_id ? target->consultant_id : "");
    snprintf(data->reschedule_id, sizeof(data->reschedule_id), "%s",
             target->reschedule_id ? target->reschedule_id : "");
    data->moving = data->reschedule_id[0] != '\0';
    data->month.today = zone_day_at(zone, screen->app->now);
    data->month.selected = target->at > screen->app->now ? zone_day_at(zone, target->at) : data->month.today;
    data->month.data = zone;
    data->notes.goal = -1;
    data->part = data->moving || data->wanted_id[0] ? PART_DAY : PART_WHO;
}

static void close_book(struct screen *screen)
{
    struct book_data *data = screen->data;
    entry_free(&data->purpose);
    text_area_free(&data->notes);
    arena_free(&data->arena);
}

static void news_book(struct screen *screen, unsigned changed)
{
    unsigned shown = MODEL_ROWS(ROW_CONSULTANT) | MODEL_ROWS(ROW_LOT) | MODEL_ROWS(ROW_AVAILABILITY) |
                     MODEL_SLOTS | MODEL_OUTBOX | MODEL_CONNECTION;
    if (changed & shown)
        book_read(screen);
}

static const char *move_effect(struct screen *screen, bool *ret_possible)
{
    struct book_data *data = screen->data;
    struct app *app = screen->app;
    struct cancel_preview preview;
    struct err err;
    *ret_possible = model_may(model_of(screen), &data->moved, MOVE_RESCHEDULE, &err);
    if (!*ret_possible)
        return app_printf(app, "%s", err.message);
    const char *to = format_when(&app->frame, zone_of(screen), book_slot(data)->start, app->now);
    if (model_cancel_preview(model_of(screen), data->reschedule_id, &app->frame, &preview) &&
        preview.effect == CANCEL_CONSUMES)
        return app_printf(app, "Move now to %s: this is late, so %s is used up as if you cancelled.", to,
                          format_credits(&app->frame, preview.centi));
    return app_printf(
        app, "Move now to %s: the old time is given free only when the new one is won. No credit is lost.",
        to);
}

static const char *book_now_effect(struct screen *screen, bool *ret_possible)
{
    struct book_data *data = screen->data;
    struct app *app = screen->app;
    struct quote quote;
    struct err err;
    const struct length_choice *length = book_length(data);
    const struct slot *slot = book_slot(data);
    *ret_possible =
        model_quote(model_of(screen), length->minutes, length->free_trial, &app->frame, &quote, &err);
    if (!*ret_possible)
        return app_printf(app, "%s", err.message);
    const char *amount = length->free_trial ? "your free trial" : format_credits(&app->frame, quote.centi);
    const char *free_until = format_when(&app->frame, zone_of(screen),
                                         slot->start - data->policy.cancel_minutes * MINUTE_MS, app->now);
    bool late = slot->start - data->policy.cancel_minutes * MINUTE_MS <= app->now;
    const char *cancel = late ? "So soon, cancelling uses it up."
                              : app_printf(app, "Cancelling is free until %s.", free_until);
    const char *from =
        length->free_trial
            ? ""
            : app_printf(app, " of %s", quote.package_name ? quote.package_name : "your credits");
    return app_printf(app, "Book %s: %s%s is set aside, and used when it takes place. %s",
                      format_when(&app->frame, zone_of(screen), slot->start, app->now), amount, from, cancel);
}

const char *book_effect(struct screen *screen, bool *ret_possible)
{
    const struct book_data *data = screen->data;
    *ret_possible = false;
    if (!book_length(data))
        return "There are no credits to book with. A package gives new ones.";
    if (!book_slot(data))
        return "Choose a day and a time.";
    return data->moving ? move_effect(screen, ret_possible) : book_now_effect(screen, ret_possible);
}

static bool send_move(struct screen *screen, int64_t *ret_n, struct err *err)
{
    const struct book_data *data = screen->data;
    const struct slot *slot = book_slot(data);
    const char *reason = edit_text(&data->purpose.edit);
    struct args_reschedule args = {
        .id = data->reschedule_id,
        .schedule = { slot->start, slot->end, zone_name(zone_of(screen)) },
        .reason = *reason ? reason : NULL,
    };
    return model_reschedule(model_of(screen), &args, ret_n, err);
}

static bool send_booking(struct screen *screen, int64_t *ret_n, struct err *err)
{
    const struct book_data *data = screen->data;
    const struct slot *slot = book_slot(data);
    const struct row_consultant *who = book_consultant(data);
    const char *purpose = edit_text(&data->purpose.edit), *notes = edit_text(&data->notes.edit);
    bool free_trial = book_length(data)->free_trial;
    struct args_book args = {
        .consultantId = who ? who->id : NULL,
        .schedule = { slot->start, slot->end, zone_name(zone_of(screen)) },
        .purpose = *purpose ? purpose : NULL,
        .notes = *notes ? notes : NULL,
        .useCredits = !free_trial,
        .has_useCredits = !free_trial,
        .useFreeTrialCredit = free_trial,
    };
    return model_book(model_of(screen), &args, NULL, ret_n, err);
}

static bool may_send(struct screen *screen, const char **ret_reason)
{
    bool possible;
    *ret_reason = book_effect(screen, &possible);
    return possible;
}

static void send_it(struct screen *screen)
{
    const struct book_data *data = screen->data;
    struct app *app = screen->app;
    struct err err;
    int64_t n = 0;
    bool moving = data->moving, sent = moving ? send_move(screen, &n, &err) : send_booking(screen, &n, &err);
    if (!sent) {
        desk_failed(app, moving ? "Not moved" : "Not booked", &err);
        return;
    }
    app_close(app, screen);
    desk_did(app, moving ? "Session moved" : "Session booked", n);
}

static void go_part(struct screen *screen, int by)
{
    struct book_data *data = screen->data;
    do {
        data->part = (enum book_part)(((int)data->part + by + PARTS) % PARTS);
    } while (data->moving &&
             (data->part == PART_WHO || data->part == PART_LENGTH || data->part == PART_NOTES));
}

static void next_part(struct screen *screen)
{
    go_part(screen, 1);
}

static void previous_part(struct screen *screen)
{
    go_part(screen, -1);
}

static void accept(struct screen *screen)
{
    const struct book_data *data = screen->data;
    const char *reason;
    if (data->part != PART_SEND)
        next_part(screen);
    else if (may_send(screen, &reason))
        send_it(screen);
    else
        app_toast(screen->app, TOAST_INFO, "Not yet", reason);
}

static bool key_length(struct screen *screen, keycode key)
{
    struct book_data *data = screen->data;
    int by = key == K_UP || key == 'k' || key == K_LEFT      ? -1
             : key == K_DOWN || key == 'j' || key == K_RIGHT ? 1
                                                             : 0;
    if (by == 0 || data->length_count == 0)
        return false;
    data->length = (data->length + by + data->length_count) % data->length_count;
    book_read(screen);
    return true;
}

static bool key_day(struct screen *screen, keycode key)
{
    struct book_data *data = screen->data;
    civil_day first = month_first_cell(&data->month);
    if (!month_key(&data->month, key))
        return false;
    if (data->month.selected < data->month.today)
        data->month.selected = data->month.today;
    if (month_first_cell(&data->month) != first)
        book_read(screen);
    list_view_select(&data->day_times, 0);
    book_use_day(data);
    return true;
}

static bool key_book(struct screen *screen, keycode key)
{
    struct book_data *data = screen->data;
    bool changed;
    switch (data->part) {
    case PART_WHO:
        if (!list_view_key(&data->who, key))
            return false;
        book_read(screen);
        return true;
    case PART_LENGTH:
        return key_length(screen, key);
    case PART_DAY:
        return key_day(screen, key);
    case PART_TIME:
        return list_view_key(&data->day_times, key);
    case PART_PURPOSE:
        return entry_key(&data->purpose, key, &changed);
    case PART_NOTES:
        return text_area_key(&data->notes, key, &changed);
    default:
        return false;
    }
}

static bool typing(struct screen *screen)
{
    const struct book_data *data = screen->data;
    return data->part == PART_PURPOSE || data->part == PART_NOTES;
}

static void paste_book(struct screen *screen, const char *text)
{
    struct book_data *data = screen->data;
    if (data->part == PART_PURPOSE)
        entry_paste(&data->purpose, text);
    else if (data->part == PART_NOTES)
        text_area_paste(&data->notes, text);
}

static void click_line(struct screen *screen, int x, int y)
{
    struct book_data *data = screen->data;
    const struct rect *area = &data->areas[data->part];
    int line = y - area->y;
    civil_day day;
    if (data->part == PART_WHO && list_view_at(&data->who, line) >= 0)
        list_view_select(&data->who, list_view_at(&data->who, line));
    else if (data->part == PART_LENGTH && line < data->length_count)
        data->length = line;
    else if (data->part == PART_DAY && month_at(&data->month, x - area->x, line, &day) &&
             day >= data->month.today)
        data->month.selected = day;
    else if (data->part == PART_TIME && list_view_at(&data->day_times, line - 2) >= 0)
        list_view_select(&data->day_times, list_view_at(&data->day_times, line - 2));
    if (data->part <= PART_DAY)
        book_read(screen);
    if (data->part == PART_SEND)
        accept(screen);
}

static void click_book(struct screen *screen, int x, int y)
{
    struct book_data *data = screen->data;
    for (int part = 0; part < PARTS; part++) {
        if (rect_has(data->areas[part], x, y)) {
            data->part = (enum book_part)part;
            click_line(screen, x, y);
            return;
        }
    }
}

static void wheel_book(struct screen *screen, int x, int y, int by)
{
    struct book_data *data = screen->data;
    if (rect_has(data->areas[PART_TIME], x, y))
        list_view_select(&data->day_times, data->day_times.selected + by);
}

static bool for_another(struct screen *screen, const char **ret_reason)
{
    const struct book_data *data = screen->data;
    if (!data->moving)
        return organization_several(screen, ret_reason);
    *ret_reason = "a session stays with its organisation";
    return false;
}

static const struct action actions[] = {
    { "book.send", "ctrl-s", "book", "Books the chosen time.", 1, may_send, send_it },
    { "book.accept", "enter", "next", "Goes on to the next part; at the end, books.", 2, NULL, accept },
    { "book.next", "tab", "next part", "With whom, how long, when, what for.", 3, NULL, next_part },
    { "book.previous", "shift-tab", "part before", "Goes back.", 0, NULL, previous_part },
    { "book.organization", "ctrl-o", "organisation", "Books for another one of your organisations.", 4,
      for_another, organization_switch },
    { "book.move", "up down left right h j k l pgup pgdn", "move", "Chooses in the marked part.", 0, NULL,
      NULL },
};

const struct screen_ops book_ops = {
    .context = "book",
    .title = "Booking",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct book_data),
    .open = open_book,
    .close = close_book,
    .news = news_book,
    .draw = book_draw,
    .key = key_book,
    .typing = typing,
    .paste = paste_book,
    .click = click_book,
    .wheel = wheel_book,
};

void book_open(struct app *app, const struct book_target *target)
{
    app_push(app, &book_ops, target);
}
