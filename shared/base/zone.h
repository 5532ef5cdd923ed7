// IANA time zones from TZif data (RFC 8536): wall clock to UTC and back. Pure: the bytes come from shared/host.
#pragma once

#include "shared/base/civil.h"

struct zone;

enum { ZONE_NAME_MAX = 64 };

// Parses one TZif file (version 2 or later, footer included). NULL when the bytes are no valid TZif file.
struct zone *zone_parse(const char *name, const void *tzif, size_t size);
void zone_free(struct zone *zone);
const char *zone_name(const struct zone *zone);

// Seconds east of UTC at that instant. ret_abbreviation (may be NULL) stays valid as long as the zone.
int zone_offset_at(const struct zone *zone, int64_t utc_ms, const char **ret_abbreviation);
// Local wall time as if it were UTC ms: utc + offset.
int64_t zone_to_local(const struct zone *zone, int64_t utc_ms);
// UTC of a wall time. A time in a DST gap moves forward by the gap, one in a fold takes the first (RULES 11).
int64_t zone_to_utc(const struct zone *zone, int64_t local_ms);
// The date at that instant in that zone.
civil_day zone_day_at(const struct zone *zone, int64_t utc_ms);
// UTC of `minutes` after midnight (0 to 1440) on that date in that zone.
int64_t zone_day_minute(const struct zone *zone, civil_day day, int minutes);
