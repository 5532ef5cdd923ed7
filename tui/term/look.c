#include "tui/term/term_private.h"

#include <stdlib.h>

struct pair_list {
    int fg[1024], bg[1024];
    int count;
};

// Pairs are few on some terminals, so equal ones are shared; 0 is the terminal's own when they run out.
static int pair_for(struct pair_list *pairs, int fg, int bg)
{
    if (fg == COLOUR_DEFAULT && bg == COLOUR_DEFAULT)
        return 0;
    for (int i = 0; i < pairs->count; i++) {
        if (pairs->fg[i] == fg && pairs->bg[i] == bg)
            return i + 1;
    }
    int next = pairs->count + 1;
    if (next >= COLOR_PAIRS || pairs->count == (int)ARRAY_LEN(pairs->fg))
        return 0;
    init_extended_pair(next, fg, bg);
    pairs->fg[pairs->count] = fg;
    pairs->bg[pairs->count] = bg;
    pairs->count = next;
    return next;
}

static attr_t curses_attrs(unsigned attrs)
{
    static const struct {
        unsigned ours;
        attr_t theirs;
    } map[] = {
        { STYLE_BOLD, A_BOLD },           { STYLE_DIM, A_DIM },         { STYLE_ITALIC, A_ITALIC },
        { STYLE_UNDERLINE, A_UNDERLINE }, { STYLE_REVERSE, A_REVERSE },
    };
    attr_t result = 0;
    for (size_t i = 0; i < ARRAY_LEN(map); i++) {
        if (attrs & map[i].ours)
            result |= map[i].theirs;
    }
    return result;
}

void looks_build(struct term *term)
{
    int inks = term->styles.ink_count, papers = term->styles.paper_count;
    free(term->looks);
    term->looks = calloc((size_t)inks * (size_t)papers, sizeof(*term->looks));
    CHECK(term->looks != NULL);
    struct pair_list *pairs = calloc(1, sizeof(*pairs));
    CHECK(pairs != NULL);
    for (int i = 0; i < inks; i++) {
        for (int p = 0; p < papers; p++) {
            const struct style *ink = &term->styles.inks[i], *paper = &term->styles.papers[p];
            struct ink_on_paper *look = &term->looks[i * papers + p];
            look->attrs = curses_attrs(ink->attrs | paper->attrs);
            if (!term->colour)
                continue;
            int32_t fg = paper->fg != COLOUR_DEFAULT ? paper->fg : ink->fg;
            look->pair = pair_for(pairs, colour_nearest(fg, COLORS), colour_nearest(paper->bg, COLORS));
        }
    }
    free(pairs);
}
