// Credits: what there is, what expires when, where it went, and why.
#include "tui/screens/client/credits.h"

#include "tui/screens/client/organization.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"
#include "tui/ui/chart.h"
#include "tui/ui/table.h"

#include <string.h>

enum { STATEMENT_MAX = 500, CHART_DAYS_MIN = 14, CHART_DAYS = 365, BOXES_MAX = 12, FREE_TRIAL_MINUTES = 15 };

struct credits_data {
    struct arena arena;
    struct list lots;      // struct lot_view
    struct list statement; // struct row_statement, newest first
    struct credit_summary summary;
    struct list_view lot_list, entry_list;
    bool on_statement;
    double chart[CHART_DAYS]; // free credits at the end of each day, the last one is today
    int chart_days;
    double chart_max;
    struct rect lots_area, entries_area;
};

// As many days as there is something to tell about.
static int chart_length(const struct credits_data *data, const struct zone *zone, civil_day today)
{
    if (data->statement.count == 0)
        return CHART_DAYS_MIN;
    const struct row_statement *oldest =
        LIST_AT(&data->statement, struct row_statement, data->statement.count - 1);
    int days = today - zone_day_at(zone, oldest->at) + 2;
    return days < CHART_DAYS_MIN ? CHART_DAYS_MIN : days > CHART_DAYS ? CHART_DAYS : days;
}

// Backwards from what is free now: before each entry it was that much less or more.
static void make_chart(struct screen *screen)
{
    struct credits_data *data = screen->data;
    const struct zone *zone = zone_of(screen);
    civil_day today = zone_day_at(zone, screen->app->now);
    double free = (double)data->summary.free / 100;
    size_t next = 0;
    data->chart_max = 1;
    data->chart_days = chart_length(data, zone, today);
    for (int i = data->chart_days - 1; i >= 0; i--) {
        civil_day day = today - (data->chart_days - 1 - i);
        for (; next < data->statement.count; next++) {
            const struct row_statement *entry = LIST_AT(&data->statement, struct row_statement, next);
            if (zone_day_at(zone, entry->at) <= day)
                break;
            if (entry->minutesPerCredit > FREE_TRIAL_MINUTES)
                free -= (double)entry->minutes / (double)entry->minutesPerCredit;
        }
        data->chart[i] = free > 0 ? free : 0;
        data->chart_max = free > data->chart_max ? free : data->chart_max;
    }
}

static void news_credits(struct screen *screen, unsigned changed)
{
    struct credits_data *data = screen->data;
    unsigned shown = MODEL_ROWS(ROW_LOT) | MODEL_ROWS(ROW_STATEMENT) | MODEL_ROWS(ROW_CONSULTATION) |
                     MODEL_OUTBOX | MODEL_ACCOUNT;
    if (!(changed & shown))
        return;
    arena_reset(&data->arena);
    data->lots = data->statement = (struct list){ 0 };
    model_lots(model_of(screen), &data->arena, &data->lots);
    model_statement(model_of(screen), STATEMENT_MAX, &data->arena, &data->statement);
    model_credits(model_of(screen), &data->summary);
    list_view_count(&data->lot_list, (int)data->lots.count);
    list_view_count(&data->entry_list, (int)data->statement.count);
    make_chart(screen);
}

static void close_credits(struct screen *screen)
{
    struct credits_data *data = screen->data;
    arena_free(&data->arena);
}

static const char *credits_of(struct app *app, int64_t minutes, int64_t per_credit)
{
    char number[32];
    return app_printf(app, "%s",
                      credits_format(minutes, per_credit > 0 ? per_credit : 60, number, sizeof(number)));
}

static void draw_summary(struct screen *screen, const struct canvas *canvas)
{
    const struct credits_data *data = screen->data;
    struct app *app = screen->app;
    char number[32];
    int x = 1 + canvas_text(canvas, 1, 0, INK_STRONG, "Credits");
    x += canvas_printf(canvas, x, 0, INK_GOOD, "  %s free",
                       centi_format(data->summary.free, number, sizeof(number)));
    if (data->summary.reserved > 0)
        x += canvas_printf(canvas, x, 0, INK_TEXT, " · %s reserved",
                           centi_format(data->summary.reserved, number, sizeof(number)));
    if (data->summary.pending > 0)
        x += canvas_printf(canvas, x, 0, INK_WARN, " (%s quoted, not confirmed yet)",
                           centi_format(data->summary.pending, number, sizeof(number)));
    if (data->summary.trial_minutes > 0)
        x += canvas_text(canvas, x, 0, INK_INFO, " · a free trial of 15 minutes");
    if (data->summary.next_expiry > 0 && canvas->area.width - x > 26)
        canvas_right(canvas, canvas->area.width - 1, 0, INK_DIM,
                     app_printf(app, "next to expire %s",
                                format_relative(&app->frame, data->summary.next_expiry, app->now)));
}

