// The terminal: the only module that includes ncurses. Opens it, turns a grid into bytes, turns bytes into events, and
// gives it back as it was found, whatever happens. Used by one thread.
#pragma once

#include "shared/base/buf.h"
#include "shared/base/err.h"
#include "tui/term/grid.h"
#include "tui/term/key.h"
#include "tui/term/style.h"

struct term;

enum event_kind {
    EVENT_KEY,
    EVENT_PASTE,      // text in paste
    EVENT_CLICK,      // x, y; left button
    EVENT_WHEEL,      // x, y; by: -1 up, 1 down
    EVENT_FOCUS,      // has_focus
    EVENT_BACKGROUND, // is_light: what the terminal answered to term_ask_background
};

struct event {
    enum event_kind kind;
    keycode key;
    const char *paste; // valid until the next term_read; line ends are '\n', other controls are gone
    int x, y, by;
    bool has_focus, is_light;
};

// Opens /dev/tty. ERR_UNAVAILABLE when there is no terminal or TERM is unknown. SIGWINCH and the ending signals are
// to be blocked before (they belong to the loop's signalfd).
bool term_open(struct term **ret_term, struct err *err);
void term_close(struct term *term);
// Becomes readable when term_read has something to say.
int term_fd(const struct term *term);

// Cells the terminal has now; reads the size anew and tells ncurses.
void term_measure(struct term *term, int *ret_width, int *ret_height);
// Inks and papers from now on; the tables must outlive the term. With `colour` false only attributes are used.
void term_set_styles(struct term *term, struct style_table styles, bool colour);
// Sends what differs from the frame before, as one synchronized update.
void term_draw(struct term *term, const struct grid *grid);
// The next frame is drawn in full (after another program wrote to the screen).
void term_forget(struct term *term);
// Asks what the window's background looks like (OSC 11); many terminals answer with an EVENT_BACKGROUND.
void term_ask_background(struct term *term);
// The next event, false when there is none now.
bool term_read(struct term *term, struct event *ret_event);

// Gives the screen to another program and takes it back.
void term_suspend(struct term *term);
void term_resume(struct term *term);
// Stops the process as Ctrl-Z does and comes back when it is continued.
void term_stop(struct term *term);

// How to catch the eye of somebody who looks elsewhere.
enum alert_way { ALERT_OFF, ALERT_BELL, ALERT_OSC9, ALERT_OSC777 };
// What this terminal is known to understand.
enum alert_way term_alert_way(void);
// text: fixed words of this program, never other people's; whatever is not plain is cut out all the same.
void term_alert(struct term *term, enum alert_way way, const char *text);
