// The machine under both programs, in place of shared/host/machine.c: a clock that only the simulation moves, and
// randomness from the seed.
#pragma once

#include <stdint.h>

#define MACHINE_START "2030-01-07T08:00:00Z" // a Monday

void machine_reset(uint64_t seed);
void machine_pass(int64_t us);
// Microseconds since the start of the run, whatever machine is asked.
int64_t machine_time(void);
// Whose clock is read from now on: it differs from the true time by so much.
void machine_set_skew(int64_t ms);
