// Keys: a code point, or one of enum key, with KEY_CTRL; and their names, as the key bar and the key file write them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t keycode;

enum key {
    K_NONE = 0,
    K_UP = 0x110000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_ENTER,
    K_ESC,
    K_TAB,
    K_BACKTAB,
    K_BACKSPACE,
    K_DELETE,
    K_INSERT,
    K_F1, // F2 to F12 follow
    K_F12 = K_F1 + 11,
    K_CTRL = 1 << 24, // a flag: K_CTRL | 'p'
};

enum { KEY_NAME_SIZE = 16 };

// "ctrl-p", "enter", "F5", "space", "g", "é". Returns buffer.
char *key_format(keycode key, char buffer[KEY_NAME_SIZE]);
// One such name of `size` bytes; K_NONE when it is none.
keycode key_parse(const char *name, size_t size);
// A key that stands for a character to be typed.
bool key_is_text(keycode key);
