#include "tui/net/backoff.h"

enum { FIRST_MS = 100, BASE_MS = 500, FLOOR_MS = 50, MOST_MS = 60 * 1000, MOST_NEAR_MS = 1000 };

int64_t backoff_ms(unsigned attempt, uint32_t random, bool near)
{
    int64_t most = near ? MOST_NEAR_MS : MOST_MS;
    int64_t bound = FIRST_MS;
    if (attempt > 0)
        bound = attempt > 8 ? MOST_MS : (int64_t)BASE_MS << (attempt - 1);
    if (bound > most)
        bound = most;
    return FLOOR_MS + (int64_t)(random % (uint64_t)bound);
}
