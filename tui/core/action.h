// What a person can do: one constant entry an action. From these tables come the keys, the key bar, the help, the
// popup after a prefix key and the palette; nothing about an action is written twice.
#pragma once

#include "tui/term/key.h"

#include <stdbool.h>
#include <stddef.h>

struct screen;

struct action {
    const char *id; // "calendar.week"; the name in the key file
    const char
        *keys; // alternatives separated by spaces, the keys of a sequence joined by '>': "w g>w"; "" none
    const char *title; // in the key bar and the palette: "week"
    const char *help;  // one sentence
    int bar;           // order in the key bar, 1 first; 0: not there
    // May it run now? If not, why, in a few words (static, or in the frame's arena). NULL: always.
    bool (*enabled)(struct screen *screen, const char **ret_reason);
    // NULL: the screen's own key() does it, and the entry is here to be found.
    void (*run)(struct screen *screen);
};

enum { SEQUENCE_MAX = 3 };

struct sequence {
    keycode keys[SEQUENCE_MAX];
    int count;
};

// The alternative at *text; moves *text behind it. False at the end or when it cannot be read.
bool sequence_next(const char **text, struct sequence *ret);
// How pressed keys compare with a sequence.
enum sequence_match { SEQUENCE_NO, SEQUENCE_PREFIX, SEQUENCE_YES };
enum sequence_match sequence_compare(const struct sequence *sequence, const keycode *pressed, int count);
// "g w", for people. Returns buffer.
char *sequence_format(const struct sequence *sequence, char *buffer, size_t size);
