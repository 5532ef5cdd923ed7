// Every choice of a run comes from one of these; the same seed gives the same choices.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

uint64_t chance_next(struct chance *chance);
// 0 to count - 1; count is not 0.
unsigned chance_below(struct chance *chance, unsigned count);
// Once in `times`, on average.
bool chance_once_in(struct chance *chance, unsigned times);
// A stream of its own, so that what one part draws does not shift what another draws.
struct chance chance_split(uint64_t seed, const char *part);
