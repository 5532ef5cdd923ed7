// The one place where the server reads the time. With --test-clock an administrator moves it forward.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct clock;

struct clock *clock_create(void);
void clock_destroy(struct clock *clock);
// UTC ms: the machine's clock plus what clock_advance_to added. Thread safe.
int64_t clock_now(const struct clock *clock);
// False when that would move it backward.
bool clock_advance_to(struct clock *clock, int64_t now);
