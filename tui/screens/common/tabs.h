// The main screens, in the order of their number keys, and the actions that work everywhere.
#pragma once

#include "tui/screens/common/desk.h"

struct tab {
    const char *title;
    const struct screen_ops *ops;
    unsigned roles;                            // who has it; 0: everybody
    int64_t (*count)(const struct desk *desk); // a number behind the title, or NULL
};

extern const struct tab tabs[];
extern const int tab_count;
bool tab_allowed(const struct desk *desk, int index);
