// What text and surfaces mean; a theme says what each looks like. Widgets and screens name meanings, never colours.
#pragma once

#include "tui/term/style.h"

enum ink {
    INK_TEXT,
    INK_STRONG,   // names, headings in text
    INK_DIM,      // secondary
    INK_FAINT,    // hints, free hours, rules
    INK_TITLE,    // titles of boxes and screens
    INK_ACCENT,   // what is active
    INK_KEY,      // a key in the key bar and in help
    INK_DISABLED, // an action that cannot run
    INK_GOOD,
    INK_WARN,
    INK_BAD,
    INK_INFO,
    INK_SPECIAL, // in progress
    INK_BOX,     // borders
    INK_FOCUS,   // borders of what has the focus
    INK_MATCH,   // letters that matched a search
    INKS
};

enum paper {
    PAPER_BASE,
    PAPER_BAR,      // header, key bar
    PAPER_PANEL,    // popups
    PAPER_INPUT,    // fields to type in
    PAPER_SELECTED, // where the keys go
    PAPER_MARKED,   // chosen, but the keys go elsewhere
    PAPER_TODAY,    // today's column
    PAPER_BOOKED,   // confirmed
    PAPER_PENDING,  // to be confirmed, or not heard by the server yet
    PAPER_RUNNING,  // in progress
    PAPER_DONE,     // over
    PAPER_OFF,      // time off
    PAPER_TOAST,
    PAPER_ALERT, // a toast about something that failed
    PAPERS
};

// Their names in theme files, in the same order.
extern const char *const ink_names[INKS];
extern const char *const paper_names[PAPERS];

enum { THEME_NAME_MAX = 32 };

struct theme {
    char name[THEME_NAME_MAX];
    struct style inks[INKS], papers[PAPERS];
};
