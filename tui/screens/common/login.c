#include "tui/screens/common/desk.h"
#include "tui/screens/common/views.h"
#include "tui/ui/form.h"

#include <string.h>

struct login_data {
    struct form form;
    struct form_field fields[3];
    bool waiting;
};

static const char *check_server(const char *value)
{
    bool plain = strncmp(value, "http://", 7) == 0, secure = strncmp(value, "https://", 8) == 0;
    return plain || secure ? NULL : "begins with https:// (http:// only on this machine)";
}

static const char *check_email(const char *value)
{
    const char *at = strchr(value, '@');
    return at && at > value && strchr(at, '.') ? NULL : "an address as jane@example.com";
}

static void open_login(struct screen *screen, const void *arg)
{
    struct login_data *data = screen->data;
    const struct desk *desk = desk_of(screen);
    (void)arg;
    data->fields[0] = (struct form_field){
        .name = "server", .label = "Server", .kind = FORM_TEXT, .required = true, .check = check_server
    };
    data->fields[1] = (struct form_field){ .name = "email",
                                           .label = "E-mail",
                                           .kind = FORM_TEXT,
                                           .required = true,
                                           .check = check_email,
                                           .hint = "you@example.com" };
    data->fields[2] =
        (struct form_field){ .name = "password", .label = "Password", .kind = FORM_SECRET, .required = true };
    data->form = (struct form){
        .fields = data->fields, .count = ARRAY_LEN(data->fields), .focus = 1, .submit = "Sign in"
    };
    form_set(&data->form, "server", desk->account.server ? desk->account.server : MODEL_DEFAULT_SERVER);
    if (desk->account.email) {
        form_set(&data->form, "email", desk->account.email);
        data->form.focus = 2;
    }
}

static void close_login(struct screen *screen)
{
    struct login_data *data = screen->data;
    form_free(&data->form);
}

static void draw_login(struct screen *screen, const struct canvas *canvas)
{
    static const char *const name = "S E R E N I T Y";
    struct login_data *data = screen->data;
    int width = canvas->area.width < 64 ? canvas->area.width : 64;
    struct rect rect = rect_center(canvas_rect(canvas), width, form_height(&data->form) + 9);
    struct rect inner = canvas_box(canvas, rect, INK_BOX, NULL);
    struct canvas box = canvas_sub(canvas, rect_inset(inner, 2, 1));
    canvas_text(&box, 0, 0, INK_TITLE, name);
    canvas_text_in(&box, 0, 1, box.area.width, INK_DIM,
                   "Consultations, credits and notes. Works offline too.");
    struct rect rest = canvas_rect(&box);
    rect_cut_top(&rest, 3);
    struct rect foot = rect_cut_bottom(&rest, 1);
    struct canvas body = canvas_sub(&box, rest);
    form_draw(&data->form, &body, !data->waiting);
    if (data->waiting)
        canvas_text(&box, 0, foot.y, INK_INFO, "◐ signing in …");
    else
        canvas_text_in(&box, 0, foot.y, foot.width, INK_FAINT,
                       "Your password is not kept, only a token for this device.");
    const char *hint = "No account yet? `serenityd demo` makes a world to try.";
    if (rect.y + rect.height + 1 < canvas->area.height)
        canvas_center(canvas, rect.y + rect.height + 1, INK_FAINT, hint);
}

static void sign_in(struct screen *screen)
{
    struct login_data *data = screen->data;
    struct err err;
    if (model_sign_in(model_of(screen), form_get(&data->form, "server"), form_get(&data->form, "email"),
                      form_get(&data->form, "password"), &err))
        data->waiting = true;
    else
        form_fail(&data->form, err.field[0] ? err.field : "server", err.message);
}

static bool key_login(struct screen *screen, keycode key)
{
    struct login_data *data = screen->data;
    if (data->waiting || key == K_ESC)
        return false;
    enum form_result result = form_key(&data->form, key);
    if (result == FORM_SUBMIT || (result == FORM_USED && key == K_ENTER &&
                                  data->form.focus == data->form.count && form_check(&data->form)))
        sign_in(screen);
    return result != FORM_IGNORED;
}

static bool typing(struct screen *screen)
{
    (void)screen;
    return true;
}

static void paste_login(struct screen *screen, const char *text)
{
    struct login_data *data = screen->data;
    if (!data->waiting)
        form_paste(&data->form, text);
}

void login_failed(struct app *app, const struct err *err)
{
    struct screen *screen = app_front(app);
    if (!screen || screen->ops != &login_ops) {
        app_toast(app, TOAST_FAIL, "Not signed in", err->message);
        return;
    }
    struct login_data *data = screen->data;
    data->waiting = false;
    form_fail(&data->form, err->code == ERR_OFFLINE ? "server" : "password", err->message);
}

static const struct action actions[] = {
    { "login.send", "ctrl-s", "sign in", "Sends e-mail and password to the server.", 1, NULL, NULL },
    { "login.next", "tab shift-tab down up", "next field", "Goes to another field.", 2, NULL, NULL },
};

const struct screen_ops login_ops = {
    .context = "login",
    .title = "Signing in",
    .actions = actions,
    .action_count = ARRAY_LEN(actions),
    .size = sizeof(struct login_data),
    .open = open_login,
    .close = close_login,
    .draw = draw_login,
    .key = key_login,
    .typing = typing,
    .paste = paste_login,
};
