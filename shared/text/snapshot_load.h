// How a snapshot becomes a text, step by step; each step refuses what the steps after it could not bear.
#pragma once

#include "shared/text/snapshot.h"

// What becomes of each unit stands in its agent's bytes until the text is read.
enum unit_fate { UNIT_NONE, UNIT_LIVE, UNIT_DEAD };

#define EIGHT_OF(byte) (0x0101010101010101u * (uint64_t)(byte))

// An insertion's run.
struct insertion {
    struct run *run;
    uint32_t agent;
    uint32_t len;
    uint32_t age;
    uint32_t placed; // how many of its units have been met
};

struct loading {
    struct text *text;
    char *parts[2];
    size_t sizes[2];
    struct reader columns[COLUMN_COUNT];
    uint32_t *first_run;     // by agent, and one behind the last
    uint32_t *age;           // by run
    struct array insertions; // by agent and seq
    uint32_t inserted, dead; // units
};

// snapshot_runs.c: what each agent did, how old it is, and what it deleted.
bool load_agents(struct loading *loading, struct err *err);
bool load_runs(struct loading *loading, struct err *err);
bool load_order(struct loading *loading);
bool load_deaths(struct loading *loading);
// snapshot_place.c: the units in the text's order with their bytes, and the origins of their insertions.
bool load_pieces(struct loading *loading);
