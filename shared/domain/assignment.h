// Choosing a consultant when the client named none (RULES 17): score, stable ties, and the reason in words.
#pragma once

#include "shared/base/list.h"

#include <stdbool.h>
#include <stdint.h>

struct candidate {
    const char *consultant_id;
    const char *name;
    int64_t sessions_with_client; // completed ones
    double rating;                // 0: none yet
    int64_t minutes_30d;          // booked in the last 30 days: the load
    bool skill_match;             // purpose or type names one of the skills
};

// The index of the best candidate (struct candidate; all of them free and able), -1 for none. Stable: on a tie the
// one with the lower load, then the lower id. *ret_reason (arena): "worked with you 3 times; rating 4.9; ...".
int assignment_choose(const struct list *candidates, struct arena *arena, const char **ret_reason);
