// What a person may see changes while the client fetches it.
#include "tests/sync/home.h"

#include "shared/base/civil.h"
#include "tui/model/model.h"

static size_t seen(struct home *home)
{
    struct list list = { 0 };
    model_consultations(home->model, HOME_BASE, HOME_BASE + 30 * (int64_t)DAY_MS, &home->arena, &list);
    return list.count;
}

static void nothing_stays_of_a_snapshot_for_other_scopes(void **state)
{
    (void)state;
    struct home home;
    home_open(&home, false);
    assert_int_equal(seen(&home), 8);
    home_snapshot_part(&home, "u:me org:left", 20, 5);
    assert_int_equal(seen(&home), 8); // not before it is whole
    home.seq++;
    home_snapshot(&home, 3);
    assert_int_equal(seen(&home), 3);
    home_close(&home);
    home_remove(home.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_stays_of_a_snapshot_for_other_scopes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
