// The words of a set of roles, there and back.
#include "shared/base/check.h"
#include "shared/domain/roles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_there(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(roles_format(ROLE_CLIENT, text, sizeof text), "client,user");
    assert_string_equal(roles_format(ROLE_ADMIN | ROLE_CONSULTANT, text, sizeof text),
                        "consultant,admin,user");
    assert_string_equal(roles_format(ROLE_PUBLIC, text, sizeof text), "user");
    assert_string_equal(roles_format(ROLE_ANYONE_SIGNED_IN, text, sizeof text),
                        "client,consultant,admin,user");
    assert_string_equal(roles_format(ROLE_CLIENT, text, 5), "clie"); // cut, never beyond
}

static void test_back(void **state)
{
    (void)state;
    char text[64];
    for (unsigned roles = 0; roles <= ROLE_ANYONE_SIGNED_IN; roles += ROLE_CLIENT)
        assert_int_equal(roles_parse(roles_format(roles, text, sizeof text)), roles);
    assert_int_equal(roles_parse(""), 0);
    assert_int_equal(roles_parse("client"), ROLE_CLIENT);
    assert_int_equal(roles_parse("administrator,clients,clien,,user"), 0);
    assert_int_equal(roles_parse(",admin,"), ROLE_ADMIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_there), cmocka_unit_test(test_back) };
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
