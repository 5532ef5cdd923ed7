// TZif files: whatever is accepted answers every instant with an offset that is less than two days, and consistently.
#include "shared/base/zone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_instant(const struct zone *zone, int64_t utc)
{
    const char *abbreviation = NULL;
    int offset = zone_offset_at(zone, utc, &abbreviation);
    CHECK(abs(offset) < 2 * 86400);
    CHECK(abbreviation != NULL);
    CHECK(zone_to_local(zone, utc) == utc + (int64_t)offset * 1000);
    zone_to_utc(zone, utc);
    zone_day_minute(zone, zone_day_at(zone, utc), 120);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = zone_parse("Fuzz/Zone", data, size);
    if (zone == NULL)
        return 0;
    enum { WEEK_S = 7 * 86400 };
    for (int64_t week = 0; week < 80 * 53; week += 11)
        check_instant(zone, week * WEEK_S * 1000);
    zone_free(zone);
    return 0;
}
