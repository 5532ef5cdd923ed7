// The words of a set of roles, there and back.
#include "shared/base/check.h"
#include "shared/domain/part.h"

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

// Of a consultation only its lead is ROLE_CONSULTANT.
static void test_the_part_in_a_consultation(void **state)
{
    (void)state;
    const char *joining[] = { "mary", "ada" };
    const struct list joined = { joining, ARRAY_LEN(joining) };
    const struct part_facts facts = { "acme", "john", &joined };
    const struct {
        struct part_person person;
        unsigned part;
    } cases[] = {
        { { ROLE_PUBLIC | ROLE_CLIENT, "acme", NULL }, ROLE_CLIENT },
        { { ROLE_PUBLIC | ROLE_CLIENT, "beta", NULL }, 0 },
        { { ROLE_PUBLIC | ROLE_CONSULTANT, NULL, "john" }, ROLE_CONSULTANT },
        { { ROLE_PUBLIC | ROLE_CONSULTANT, NULL, "ada" }, ROLE_CO_CONSULTANT },
        { { ROLE_PUBLIC | ROLE_CONSULTANT, NULL, "eve" }, 0 },
        { { ROLE_PUBLIC | ROLE_CONSULTANT, NULL, NULL }, 0 },
        { { ROLE_ADMIN | ROLE_CONSULTANT, NULL, "mary" }, ROLE_ADMIN | ROLE_CO_CONSULTANT },
        { { ROLE_PUBLIC, "acme", "john" }, 0 }, // ids without the role
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(part_in(&facts, &cases[i].person), cases[i].part);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_there), cmocka_unit_test(test_back),
                                        cmocka_unit_test(test_the_part_in_a_consultation) };
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
