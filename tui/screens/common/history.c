// The history of a note: who wrote what and when, what it was after each sitting, and going back to that.
#include "tui/model/texts.h"
#include "tui/screens/common/desk.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/note_diff.h"
#include "tui/screens/common/views.h"
#include "tui/ui/table.h"
#include "tui/ui/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_WIDTH = 54, WIDE = 100 };

struct history_data {
    char id[ID_SIZE];
    enum note_kind kind;
    struct model_text *text;
    struct arena arena;
    struct list revisions; // struct revision, the one that ended last first
    struct list_view list;
    int64_t shown; // ord of the revision that `lines` are of
    struct arena shown_arena;
    struct list lines; // struct diff_line
    int top, height, count;
};

static const struct revision *selected_of(const struct screen *screen)
{
    const struct history_data *data = screen->data;
    return data->revisions.count == 0 ? NULL
                                      : LIST_AT(&data->revisions, struct revision, data->list.selected);
}

// --- reading -------------------------------------------------------------------------------------------------------

static const char *content_at(struct history_data *data, int64_t ord)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err ignored;
    if (!model_text_at(data->text, ord, &content, &ignored))
        return "";
    return arena_strdup(&data->shown_arena, buf_text(&content));
}

static void show_selected(struct screen *screen)
{
    struct history_data *data = screen->data;
    const struct revision *revision = selected_of(screen);
    arena_reset(&data->shown_arena);
    data->lines = (struct list){ 0 };
    data->shown = revision != NULL ? revision->ord : 0;
    data->top = 0;
    if (revision == NULL)
        return;
    size_t before = (size_t)data->list.selected + 1;
    const char *was = before < data->revisions.count
                          ? content_at(data, LIST_AT(&data->revisions, struct revision, before)->ord)
                          : "";
    note_diff(was, content_at(data, revision->ord), &data->shown_arena, &data->lines);
}

// Sittings overlap when people write together; as they ended, each text holds all that was in the one before.
static int by_end(const void *a, const void *b)
{
    const struct revision *left = a, *right = b;
    int64_t order = right->ended_at - left->ended_at;
    order = order != 0 ? order : right->ord - left->ord;
    return (order > 0) - (order < 0);
}

static bool others_wrote_too(const struct history_data *data)
{
    const struct revision *shown = LIST_AT(&data->revisions, struct revision, data->list.selected);
    for (size_t i = 0; i < data->revisions.count; i++) {
        const struct revision *other = LIST_AT(&data->revisions, struct revision, i);
        if (other != shown && other->started_at < shown->ended_at && shown->started_at < other->ended_at)
            return true;
    }
    return false;
}

static void open_history(struct screen *screen, const void *arg)
{
    struct history_data *data = screen->data;
    const struct note_target *target = arg;
    snprintf(data->id, sizeof(data->id), "%s", target->consultation_id);
    data->kind = target->kind;
    data->text = model_text_open(model_of(screen), data->id, data->kind);
}

static void close_history(struct screen *screen)
{
    struct history_data *data = screen->data;
    model_text_close(data->text);
    arena_free(&data->arena);
    arena_free(&data->shown_arena);
}

static void news_history(struct screen *screen, unsigned changed)
{
    struct history_data *data = screen->data;
    if (!(changed & (MODEL_TEXTS | MODEL_ROWS(ROW_NOTE_REVISION) | MODEL_ACCOUNT)))
        return;
    bool moved = model_text_refresh(data->text);
    arena_reset(&data->arena);
    data->revisions = (struct list){ 0 };
    model_text_history(data->text, &data->arena, &data->revisions);
    if (data->revisions.count > 0)
        qsort(data->revisions.items, data->revisions.count, sizeof(struct revision), by_end);
    list_view_count(&data->list, (int)data->revisions.count);
    const struct revision *revision = selected_of(screen);
    if (moved || revision == NULL || revision->ord != data->shown)
        show_selected(screen);
}

// --- drawing -------------------------------------------------------------------------------------------------------

