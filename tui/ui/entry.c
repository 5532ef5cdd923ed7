#include "tui/ui/entry.h"

#include "shared/base/utf8.h"

#include <string.h>

void entry_free(struct entry *entry)
{
    edit_free(&entry->edit);
}

static bool move_key(struct edit *edit, keycode key)
{
    switch (key) {
    case K_LEFT:
        edit_left(edit);
        return true;
    case K_RIGHT:
        edit_right(edit);
        return true;
    case K_CTRL | K_LEFT:
        edit_word_left(edit);
        return true;
    case K_CTRL | K_RIGHT:
        edit_word_right(edit);
        return true;
    case K_HOME:
    case K_CTRL | 'a':
        edit_move(edit, 0);
        return true;
    case K_END:
        edit_move(edit, edit->text.len);
        return true;
    default:
        return false;
    }
}

static bool change_key(struct edit *edit, keycode key)
{
    static const struct {
        keycode key;
        void (*act)(struct edit *);
    } acts[] = {
        { K_BACKSPACE, edit_backspace },
        { K_DELETE, edit_delete },
        { K_CTRL | 'w', edit_delete_word },
        { K_CTRL | 'k', edit_delete_to_line_end },
        { K_CTRL | 'u', edit_delete_to_line_start },
    };
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
        if (acts[i].key == key) {
            acts[i].act(edit);
            return true;
        }
    }
    if (key == (K_CTRL | 'z'))
        return edit_undo(edit);
    if (key == (K_CTRL | 'y'))
        return edit_redo(edit);
    if (!key_is_text(key))
        return false;
    char bytes[4];
    edit_insert(edit, bytes, (size_t)utf8_encode(key, bytes));
    return true;
}

bool entry_key(struct entry *entry, keycode key, bool *ret_changed)
{
    *ret_changed = false;
    if (move_key(&entry->edit, key))
        return true;
    *ret_changed = change_key(&entry->edit, key);
    return *ret_changed;
}

void entry_paste(struct entry *entry, const char *text)
{
    CLEANUP(buf_free) struct buf line = { 0 };
    buf_add_text(&line, text);
    while (line.len > 0 && line.data[line.len - 1] == '\n')
        buf_truncate(&line, line.len - 1);
    for (size_t i = 0; i < line.len; i++) {
        if (line.data[i] == '\n' || line.data[i] == '\t')
            line.data[i] = ' ';
    }
    edit_insert(&entry->edit, buf_text(&line), line.len);
}

static void draw_dots(const struct canvas *canvas, const struct entry *entry, int *ret_column)
{
    int count = (int)utf8_count(edit_text(&entry->edit));
    canvas_repeat(canvas, 0, 0, count, INK_TEXT, "•");
    *ret_column = count < canvas->area.width ? count : canvas->area.width - 1;
}

void entry_draw(struct entry *entry, const struct canvas *outer, int x, int y, int width, bool focused,
                const char *hint)
{
    canvas_fill(outer, (struct rect){ x, y, width, 1 }, PAPER_INPUT);
    struct canvas canvas = canvas_sub(outer, (struct rect){ x + 1, y, width - 2, 1 });
    const char *text = edit_text(&entry->edit);
    int column = text_width_n(text, entry->edit.cursor), room = canvas.area.width;
    if (entry->edit.text.len == 0 && hint)
        canvas_text_in(&canvas, 0, 0, room, INK_FAINT, hint);
    if (entry->secret) {
        draw_dots(&canvas, entry, &column);
    } else {
        if (column < entry->left)
            entry->left = column;
        if (column >= entry->left + room)
            entry->left = column - room + 1;
        int skipped;
        size_t skip = text_fit(text, strlen(text), entry->left, &skipped);
        canvas_text(&canvas, skipped - entry->left, 0, INK_TEXT, text + skip);
        column -= entry->left;
    }
    if (focused)
        canvas_cursor(&canvas, column, 0);
}
