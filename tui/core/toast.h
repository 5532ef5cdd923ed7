// Short messages that come up in a corner and go by themselves.
#pragma once

#include "tui/ui/canvas.h"

#include <stdint.h>

enum toast_kind { TOAST_INFO, TOAST_NEWS, TOAST_FAIL };
enum { TOASTS_MAX = 4, TOAST_TEXT_MAX = 200, TOAST_MS = 2500, TOAST_NEWS_MS = 8000, TOAST_FAIL_MS = 10000 };

struct toast {
    enum toast_kind kind;
    char title[TOAST_TEXT_MAX], body[TOAST_TEXT_MAX];
    int64_t until; // UTC ms
};

struct toasts {
    struct toast items[TOASTS_MAX]; // oldest first
    int count;
};

// The oldest gives way when there are too many; the same text again only lasts longer.
void toast_add(struct toasts *toasts, enum toast_kind kind, const char *title, const char *body, int64_t now);
// Drops what is over. True when something went.
bool toast_expire(struct toasts *toasts, int64_t now);
// When the next one is over, 0: none.
int64_t toast_due(const struct toasts *toasts);
void toast_clear(struct toasts *toasts);
// At the lower right of the canvas, the newest at the bottom.
void toast_draw(const struct toasts *toasts, const struct canvas *canvas);
