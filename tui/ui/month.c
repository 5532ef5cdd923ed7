#include "tui/ui/month.h"

const char *const month_names[12] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };
const char *const month_short[12] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
const char *const weekday_names[7] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday" };
const char *const weekday_short[7] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static struct civil date_of(civil_day day)
{
    return civil_from_ms((int64_t)day * DAY_MS);
}

civil_day day_add_months(civil_day day, int by)
{
    struct civil date = date_of(day);
    int months = date.year * 12 + date.month - 1 + by;
    int year = months / 12, month = months % 12 + 1, last = civil_days_in_month(year, month);
    return civil_day_from_ymd(year, month, date.day < last ? date.day : last);
}

static int first_weekday(const struct month *month)
{
    return month->week_starts_sunday ? 0 : 1;
}

civil_day month_first_cell(const struct month *month)
{
    struct civil date = date_of(month->selected);
    civil_day first = month->selected - (date.day - 1);
    return first - (civil_weekday(first) - first_weekday(month) + 7) % 7;
}

bool month_key(struct month *month, keycode key)
{
    static const struct {
        keycode key, also;
        int days, months;
    } moves[] = {
        { K_LEFT, 'h', -1, 0 }, { K_RIGHT, 'l', 1, 0 },    { K_UP, 'k', -7, 0 },
        { K_DOWN, 'j', 7, 0 },  { K_PAGE_UP, '[', 0, -1 }, { K_PAGE_DOWN, ']', 0, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (moves[i].key == key || moves[i].also == key) {
            month->selected += moves[i].days;
            month->selected = day_add_months(month->selected, moves[i].months);
            return true;
        }
    }
    return false;
}

static void draw_day(const struct month *month, const struct canvas *canvas, int x, int y, civil_day day,
                     bool focused)
{
    struct civil date = date_of(day), shown = date_of(month->selected);
    struct month_day look = { .ink = INK_TEXT };
    if (month->day)
        look = month->day(month->data, day);
    if (date.month != shown.month)
        look.ink = INK_FAINT;
    if (day == month->selected)
        canvas_paper(canvas, (struct rect){ x, y, 4, 1 }, focused ? PAPER_SELECTED : PAPER_MARKED);
    else if (day == month->today)
        canvas_paper(canvas, (struct rect){ x, y, 4, 1 }, PAPER_TODAY);
    canvas_printf(canvas, x, y, look.ink, "%3d", date.day);
    if (day == month->today)
        canvas_mark(canvas, (struct rect){ x + 1, y, 2, 1 }, MARK_BOLD | MARK_UNDERLINE);
    if (look.mark)
        canvas_text(canvas, x + 3, y, look.ink == INK_FAINT ? INK_FAINT : INK_ACCENT, look.mark);
}

void month_draw(const struct month *month, const struct canvas *canvas, bool focused)
{
    struct civil shown = date_of(month->selected);
    struct canvas grid = canvas_sub(canvas, (struct rect){ 0, 0, MONTH_WIDTH, MONTH_HEIGHT });
    canvas_printf(&grid, 1, 0, INK_STRONG, "%s %d", month_names[shown.month - 1], shown.year);
    for (int i = 0; i < 7; i++)
        canvas_printf(&grid, i * 4 + 1, 1, INK_DIM, "%.2s", weekday_short[(i + first_weekday(month)) % 7]);
    civil_day day = month_first_cell(month);
    for (int i = 0; i < 42; i++, day++)
        draw_day(month, &grid, i % 7 * 4, 2 + i / 7, day, focused);
}

bool month_at(const struct month *month, int x, int y, civil_day *ret_day)
{
    if (x < 0 || x >= MONTH_WIDTH || y < 2 || y >= MONTH_HEIGHT)
        return false;
    *ret_day = month_first_cell(month) + (y - 2) * 7 + x / 4;
    return true;
}
