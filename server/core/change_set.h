// What one operation changed, collected until its last act. The engine's and changes.c's; areas see changes.h.
#pragma once

#include "server/core/changes.h"

struct change_note {
    enum row_table table;
    enum change_kind kind;
    const char *id, *was, *now;
};

struct change_set {
    const char *op;    // the operation's name, for the log
    struct list notes; // struct change_note, one a row
    int64_t seq;       // 0 until somebody asked for it
};

// Every principal of both sets once, in the arena.
const char *principals_union(const char *a, const char *b, struct arena *arena);
