#include "tui/screens/client/book.h"

#include "shared/host/host.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"

static enum ink border(const struct book_data *data, enum book_part part)
{
    return data->part == part ? INK_FOCUS : INK_BOX;
}

static struct canvas box(struct screen *screen, const struct canvas *canvas, struct rect rect,
                         enum book_part part, const char *title)
{
    struct book_data *data = screen->data;
    struct rect inner = canvas_box(canvas, rect, border(data, part), title);
    data->areas[part] = inner;
    return canvas_sub(canvas, inner);
}

static void mark(const struct book_data *data, const struct canvas *canvas, int y, enum book_part part)
{
    struct rect line = { 0, y, canvas->area.width, 1 };
    canvas_paper(canvas, line, data->part == part ? PAPER_SELECTED : PAPER_MARKED);
}

static void draw_who(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    list_view_fit(&data->who, canvas->area.height);
    for (int y = 0; y < canvas->area.height && data->who.top + y < data->who.count; y++) {
        int line = data->who.top + y;
        if (line == data->who.selected)
            mark(data, canvas, y, PART_WHO);
        if (line == 0) {
            canvas_text(canvas, 1, y, INK_TEXT, "Any consultant");
            continue;
        }
        const struct row_consultant *row = LIST_AT(&data->consultants, struct row_consultant, line - 1);
        int right = canvas_right(canvas, canvas->area.width - 1, y, INK_WARN,
                                 row->reviews ? app_printf(screen->app, "★%.1f", row->rating) : "");
        canvas_text_in(canvas, 1, y, right - 2, INK_TEXT, row->name ? row->name : "");
    }
}

static void draw_moved(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    struct arena *arena = &screen->app->frame;
    canvas_text_in(canvas, 1, 0, canvas->area.width - 2, INK_STRONG,
                   booking_with(desk_of(screen), &data->moved));
    canvas_text(canvas, 1, 1, INK_DIM, "now");
    canvas_text(canvas, 6, 1, INK_TEXT,
                format_when(arena, zone_of(screen), data->moved.row.start, screen->app->now));
    canvas_text(canvas, 1, 2, INK_DIM,
                app_printf(screen->app, "moved %d of %d times", (int)data->moved.row.reschedules,
                           (int)data->policy.reschedule_limit));
}

static void draw_lengths(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    if (data->length_count == 0)
        canvas_wrapped(canvas, canvas_rect(canvas), 0, INK_WARN, "No credits to book with.");
    for (int i = 0; i < data->length_count; i++) {
        if (i == data->length)
            mark(data, canvas, i, PART_LENGTH);
        const struct length_choice *length = &data->lengths[i];
        canvas_text(canvas, 1, i, INK_TEXT,
                    app_printf(screen->app, "%d minutes%s", length->minutes,
                               length->free_trial ? " · free trial" : ""));
    }
}

static struct month_day day_look(const void *context, civil_day day)
{
    const struct screen *screen = context;
    const struct book_data *data = screen->data;
    const struct zone *zone = zone_of(screen);
    struct month_day look = { .ink = INK_FAINT };
    int64_t from = zone_day_minute(zone, day, 0), to = zone_day_minute(zone, day, 1440);
    for (size_t i = 0; i < data->times.count; i++) {
        const struct slot *slot = LIST_AT(&data->times, struct slot, i);
        if (slot->start >= from && slot->start < to) {
            look = (struct month_day){ .ink = INK_TEXT, .mark = "•" };
            break;
        }
    }
    return look;
}

static void draw_state(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    struct rect rect = { 1, canvas->area.height - 3, canvas->area.width - 2, 3 };
    const char *text = "• has free times";
    enum ink ink = INK_FAINT;
    if (data->unchecked) {
        text = "Opening hours only: the server is not reachable, so a time may be taken already.";
        ink = INK_WARN;
    } else if (data->state == SLOTS_LOADING) {
        text = "◐ asking for free times …";
        ink = INK_INFO;
    } else if (data->state == SLOTS_FAILED) {
        text = app_printf(screen->app, "As of %s; now: %s",
                          format_clock(&screen->app->frame, zone_of(screen), data->fetched_at), data->why);
        ink = INK_WARN;
    }
    canvas_wrapped(canvas, rect, 0, ink, text);
}

