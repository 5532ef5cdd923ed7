#include "tui/ui/edit.h"

#include "shared/base/utf8.h"
#include "tui/term/text.h"

#include <stdlib.h>
#include <string.h>

enum { CHANGES_MAX = 2000, TEXT_MAX = 1024 * 1024 };

static void change_free(struct edit_change *change)
{
    free(change->removed);
    free(change->added);
}

static void forget_from(struct edit *edit, size_t first)
{
    for (size_t i = first; i < edit->change_count; i++)
        change_free(&edit->changes[i]);
    edit->change_count = first;
    if (edit->done > first)
        edit->done = first;
}

void edit_free(struct edit *edit)
{
    forget_from(edit, 0);
    free(edit->changes);
    buf_free(&edit->text);
    *edit = (struct edit){ 0 };
}

const char *edit_text(const struct edit *edit)
{
    return buf_text(&edit->text);
}

static char *copy(const char *data, size_t size)
{
    char *result = malloc(size + 1);
    CHECK(result != NULL);
    if (size > 0)
        memcpy(result, data, size);
    result[size] = '\0';
    return result;
}

static void splice(struct edit *edit, size_t at, size_t remove, const char *add, size_t size)
{
    struct buf *text = &edit->text;
    size_t tail = text->len - at - remove;
    buf_reserve(text, size + 1);
    memmove(text->data + at + size, text->data + at + remove, tail);
    if (size > 0)
        memcpy(text->data + at, add, size);
    text->len = at + size + tail;
    text->data[text->len] = '\0';
}

// Letters typed one after the other are undone together, up to the end of a word.
static bool join(struct edit *edit, size_t at, const char *add, size_t size)
{
    if (edit->done == 0 || edit->done != edit->change_count)
        return false;
    struct edit_change *last = &edit->changes[edit->done - 1];
    if (!last->typed || last->removed_size > 0 || last->at + last->added_size != at || size > 4 ||
        add[0] == '\n' || (last->added_size > 0 && last->added[last->added_size - 1] == ' ' && add[0] != ' '))
        return false;
    last->added = realloc(last->added, last->added_size + size + 1);
    CHECK(last->added != NULL);
    memcpy(last->added + last->added_size, add, size);
    last->added_size += size;
    return true;
}

static void remember(struct edit *edit, size_t at, size_t remove, const char *add, size_t size)
{
    if (remove == 0 && size > 0 && join(edit, at, add, size))
        return;
    forget_from(edit, edit->done);
    if (edit->change_count == CHANGES_MAX) {
        change_free(&edit->changes[0]);
        memmove(edit->changes, edit->changes + 1, sizeof(*edit->changes) * (CHANGES_MAX - 1));
        edit->change_count--;
    }
    if (edit->change_count == edit->change_cap) {
        edit->change_cap = edit->change_cap ? edit->change_cap * 2 : 16;
        edit->changes = realloc(edit->changes, sizeof(*edit->changes) * edit->change_cap);
        CHECK(edit->changes != NULL);
    }
    edit->changes[edit->change_count++] = (struct edit_change){
        .at = at,
        .removed = copy(remove > 0 ? edit->text.data + at : "", remove),
        .removed_size = remove,
        .added = copy(add, size),
        .added_size = size,
        .typed = remove == 0 && size <= 4 && size > 0 && add[0] != '\n',
    };
    edit->done = edit->change_count;
}

static void replace(struct edit *edit, size_t at, size_t remove, const char *add, size_t size)
{
    if (remove == 0 && size == 0)
        return;
    remember(edit, at, remove, add, size);
    splice(edit, at, remove, add, size);
    edit->cursor = at + size;
}

// Keeps what may stand in a text: whole code points, no controls but newline and tab.
static void add_typed(struct buf *out, const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t code;
        int length = utf8_decode(text + at, size - at, &code);
        bool fits =
            length > 0 && (code >= ' ' || code == '\n' || code == '\t') && !(code >= 0x7F && code < 0xA0);
        if (fits)
            buf_add(out, text + at, (size_t)length);
        at += length > 0 ? (size_t)length : 1;
    }
}

