#include "server/core/clock.h"

#include "server/core/app.h"
#include "shared/base/check.h"
#include "shared/host/host.h"

#include <stdatomic.h>
#include <stdlib.h>

struct clock {
    _Atomic int64_t ahead; // ms added to the machine's clock
};

struct clock *clock_create(void)
{
    struct clock *clock = calloc(1, sizeof(*clock));
    CHECK(clock != NULL);
    return clock;
}

void clock_destroy(struct clock *clock)
{
    free(clock);
}

int64_t clock_now(const struct clock *clock)
{
    return host_now_ms() + atomic_load_explicit(&clock->ahead, memory_order_relaxed);
}

bool clock_advance_to(struct clock *clock, int64_t now)
{
    int64_t by = now - clock_now(clock);
    if (by < 0)
        return false;
    atomic_fetch_add(&clock->ahead, by);
    return true;
}

int64_t app_now(const struct app *app)
{
    return clock_now(app->clock);
}
