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

// The test program: nothing acknowledged is lost and no store broken; and on a disk whose syncs do nothing the same trial
// finds loss. Options: --all | --points N, --seed S. Returns the exit code.
int crash_trial_main(int argc, char **argv, const struct crash_trial *trial);
