// The bytes of a snapshot: "IST", a version byte, then two parts, each with its size, its stored size and its bytes
// (deflated when that saves a third, else the sizes are equal). The first part holds columns, each with its size:
//   agents   id, runs and operations of each
//   runs     by agent and seq: length and kind; of a deletion also its target
//   order    agents and how many of their runs come next, so that each run comes after what it builds on: their ages
//   pieces   the text's units in its order: which run begins, which goes on (the innermost one that is not complete)
//   lengths  of pieces that do not complete their run
//   origins  of the insertions whose origins are not what the order tells: the nearest older neighbours
// The second part is the text: what lives in the text's order, then what is deleted in the text's order. The CRC-32 of
// all that stands at the end, against damage; against malice everything is checked.
#pragma once

#include "shared/text/inner.h"

enum column {
    COLUMN_AGENTS,
    COLUMN_RUNS,
    COLUMN_ORDER,
    COLUMN_PIECES,
    COLUMN_LENGTHS,
    COLUMN_ORIGINS,
    COLUMN_COUNT
};

#define SNAPSHOT_MAGIC "IST\1"

enum {
    SNAPSHOT_MAGIC_SIZE = 4,
    SNAPSHOT_CRC_SIZE = 4,
    RUN_IS_DELETION = 1, // and RUN_GOES_BACK, RUN_OF_OTHER with its target
    TARGET_GOES_BACK = 1,
    TARGET_OF_OTHER = 2,
    PIECE_GOES_ON = 1,
    PIECE_COMPLETES = 2,
    ORIGIN_LEFT = 1,
    ORIGIN_RIGHT = 2,
};

// Consecutive units of one insertion that stand side by side.
struct piece {
    uint32_t run; // among the insertions, by agent and seq
    uint16_t agent;
    uint32_t seq;
    uint32_t len;
    uint32_t age;          // of its run
    struct id left, right; // of a run's first: the nearest older neighbours
};

// The nearest older units around each piece, which nearly always are its origins.
void pieces_find_neighbours(struct piece *pieces, uint32_t count);
