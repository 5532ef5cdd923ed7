// A month as a grid of days.
#pragma once

#include "shared/base/civil.h"
#include "tui/term/key.h"
#include "tui/ui/canvas.h"

struct month_day { // what the owner says about a day
    enum ink ink;
    const char *mark; // one cell behind the number, or NULL
};

struct month {
    civil_day selected, today;
    bool week_starts_sunday;
    struct month_day (*day)(const void *data, civil_day day); // NULL: nothing to say
    const void *data;
};

enum { MONTH_WIDTH = 7 * 4, MONTH_HEIGHT = 8 };

// Arrows, hjkl, page keys (a month). True when the selection moved.
bool month_key(struct month *month, keycode key);
// MONTH_WIDTH x MONTH_HEIGHT cells: title, weekdays, six weeks.
void month_draw(const struct month *month, const struct canvas *canvas, bool focused);
// The day at a cell of the drawing; false: none.
bool month_at(const struct month *month, int x, int y, civil_day *ret_day);
// The first day shown: the start of the week that holds the month's first day.
civil_day month_first_cell(const struct month *month);

// The same day `by` months later, or the last of that month.
civil_day day_add_months(civil_day day, int by);
extern const char *const month_names[12], *const month_short[12];
extern const char *const weekday_names[7], *const weekday_short[7]; // 0 = Sunday