static struct table_cell cell(const void *context, int line, int column)
{
    const struct screen *screen = context;
    const struct history_data *data = screen->data;
    const struct revision *revision = LIST_AT(&data->revisions, struct revision, line);
    struct app *app = screen->app;
    switch (column) {
    case 0:
        return (struct table_cell){ format_when(&app->frame, zone_of(screen), revision->ended_at, app->now),
                                    INK_DIM };
    case 1:
        return (struct table_cell){ revision->mine ? "you" : revision->author_name,
                                    revision->mine ? INK_TEXT : INK_STRONG };
    case 2:
        return (struct table_cell){ app_printf(app, "+%lld", (long long)revision->added), INK_GOOD };
    default:
        return (struct table_cell){ app_printf(app, "−%lld", (long long)revision->removed),
                                    revision->removed > 0 ? INK_BAD : INK_FAINT };
    }
}

static void draw_list(struct screen *screen, const struct canvas *canvas)
{
    static const struct column columns[] = {
        { "Until", 16, 0, false, 0 },
        { "Who", 10, 1, false, 0 },
        { "", 8, 0, true, 0 },
        { "", 8, 0, true, 0 },
    };
    struct history_data *data = screen->data;
    struct table table = { columns, ARRAY_LEN(columns), cell, screen, false };
    table_draw(&table, &data->list, canvas, true);
}

static enum ink ink_of(char sign)
{
    return sign == '+' ? INK_GOOD : sign == '-' ? INK_BAD : INK_TEXT;
}

// One line of the text, wrapped; its sign stands before the first part. Returns how many rows it took.
static int draw_line(const struct canvas *canvas, int y, const struct diff_line *line)
{
    struct wrap wrap = wrap_begin(line->text, line->size, canvas->area.width - 3);
    struct wrap_line part;
    int rows = 0;
    for (; wrap_next(&wrap, &part); rows++) {
        if (y + rows < 0 || y + rows >= canvas->area.height)
            continue;
        if (rows == 0 && line->sign != ' ')
            canvas_text_n(canvas, 0, y, ink_of(line->sign), &line->sign, 1);
        canvas_text_n(canvas, 2, y + rows, ink_of(line->sign), line->text + part.start,
                      part.end - part.start);
    }
    return rows > 0 ? rows : 1;
}

static void draw_text(struct screen *screen, const struct canvas *canvas)
{
    struct history_data *data = screen->data;
    int y = -data->top;
    for (size_t i = 0; i < data->lines.count; i++)
        y += draw_line(canvas, y, LIST_AT(&data->lines, struct diff_line, i));
    data->height = canvas->area.height;
    data->count = y + data->top;
    if (data->lines.count == 0)
        canvas_text(canvas, 0, 0, INK_DIM, "It was empty then.");
    canvas_scrollbar(canvas, canvas_rect(canvas), data->top, data->height, data->count);
}

static const char *title_of(struct screen *screen)
{
    const struct revision *revision = selected_of(screen);
    if (revision == NULL)
        return "As it was";
    return app_printf(
        screen->app, "As %s left it, %s", revision->mine ? "you" : revision->author_name,
        format_when(&screen->app->frame, zone_of(screen), revision->ended_at, screen->app->now));
}

static const char *remark_on(const struct history_data *data)
{
    const struct revision *shown = LIST_AT(&data->revisions, struct revision, data->list.selected);
    if (shown->faded)
        return " Words deleted since then are gone after 30 days. ";
    return others_wrote_too(data) ? " Several people wrote at once: marked is what all of them changed. "
                                  : NULL;
}

static void draw_history(struct screen *screen, const struct canvas *canvas)
{
    struct history_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    bool wide = rest.width >= WIDE;
    struct rect side = wide ? rect_cut_left(&rest, LIST_WIDTH) : rect_cut_top(&rest, rest.height / 3);
    struct rect inner = canvas_box(canvas, side, INK_FOCUS, "History");
    struct canvas part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    if (data->revisions.count == 0)
        canvas_text_in(&part, 0, 0, part.area.width, INK_DIM, "Nothing has been written yet.");
    else
        draw_list(screen, &part);
    inner = canvas_box(canvas, rest, INK_BOX, title_of(screen));
    if (data->revisions.count > 0 && remark_on(data) != NULL)
        canvas_text_in(canvas, rest.x + 2, rest.y + rest.height - 1, rest.width - 4, INK_WARN,
                       remark_on(data));
    part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    draw_text(screen, &part);
}

