#include "tui/ui/wrap.h"

#include "tui/term/text.h"

struct wrap wrap_begin(const char *text, size_t size, int width)
{
    return (struct wrap){ .text = text, .size = size, .width = width < 1 ? 1 : width };
}

static void finish(struct wrap *wrap, struct wrap_line *ret, size_t start, size_t end, size_t next)
{
    *ret = (struct wrap_line){ .start = start, .end = end, .next = next };
    wrap->at = next;
}

bool wrap_next(struct wrap *wrap, struct wrap_line *ret)
{
    if (wrap->done)
        return false;
    size_t start = wrap->at, at = start, word_end = start, after_space = start;
    int width = 0;
    bool was_space = true;
    while (at < wrap->size && wrap->text[at] != '\n') {
        struct cluster cluster;
        cluster_next(wrap->text + at, wrap->size - at, &cluster);
        bool space = wrap->text[at] == ' ';
        if (space && !was_space)
            word_end = at;
        if (!space && width + cluster.width > wrap->width && at > start) {
            bool soft = after_space > start && word_end > start;
            finish(wrap, ret, start, soft ? word_end : at, soft ? after_space : at);
            return true;
        }
        width += cluster.width;
        at += cluster.bytes;
        if (space)
            after_space = at;
        was_space = space;
    }
    wrap->done = at >= wrap->size;
    finish(wrap, ret, start, at, wrap->done ? at : at + 1);
    return true;
}
