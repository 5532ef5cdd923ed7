#include "tui/core/popups.h"

#include <stdlib.h>

struct question_data {
    struct arena arena;
    struct question question;
    bool on_yes; // which button has the focus
    int no_x, no_width, yes_x, yes_width, button_y;
};

static void open_question(struct screen *screen, const void *arg)
{
    struct question_data *data = screen->data;
    const struct question *given = arg;
    data->question = *given;
    data->question.title = arena_strdup(&data->arena, given->title);
    data->question.text = arena_strdup(&data->arena, given->text);
    data->question.yes = arena_strdup(&data->arena, given->yes);
    data->question.no = arena_strdup(&data->arena, given->no ? given->no : "Cancel");
}

static void close_question(struct screen *screen)
{
    struct question_data *data = screen->data;
    free(data->question.data);
    arena_free(&data->arena);
}

static void button(const struct canvas *canvas, int x, int y, int width, const char *text, bool focused)
{
    canvas_paper(canvas, (struct rect){ x, y, width, 1 }, focused ? PAPER_SELECTED : PAPER_MARKED);
    canvas_text(canvas, x + 2, y, focused ? INK_STRONG : INK_TEXT, text);
}

static void draw_question(struct screen *screen, const struct canvas *canvas)
{
    struct question_data *data = screen->data;
    const struct question *question = &data->question;
    int width = 64 < canvas->area.width ? 64 : canvas->area.width;
    struct canvas nothing = canvas_sub(canvas, (struct rect){ 0, 0, 0, 0 });
    int lines = canvas_wrapped(&nothing, (struct rect){ 0, 0, width - 6, 1 }, 0, INK_TEXT, question->text);
    struct canvas frame = popup_frame(canvas, width, lines + 6, question->title);
    struct rect text = { 1, 1, width - 6, lines };
    canvas_wrapped(&frame, text, 0, INK_TEXT, question->text);
    data->button_y = lines + 2;
    data->no_width = text_width(question->no) + 4;
    data->yes_width = text_width(question->yes) + 4;
    data->no_x = 1;
    data->yes_x = data->no_x + data->no_width + 2;
    button(&frame, data->no_x, data->button_y, data->no_width, question->no, !data->on_yes);
    button(&frame, data->yes_x, data->button_y, data->yes_width, question->yes, data->on_yes);
    data->no_x += frame.area.x - canvas->area.x;
    data->yes_x += frame.area.x - canvas->area.x;
    data->button_y += frame.area.y - canvas->area.y;
}

static void answer(struct screen *screen, bool yes)
{
    struct question_data *data = screen->data;
    struct app *app = screen->app;
    void (*act)(struct app *, void *) = yes ? data->question.act : NULL;
    void *mine = data->question.data;
    data->question.data = NULL;
    app_close(app, screen);
    if (act)
        act(app, mine);
    free(mine);
}

static void run_no(struct screen *screen)
{
    answer(screen, false);
}

static void run_yes(struct screen *screen)
{
    answer(screen, true);
}

static void run_other(struct screen *screen)
{
    struct question_data *data = screen->data;
    data->on_yes = !data->on_yes;
}

static void run_chosen(struct screen *screen)
{
    const struct question_data *data = screen->data;
    answer(screen, data->on_yes);
}

static void click_question(struct screen *screen, int x, int y)
{
    const struct question_data *data = screen->data;
    if (y != data->button_y)
        return;
    if (x >= data->yes_x && x < data->yes_x + data->yes_width)
        answer(screen, true);
    else if (x >= data->no_x && x < data->no_x + data->no_width)
        answer(screen, false);
}

static const struct action question_actions[] = {
    { "question.choose", "enter", "choose", "Does what the marked button says.", 1, NULL, run_chosen },
    { "question.other", "tab left right shift-tab h l", "other button", "Goes to the other button.", 2, NULL,
      run_other },
    { "question.yes", "y", "yes", "Does it.", 3, NULL, run_yes },
    { "question.no", "n esc q ctrl-c", "no", "Leaves everything as it is.", 4, NULL, run_no },
};

const struct screen_ops popup_question_ops = {
    .context = "question",
    .title = "A question",
    .actions = question_actions,
    .action_count = ARRAY_LEN(question_actions),
    .size = sizeof(struct question_data),
    .popup = true,
    .open = open_question,
    .close = close_question,
    .draw = draw_question,
    .click = click_question,
};

void popup_ask(struct app *app, const struct question *question)
{
    app_push(app, &popup_question_ops, question);
}