// ■ for a credit that is free, ▣ reserved, □ used or gone.
static void draw_boxes(const struct canvas *canvas, int x, int y, int width, const struct row_lot *lot)
{
    int64_t per = lot->minutesPerCredit > 0 ? lot->minutesPerCredit : 60;
    int total = (int)((lot->total + per - 1) / per), free = (int)((lot->free + per / 2) / per);
    int reserved = (int)((lot->reserved + per / 2) / per);
    if (total > width || total > BOXES_MAX) {
        chart_bar(canvas, x, y, width < BOXES_MAX ? width : BOXES_MAX, INK_GOOD, (double)lot->free,
                  (double)lot->total);
        return;
    }
    for (int i = 0; i < total; i++) {
        const char *sign = i < free ? "■" : i < free + reserved ? "▣" : "□";
        canvas_text(canvas, x + i, y, i < free ? INK_GOOD : i < free + reserved ? INK_WARN : INK_FAINT, sign);
    }
}

static void draw_lot(struct screen *screen, const struct canvas *canvas, int y, const struct lot_view *lot)
{
    struct app *app = screen->app;
    const struct row_lot *row = &lot->row;
    int width = canvas->area.width, name = width > 76 ? width - 48 : width - 44;
    enum ink ink = lot->usable && row->free + row->reserved > 0 ? INK_TEXT : INK_FAINT;
    canvas_text_in(canvas, 1, y, name - 2, ink == INK_TEXT ? INK_STRONG : ink,
                   row->packageName ? row->packageName : "");
    int x = name;
    canvas_text(canvas, x, y, INK_DIM, app_printf(app, "%3d'", (int)row->minutesPerCredit));
    draw_boxes(canvas, x + 6, y, BOXES_MAX, row);
    x += 6 + BOXES_MAX + 2;
    const char *left = app_printf(app, "%s of %s free", credits_of(app, row->free, row->minutesPerCredit),
                                  credits_of(app, row->total, row->minutesPerCredit));
    if (row->freeTrial)
        left = row->free > 0 ? "not used yet" : row->reserved > 0 ? "reserved" : "used";
    int used = canvas_text(canvas, x, y, ink, left);
    const char *until = row->free == 0 ? ""
                        : !lot->usable ? "expired"
                                       : format_relative(&app->frame, row->expiresAt, app->now);
    bool soon = lot->usable && row->free > 0 && row->expiresAt - app->now < 14 * (int64_t)DAY_MS;
    int right = width - 1 - text_width(until);
    if (right > x + used)
        canvas_text(canvas, right, y, soon ? INK_WARN : INK_DIM, until);
}

static void draw_lots(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    struct credits_data *data = screen->data;
    struct rect inner =
        canvas_box(canvas, rect, data->on_statement ? INK_BOX : INK_FOCUS, "Lots · soonest to expire first");
    struct canvas part = canvas_sub(canvas, inner);
    data->lots_area = inner;
    list_view_fit(&data->lot_list, inner.height);
    for (int y = 0; y < inner.height && data->lot_list.top + y < data->lot_list.count; y++) {
        int line = data->lot_list.top + y;
        if (line == data->lot_list.selected)
            canvas_paper(&part, (struct rect){ 0, y, inner.width, 1 },
                         data->on_statement ? PAPER_MARKED : PAPER_SELECTED);
        draw_lot(screen, &part, y, LIST_AT(&data->lots, struct lot_view, line));
    }
    if (data->lots.count == 0)
        canvas_text(&part, 1, 0, INK_DIM, "No credits yet.");
}

static void draw_chart(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    struct credits_data *data = screen->data;
    struct app *app = screen->app;
    char number[32];
    struct rect inner = canvas_box(canvas, rect, INK_BOX, "Free credits, day by day");
    struct canvas part = canvas_sub(canvas, inner);
    int height = inner.height - 1;
    if (height < 2)
        return;
    const char *most = centi_format((int64_t)(data->chart_max * 100 + 0.5), number, sizeof(number));
    int gutter = text_width(most) + 2;
    canvas_text(&part, 0, 0, INK_DIM, most);
    canvas_text(&part, gutter - 2, height - 1, INK_DIM, "0");
    canvas_column(&part, gutter - 1, 0, height, INK_BOX, "│");
    struct canvas plot = canvas_sub(&part, (struct rect){ gutter, 0, inner.width - gutter, height });
    chart_area(&plot, INK_ACCENT, data->chart, data->chart_days, data->chart_max);
    civil_day today = zone_day_at(zone_of(screen), app->now);
    canvas_text(&part, gutter, height, INK_DIM, format_day(&app->frame, today - data->chart_days + 1));
    canvas_right(&part, inner.width, height, INK_DIM, "today");
}

