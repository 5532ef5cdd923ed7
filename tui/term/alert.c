#include "tui/term/term_private.h"

#include <stdlib.h>
#include <string.h>

// Terminals that are known to show a notification, by an environment variable of theirs.
static const struct {
    const char *variable, *value;
    enum alert_way way;
} known[] = {
    { "TERM_PROGRAM", "iTerm.app", ALERT_OSC9 },       { "TERM_PROGRAM", "WezTerm", ALERT_OSC9 },
    { "TERM_PROGRAM", "ghostty", ALERT_OSC9 },         { "TERM", "xterm-kitty", ALERT_OSC9 },
    { "TERM", "xterm-ghostty", ALERT_OSC9 },           { "TERM", "foot", ALERT_OSC777 },
    { "TERM", "rxvt-unicode-256color", ALERT_OSC777 },
};

enum alert_way term_alert_way(void)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        const char *value = getenv(known[i].variable);
        if (value && strcmp(value, known[i].value) == 0)
            return known[i].way;
    }
    return ALERT_BELL;
}

void term_alert(struct term *term, enum alert_way way, const char *text)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    if (way == ALERT_OSC9)
        buf_add_text(&out, "\033]9;");
    else if (way == ALERT_OSC777)
        buf_add_text(&out, "\033]777;notify;Serenity;");
    for (const char *c = text; *c && way >= ALERT_OSC9; c++) {
        if (*c >= ' ' && *c < 127 && *c != ';')
            buf_add_char(&out, *c);
    }
    if (way != ALERT_OFF)
        buf_add_char(&out, '\a');
    term_write(term->fd, buf_text(&out), out.len);
}
