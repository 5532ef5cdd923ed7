#include "tui/ui/text_area.h"

#include "shared/base/utf8.h"

void text_area_free(struct text_area *area)
{
    edit_free(&area->edit);
}

static struct wrap lines_of(const struct text_area *area)
{
    return wrap_begin(edit_text(&area->edit), area->edit.text.len, area->width > 1 ? area->width - 1 : 60);
}

// The visual line that holds the byte; at a soft break the later line has it.
static int line_of(const struct text_area *area, size_t at, struct wrap_line *ret_line)
{
    struct wrap wrap = lines_of(area);
    struct wrap_line line = { 0 };
    *ret_line = line;
    for (int number = 0; wrap_next(&wrap, &line); number++) {
        bool last = wrap.done;
        if (at < line.next || last) {
            *ret_line = line;
            return number;
        }
    }
    return 0;
}

static bool line_at(const struct text_area *area, int number, struct wrap_line *ret_line)
{
    struct wrap wrap = lines_of(area);
    bool found = false;
    for (int i = 0; i <= number; i++) {
        found = wrap_next(&wrap, ret_line);
        if (!found)
            break;
    }
    return found;
}

static int column_of(const struct text_area *area, const struct wrap_line *line)
{
    return text_width_n(edit_text(&area->edit) + line->start, area->edit.cursor - line->start);
}

static void put_in_line(struct text_area *area, const struct wrap_line *line, int column)
{
    const char *text = edit_text(&area->edit);
    size_t size = line->end - line->start;
    area->edit.cursor = line->start + text_fit(text + line->start, size, column, NULL);
}

static void move_lines(struct text_area *area, int by)
{
    struct wrap_line line;
    int number = line_of(area, area->edit.cursor, &line);
    if (area->goal < 0)
        area->goal = column_of(area, &line);
    int goal = area->goal, to = number + by;
    if (to < 0) {
        area->edit.cursor = 0;
        return;
    }
    if (!line_at(area, to, &line))
        line_of(area, area->edit.text.len, &line);
    put_in_line(area, &line, goal);
}

static void line_start(struct text_area *area)
{
    struct wrap_line line;
    line_of(area, area->edit.cursor, &line);
    area->edit.cursor = line.start;
}

static void line_end(struct text_area *area)
{
    struct wrap_line line;
    line_of(area, area->edit.cursor, &line);
    // At a soft break without a space, the end of this line is the start of the next one.
    area->edit.cursor = line.end;
    if (line.end == line.next && line.end < area->edit.text.len)
        edit_left(&area->edit);
}

static bool move_key(struct text_area *area, keycode key)
{
    int page = area->height > 1 ? area->height - 1 : 1;
    switch (key) {
    case K_UP:
        move_lines(area, -1);
        return true;
    case K_DOWN:
        move_lines(area, 1);
        return true;
    case K_PAGE_UP:
        move_lines(area, -page);
        return true;
    case K_PAGE_DOWN:
        move_lines(area, page);
        return true;
    default:
        break;
    }
    area->goal = -1;
    switch (key) {
    case K_LEFT:
        edit_left(&area->edit);
        return true;
    case K_RIGHT:
        edit_right(&area->edit);
        return true;
    case K_CTRL | K_LEFT:
        edit_word_left(&area->edit);
        return true;
    case K_CTRL | K_RIGHT:
        edit_word_right(&area->edit);
        return true;
    case K_HOME:
    case K_CTRL | 'a':
        line_start(area);
        return true;
    case K_END:
        line_end(area);
        return true;
    case K_CTRL | K_UP:
        edit_move(&area->edit, 0);
        return true;
    case K_CTRL | K_DOWN:
        edit_move(&area->edit, area->edit.text.len);
        return true;
    default:
        return false;
    }
}

static bool change_key(struct text_area *area, keycode key)
{
    struct edit *edit = &area->edit;
    switch (key) {
    case K_ENTER:
        edit_insert(edit, "\n", 1);
        return true;
    case K_BACKSPACE:
        edit_backspace(edit);
        return true;
    case K_DELETE:
    case K_CTRL | 'd':
        edit_delete(edit);
        return true;
    case K_CTRL | 'w':
        edit_delete_word(edit);
        return true;
    case K_CTRL | 'k':
        edit_delete_to_line_end(edit);
        return true;
    case K_CTRL | 'u':
        edit_delete_to_line_start(edit);
        return true;
    case K_CTRL | 'z':
        edit_undo(edit);
        return true;
    case K_CTRL | 'y':
        edit_redo(edit);
        return true;
    default:
        break;
    }
    if (!key_is_text(key))
        return false;
    char bytes[4];
    edit_insert(edit, bytes, (size_t)utf8_encode(key, bytes));
    return true;
}

