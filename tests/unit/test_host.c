// What is asked of the machine: time, chance, files, zones from several threads.
#include "shared/host/host.h"

#include <dirent.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// --- a folder of its own for each test ---

static char folder[64];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/serenity-host-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static unsigned mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static int count_files(void)
{
    int count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

// --- time and chance ---

static void test_clocks(void **state)
{
    (void)state;
    int64_t before = (int64_t)time(NULL) * 1000, now = host_now_ms(), monotonic = host_monotonic_us();
    assert_true(now >= before - 1000 && now <= before + 5000);
    usleep(2000);
    int64_t passed = host_monotonic_us() - monotonic;
    assert_true(passed >= 2000 && passed < 5000000);
}

static void test_random_fills_exactly(void **state)
{
    (void)state;
    unsigned char bytes[66] = { 0 }, seen[64] = { 0 };
    for (int round = 0; round < 64; round++) {
        host_random(bytes + 1, 64);
        assert_true(bytes[0] == 0 && bytes[65] == 0);
        for (size_t i = 0; i < 64; i++)
            seen[i] |= bytes[i + 1];
    }
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(seen[i], 0xff); // every bit of every byte was set once
}

static void test_ids_of_a_millisecond_sort_as_they_were_made(void **state)
{
    (void)state;
    struct id before = { "" }, id;
    for (int i = 0; i < 2000; i++) {
        host_new_id(&id, 1767103200000);
        assert_true(id_valid(id.text));
        assert_true(strcmp(before.text, id.text) < 0);
        assert_memory_equal(id.text, "019b6f8e-fb00", 13); // its time
        before = id;
    }
    host_new_id(&id, 1767103100000); // an earlier time stays an earlier id
    assert_true(strcmp(id.text, before.text) < 0);
}

// --- files ---

static void test_write_and_read(void **state)
{
    (void)state;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf buf = { 0 };
    char *large = malloc(300000);
    memset(large, 'x', 300000);
    assert_true(file_write_atomic(in_folder("a"), "first", 5, 0600, &err));
    assert_true(file_write_atomic(in_folder("a"), large, 300000, 0640, &err));
    assert_int_equal(mode_of(in_folder("a")), 0640);
    assert_int_equal(count_files(), 1); // nothing is left beside it
    buf_add_text(&buf, "> ");
    assert_true(file_read(in_folder("a"), 300000, &buf, &err)); // exactly the limit
    assert_int_equal(buf.len, 300002);
    assert_memory_equal(buf.data, "> xxx", 5);
    assert_true(file_write_atomic(in_folder("empty"), NULL, 0, 0600, &err));
    buf_clear(&buf);
    assert_true(file_read(in_folder("empty"), 0, &buf, &err));
    assert_int_equal(buf.len, 0);
    free(large);
}

static void test_read_fails_clearly(void **state)
{
    (void)state;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf buf = { 0 };
    buf_add_text(&buf, "kept");
    assert_false(file_read(in_folder("none"), 100, &buf, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_true(file_write_atomic(in_folder("a"), "12345", 5, 0600, &err));
    assert_false(file_read(in_folder("a"), 4, &buf, &err));
    assert_int_equal(err.code, ERR_TOO_LARGE);
    assert_false(file_read(folder, 100, &buf, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
    assert_string_equal(buf.data, "kept");
}

static void test_a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    struct err err = { 0 };
    assert_false(file_write_atomic(in_folder("no/such/a"), "x", 1, 0600, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_int_equal(mkdir(in_folder("a"), 0700), 0); // a folder is in the way
    assert_false(file_write_atomic(in_folder("a"), "x", 1, 0600, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
    assert_int_equal(count_files(), 1);
}

static void test_a_link_is_replaced_not_followed(void **state)
{
    (void)state;
    struct err err = { 0 };
    struct stat info;
    assert_int_equal(symlink("/dev/null", in_folder("link")), 0);
    assert_true(file_write_atomic(in_folder("link"), "x", 1, 0600, &err));
    assert_int_equal(lstat(in_folder("link"), &info), 0);
    assert_true(S_ISREG(info.st_mode) && info.st_size == 1);
}

static void test_folders(void **state)
{
    (void)state;
    struct err err = { 0 };
    mode_t mask = umask(0077);
    assert_true(folder_make(in_folder("a/b/c/"), 0750, &err));
    umask(mask);
    assert_int_equal(mode_of(in_folder("a/b/c")), 0750);
    assert_int_equal(mode_of(in_folder("a/b")), 0700); // 0755 less the umask
    assert_int_equal(chmod(in_folder("a/b/c"), 0701), 0);
    assert_true(folder_make(in_folder("a/b/c"), 0750, &err));
    assert_int_equal(mode_of(in_folder("a/b/c")), 0701); // what is there stays
    assert_true(file_write_atomic(in_folder("file"), "x", 1, 0600, &err));
    assert_false(folder_make(in_folder("file"), 0700, &err));
    assert_false(folder_make(in_folder("file/below"), 0700, &err));
    assert_false(folder_make("", 0700, &err));
    assert_true(folder_make("/", 0700, &err));
}

// --- zones ---

static void test_zone_names(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../zoneinfo/UTC",
        "Europe/../UTC",
        "Europe//Berlin",
        "Europe/",
        "Europe",
        "Europe/Atlantis",
        "europe/berlin\n",
        "UTC;",
        "tzdata.zi",
        "leapseconds",
        "Etc/GMT+1\xc3\xa4",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };
    struct zone_db *zones = zone_db_create();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_null(zone_db_get(zones, bad[i]));
    assert_null(zone_db_get(zones, NULL));
    const struct zone *berlin = zone_db_get(zones, "Europe/Berlin");
    assert_non_null(berlin);
    assert_ptr_equal(zone_db_get(zones, "Europe/Berlin"), berlin); // loaded once
    assert_non_null(zone_db_get(zones, "Etc/GMT+1"));
    assert_non_null(zone_db_get(zones, "America/Argentina/Buenos_Aires"));
    zone_db_destroy(zones);
    zone_db_destroy(NULL);
}

static void test_zones_of_another_folder(void **state)
{
    (void)state;
    struct err err;
    CLEANUP(buf_free) struct buf file = { 0 };
    assert_true(file_read("/usr/share/zoneinfo/Asia/Kolkata", 100000, &file, &err));
    assert_true(file_write_atomic(in_folder("Mine"), file.data, file.len, 0600, &err));
    setenv("TZDIR", folder, 1);
    struct zone_db *zones = zone_db_create();
    unsetenv("TZDIR");
    assert_non_null(zone_db_get(zones, "Mine"));
    assert_int_equal(zone_offset_at(zone_db_get(zones, "Mine"), 1767103200000, NULL), 19800);
    assert_null(zone_db_get(zones, "Europe/Berlin"));
    zone_db_destroy(zones);
}

struct reader {
    pthread_t thread;
    struct zone_db *zones;
    int64_t sum; // of offsets; 1 for a zone that is none
};

static void *read_many(void *argument)
{
    static const char *const names[] = { "Europe/Berlin", "Asia/Tokyo", "America/New_York", "UTC",
                                         "No/Where" };
    struct reader *reader = argument;
    for (size_t i = 0; i < 5000; i++) {
        const struct zone *zone = zone_db_get(reader->zones, names[i % ARRAY_LEN(names)]);
        reader->sum += zone == NULL ? 1 : zone_offset_at(zone, 1767103200000, NULL);
    }
    return NULL;
}

static void test_zones_from_many_threads(void **state)
{
    (void)state;
    struct zone_db *zones = zone_db_create();
    struct reader readers[8] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        readers[i].zones = zones;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_many, &readers[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(readers); i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
        assert_int_equal(readers[i].sum, 1000 * (3600 + 9 * 3600 - 5 * 3600 + 0 + 1));
    }
    zone_db_destroy(zones);
}

static void test_local_name(void **state)
{
    (void)state;
    setenv("TZ", ":Asia/Tokyo", 1);
    assert_string_equal(zone_db_local_name(), "Asia/Tokyo");
    setenv("TZ", "America/New_York", 1);
    assert_string_equal(zone_db_local_name(), "America/New_York");
    setenv("TZ", "../../etc/passwd", 1);
    assert_null(strstr(zone_db_local_name(), ".."));
    unsetenv("TZ");
    assert_true(strlen(zone_db_local_name()) > 2);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_random_fills_exactly),
        cmocka_unit_test(test_ids_of_a_millisecond_sort_as_they_were_made),
        WITH_FOLDER(test_write_and_read),
        WITH_FOLDER(test_read_fails_clearly),
        WITH_FOLDER(test_a_failed_write_leaves_the_old_file),
        WITH_FOLDER(test_a_link_is_replaced_not_followed),
        WITH_FOLDER(test_folders),
        cmocka_unit_test(test_zone_names),
        WITH_FOLDER(test_zones_of_another_folder),
        cmocka_unit_test(test_zones_from_many_threads),
        cmocka_unit_test(test_local_name),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
