#include "tests/sync/typing.h"

#include <string.h>

static bool is_inside(const char *text, size_t at)
{
    return ((unsigned char)text[at] & 0xc0) == 0x80;
}

bool type_text(struct model_text *text, const char *wanted, struct err *err)
{
    size_t size, length = strlen(wanted), same = 0, tail = 0;
    model_text_refresh(text);
    const char *content = model_text_content(text, &size);
    while (same < size && same < length && content[same] == wanted[same])
        same++;
    while (same > 0 && (is_inside(content, same) || is_inside(wanted, same)))
        same--;
    while (tail < size - same && tail < length - same &&
           content[size - 1 - tail] == wanted[length - 1 - tail])
        tail++;
    while (tail > 0 && is_inside(wanted, length - tail))
        tail--;
    return model_text_replace(text, same, size - same - tail, wanted + same, length - same - tail, false,
                              err);
}

bool type_note(struct model *model, const char *consultation_id, enum note_kind kind, const char *wanted,
               struct err *err)
{
    struct model_text *text = model_text_open(model, consultation_id, kind);
    bool good = type_text(text, wanted, err);
    model_text_close(text);
    return good;
}
