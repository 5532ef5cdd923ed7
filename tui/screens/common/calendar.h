// The calendar's data, shared by the files that draw its views.
#pragma once

#include "tui/screens/common/desk.h"
#include "tui/ui/list_view.h"

enum calendar_view { VIEW_DAY, VIEW_WORK_WEEK, VIEW_WEEK, VIEW_MONTH, VIEW_AGENDA, VIEWS };

enum zone_mode { ZONE_MINE, ZONE_THEIRS, ZONE_BOTH, ZONE_MODES };

enum { ROW_MINUTES = 30, DAY_ROWS = 24 * 60 / ROW_MINUTES };

struct block { // the part of a consultation that lies in one day's column
    const struct consultation *consultation;
    civil_day day;
    int from, to;    // half hours of the day, half-open
    int lane, lanes; // side by side with others of the same half hour
};

struct calendar_data {
    enum calendar_view view;
    enum zone_mode zones;
    civil_day day;        // the cursor
    int row;              // its half hour
    bool moved;           // by the person: until then the cursor stands at now
    char chosen[ID_SIZE]; // a consultation reached by tab; "" when the cursor alone decides

    struct arena arena;      // of what was read for the range
    const struct zone *zone; // in which days are cut
    civil_day from;
    int days;
    struct list sessions;    // struct consultation
    struct list blocks;      // struct block
    struct list open;        // struct slot
    struct list off;         // struct day_off
    struct arena todo_arena; // of what waits, whatever range is shown
    struct todo todo;
    struct booking_policy policy;
    int first_row, last_row; // half hours worth showing

    int top;          // first half hour shown
    int shown;        // half hours shown in the last drawing
    struct rect grid; // of the columns in the last drawing
    int column_width;
    struct list_view agenda; // lines: struct agenda_line
    struct list agenda_lines;
};

struct agenda_line {
    civil_day day;
    const struct consultation *consultation; // NULL: the day's heading
};

// Puts the cursor at now; on a weekend, the coming week is of more use.
void calendar_to_now(struct screen *screen);
// Reads the range of the view anew.
void calendar_load(struct screen *screen);
// The first of the days shown, and how many.
civil_day calendar_range(const struct calendar_data *data, int *ret_days);
// The consultation under the cursor or reached by tab, NULL: none.
const struct consultation *calendar_selected(const struct calendar_data *data);
const struct block *calendar_block_at(const struct calendar_data *data, civil_day day, int row);
// UTC of a half hour.
int64_t calendar_time(const struct calendar_data *data, civil_day day, int row);
bool calendar_is_open(const struct calendar_data *data, civil_day day, int row);
const struct day_off *calendar_off(const struct calendar_data *data, civil_day day, int row);

void calendar_draw_grid(struct screen *screen, const struct canvas *canvas);
void calendar_draw_month(struct screen *screen, const struct canvas *canvas);
void calendar_draw_agenda(struct screen *screen, const struct canvas *canvas);
// What comes next, what the cursor is on, what waits for the person.
void calendar_draw_side(struct screen *screen, const struct canvas *canvas);
