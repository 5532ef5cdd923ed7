#include "tui/term/style.h"

#include <stddef.h>

static const int32_t basic[16] = {
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};
static const int cube[6] = { 0, 95, 135, 175, 215, 255 };

static int distance(int32_t a, int32_t b)
{
    int r = ((a >> 16) & 255) - ((b >> 16) & 255);
    int g = ((a >> 8) & 255) - ((b >> 8) & 255);
    int blue = (a & 255) - (b & 255);
    return 2 * r * r + 4 * g * g + 3 * blue * blue;
}

// Of the 256 only the cube and the greys: the first 16 are whatever the user's terminal makes of them.
static int32_t palette_rgb(int index)
{
    if (index < 16)
        return basic[index];
    if (index >= 232) {
        int grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    index -= 16;
    return cube[index / 36] << 16 | cube[index / 6 % 6] << 8 | cube[index % 6];
}

int colour_nearest(int32_t rgb, int colours)
{
    if (rgb < 0)
        return COLOUR_DEFAULT;
    int from = colours >= 256 ? 16 : 0;
    int to = colours >= 256 ? 256 : colours >= 16 ? 16 : 8;
    int best = from;
    for (int i = from + 1; i < to; i++) {
        if (distance(rgb, palette_rgb(i)) < distance(rgb, palette_rgb(best)))
            best = i;
    }
    return best;
}