// --- keys ----------------------------------------------------------------------------------------------------------

static void scroll(struct screen *screen, int by)
{
    struct history_data *data = screen->data;
    int last = data->count > data->height ? data->count - data->height : 0;
    data->top += by;
    data->top = data->top < 0 ? 0 : data->top > last ? last : data->top;
}

static bool key_history(struct screen *screen, keycode key)
{
    struct history_data *data = screen->data;
    int page = data->height > 1 ? data->height - 1 : 1;
    if (key == K_PAGE_UP || key == K_PAGE_DOWN) {
        scroll(screen, key == K_PAGE_UP ? -page : page);
        return true;
    }
    if (!list_view_key(&data->list, key))
        return false;
    show_selected(screen);
    return true;
}

static void click_history(struct screen *screen, int x, int y)
{
    struct history_data *data = screen->data;
    int line = list_view_at(&data->list, y - 2);
    if (line < 0 || (screen->area.width >= WIDE && x >= LIST_WIDTH))
        return;
    list_view_select(&data->list, line);
    show_selected(screen);
}

static void wheel_history(struct screen *screen, int x, int y, int by)
{
    (void)x;
    (void)y;
    scroll(screen, by * 3);
}

// --- going back ----------------------------------------------------------------------------------------------------

struct going_back {
    char id[ID_SIZE];
    enum note_kind kind;
    int64_t ord;
};

static void go_back(struct app *app, void *arg)
{
    const struct going_back *to = arg;
    CLEANUP(buf_free) struct buf content = { 0 };
    struct err err;
    struct model_text *text = model_text_open(desk_of_app(app)->model, to->id, to->kind);
    bool good = model_text_at(text, to->ord, &content, &err) &&
                model_text_rewrite(text, buf_text(&content), content.len, &err);
    model_text_close(text);
    if (good)
        app_toast(app, TOAST_INFO, "The note is again what it was",
                  "What came after it stays in the history.");
    else
        desk_failed(app, "Not brought back", &err);
}

static bool may_go_back(struct screen *screen, const char **ret_reason)
{
    const struct history_data *data = screen->data;
    struct err err;
    *ret_reason = "there is nothing";
    if (selected_of(screen) == NULL)
        return false;
    *ret_reason = data->list.selected == 0     ? "it is as it is now"
                  : selected_of(screen)->faded ? "words of it are gone for good"
                                               : "you only read this note";
    return data->list.selected > 0 && !selected_of(screen)->faded && model_text_may_write(data->text, &err);
}

static void ask_to_go_back(struct screen *screen)
{
    const struct history_data *data = screen->data;
    const struct revision *revision = selected_of(screen);
    struct going_back *to = calloc(1, sizeof(*to));
    CHECK(to != NULL);
    memcpy(to->id, data->id, sizeof(to->id));
    to->kind = data->kind;
    to->ord = revision->ord;
    const char *text =
        app_printf(screen->app,
                   "The note becomes what %s left %s. Everyone who reads it sees that at once; "
                   "what it is now stays in the history.",
                   revision->mine ? "you" : revision->author_name,
                   format_when(&screen->app->frame, zone_of(screen), revision->ended_at, screen->app->now));
    popup_ask(screen->app, &(struct question){
                               .title = "Bring this version back?",
                               .text = text,
                               .yes = "Bring it back",
                               .no = "Leave it",
                               .act = go_back,
                               .data = to,
                           });
}

static const struct action actions[] = {
    { "history.back", "b", "bring it back", "Makes the note what it was then; first what follows.", 1,
      may_go_back, ask_to_go_back },
    { "history.move", "up down j k home end G", "move", "Shows another version.", 2, NULL, NULL },
    { "history.scroll", "pgup pgdn", "scroll", "Shows another part of the text.", 3, NULL, NULL },
};

const struct screen_ops history_ops = {
    .context = "history",
    .title = "History of a note",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct history_data),
    .open = open_history,
    .close = close_history,
    .news = news_history,
    .draw = draw_history,
    .key = key_history,
    .click = click_history,
    .wheel = wheel_history,
};

void history_open(struct app *app, const struct note_target *target)
{
    app_push(app, &history_ops, target);
}
