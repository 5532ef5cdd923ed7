#include "shared/base/zone.h"

#include "shared/base/arena.h"
#include "shared/base/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_SIZE = 44,
    TYPE_SIZE = 6,
    MAX_COUNT = 100000,  // of anything in a file; real ones stay below a few hundred
    MIN_OFFSET = -89999, // RFC 8536, 3.2
    MAX_OFFSET = 93599
};

struct local_type {
    int offset; // seconds east of UTC
    const char *abbreviation;
};

struct zone {
    char name[ZONE_NAME_MAX];
    struct arena memory; // of the arrays below
    size_t changes;
    int64_t *at;               // seconds, ascending
    struct local_type **since; // what holds from at[i]
    struct local_type *types;  // the first one holds before at[0]
    bool has_rule;             // for what comes after the last change
    struct zone_rule rule;
};

// --- reading a file ---

struct counts {
    uint32_t is_utc, is_standard, leap, time, type, text;
};

static uint32_t read_u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_i64(const unsigned char *p)
{
    return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

static bool read_header(const unsigned char *data, size_t size, struct counts *ret)
{
    if (size < HEADER_SIZE || memcmp(data, "TZif", 4) != 0 || data[4] < '2')
        return false;
    *ret = (struct counts){ read_u32(data + 20), read_u32(data + 24), read_u32(data + 28),
                            read_u32(data + 32), read_u32(data + 36), read_u32(data + 40) };
    return ret->is_utc <= MAX_COUNT && ret->is_standard <= MAX_COUNT && ret->leap <= MAX_COUNT &&
           ret->time <= MAX_COUNT && ret->type >= 1 && ret->type <= 256 && ret->text <= MAX_COUNT;
}

static size_t body_size(const struct counts *counts, size_t time_size)
{
    return counts->time * (time_size + 1) + (size_t)counts->type * TYPE_SIZE + counts->text +
           counts->leap * (time_size + 4) + counts->is_standard + counts->is_utc;
}

static bool read_types(struct zone *zone, const unsigned char *data, const struct counts *counts)
{
    const char *text = (const char *)data + (size_t)counts->type * TYPE_SIZE;
    if (counts->text == 0 || text[counts->text - 1] != '\0')
        return false;
    text = arena_copy(&zone->memory, text, counts->text);
    zone->types = ARENA_ARRAY(&zone->memory, struct local_type, counts->type);
    for (size_t i = 0; i < counts->type; i++, data += TYPE_SIZE) {
        int32_t offset = (int32_t)read_u32(data);
        if (offset < MIN_OFFSET || offset > MAX_OFFSET || data[5] >= counts->text)
            return false;
        zone->types[i] = (struct local_type){ offset, text + data[5] };
    }
    return true;
}

static bool read_changes(struct zone *zone, const unsigned char *data, const struct counts *counts)
{
    const unsigned char *index = data + (size_t)counts->time * 8;
    zone->changes = counts->time;
    zone->at = ARENA_ARRAY(&zone->memory, int64_t, counts->time);
    zone->since = ARENA_ARRAY(&zone->memory, struct local_type *, counts->time);
    for (size_t i = 0; i < counts->time; i++) {
        zone->at[i] = read_i64(data + i * 8);
        if (index[i] >= counts->type || (i > 0 && zone->at[i] <= zone->at[i - 1]))
            return false;
        zone->since[i] = &zone->types[index[i]];
    }
    return true;
}

static bool read_footer(struct zone *zone, const char *text, size_t size)
{
    if (size < 2 || text[0] != '\n')
        return false;
    const char *end = memchr(text + 1, '\n', size - 1);
    if (end == NULL)
        return false;
    zone->has_rule = end > text + 1;
    return !zone->has_rule || zone_rule_parse(text + 1, (size_t)(end - text - 1), &zone->rule);
}

// The first block repeats the data in 32 bits for old readers; the second has 64.
static bool read_file(struct zone *zone, const unsigned char *data, size_t size)
{
    struct counts counts;
    if (!read_header(data, size, &counts) || body_size(&counts, 4) > size - HEADER_SIZE)
        return false;
    size_t skip = HEADER_SIZE + body_size(&counts, 4);
    data += skip;
    size -= skip;
    if (!read_header(data, size, &counts) || counts.leap > 0 || body_size(&counts, 8) > size - HEADER_SIZE)
        return false;
    const unsigned char *body = data + HEADER_SIZE;
    size_t used = HEADER_SIZE + body_size(&counts, 8);
    return read_types(zone, body + (size_t)counts.time * 9, &counts) && read_changes(zone, body, &counts) &&
           read_footer(zone, (const char *)data + used, size - used);
}

struct zone *zone_parse(const char *name, const void *tzif, size_t size)
{
    struct zone *zone = calloc(1, sizeof *zone);
    CHECK(zone != NULL);
    snprintf(zone->name, sizeof zone->name, "%s", name);
    if (read_file(zone, tzif, size))
        return zone;
    zone_free(zone);
    return NULL;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    arena_free(&zone->memory);
    free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

// --- asking it ---

// How many changes lie at or before that instant.
static size_t changes_until(const struct zone *zone, int64_t seconds)
{
    size_t low = 0, high = zone->changes;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct zone_segment segment_at(const struct zone *zone, int64_t seconds)
{
    size_t past = changes_until(zone, seconds);
    if (past == zone->changes && zone->has_rule)
        return zone_rule_at(&zone->rule, seconds);
    const struct local_type *type = past == 0 ? zone->types : zone->since[past - 1];
    int64_t end = past == zone->changes ? INT64_MAX : zone->at[past];
    return (struct zone_segment){ end, type->offset, type->abbreviation };
}

static int64_t floor_seconds(int64_t ms)
{
    return ms / SECOND_MS - (ms % SECOND_MS < 0);
}

int zone_offset_at(const struct zone *zone, int64_t utc_ms, const char **ret_abbreviation)
{
    struct zone_segment segment = segment_at(zone, floor_seconds(utc_ms));
    if (ret_abbreviation != NULL)
        *ret_abbreviation = segment.abbreviation;
    return segment.offset;
}

int64_t zone_to_local(const struct zone *zone, int64_t utc_ms)
{
    return utc_ms + (int64_t)zone_offset_at(zone, utc_ms, NULL) * SECOND_MS;
}

// Walks the segments from before the earliest instant that could show this wall time. The first that shows it wins (a
// fold); when one ends too early and the next begins too late, the wall time is in the gap between them.
int64_t zone_to_utc(const struct zone *zone, int64_t local_ms)
{
    int64_t local = floor_seconds(local_ms);
    struct zone_segment segment = segment_at(zone, local - MAX_OFFSET - 1);
    while (local - segment.offset >= segment.end) {
        struct zone_segment next = segment_at(zone, segment.end);
        if (local - next.offset < segment.end)
            break;
        segment = next;
    }
    return local_ms - (int64_t)segment.offset * SECOND_MS;
}

civil_day zone_day_at(const struct zone *zone, int64_t utc_ms)
{
    return civil_day_of_ms(zone_to_local(zone, utc_ms));
}

int64_t zone_day_minute(const struct zone *zone, civil_day day, int minutes)
{
    return zone_to_utc(zone, (int64_t)day * DAY_MS + (int64_t)minutes * MINUTE_MS);
}
