#include "tui/ui/list_view.h"

void list_view_select(struct list_view *list, int line)
{
    if (line >= list->count)
        line = list->count - 1;
    list->selected = line < 0 ? 0 : line;
}

void list_view_count(struct list_view *list, int count)
{
    list->count = count;
    list_view_select(list, list->selected);
}

bool list_view_key(struct list_view *list, keycode key)
{
    int page = list->height > 1 ? list->height - 1 : 10;
    switch (key) {
    case K_UP:
    case 'k':
        list_view_select(list, list->selected - 1);
        return true;
    case K_DOWN:
    case 'j':
        list_view_select(list, list->selected + 1);
        return true;
    case K_PAGE_UP:
        list_view_select(list, list->selected - page);
        return true;
    case K_PAGE_DOWN:
        list_view_select(list, list->selected + page);
        return true;
    case K_HOME:
        list_view_select(list, 0);
        return true;
    case K_END:
    case 'G':
        list_view_select(list, list->count - 1);
        return true;
    default:
        return false;
    }
}

void list_view_fit(struct list_view *list, int height)
{
    list->height = height;
    int last_top = list->count > height ? list->count - height : 0;
    if (list->selected < list->top)
        list->top = list->selected;
    if (list->selected >= list->top + height)
        list->top = list->selected - height + 1;
    if (list->top > last_top)
        list->top = last_top;
}

int list_view_at(const struct list_view *list, int row)
{
    int line = list->top + row;
    return row >= 0 && row < list->height && line < list->count ? line : -1;
}
