#include "tui/core/popups.h"

#include <stdlib.h>

struct form_data {
    struct arena arena;
    struct dialog dialog;
    struct form form;
};

static void open_form(struct screen *screen, const void *arg)
{
    struct form_data *data = screen->data;
    const struct dialog *given = arg;
    data->dialog = *given;
    data->dialog.title = arena_strdup(&data->arena, given->title);
    data->form = (struct form){
        .fields = arena_copy(&data->arena, given->fields, sizeof(struct form_field) * (size_t)given->count),
        .count = given->count,
        .submit = arena_strdup(&data->arena, given->submit),
    };
    if (given->opened)
        given->opened(screen->app, &data->form, given->data);
}

static void close_form(struct screen *screen)
{
    struct form_data *data = screen->data;
    form_free(&data->form);
    free(data->dialog.data);
    arena_free(&data->arena);
}

static const char *preview_of(struct screen *screen)
{
    struct form_data *data = screen->data;
    return data->dialog.preview ? data->dialog.preview(screen->app, &data->form, data->dialog.data) : NULL;
}

static void draw_form(struct screen *screen, const struct canvas *canvas)
{
    struct form_data *data = screen->data;
    int width = data->dialog.width ? data->dialog.width : 68;
    width = width < canvas->area.width ? width : canvas->area.width;
    const char *preview = preview_of(screen);
    struct canvas nothing = canvas_sub(canvas, (struct rect){ 0, 0, 0, 0 });
    struct rect lines = { 0, 0, width - 6, 1 };
    lines.height = preview ? canvas_wrapped(&nothing, lines, 0, INK_TEXT, preview) : 0;
    int height = form_height(&data->form) + 4 + (lines.height ? lines.height + 1 : 0);
    struct canvas frame = popup_frame(canvas, width, height, data->dialog.title);
    struct rect rest = rect_inset(canvas_rect(&frame), 1, 1);
    if (preview) {
        struct rect below = rect_cut_bottom(&rest, lines.height);
        canvas_wrapped(&frame, below, 0, INK_INFO, preview);
        rect_cut_bottom(&rest, 1);
    }
    struct canvas body = canvas_sub(&frame, rest);
    form_draw(&data->form, &body, true);
}

static void submit(struct screen *screen)
{
    struct form_data *data = screen->data;
    struct app *app = screen->app;
    void (*done)(struct app *, void *) = data->dialog.done;
    void *mine = data->dialog.data;
    if (!data->dialog.submitted(app, &data->form, mine))
        return;
    data->dialog.data = NULL;
    app_close(app, screen);
    if (done)
        done(app, mine);
    free(mine);
}

static void changed(struct screen *screen)
{
    struct form_data *data = screen->data;
    if (data->dialog.changed)
        data->dialog.changed(screen->app, &data->form, data->dialog.data);
}

static bool key_form(struct screen *screen, keycode key)
{
    struct form_data *data = screen->data;
    switch (form_key(&data->form, key)) {
    case FORM_SUBMIT:
        submit(screen);
        return true;
    case FORM_CANCEL:
        app_close(screen->app, screen);
        return true;
    case FORM_CHANGED:
        changed(screen);
        return true;
    case FORM_USED:
        return true;
    default:
        return false;
    }
}

static bool typing(struct screen *screen)
{
    (void)screen;
    return true;
}

static void paste_form(struct screen *screen, const char *text)
{
    struct form_data *data = screen->data;
    form_paste(&data->form, text);
    changed(screen);
}

static void close_it(struct screen *screen)
{
    app_close(screen->app, screen);
}

static const struct action form_actions[] = {
    { "form.send", "ctrl-s", "send", "Checks every field and sends the form.", 1, NULL, NULL },
    { "form.next", "tab shift-tab down up", "next field", "Goes to another field.", 2, NULL, NULL },
    { "form.close", "esc", "close", "Leaves everything as it is.", 3, NULL, NULL },
    { "form.abort", "ctrl-c", "close", "The same.", 0, NULL, close_it },
};

const struct screen_ops popup_form_ops = {
    .context = "form",
    .title = "A form",
    .actions = form_actions,
    .action_count = ARRAY_LEN(form_actions),
    .size = sizeof(struct form_data),
    .popup = true,
    .open = open_form,
    .close = close_form,
    .draw = draw_form,
    .key = key_form,
    .typing = typing,
    .paste = paste_form,
};

void popup_form(struct app *app, const struct dialog *dialog)
{
    app_push(app, &popup_form_ops, dialog);
}
