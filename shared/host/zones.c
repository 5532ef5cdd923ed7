#include "shared/host/host.h"

#include <ctype.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUCKETS = 128, ZONE_FILE_MAX = 256 * 1024 };

struct entry {
    struct entry *next;
    struct zone *zone;
};

struct zone_db {
    pthread_rwlock_t lock; // guards the chains; entries stay until the end
    char folder[PATH_MAX];
    struct entry *buckets[BUCKETS];
};

struct zone_db *zone_db_create(void)
{
    struct zone_db *zones = calloc(1, sizeof *zones);
    CHECK(zones != NULL);
    CHECK(pthread_rwlock_init(&zones->lock, NULL) == 0);
    const char *folder = getenv("TZDIR");
    snprintf(zones->folder, sizeof zones->folder, "%s",
             folder != NULL && *folder != '\0' ? folder : "/usr/share/zoneinfo");
    return zones;
}

void zone_db_destroy(struct zone_db *zones)
{
    if (zones == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (zones->buckets[i] != NULL) {
            struct entry *entry = zones->buckets[i];
            zones->buckets[i] = entry->next;
            zone_free(entry->zone);
            free(entry);
        }
    }
    pthread_rwlock_destroy(&zones->lock);
    free(zones);
}

// Letters, digits, '_', '+', '-' and single inner slashes: no dot, so no way out of the folder.
static bool name_valid(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= ZONE_NAME_MAX || name[0] == '/' || name[length - 1] == '/')
        return false;
    for (const char *p = name; *p != '\0'; p++) {
        bool good = (isascii(*p) && isalnum((unsigned char)*p)) || strchr("_+-", *p) != NULL;
        if (!good && !(*p == '/' && p[1] != '/'))
            return false;
    }
    return true;
}

static size_t bucket_of(const char *name)
{
    uint32_t hash = 2166136261u; // FNV-1a
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash % BUCKETS;
}

static const struct zone *find(const struct zone_db *zones, size_t bucket, const char *name)
{
    for (const struct entry *entry = zones->buckets[bucket]; entry != NULL; entry = entry->next)
        if (strcmp(zone_name(entry->zone), name) == 0)
            return entry->zone;
    return NULL;
}

static struct zone *load(const struct zone_db *zones, const char *name)
{
    char path[PATH_MAX + ZONE_NAME_MAX];
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf bytes = { 0 };
    snprintf(path, sizeof path, "%s/%s", zones->folder, name);
    return file_read(path, ZONE_FILE_MAX, &bytes, &err) ? zone_parse(name, bytes.data, bytes.len) : NULL;
}

// Another thread may have loaded the same zone meanwhile: then its copy stays.
static const struct zone *keep(struct zone_db *zones, size_t bucket, struct zone *zone)
{
    pthread_rwlock_wrlock(&zones->lock);
    const struct zone *known = find(zones, bucket, zone_name(zone));
    if (known == NULL) {
        struct entry *entry = malloc(sizeof *entry);
        CHECK(entry != NULL);
        *entry = (struct entry){ zones->buckets[bucket], zone };
        zones->buckets[bucket] = entry;
        known = zone;
    }
    pthread_rwlock_unlock(&zones->lock);
    if (known != zone)
        zone_free(zone);
    return known;
}

const struct zone *zone_db_get(struct zone_db *zones, const char *name)
{
    if (name == NULL || !name_valid(name))
        return NULL;
    size_t bucket = bucket_of(name);
    pthread_rwlock_rdlock(&zones->lock);
    const struct zone *known = find(zones, bucket, name);
    pthread_rwlock_unlock(&zones->lock);
    if (known != NULL)
        return known;
    struct zone *zone = load(zones, name);
    return zone == NULL ? NULL : keep(zones, bucket, zone);
}

static bool take_name(const char *name, char out[ZONE_NAME_MAX])
{
    if (name == NULL || !name_valid(name))
        return false;
    snprintf(out, ZONE_NAME_MAX, "%s", name);
    return true;
}

static bool name_from_environment(char out[ZONE_NAME_MAX])
{
    const char *name = getenv("TZ");
    return name != NULL && take_name(name[0] == ':' ? name + 1 : name, out);
}

static bool name_from_timezone_file(char out[ZONE_NAME_MAX])
{
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf text = { 0 };
    if (!file_read("/etc/timezone", ZONE_NAME_MAX, &text, &err) || text.len == 0)
        return false;
    text.data[strcspn(text.data, " \t\r\n")] = '\0';
    return take_name(text.data, out);
}

static bool name_from_localtime_link(char out[ZONE_NAME_MAX])
{
    static const char folder[] = "zoneinfo/";
    char target[PATH_MAX];
    ssize_t length = readlink("/etc/localtime", target, sizeof target - 1);
    if (length <= 0)
        return false;
    target[length] = '\0';
    const char *at = strstr(target, folder);
    return at != NULL && take_name(at + strlen(folder), out);
}

const char *zone_db_local_name(void)
{
    static _Thread_local char name[ZONE_NAME_MAX];
    if (!name_from_environment(name) && !name_from_timezone_file(name) && !name_from_localtime_link(name))
        snprintf(name, sizeof name, "UTC");
    return name;
}
