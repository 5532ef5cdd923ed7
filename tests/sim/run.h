// One run: a seed's network, machines and people, until all has healed.
#pragma once

#include "tests/sim/bugs.h"
#include "tests/sim/prove.h"

#include <stdbool.h>
#include <stdint.h>

struct run_options {
    uint64_t seed;
    enum bug bug;
    bool show; // every step
};

struct run_result {
    bool failed;
    uint64_t hash; // of everything that happened
    struct prove_counts counts;
    int64_t crashes, cuts;
};

// Once a program: the firm is founded and put by. base: an empty folder for lock files.
void run_prepare(const char *base);
void run_finish(void);
struct run_result run_seed(const struct run_options *options);
