#include "tests/sim/machine.h"

#include "shared/base/civil.h"
#include "shared/host/host.h"
#include "tests/sim/chance.h"

#include <string.h>

static const int64_t UP_US = INT64_C(3600000000); // the machine was started an hour ago

static struct {
    struct chance chance;
    int64_t start_ms, passed_us, skew_ms;
    uint64_t last_stamp;
} machine;

void machine_reset(uint64_t seed)
{
    memset(&machine, 0, sizeof machine);
    machine.chance = chance_split(seed, "machine");
    CHECK(civil_parse_iso(MACHINE_START, &machine.start_ms));
}

void machine_pass(int64_t us)
{
    machine.passed_us += us;
}

int64_t machine_time(void)
{
    return machine.passed_us;
}

void machine_set_skew(int64_t ms)
{
    machine.skew_ms = ms;
}

int64_t host_now_ms(void)
{
    return machine.start_ms + machine.passed_us / 1000 + machine.skew_ms;
}

int64_t host_monotonic_us(void)
{
    return UP_US + machine.passed_us;
}

void host_random(void *ret, size_t size)
{
    unsigned char *bytes = ret;
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)chance_next(&machine.chance);
}

// As shared/host/machine.c makes them: ids of one millisecond sort in the order they were made.
void host_new_id(struct id *ret_id, int64_t at)
{
    unsigned char random[10];
    host_random(random, sizeof random);
    bool same = machine.last_stamp >> 12 == (uint64_t)at;
    uint64_t fresh = (uint64_t)at << 12 | ((uint64_t)(random[0] << 8 | random[1]) & 0x7ff);
    machine.last_stamp = same ? machine.last_stamp + 1 : fresh;
    random[0] = (unsigned char)(machine.last_stamp >> 8 & 0x0f);
    random[1] = (unsigned char)machine.last_stamp;
    id_make(ret_id, (int64_t)(machine.last_stamp >> 12), random);
}
