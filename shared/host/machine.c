#include "shared/host/host.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <time.h>

static int64_t read_clock(clockid_t clock, int64_t units_per_second)
{
    struct timespec now;
    CHECK(clock_gettime(clock, &now) == 0);
    return now.tv_sec * units_per_second + now.tv_nsec / (1000000000 / units_per_second);
}

int64_t host_now_ms(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

int64_t host_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

static void start_sodium(void)
{
    CHECK(sodium_init() >= 0);
}

void host_random(void *ret, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CHECK(pthread_once(&once, start_sodium) == 0);
    randombytes_buf(ret, size);
}

// The 12 bits after the time, together with it, as one number that grows by one for ids of the same millisecond
// (RFC 9562, 6.2): ids made here sort in the order they were made. Half of the bits are left to count in.
static uint64_t next_stamp(int64_t at, unsigned random)
{
    static _Atomic uint64_t last;
    uint64_t before = atomic_load(&last), now;
    do {
        bool same = before >> 12 == (uint64_t)at;
        now = same ? before + 1 : (uint64_t)at << 12 | (random & 0x7ff);
    } while (!atomic_compare_exchange_weak(&last, &before, now));
    return now;
}

void host_new_id(struct id *ret_id, int64_t at)
{
    unsigned char random[10];
    host_random(random, sizeof random);
    uint64_t stamp = next_stamp(at, (unsigned)(random[0] << 8 | random[1]));
    random[0] = (unsigned char)(stamp >> 8 & 0x0f);
    random[1] = (unsigned char)stamp;
    id_make(ret_id, (int64_t)(stamp >> 12), random);
}
