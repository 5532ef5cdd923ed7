// What administrators use: tenants made once, administrators, the test clock, the OpenAPI document.
#include "server/admin/admin.h"
#include "server/admin/openapi.h"
#include "server/jobs/jobs.h"
#include "tests/api/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_the_tenant_is_made_once(void **state)
{
    struct house *house = *state;
    struct err err = { 0 };
    int64_t before = house_int(
        house, "SELECT (SELECT count(*) FROM audit WHERE op LIKE 'admin.%') + (SELECT seq FROM tenant)");
    assert_int_equal(house_int(house, "SELECT count(*) FROM package"), 7);
    assert_true(admin_ensure_tenant(&house->app, &err));
    assert_int_equal(
        house_int(house,
                  "SELECT (SELECT count(*) FROM audit WHERE op LIKE 'admin.%') + (SELECT seq FROM tenant)"),
        before);
    house_sql(house, "DELETE FROM package WHERE id = 'PKG-FREE-TRIAL'");
    house_sql(house, "UPDATE package SET price = 1 WHERE id = 'PKG-WORKSHOP-TRAINING'");
    assert_true(admin_ensure_tenant(&house->app, &err)); // a package that a newer version brings
    assert_int_equal(house_int(house, "SELECT count(*) FROM package"), 7);
    assert_int_equal(house_int(house, "SELECT count(*) FROM package WHERE price = 1"),
                     1); // what is there stays
}

static void test_administrators(void **state)
{
    struct house *house = *state;
    struct err err = { 0 };
    char *admin = house_admin(house, "boss@insightserenity.com");
    CLEANUP(answer_free) struct answer me = ask(house, "auth.me", admin, NULL);
    assert_string_equal(text_at(&me, "user.roles.0"), "admin");
    assert_true(bool_at(&me, "user.verification.email.verified"));
    assert_int_not_equal(admin_create_admin(&house->app, "Boss@insightserenity.com", PASSWORD, &err), 0);
    assert_int_equal(err.code, ERR_ALREADY_EXISTS);
    assert_int_not_equal(admin_create_admin(&house->app, "other@insightserenity.com", "too short", &err), 0);
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_int_not_equal(admin_create_admin(&house->app, "not an address", PASSWORD, &err), 0);
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    assert_int_equal(house_int(house, "SELECT count(*) FROM audit WHERE args LIKE '%SecurePass%'"), 0);
    free(admin);
}

static void test_the_clock_moves_forward_and_runs_what_is_due(void **state)
{
    struct house *house = *state;
    char *admin = house_admin(house, "boss@insightserenity.com");
    char *jane = house_client(house, "cfo@acmecorp.com", "Acme");
    expect(house, ERR_FORBIDDEN, "test.clock", jane, "{'now':'2030-01-08T00:00:00Z'}");
    CLEANUP(answer_free) struct answer a = ask(house, "test.clock", admin, "{'now':'2030-01-07T08:10:00Z'}");
    assert_int_equal(strncmp(text_at(&a, "now"), "2030-01-07T08:10:00", 19), 0);
    free(admin);
    admin = house_login(house, "boss@insightserenity.com");
    // 31 days on the free trial has expired, and its job has run when the answer is there.
    expect(house, ERR_NONE, "test.clock", admin, "{'now':'2030-02-08T08:00:00Z'}");
    assert_int_equal(house_int(house, "SELECT expired FROM lot WHERE free_trial = 1"), 15);
    expect(house, ERR_UNAUTHENTICATED, "test.clock", admin,
           "{'now':'2030-02-09T00:00:00Z'}"); // a month has gone
    free(admin);
    admin = house_login(house, "boss@insightserenity.com");
    expect(house, ERR_BAD_REQUEST, "test.clock", admin, "{'now':'2030-02-01T00:00:00Z'}");
    house->app.config.test_clock = false;
    expect(house, ERR_NOT_FOUND, "test.clock", admin, "{'now':'2030-02-09T00:00:00Z'}");
    free(admin);
    free(jane);
}

static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, name);
    if (found == NULL)
        fail_msg("no %s", name);
    return found;
}

static void check_refs(const cJSON *node, const cJSON *schemas)
{
    static const char prefix[] = "#/components/schemas/";
    const cJSON *child;
    cJSON_ArrayForEach(child, node)
    {
        if (child->string != NULL && strcmp(child->string, "$ref") == 0) {
            assert_int_equal(strncmp(child->valuestring, prefix, sizeof prefix - 1), 0);
            member(schemas, child->valuestring + sizeof prefix - 1);
        }
        check_refs(child, schemas);
    }
}

static void test_the_document_names_every_operation(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct err err = { 0 };
    openapi_write(&out);
    CLEANUP(json_free) cJSON *document = json_parse(out.data, out.len - 1, &err);
    if (document == NULL)
        fail_msg("%s", err.message);
    assert_string_equal(member(document, "openapi")->valuestring, "3.1.0");
    const cJSON *schemas = member(member(document, "components"), "schemas"), *path, *operation;
    check_refs(document, schemas);
    size_t count = 0, offered = 0;
    cJSON_ArrayForEach(path, member(document, "paths"))
    {
        cJSON_ArrayForEach(operation, path)
        {
            const struct op *op = op_find(member(operation, "operationId")->valuestring);
            assert_non_null(op);
            assert_true(cJSON_GetArraySize(member(operation, "x-roles")) > 0);
            assert_string_equal(member(operation, "summary")->valuestring, op->spec->help);
            char status[8];
            snprintf(status, sizeof status, "%d", op->spec->status);
            member(member(operation, "responses"), status);
            count++;
        }
    }
    for (size_t i = 0; i < op_table_count; i++)
        offered += op_table[i]->spec->path != NULL;
    assert_int_equal(count, offered);
    const cJSON *book = member(member(member(document, "paths"), "/api/consultations/book"), "post");
    member(book, "requestBody");
    const cJSON *start = member(member(member(document, "paths"), "/api/consultations/{id}/start"), "post");
    const cJSON *id = cJSON_GetArrayItem(member(start, "parameters"), 0);
    assert_string_equal(member(id, "name")->valuestring, "id");
    assert_string_equal(member(id, "in")->valuestring, "path");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        TEST(test_the_tenant_is_made_once),
        TEST(test_administrators),
        TEST(test_the_clock_moves_forward_and_runs_what_is_due),
        cmocka_unit_test(test_the_document_names_every_operation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
