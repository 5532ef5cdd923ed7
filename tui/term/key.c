#include "tui/term/key.h"

#include "shared/base/check.h"
#include "shared/base/utf8.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    keycode key;
} names[] = {
    { "up", K_UP },
    { "down", K_DOWN },
    { "left", K_LEFT },
    { "right", K_RIGHT },
    { "home", K_HOME },
    { "end", K_END },
    { "pgup", K_PAGE_UP },
    { "pgdn", K_PAGE_DOWN },
    { "enter", K_ENTER },
    { "esc", K_ESC },
    { "tab", K_TAB },
    { "shift-tab", K_BACKTAB },
    { "backspace", K_BACKSPACE },
    { "del", K_DELETE },
    { "ins", K_INSERT },
    { "space", ' ' },
};

static char *format_plain(keycode key, char *buffer, size_t size)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (names[i].key == key) {
            snprintf(buffer, size, "%s", names[i].name);
            return buffer;
        }
    }
    if (key >= K_F1 && key <= K_F12) {
        snprintf(buffer, size, "F%u", key - K_F1 + 1);
        return buffer;
    }
    char text[5] = { 0 };
    utf8_encode(key, text);
    snprintf(buffer, size, "%s", text);
    return buffer;
}

char *key_format(keycode key, char buffer[KEY_NAME_SIZE])
{
    if (!(key & K_CTRL))
        return format_plain(key, buffer, KEY_NAME_SIZE);
    char plain[KEY_NAME_SIZE - 5];
    snprintf(buffer, KEY_NAME_SIZE, "ctrl-%s", format_plain(key & ~(keycode)K_CTRL, plain, sizeof(plain)));
    return buffer;
}

static keycode parse_plain(const char *name, size_t size)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strlen(names[i].name) == size && memcmp(names[i].name, name, size) == 0)
            return names[i].key;
    }
    if (size >= 2 && size <= 3 && name[0] == 'F') {
        int number = 0;
        for (size_t i = 1; i < size; i++) {
            if (name[i] < '0' || name[i] > '9')
                return K_NONE;
            number = number * 10 + (name[i] - '0');
        }
        return number >= 1 && number <= 12 ? (keycode)(K_F1 + number - 1) : K_NONE;
    }
    uint32_t code;
    int length = utf8_decode(name, size, &code);
    return length > 0 && (size_t)length == size && code >= ' ' && code != 0x7F ? code : K_NONE;
}

keycode key_parse(const char *name, size_t size)
{
    if (size <= 5 || memcmp(name, "ctrl-", 5) != 0)
        return parse_plain(name, size);
    keycode key = parse_plain(name + 5, size - 5);
    return key == K_NONE ? K_NONE : key | K_CTRL;
}

bool key_is_text(keycode key)
{
    return key >= ' ' && key != 0x7F && key < K_UP;
}
