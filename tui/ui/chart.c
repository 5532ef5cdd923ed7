#include "tui/ui/chart.h"

static const char *const from_below[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const from_left[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };

// How many eighths of `cells` cells a part of a whole takes; something is never drawn as nothing.
static int eighths(double part, double whole, int cells)
{
    int count = whole > 0 ? (int)(part / whole * cells * 8 + 0.5) : 0;
    if (count < 1 && part > 0)
        count = 1;
    return count < 0 ? 0 : count > cells * 8 ? cells * 8 : count;
}

void chart_area(const struct canvas *canvas, enum ink ink, const double *values, int count, double max)
{
    int columns = canvas->area.width, height = canvas->area.height;
    for (int x = 0; x < columns && count > 0; x++) {
        int64_t last =
            ((int64_t)(x + 1) * count + columns - 1) / columns - 1; // the newest that falls into the column
        int high = eighths(values[last], max, height);
        for (int y = height - 1; y >= 0 && high > 0; y--, high -= 8)
            canvas_text(canvas, x, y, ink, from_below[high < 8 ? high : 8]);
    }
}

void chart_bar(const struct canvas *canvas, int x, int y, int width, enum ink ink, double done, double total)
{
    int full = eighths(done, total, width);
    canvas_repeat(canvas, x, y, width, INK_FAINT, "·");
    canvas_repeat(canvas, x, y, full / 8, ink, "█");
    if (full % 8)
        canvas_text(canvas, x + full / 8, y, ink, from_left[full % 8]);
}
