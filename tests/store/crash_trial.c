#include "tests/store/crash_trial.h"

#include "shared/base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { POINTS = 200 };

struct tally {
    size_t points;     // moments looked at
    size_t lost;       // acknowledged things missing, over all of them
    size_t broken;     // stores that did not open, or were not whole
    size_t bad_images; // moments with either
};

static const struct crash_trial *trial;
static size_t wanted_points = POINTS; // 0: all
static uint64_t seed = 20251230;

// SERENITY_SLOW says how much slower than usual this build is (tests/run): as much fewer moments are tried.
static size_t points_of_this_build(void)
{
    const char *slow = getenv("SERENITY_SLOW");
    long times = slow == NULL ? 1 : strtol(slow, NULL, 10);
    return times > 1 ? POINTS / (size_t)times : POINTS;
}

static void read_options(int argc, char **argv)
{
    wanted_points = points_of_this_build();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0)
            wanted_points = 0;
        else if (strcmp(argv[i], "--points") == 0 && i + 1 < argc)
            wanted_points = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 10);
    }
}

static void crash_at(const char *base, size_t point, struct tally *tally)
{
    char folder[128], store[160];
    const int64_t *marks;
    size_t count, lost = 0;
    snprintf(folder, sizeof(folder), "%s/image", base);
    snprintf(store, sizeof(store), "%s/store.db", folder);
    crash_vfs_rebuild(point, seed, folder, &marks, &count);
    bool whole = trial->inspect(store, point, marks, count, &lost);
    tally->points++;
    tally->broken += !whole;
    tally->lost += lost;
    tally->bad_images += !whole || lost > 0;
    crash_vfs_remove_folder(folder);
}

static void crash_everywhere(const char *base, struct tally *tally)
{
    size_t points = crash_vfs_points();
    size_t step = wanted_points == 0 || wanted_points >= points ? 1 : points / wanted_points;
    for (size_t point = seed % step; point < points; point += step)
        crash_at(base, point, tally);
    printf("seed %" PRIu64
           ": %zu of %zu moments, %zu bad images, %zu acknowledged things lost, %zu stores broken\n",
           seed, tally->points, points, tally->bad_images, tally->lost, tally->broken);
}

static struct tally try_on(bool lie)
{
    char base[64], folder[96];
    struct tally tally = { 0 };
    // in memory where there is some: the images' own syncs cost time and prove nothing
    snprintf(base, sizeof(base), "%s/serenity-crash-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(base) != NULL);
    snprintf(folder, sizeof(folder), "%s/live", base);
    CHECK(mkdir(folder, 0700) == 0);
    crash_vfs_install(folder);
    crash_vfs_lie(lie);
    trial->run(folder);
    crash_everywhere(base, &tally);
    crash_vfs_uninstall();
    crash_vfs_remove_folder(folder);
    CHECK(rmdir(base) == 0);
    return tally;
}

static void test_nothing_acknowledged_is_lost(void **state)
{
    (void)state;
    struct tally tally = try_on(false);
    assert_int_equal(tally.broken, 0);
    assert_int_equal(tally.lost, 0);
}

// The same run on a disk that answers syncs without doing them, as synchronous = OFF would: were nothing found lost
// there, this test would prove nothing.
static void test_a_disk_that_lies_is_found_out(void **state)
{
    (void)state;
    struct tally tally = try_on(true);
    assert_true(tally.bad_images > 0);
}

int crash_trial_main(int argc, char **argv, const struct crash_trial *wanted)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_acknowledged_is_lost),
        cmocka_unit_test(test_a_disk_that_lies_is_found_out),
    };
    trial = wanted;
    read_options(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
