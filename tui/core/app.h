// The program on the screen: a stack of screens, one frame a turn, keys to actions. It knows no model; what the screens
// share hangs at `shared`.
#pragma once

#include "shared/base/arena.h"
#include "tui/core/config.h"
#include "tui/core/screen.h"
#include "tui/core/theme.h"
#include "tui/core/toast.h"
#include "tui/term/term.h"

enum { DEPTH_MAX = 12, ROOTS_MAX = 8, WIDTH_MIN = 60, HEIGHT_MIN = 15 };

struct app_hooks { // what the screens add to every frame; each may be NULL
    void (*header)(struct app *app, const struct canvas *canvas); // one row
    void (*status)(struct app *app, const struct canvas *canvas); // one row, over the key bar
    const char *(*corner)(struct app *app); // at the end of the key bar: at most 7 cells
    int64_t (*due)(struct app *app);        // when header or status change by themselves, UTC ms; 0: not
    void (*header_click)(struct app *app, int x);
    void (*readable)(struct app *app); // extra_fd is
    const struct action *actions;      // work everywhere but in popups
    size_t action_count;
    int extra_fd; // -1: none
};

struct app {
    struct term *term; // NULL: drawn into the grid only
    struct grid grid;
    struct theme theme;
    bool colour;
    bool theme_by_terminal; // nobody chose one: it follows the window's background
    struct config config;
    struct arena frame; // of one turn of the loop: texts on their way to the screen
    struct screen *stack[DEPTH_MAX];
    int depth;
    struct screen *roots[ROOTS_MAX]; // kept when another one is shown
    int root_count;
    struct toasts toasts;
    keycode pressed[SEQUENCE_MAX]; // so far, of a sequence
    int pressed_count;
    struct app_hooks hooks;
    void *shared;
    int64_t (*clock)(void *shared); // UTC ms
    int64_t now;                    // of this turn
    bool quit, dirty, has_focus;
    int key_bar_y;
    struct { // places in the key bar, for clicks
        int from, to;
        const struct action *action;
    } key_bar[16];
    int key_bar_count;
};

void app_init(struct app *app);
void app_free(struct app *app);
// The theme by name: built in or a file in the config folder. False: unknown or wrong, with err filled.
bool app_use_theme(struct app *app, const char *name, struct err *err);
// dark, light or mono as it suits the terminal, on the window's own background.
void app_guess_theme(struct app *app, bool is_light);

// Puts a screen on top; arg goes to its open(). Returns it.
struct screen *app_push(struct app *app, const struct screen_ops *ops, const void *arg);
// Takes away the top screen (never the last one).
void app_pop(struct app *app);
// Takes away that screen, wherever it is on the stack, and what is over it.
void app_close(struct app *app, struct screen *screen);
// Shows a main screen, closing what was over the present one; the same again comes back as it was left.
struct screen *app_root(struct app *app, const struct screen_ops *ops);
// Forgets the main screens too (somebody else signs in).
void app_reset(struct app *app);
struct screen *app_top(struct app *app);
// The topmost screen that is no popup.
struct screen *app_front(struct app *app);

void app_key(struct app *app, keycode key);
void app_event(struct app *app, const struct event *event);
// Tells every screen on the stack.
void app_news(struct app *app, unsigned changed);
// Draws one frame of the grid's size into the grid, and sends it when there is a terminal.
void app_draw(struct app *app);
// Says it in a corner.
void app_toast(struct app *app, enum toast_kind kind, const char *title, const char *body);
// A text that lives until the next turn.
const char *app_printf(struct app *app, const char *format, ...) PRINTF_LIKE(2, 3);

// Blocks the signals that the loop reads. To be called before any thread is started.
void app_block_signals(void);
// Makes the grid as large as the window.
void app_fit_window(struct app *app);
// Opens nothing, runs until `quit`. Needs app->term.
bool app_run(struct app *app, struct err *err);

// Actions that work now, in the order of their tables: the top screen's, then the app's, then the built-in ones.
struct app_action {
    const struct action *action;
    bool enabled;
    const char *reason; // why not
};
// ret: struct app_action in the arena.
void app_actions(struct app *app, struct screen *screen, struct arena *arena, struct list *ret);
// The top screen takes letters as text now.
bool app_typing(struct app *app);
// The first of the action's keys that works now, for people; "" when it has none. In the arena.
const char *app_action_keys(struct app *app, const struct action *action, struct arena *arena);
// Runs it for the screen, or says in a toast why not.
void app_run_action(struct app *app, struct screen *screen, const struct action *action);
// The built-in ones: help, palette, theme, back, quit.
extern const struct action core_actions[];
extern const size_t core_action_count;
