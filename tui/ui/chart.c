#include "tui/ui/chart.h"

#include "shared/base/utf8.h"

#include <string.h>

enum { DOTS_X = 2, DOTS_Y = 4, WIDTH_MAX = 256 };

// Bit of a dot in U+2800, by its column and row in the cell.
static const unsigned char dot_bit[DOTS_X][DOTS_Y] = { { 0x01, 0x02, 0x04, 0x40 },
                                                       { 0x08, 0x10, 0x20, 0x80 } };

static int dot_row(double value, double max, int rows)
{
    double at = max > 0 ? value / max : 0;
    int row = (int)((1 - at) * (rows - 1) + 0.5);
    return row < 0 ? 0 : row >= rows ? rows - 1 : row;
}

static void draw_column(const struct canvas *canvas, enum ink ink, int x, const int top[DOTS_X],
                        const int bottom[DOTS_X])
{
    for (int y = 0; y < canvas->area.height; y++) {
        unsigned bits = 0;
        for (int i = 0; i < DOTS_X; i++) {
            for (int j = 0; j < DOTS_Y; j++) {
                int row = y * DOTS_Y + j;
                if (top[i] >= 0 && row >= top[i] && row <= bottom[i])
                    bits |= dot_bit[i][j];
            }
        }
        if (bits == 0)
            continue;
        char text[5] = { 0 };
        utf8_encode(0x2800 + bits, text);
        canvas_text(canvas, x, y, ink, text);
    }
}

void chart_steps(const struct canvas *canvas, enum ink ink, const double *values, int count, double max)
{
    int columns = canvas->area.width < WIDTH_MAX ? canvas->area.width : WIDTH_MAX;
    int rows = canvas->area.height * DOTS_Y, before = -1;
    for (int x = 0; x < columns && count > 0; x++) {
        int top[DOTS_X], bottom[DOTS_X];
        for (int i = 0; i < DOTS_X; i++) {
            double value = values[(int64_t)(x * DOTS_X + i) * count / ((int64_t)columns * DOTS_X)];
            int row = value < 0 ? -1 : dot_row(value, max, rows);
            bool joined = row >= 0 && before >= 0;
            top[i] = joined && before < row ? before : row;
            bottom[i] = joined && before > row ? before : row;
            before = row;
        }
        draw_column(canvas, ink, x, top, bottom);
    }
}

void chart_bar(const struct canvas *canvas, int x, int y, int width, enum ink ink, double done, double total)
{
    static const char *const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    int eights = total > 0 ? (int)(done / total * width * 8 + 0.5) : 0;
    if (eights > width * 8)
        eights = width * 8;
    canvas_repeat(canvas, x, y, width, INK_FAINT, "·");
    canvas_repeat(canvas, x, y, eights / 8, ink, "█");
    if (eights % 8)
        canvas_text(canvas, x + eights / 8, y, ink, eighths[eights % 8]);
}
