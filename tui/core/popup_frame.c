#include "tui/core/popups.h"

struct canvas popup_frame(const struct canvas *canvas, int width, int height, const char *title)
{
    struct rect rect = rect_center(canvas_rect(canvas), width, height);
    canvas_fill(canvas, rect, PAPER_PANEL);
    struct rect inner = canvas_box(canvas, rect, INK_FOCUS, title);
    return canvas_sub(canvas, rect_inset(inner, 1, 0));
}
