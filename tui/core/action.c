#include "tui/core/action.h"

#include <stdio.h>
#include <string.h>

bool sequence_next(const char **text, struct sequence *ret)
{
    const char *at = *text + strspn(*text, " ");
    size_t length = strcspn(at, " ");
    *ret = (struct sequence){ 0 };
    *text = at + length;
    while (length > 0) {
        // '>' itself is a key when nothing stands before it
        size_t part = at[0] == '>' ? 1 : 0;
        while (part < length && at[part] != '>')
            part++;
        keycode key = key_parse(at, part);
        if (key == K_NONE || ret->count == SEQUENCE_MAX)
            return false;
        ret->keys[ret->count++] = key;
        if (part < length)
            part++;
        at += part;
        length -= part;
    }
    return ret->count > 0;
}

enum sequence_match sequence_compare(const struct sequence *sequence, const keycode *pressed, int count)
{
    if (count > sequence->count)
        return SEQUENCE_NO;
    for (int i = 0; i < count; i++) {
        if (sequence->keys[i] != pressed[i])
            return SEQUENCE_NO;
    }
    return count == sequence->count ? SEQUENCE_YES : SEQUENCE_PREFIX;
}

char *sequence_format(const struct sequence *sequence, char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (int i = 0; i < sequence->count && used < size; i++) {
        char name[KEY_NAME_SIZE];
        int more =
            snprintf(buffer + used, size - used, "%s%s", i ? " " : "", key_format(sequence->keys[i], name));
        used += (size_t)more;
    }
    return buffer;
}
