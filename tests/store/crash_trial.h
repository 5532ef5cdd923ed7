// A trial by power failure: a run is recorded, then many moments of it are rebuilt as a crash could have left them, and
// each is inspected.
#pragma once

#include "tests/lib/crash_vfs.h"

struct crash_trial {
    // Does things to a store in that folder, marking what was acknowledged (crash_vfs_mark).
    void (*run)(const char *folder);
    // Looks at what was left. False when the store is broken; *ret_lost: how many acknowledged things are missing.
    bool (*inspect)(const char *store, size_t point, const int64_t *marks, size_t count, size_t *ret_lost);
};

struct crash_tally {
    size_t points;     // moments looked at
    size_t lost;       // acknowledged things missing, over all of them
    size_t broken;     // stores that did not open, or were not whole
    size_t bad_images; // moments with either
};

// --all | --points N, --seed S
void crash_trial_options(int argc, char **argv);
// lie: on a disk whose syncs do nothing, to see the trial find loss.
struct crash_tally crash_trial_run(const struct crash_trial *trial, bool lie);