static int count_lines(const struct text_area *area)
{
    struct wrap wrap = lines_of(area);
    struct wrap_line line;
    int number = 0;
    while (wrap_next(&wrap, &line))
        number++;
    return number;
}

static void scroll_lines(struct text_area *area, int by)
{
    int last = count_lines(area) - area->height, to = area->top + by;
    area->top = to > last ? last : to;
    if (area->top < 0)
        area->top = 0;
}

static bool scroll_key(struct text_area *area, keycode key)
{
    int page = area->height > 1 ? area->height - 1 : 1, all = (int)area->edit.text.len + 1;
    switch (key) {
    case K_UP:
        scroll_lines(area, -1);
        return true;
    case K_DOWN:
        scroll_lines(area, 1);
        return true;
    case K_PAGE_UP:
        scroll_lines(area, -page);
        return true;
    case K_PAGE_DOWN:
        scroll_lines(area, page);
        return true;
    case K_HOME:
    case K_CTRL | K_UP:
        scroll_lines(area, -all);
        return true;
    case K_END:
    case K_CTRL | K_DOWN:
        scroll_lines(area, all);
        return true;
    default:
        return false;
    }
}

bool text_area_key(struct text_area *area, keycode key, bool *ret_changed)
{
    *ret_changed = false;
    if (area->read_only)
        return scroll_key(area, key);
    if (move_key(area, key))
        return true;
    *ret_changed = change_key(area, key);
    return *ret_changed;
}

void text_area_paste(struct text_area *area, const char *text)
{
    if (area->read_only)
        return;
    size_t size = 0;
    while (text[size])
        size++;
    edit_insert(&area->edit, text, size);
    area->goal = -1;
}

void text_area_click(struct text_area *area, int x, int y)
{
    struct wrap_line line;
    if (!line_at(area, area->top + y, &line))
        line_of(area, area->edit.text.len, &line);
    put_in_line(area, &line, x);
    area->goal = -1;
}

void text_area_scroll(struct text_area *area, int by)
{
    if (area->read_only)
        scroll_lines(area, by);
    else
        move_lines(area, by);
}

size_t text_area_top(const struct text_area *area)
{
    struct wrap_line line;
    return line_at(area, area->top, &line) ? line.start : 0;
}

void text_area_show_from(struct text_area *area, size_t at)
{
    struct wrap_line line;
    area->top = line_of(area, at, &line);
}

struct wrap text_area_rows(const struct text_area *area)
{
    struct wrap wrap = lines_of(area);
    struct wrap_line above;
    for (int i = 0; i < area->top && wrap_next(&wrap, &above); i++)
        continue;
    return wrap;
}

void text_area_place(const struct text_area *area, size_t at, int *ret_x, int *ret_y)
{
    struct wrap_line line;
    *ret_y = line_of(area, at, &line) - area->top;
    *ret_x = text_width_n(edit_text(&area->edit) + line.start, at > line.start ? at - line.start : 0);
}

static void keep_visible(struct text_area *area, int cursor_line)
{
    if (cursor_line < area->top)
        area->top = cursor_line;
    if (cursor_line >= area->top + area->height)
        area->top = cursor_line - area->height + 1;
}

static bool is_heading(const char *text, const struct wrap_line *line)
{
    return line->end > line->start && text[line->start] == '#';
}

void text_area_draw(struct text_area *area, const struct canvas *canvas, bool focused, const char *hint)
{
    area->width = canvas->area.width;
    area->height = canvas->area.height;
    struct wrap_line line;
    int cursor_line = line_of(area, area->edit.cursor, &line);
    int column = column_of(area, &line);
    if (area->read_only)
        scroll_lines(area, 0);
    else
        keep_visible(area, cursor_line);
    const char *text = edit_text(&area->edit);
    struct wrap wrap = lines_of(area);
    int number = 0;
    for (; wrap_next(&wrap, &line); number++) {
        int y = number - area->top;
        enum ink ink = is_heading(text, &line) ? INK_TITLE : INK_TEXT;
        if (y >= 0 && y < area->height)
            canvas_text_n(canvas, 0, y, ink, text + line.start, line.end - line.start);
    }
    if (area->edit.text.len == 0 && hint)
        canvas_wrapped(canvas, canvas_rect(canvas), 0, INK_FAINT, hint);
    canvas_scrollbar(canvas, canvas_rect(canvas), area->top, area->height, number);
    if (focused && !area->read_only)
        canvas_cursor(canvas, column < area->width ? column : area->width - 1, cursor_line - area->top);
}
