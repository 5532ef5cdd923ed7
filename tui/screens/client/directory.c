// Who can be booked.
#include "tui/screens/common/desk.h"
#include "tui/screens/common/detail.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"
#include "tui/ui/entry.h"
#include "tui/ui/fuzzy.h"
#include "tui/ui/list_view.h"

#include <string.h>

struct directory_data {
    struct arena arena;
    struct list all;   // struct row_consultant
    struct list shown; // struct row_consultant *, those that fit what is typed
    struct list_view list;
    struct entry entry;
    bool typing;
    struct rect area;
};

static const char *joined(struct arena *arena, const struct list *texts)
{
    const char *text = "";
    for (size_t i = 0; i < texts->count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", *LIST_AT(texts, const char *, i));
    return text;
}

static void filter(struct screen *screen)
{
    struct directory_data *data = screen->data;
    const char *typed = edit_text(&data->entry.edit);
    data->shown = (struct list){ 0 };
    for (size_t i = 0; i < data->all.count; i++) {
        struct row_consultant *row = LIST_AT(&data->all, struct row_consultant, i);
        struct fuzzy_match match;
        const char *haystack = arena_printf(&screen->app->frame, "%s %s %s", row->name ? row->name : "",
                                            joined(&screen->app->frame, &row->skills),
                                            joined(&screen->app->frame, &row->languages));
        if (fuzzy_match(typed, haystack, &match))
            *LIST_ADD(&data->shown, &data->arena, struct row_consultant *) = row;
    }
    list_view_count(&data->list, (int)data->shown.count);
}

static void news_directory(struct screen *screen, unsigned changed)
{
    struct directory_data *data = screen->data;
    if (!(changed & (MODEL_ROWS(ROW_CONSULTANT) | MODEL_ACCOUNT)))
        return;
    arena_reset(&data->arena);
    data->all = (struct list){ 0 };
    model_consultants(model_of(screen), &data->arena, &data->all);
    filter(screen);
}

static void close_directory(struct screen *screen)
{
    struct directory_data *data = screen->data;
    entry_free(&data->entry);
    arena_free(&data->arena);
}

static const struct row_consultant *selected_of(struct screen *screen)
{
    const struct directory_data *data = screen->data;
    return data->shown.count == 0 ? NULL
                                  : *LIST_AT(&data->shown, struct row_consultant *, data->list.selected);
}

static const char *stars(struct app *app, const struct row_consultant *row)
{
    if (row->reviews == 0)
        return "no reviews yet";
    return app_printf(app, "★ %.1f · %d %s", row->rating, (int)row->reviews,
                      row->reviews == 1 ? "review" : "reviews");
}

static void draw_list(struct screen *screen, const struct canvas *canvas)
{
    struct directory_data *data = screen->data;
    list_view_fit(&data->list, canvas->area.height);
    for (int y = 0; y < canvas->area.height && data->list.top + y < data->list.count; y++) {
        int line = data->list.top + y, width = canvas->area.width;
        const struct row_consultant *row = *LIST_AT(&data->shown, struct row_consultant *, line);
        if (line == data->list.selected)
            canvas_paper(canvas, (struct rect){ 0, y, width, 1 }, PAPER_SELECTED);
        int right = canvas_right(canvas, width - 1, y, INK_WARN,
                                 row->reviews ? app_printf(screen->app, "★ %.1f", row->rating) : "");
        canvas_text_in(canvas, 1, y, right - 2, INK_STRONG, row->name ? row->name : "");
    }
    if (data->list.count == 0)
        canvas_text(canvas, 1, 0, INK_DIM, "Nobody of that name or skill.");
    canvas_scrollbar(canvas, canvas_rect(canvas), data->list.top, canvas->area.height, data->list.count);
}

static void draw_person(struct screen *screen, const struct canvas *canvas, const struct row_consultant *row)
{
    struct app *app = screen->app;
    struct pen pen = { .canvas = canvas, .app = app };
    pen_line(&pen, INK_STRONG, row->name);
    pen_line(&pen, INK_TEXT, row->title);
    pen_line(&pen, row->reviews ? INK_WARN : INK_DIM, stars(app, row));
    pen_gap(&pen);
    pen_text(&pen, INK_TEXT, row->bio);
    pen_gap(&pen);
    pen_fact(&pen, "Skills", joined(&app->frame, &row->skills));
    pen_fact(&pen, "Fields", joined(&app->frame, &row->specialization));
    pen_fact(&pen, "Languages", joined(&app->frame, &row->languages));
    if (row->yearsOfExperience > 0)
        pen_fact(&pen, "Experience", app_printf(app, "%d years", (int)row->yearsOfExperience));
    pen_fact(&pen, "Time zone", row->timezone);
    pen_fact(&pen, "Now", row->status);
}

static void draw_directory(struct screen *screen, const struct canvas *canvas)
{
    struct directory_data *data = screen->data;
    struct rect rest = canvas_rect(canvas);
    rect_cut_top(&rest, 1);
    canvas_text(canvas, 1, 1, data->typing ? INK_TITLE : INK_DIM, "/");
    entry_draw(&data->entry, canvas, 3, 1, rest.width < 60 ? rest.width - 4 : 56, data->typing,
               "name, skill or language");
    rect_cut_top(&rest, 2);
    struct rect left = rect_cut_left(&rest, rest.width < 90 ? rest.width / 2 : 44);
    struct rect inner = canvas_box(canvas, left, INK_FOCUS,
                                   app_printf(screen->app, "Consultants · %d", (int)data->shown.count));
    data->area = inner;
    struct canvas part = canvas_sub(canvas, inner);
    draw_list(screen, &part);
    inner = canvas_box(canvas, rest, INK_BOX, "About");
    part = canvas_sub(canvas, rect_inset(inner, 1, 0));
    if (selected_of(screen))
        draw_person(screen, &part, selected_of(screen));
}

static bool typing(struct screen *screen)
{
    const struct directory_data *data = screen->data;
    return data->typing;
}

static bool key_directory(struct screen *screen, keycode key)
{
    struct directory_data *data = screen->data;
    bool changed = false;
    if (!data->typing)
        return list_view_key(&data->list, key);
    if (key == K_ENTER || key == K_ESC || key == K_TAB) {
        data->typing = false;
        return true;
    }
    if (!key_is_text(key) && list_view_key(&data->list, key))
        return true;
    bool used = entry_key(&data->entry, key, &changed);
    if (changed)
        filter(screen);
    return used;
}

static void paste_directory(struct screen *screen, const char *text)
{
    struct directory_data *data = screen->data;
    data->typing = true;
    entry_paste(&data->entry, text);
    filter(screen);
}

static void find(struct screen *screen)
{
    struct directory_data *data = screen->data;
    data->typing = true;
}

static bool may_book(struct screen *screen, const char **ret_reason)
{
    *ret_reason = desk_is(desk_of(screen), ROLE_CLIENT) ? "nobody is chosen" : "clients book sessions";
    return desk_is(desk_of(screen), ROLE_CLIENT) && selected_of(screen) != NULL;
}

static void book(struct screen *screen)
{
    book_open(screen->app, &(struct book_target){ .consultant_id = selected_of(screen)->id });
}

static void click_directory(struct screen *screen, int x, int y)
{
    struct directory_data *data = screen->data;
    data->typing = y == 1;
    int line = rect_has(data->area, x, y) ? list_view_at(&data->list, y - data->area.y) : -1;
    if (line >= 0)
        list_view_select(&data->list, line);
}

static void wheel_directory(struct screen *screen, int x, int y, int by)
{
    struct directory_data *data = screen->data;
    (void)x;
    (void)y;
    list_view_select(&data->list, data->list.selected + by);
}

static const struct action actions[] = {
    { "directory.book", "enter b", "book", "Chooses a day and a time with this consultant.", 1, may_book,
      book },
    { "directory.find", "/", "find", "By name, skill or language.", 2, NULL, find },
    { "directory.move", "up down j k pgup pgdn home end G", "move", "Marks another line.", 0, NULL, NULL },
};

const struct screen_ops directory_ops = {
    .context = "directory",
    .title = "Consultants",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct directory_data),
    .close = close_directory,
    .news = news_directory,
    .draw = draw_directory,
    .key = key_directory,
    .typing = typing,
    .paste = paste_directory,
    .click = click_directory,
    .wheel = wheel_directory,
};
