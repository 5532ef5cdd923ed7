// A screen is an ops struct and private data; popups (confirmations, palette, help) are screens over another one.
#pragma once

#include "tui/core/action.h"
#include "tui/term/key.h"
#include "tui/ui/canvas.h"

#include <stdint.h>

struct app;

struct screen {
    const struct screen_ops *ops;
    struct app *app;
    void *data;       // ops->size bytes
    struct rect area; // of the last drawing, in the window
};

struct screen_ops {
    const char *context; // one word, beginning of its actions' ids: "calendar"
    const char *title;   // heading in the help
    const struct action *actions;
    size_t action_count;
    size_t size;
    bool popup;
    // Each may be NULL.
    void (*open)(struct screen *screen, const void *arg);
    void (*close)(struct screen *screen);
    // Reads what it shows anew: changed holds bits of model.h's news; all of them when it comes to the front.
    void (*news)(struct screen *screen, unsigned changed);
    void (*draw)(struct screen *screen, const struct canvas *canvas);
    // A key that no action wants; while typing() all keys come here first. True: used.
    bool (*key)(struct screen *screen, keycode key);
    bool (*typing)(struct screen *screen);
    void (*paste)(struct screen *screen, const char *text);
    // Cells of its own canvas.
    void (*click)(struct screen *screen, int x, int y);
    void (*wheel)(struct screen *screen, int x, int y, int by);
    // UTC ms at which it must be drawn again though nothing happens; 0: never.
    int64_t (*due)(struct screen *screen);
};
