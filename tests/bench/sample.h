// Measured values and what is said of them.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sample {
    int64_t *values; // microseconds
    size_t count, cap;
};

void sample_free(struct sample *sample);
void sample_add(struct sample *sample, int64_t value);
// The value below which that share (0 to 1) lies; sorts. 0 when there is none.
int64_t sample_at(struct sample *sample, double share);
