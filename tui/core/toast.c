#include "tui/core/toast.h"

#include "tui/term/text.h"

#include <stdio.h>
#include <string.h>

static const int lasts_ms[] = {
    [TOAST_INFO] = TOAST_MS,
    [TOAST_NEWS] = TOAST_NEWS_MS,
    [TOAST_FAIL] = TOAST_FAIL_MS,
};

static void drop(struct toasts *toasts, int index)
{
    toasts->count--;
    memmove(&toasts->items[index], &toasts->items[index + 1],
            sizeof(toasts->items[0]) * (size_t)(toasts->count - index));
}

// A cut inside a code point does no harm: what is drawn is cleaned.
static void copy_text(char out[TOAST_TEXT_MAX], const char *text)
{
    snprintf(out, TOAST_TEXT_MAX, "%s", text ? text : "");
}

void toast_add(struct toasts *toasts, enum toast_kind kind, const char *title, const char *body, int64_t now)
{
    struct toast toast = { .kind = kind, .until = now + lasts_ms[kind] };
    copy_text(toast.title, title);
    copy_text(toast.body, body);
    for (int i = 0; i < toasts->count; i++) {
        if (strcmp(toasts->items[i].title, toast.title) == 0 &&
            strcmp(toasts->items[i].body, toast.body) == 0)
            drop(toasts, i--);
    }
    if (toasts->count == TOASTS_MAX)
        drop(toasts, 0);
    toasts->items[toasts->count++] = toast;
}

bool toast_expire(struct toasts *toasts, int64_t now)
{
    bool any = false;
    for (int i = 0; i < toasts->count; i++) {
        if (toasts->items[i].until <= now) {
            drop(toasts, i--);
            any = true;
        }
    }
    return any;
}

int64_t toast_due(const struct toasts *toasts)
{
    int64_t due = 0;
    for (int i = 0; i < toasts->count; i++) {
        if (due == 0 || toasts->items[i].until < due)
            due = toasts->items[i].until;
    }
    return due;
}

void toast_clear(struct toasts *toasts)
{
    toasts->count = 0;
}

// As wide as its words, up to a limit.
static int width_of(const struct toast *toast, int room)
{
    int title = text_width(toast->title), body = text_width(toast->body);
    int width = (title > body ? title : body) + 5;
    width = width > 48 ? 48 : width;
    return width < room ? width : room;
}

static int draw_one(const struct toast *toast, const struct canvas *canvas, int bottom)
{
    static const char *const signs[] = { [TOAST_INFO] = "·", [TOAST_NEWS] = "●", [TOAST_FAIL] = "!" };
    int width = width_of(toast, canvas->area.width - 2);
    struct rect text = { 0, 0, width - 5, 3 };
    struct canvas nothing = canvas_sub(canvas, (struct rect){ 0, 0, 0, 0 });
    int lines = toast->body[0] ? canvas_wrapped(&nothing, text, 0, INK_TEXT, toast->body) : 0;
    lines = lines > 3 ? 3 : lines;
    struct rect rect = { canvas->area.width - width - 1, bottom - lines - 1, width, lines + 1 };
    canvas_fill(canvas, rect, toast->kind == TOAST_FAIL ? PAPER_ALERT : PAPER_TOAST);
    canvas_text(canvas, rect.x + 1, rect.y, INK_STRONG, signs[toast->kind]);
    canvas_text_in(canvas, rect.x + 3, rect.y, width - 5, INK_STRONG, toast->title);
    text = (struct rect){ rect.x + 3, rect.y + 1, text.width, lines };
    canvas_wrapped(canvas, text, 0, INK_TEXT, toast->body);
    return rect.height + 1;
}

void toast_draw(const struct toasts *toasts, const struct canvas *canvas)
{
    int bottom = canvas->area.height - 1;
    for (int i = toasts->count - 1; i >= 0 && bottom > 4; i--)
        bottom -= draw_one(&toasts->items[i], canvas, bottom);
}