static struct table_cell cell(const void *context, int line, int column)
{
    const struct screen *screen = context;
    const struct credits_data *data = screen->data;
    struct app *app = screen->app;
    const struct row_statement *entry = LIST_AT(&data->statement, struct row_statement, line);
    const char *sign = entry->minutes > 0 ? "+" : entry->minutes < 0 ? "−" : "";
    int64_t size = entry->minutes < 0 ? -entry->minutes : entry->minutes;
    switch (column) {
    case 0:
        return (struct table_cell){ format_when(&app->frame, zone_of(screen), entry->at, app->now), INK_DIM };
    case 1:
        return (struct table_cell){ credits_kind_word(entry->kind), INK_TEXT };
    case 2:
        return (struct table_cell){ entry->minutes == 0
                                        ? "·"
                                        : app_printf(app, "%s%s", sign,
                                                     credits_of(app, size, entry->minutesPerCredit)),
                                    entry->minutes > 0   ? INK_GOOD
                                    : entry->minutes < 0 ? INK_WARN
                                                         : INK_FAINT };
    case 3:
        return (struct table_cell){ entry->consultationCode, INK_DIM };
    case 4:
        return (struct table_cell){ entry->packageName, INK_TEXT };
    default:
        return (struct table_cell){ entry->reason, INK_DIM };
    }
}

static void draw_statement(struct screen *screen, const struct canvas *canvas, struct rect rect)
{
    static const struct column columns[] = {
        { "When", 17, 0, false, 0 },    { "What", 9, 0, false, 0 },      { "Credits", 7, 0, true, 0 },
        { "Session", 17, 0, false, 0 }, { "Package", 14, 2, false, 70 }, { "Why", 10, 3, false, 96 },
    };
    struct credits_data *data = screen->data;
    struct rect inner = canvas_box(canvas, rect, data->on_statement ? INK_FOCUS : INK_BOX, "Statement");
    struct canvas part = canvas_sub(canvas, inner);
    data->entries_area = inner;
    struct table table = { columns, ARRAY_LEN(columns), cell, screen, false };
    table_draw(&table, &data->entry_list, &part, data->on_statement);
}

static void draw_credits(struct screen *screen, const struct canvas *canvas)
{
    struct credits_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    struct canvas head = canvas_sub(canvas, rest);
    draw_summary(screen, &head);
    rect_cut_top(&rest, 1);
    int lots = (int)data->lots.count + 2;
    lots = lots < 8 ? 8 : lots > rest.height / 2 ? rest.height / 2 : lots;
    struct rect upper = rect_cut_top(&rest, lots);
    if (upper.width >= 110)
        draw_chart(screen, canvas, rect_cut_right(&upper, upper.width / 3));
    draw_lots(screen, canvas, upper);
    draw_statement(screen, canvas, rest);
}

static struct list_view *active(struct screen *screen)
{
    struct credits_data *data = screen->data;
    return data->on_statement ? &data->entry_list : &data->lot_list;
}

static bool key_credits(struct screen *screen, keycode key)
{
    return list_view_key(active(screen), key);
}

static void other_side(struct screen *screen)
{
    struct credits_data *data = screen->data;
    data->on_statement = !data->on_statement;
}

static bool has_line(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "there is nothing here yet";
    return active(screen)->count > 0;
}

static void why(struct screen *screen)
{
    const struct credits_data *data = screen->data;
    struct app *app = screen->app;
    if (data->on_statement)
        popup_text(app, "Why",
                   credits_why_entry(
                       screen, LIST_AT(&data->statement, struct row_statement, data->entry_list.selected)));
    else
        popup_text(app, "About this lot",
                   credits_why_lot(screen, LIST_AT(&data->lots, struct lot_view, data->lot_list.selected)));
}

static bool has_session(struct screen *screen, const char **ret_reason)
{
    const struct credits_data *data = screen->data;
    *ret_reason = "only for an entry about a session";
    if (!data->on_statement || data->statement.count == 0)
        return false;
    return LIST_AT(&data->statement, struct row_statement, data->entry_list.selected)->consultationId != NULL;
}

static void open_session(struct screen *screen)
{
    const struct credits_data *data = screen->data;
    consultation_open(
        screen->app,
        LIST_AT(&data->statement, struct row_statement, data->entry_list.selected)->consultationId);
}

static void click_credits(struct screen *screen, int x, int y)
{
    struct credits_data *data = screen->data;
    data->on_statement = rect_has(data->entries_area, x, y);
    const struct rect *area = data->on_statement ? &data->entries_area : &data->lots_area;
    int line = list_view_at(active(screen), y - area->y - (data->on_statement ? 1 : 0));
    if (line >= 0)
        list_view_select(active(screen), line);
}

static void wheel_credits(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    list_view_select(active(screen), active(screen)->selected + by);
}

static const struct action actions[] = {
    { "credits.why", "enter y", "why", "Which rule made it so.", 1, has_line, why },
    { "credits.session", "o", "open session", "Opens the session that the entry is about.", 2, has_session,
      open_session },
    { "credits.other", "tab", "other list", "Between lots and statement.", 3, NULL, other_side },
    { "credits.organization", "ctrl-o", "organisation", "Shows another one of your organisations.", 4,
      organization_several, organization_switch },
    { "credits.move", "up down j k pgup pgdn home end G", "move", "Marks another line.", 0, NULL, NULL },
};

const struct screen_ops credits_ops = {
    .context = "credits",
    .title = "Credits",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct credits_data),
    .close = close_credits,
    .news = news_credits,
    .draw = draw_credits,
    .key = key_credits,
    .click = click_credits,
    .wheel = wheel_credits,
};
