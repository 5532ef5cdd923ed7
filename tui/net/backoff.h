// When to try again: the first retry at once, then full jitter below a bound that doubles (handbook SYNC).
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Milliseconds to wait before try number `attempt` (0: the first after a loss). random: any number. near: the server
// is on this machine, where nobody else comes back at the same moment.
int64_t backoff_ms(unsigned attempt, uint32_t random, bool near);
