#include "tests/sim/chance.h"

#include "tests/lib/disk_image.h"

uint64_t chance_next(struct chance *chance)
{
    return disk_random(&chance->state);
}

unsigned chance_below(struct chance *chance, unsigned count)
{
    return (unsigned)(chance_next(chance) % count);
}

bool chance_once_in(struct chance *chance, unsigned times)
{
    return chance_below(chance, times) == 0;
}

struct chance chance_split(uint64_t seed, const char *part)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 14695981039346656037u;
    for (; *part != '\0'; part++)
        state = (state ^ (unsigned char)*part) * 1099511628211u;
    return (struct chance){ state };
}
