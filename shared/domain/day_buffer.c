#include "shared/domain/day_view.h"

int64_t calendar_buffer(const struct calendar *calendar, int64_t at)
{
    struct day_view view;
    day_view_open(&view, calendar, at, 0, NULL);
    return view.buffer;
}
