// A list that is narrowed down by typing: what the palette and every choice are made of.
#pragma once

#include "shared/base/arena.h"
#include "tui/ui/entry.h"
#include "tui/ui/fuzzy.h"
#include "tui/ui/list_view.h"

struct match_item {
    const char *text;   // what is searched
    const char *detail; // at the right, dim; or NULL
    const char *key;    // in front of the detail; or NULL
    const char *reason; // why it cannot be chosen; NULL: it can
};

struct match_hit {
    int item;
    struct fuzzy_match match;
};

struct matches {
    struct arena arena;
    struct match_item *items;
    struct match_hit *hits; // best first
    int count;
    struct entry entry;
    struct list_view list; // of the hits
};

// Copies the texts.
void matches_set(struct matches *matches, const struct match_item *items, int count);
void matches_free(struct matches *matches);
// After the entry changed: hits anew, the best one chosen. With nothing typed they come in the order given.
void matches_filter(struct matches *matches);
// True when the key was used. Enter and escape are not.
bool matches_key(struct matches *matches, keycode key);
// The chosen item's index, -1: none.
int matches_chosen(const struct matches *matches);
void matches_draw(struct matches *matches, const struct canvas *canvas, const char *hint);