void edit_set(struct edit *edit, const char *text)
{
    forget_from(edit, 0);
    buf_clear(&edit->text);
    add_typed(&edit->text, text, strlen(text));
    edit->cursor = edit->text.len;
}

void edit_show(struct edit *edit, const char *text, size_t cursor)
{
    edit_set(edit, text);
    edit_move(edit, cursor);
}

void edit_insert(struct edit *edit, const char *text, size_t size)
{
    CLEANUP(buf_free) struct buf typed = { 0 };
    add_typed(&typed, text, size);
    if (edit->text.len + typed.len > TEXT_MAX)
        return;
    replace(edit, edit->cursor, 0, buf_text(&typed), typed.len);
}

static size_t before(const struct edit *edit, size_t at)
{
    return at == 0 ? 0 : cluster_before(edit->text.data, edit->text.len, at);
}

static size_t after(const struct edit *edit, size_t at)
{
    if (at >= edit->text.len)
        return at;
    if (edit->text.data[at] == '\n')
        return at + 1;
    struct cluster cluster;
    cluster_next(edit->text.data + at, edit->text.len - at, &cluster);
    return at + cluster.bytes;
}

void edit_backspace(struct edit *edit)
{
    size_t from = before(edit, edit->cursor);
    replace(edit, from, edit->cursor - from, "", 0);
}

void edit_delete(struct edit *edit)
{
    replace(edit, edit->cursor, after(edit, edit->cursor) - edit->cursor, "", 0);
}

static bool is_space(const struct edit *edit, size_t at)
{
    char c = edit->text.data[at];
    return c == ' ' || c == '\n' || c == '\t';
}

static size_t word_left(const struct edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && is_space(edit, before(edit, at)))
        at = before(edit, at);
    while (at > 0 && !is_space(edit, before(edit, at)))
        at = before(edit, at);
    return at;
}

void edit_delete_word(struct edit *edit)
{
    size_t from = word_left(edit);
    replace(edit, from, edit->cursor - from, "", 0);
}

void edit_delete_to_line_end(struct edit *edit)
{
    const char *start = edit_text(edit) + edit->cursor;
    size_t length = strcspn(start, "\n");
    replace(edit, edit->cursor, length == 0 && *start == '\n' ? 1 : length, "", 0);
}

void edit_delete_to_line_start(struct edit *edit)
{
    size_t from = edit->cursor;
    while (from > 0 && edit->text.data[from - 1] != '\n')
        from--;
    replace(edit, from, edit->cursor - from, "", 0);
}

bool edit_undo(struct edit *edit)
{
    if (edit->done == 0)
        return false;
    struct edit_change *change = &edit->changes[--edit->done];
    change->typed = false;
    splice(edit, change->at, change->added_size, change->removed, change->removed_size);
    edit->cursor = change->at + change->removed_size;
    return true;
}

bool edit_redo(struct edit *edit)
{
    if (edit->done == edit->change_count)
        return false;
    const struct edit_change *change = &edit->changes[edit->done++];
    splice(edit, change->at, change->removed_size, change->added, change->added_size);
    edit->cursor = change->at + change->added_size;
    return true;
}

void edit_left(struct edit *edit)
{
    edit->cursor = before(edit, edit->cursor);
}

void edit_right(struct edit *edit)
{
    edit->cursor = after(edit, edit->cursor);
}

void edit_word_left(struct edit *edit)
{
    edit->cursor = word_left(edit);
}

void edit_word_right(struct edit *edit)
{
    size_t at = edit->cursor, size = edit->text.len;
    while (at < size && is_space(edit, at))
        at = after(edit, at);
    while (at < size && !is_space(edit, at))
        at = after(edit, at);
    edit->cursor = at;
}

void edit_move(struct edit *edit, size_t at)
{
    if (at >= edit->text.len) {
        edit->cursor = edit->text.len;
        return;
    }
    size_t line = at;
    while (line > 0 && edit->text.data[line - 1] != '\n')
        line--;
    while (after(edit, line) <= at)
        line = after(edit, line);
    edit->cursor = line;
}