static void draw_times(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    struct app *app = screen->app;
    canvas_text(canvas, 1, 0, INK_STRONG,
                canvas->area.width < 30 ? format_day(&app->frame, data->month.selected)
                                        : format_day_long(&app->frame, data->month.selected));
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 2);
    struct canvas body = canvas_sub(canvas, rest);
    list_view_fit(&data->day_times, rest.height);
    const struct zone *zone = zone_of(screen);
    const struct row_consultant *row = book_consultant(data);
    const struct zone *theirs =
        row && row->timezone ? zone_db_get(model_zones(model_of(screen)), row->timezone) : NULL;
    for (int y = 0; y < rest.height && data->day_times.top + y < data->day_times.count; y++) {
        int line = data->day_times.top + y;
        const struct slot *slot = LIST_AT(&data->times, struct slot, data->first_of_day + (size_t)line);
        if (line == data->day_times.selected)
            mark(data, &body, y, PART_TIME);
        canvas_text(&body, 1, y, INK_TEXT, format_span(&app->frame, zone, slot->start, slot->end));
        if (theirs && zone_offset_at(theirs, slot->start, NULL) != zone_offset_at(zone, slot->start, NULL))
            canvas_text(&body, 15, y, INK_DIM,
                        app_printf(app, "%s there", format_clock(&app->frame, theirs, slot->start)));
    }
    if (data->day_times.count == 0)
        canvas_text(&body, 1, 0, INK_DIM, data->state == SLOTS_LOADING ? "…" : "Nothing free on this day.");
    canvas_scrollbar(&body, canvas_rect(&body), data->day_times.top, rest.height, data->day_times.count);
}

static void draw_words(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    struct book_data *data = screen->data;
    enum { LABEL = 12 };
    const char *purpose = data->moving ? "Reason" : "Purpose";
    canvas_text(canvas, rect.x + 1, rect.y, data->part == PART_PURPOSE ? INK_TITLE : INK_DIM, purpose);
    data->areas[PART_PURPOSE] = (struct rect){ rect.x + LABEL, rect.y, rect.width - LABEL - 1, 1 };
    entry_draw(&data->purpose, canvas, rect.x + LABEL, rect.y, rect.width - LABEL - 1,
               data->part == PART_PURPOSE,
               data->moving ? "the other side reads it" : "Organizational capability assessment");
    if (data->moving || rect.height < 3)
        return;
    canvas_text(canvas, rect.x + 1, rect.y + 2, data->part == PART_NOTES ? INK_TITLE : INK_DIM, "Notes");
    struct rect notes = { rect.x + LABEL, rect.y + 2, rect.width - LABEL - 1, rect.height - 2 };
    data->areas[PART_NOTES] = notes;
    canvas_fill(canvas, notes, PAPER_INPUT);
    struct canvas part = canvas_sub(canvas, rect_inset(notes, 1, 0));
    text_area_draw(&data->notes, &part, data->part == PART_NOTES, "what the consultant should know");
}

static void draw_foot(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    struct book_data *data = screen->data;
    bool possible;
    const char *effect = book_effect(screen, &possible),
               *label = data->moving ? "Move the session" : "Book the session";
    int width = text_width(label) + 4;
    struct rect button = { rect.x + rect.width - width - 1, rect.y + 1, width, 1 };
    data->areas[PART_SEND] = button;
    struct rect text = { rect.x + 1, rect.y, rect.width - width - 4, rect.height };
    canvas_wrapped(canvas, text, 0, possible ? INK_INFO : INK_WARN, effect);
    canvas_paper(canvas, button, data->part == PART_SEND ? PAPER_SELECTED : PAPER_MARKED);
    canvas_text(canvas, button.x + 2, button.y, possible ? INK_STRONG : INK_DISABLED, label);
}

void book_draw(struct screen *screen, const struct canvas *canvas)
{
    struct book_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    struct rect foot = rect_cut_bottom(&rest, 3), words = rect_cut_bottom(&rest, data->moving       ? 2
                                                                                 : rest.height > 26 ? 7
                                                                                                    : 4);
    struct rect left = rect_cut_left(&rest, rest.width < 100 ? 24 : 34),
                middle = rect_cut_left(&rest, MONTH_WIDTH + 3);
    struct rect lengths = rect_cut_bottom(&left, data->moving                 ? 3
                                                 : data->length_count + 2 < 4 ? 4
                                                                              : data->length_count + 2);
    struct canvas part = box(screen, canvas, left, PART_WHO, data->moving ? "Session" : "With");
    if (data->moving)
        draw_moved(screen, &part);
    else
        draw_who(screen, &part);
    part = box(screen, canvas, lengths, PART_LENGTH, "Length");
    draw_lengths(screen, &part);
    part = box(screen, canvas, middle, PART_DAY, "Day");
    struct month month = data->month;
    month.day = day_look;
    month.data = screen;
    month_draw(&month, &part, data->part == PART_DAY);
    draw_state(screen, &part);
    part = box(screen, canvas, rest, PART_TIME, "Time");
    draw_times(screen, &part);
    draw_words(screen, canvas, words);
    draw_foot(screen, canvas, foot);
}
