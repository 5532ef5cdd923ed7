// Field maps: validation in, JSON out, and that every declared table is sound.
#include "shared/domain/booking.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/args_identity.h"
#include "shared/wire/args_people.h"
#include "shared/wire/messages.h"
#include "shared/wire/op.h"
#include "shared/wire/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool read(const struct shape *shape, const char *text, struct arena *arena, void *ret, struct err *err)
{
    CLEANUP(json_free) cJSON *json = json_parse(text, strlen(text), err);
    return json != NULL && shape_read(shape, json, arena, ret, err);
}

static void test_reads_the_payload_of_the_specification_3_1(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_book book;
    struct err err = { 0 };
    assert_true(
        read(&shape_book,
             "{\"consultantId\":\"0193e7a0-0000-7000-8000-000000000001\",\"schedule\":{"
             "\"scheduledStart\":\"2025-12-30T14:00:00Z\",\"scheduledEnd\":\"2025-12-30T15:30:00Z\","
             "\"timezone\":\"America/New_York\"},\"purpose\":\"Organizational capability assessment\","
             "\"notes\":\"We need help\",\"useCredits\":true}",
             &arena, &book, &err));
    assert_int_equal(book.schedule.scheduledEnd - book.schedule.scheduledStart, 90 * 60 * 1000);
    assert_string_equal(book.schedule.timezone, "America/New_York");
    assert_true(book.useCredits && book.has_useCredits && !book.useFreeTrialCredit);
    assert_null(book.id);
}

static void test_says_which_field_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field;
    } cases[] = {
        { "{}", "schedule" },
        { "{\"schedule\":{}}", "schedule.scheduledStart" },
        { "{\"schedule\":3}", "schedule" },
        { "{\"schedule\":{\"scheduledStart\":5}}", "schedule.scheduledStart" },
        { "{\"schedule\":{\"scheduledStart\":\"2025-02-30T00:00:00Z\"}}", "schedule.scheduledStart" },
        { "{\"price\":1}", "price" },
        { "{\"useCredits\":\"yes\"}", "useCredits" },
        { "{\"consultantId\":\"../../etc\"}", "consultantId" },
        { "{\"purpose\":\"\\u001b[2J\"}", "purpose" },
        { "{\"purpose\":\"\\u202e\"}", "purpose" },
        { "{\"type\":\"two\\nlines\"}", "type" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(arena_free) struct arena arena = { 0 };
        struct args_book book;
        struct err err = { 0 };
        assert_false(read(&shape_book, cases[i].text, &arena, &book, &err));
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        assert_string_equal(err.field, cases[i].field);
    }
}

static void test_a_hostile_field_name_is_cleaned_and_cut(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_book book;
    struct err err = { 0 };
    assert_false(
        read(&shape_book,
             "{\"\\u001b]0;"
             "x\\u0007aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":1}",
             &arena, &book, &err));
    assert_null(strchr(err.field, '\x1b'));
    assert_null(strchr(err.message, '\x1b'));
    assert_true(strlen(err.field) < ERR_FIELD_MAX);
}

static void test_lists_of_objects_are_named_by_index(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_complete complete;
    struct err err = { 0 };
    assert_false(read(&shape_complete,
                      "{\"id\":\"x\",\"actionItems\":[{\"description\":\"a\",\"priority\":\"high\"},"
                      "{\"description\":\"b\",\"priority\":\"urgent\"}]}",
                      &arena, &complete, &err));
    assert_string_equal(err.field, "actionItems[1].priority");
    assert_true(read(&shape_complete,
                     "{\"id\":\"x\",\"actionItems\":[{\"description\":\"a\",\"priority\":\"high\"}]}", &arena,
                     &complete, &err));
    assert_int_equal(LIST_AT(&complete.actionItems, struct args_action_item, 0)->priority, 2);
    assert_int_equal(LIST_AT(&complete.actionItems, struct args_action_item, 0)->assignedTo, -1);
}

static void test_money_keeps_every_cent(void **state)
{
    (void)state;
    struct thing {
        int64_t amount;
    };
    static const struct field fields[] = { { FIELD(struct thing, amount), .kind = FIELD_MONEY } };
    static const struct shape shape = SHAPE(struct thing, "Thing", fields);
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct thing thing;
    struct err err = { 0 };
    for (int64_t minor = 0; minor < 200000; minor += 7) {
        CLEANUP(buf_free) struct buf text = { 0 };
        thing.amount = minor;
        shape_write(&shape, &thing, &text);
        assert_true(read(&shape, buf_text(&text), &arena, &thing, &err));
        assert_int_equal(thing.amount, minor);
        arena_reset(&arena);
    }
    assert_false(read(&shape, "{\"amount\":1.005}", &arena, &thing, &err));
}

static void test_numbers_beyond_what_json_carries_are_refused(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_patch patch;
    struct err err = { 0 };
    assert_true(read(&shape_patch, "{\"id\":\"x\",\"baseRev\":9007199254740991}", &arena, &patch, &err));
    assert_int_equal(patch.baseRev, INT64_C(9007199254740991));
    assert_false(read(&shape_patch, "{\"id\":\"x\",\"baseRev\":9007199254740992}", &arena, &patch, &err));
    assert_false(read(&shape_patch, "{\"id\":\"x\",\"baseRev\":1.5}", &arena, &patch, &err));
}

static void test_given_and_null_are_told_apart(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct args_patch patch;
    struct err err = { 0 };
    assert_true(read(&shape_patch, "{\"id\":\"x\",\"notes\":{\"consultant\":null}}", &arena, &patch, &err));
    assert_true(patch.has_notes && patch.notes.has_consultant && !patch.notes.has_client &&
                !patch.has_purpose);
    assert_null(patch.notes.consultant);
}

static void test_lenient_reading_passes_over_what_it_does_not_know(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct err err = { 0 };
    struct row_lot lot;
    const char *text =
        "{\"id\":\"0193e7a0-0000-7000-8000-000000000001\",\"rev\":3,\"novelty\":{\"a\":[1]},\"free\":90}";
    CLEANUP(json_free) cJSON *json = json_parse(text, strlen(text), &err);
    assert_true(shape_read_lenient(row_shapes[ROW_LOT], json, &arena, &lot, &err));
    assert_int_equal(lot.free, 90);
    assert_false(shape_read(row_shapes[ROW_LOT], json, &arena, &lot, &err));
}

static void test_rows_come_back_as_they_were_sent(void **state)
{
    (void)state;
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct err err = { 0 };
    struct row_consultation sent = { .id = "0193e7a0-0000-7000-8000-000000000001",
                                     .rev = 77,
                                     .code = "CONS-20251230-001",
                                     .clientName = "Acme \"Corp\" \\ Zoë",
                                     .start = INT64_C(1767103200000),
                                     .status = BOOKING_REQUESTED,
                                     .freeTrial = true,
                                     .purpose = "two\nlines" };
    CLEANUP(buf_free) struct buf text = { 0 };
    shape_write(row_shapes[ROW_CONSULTATION], &sent, &text);
    assert_null(strstr(buf_text(&text), "cancelReason"));
    struct row_consultation got;
    assert_true(read(row_shapes[ROW_CONSULTATION], buf_text(&text), &arena, &got, &err));
    assert_string_equal(got.clientName, sent.clientName);
    assert_string_equal(got.purpose, sent.purpose);
    assert_int_equal(got.start, sent.start);
    assert_int_equal(got.status, BOOKING_REQUESTED);
    assert_true(got.freeTrial);
    assert_null(got.consultantId);
}

static void check_shape(const struct shape *shape)
{
    assert_true(shape->count <= 64);
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        assert_true(field->offset < shape->size);
        assert_ptr_equal(shape_find(shape, field->name), field); // no name twice
        if (field->kind == FIELD_ENUM)
            assert_non_null(field->words);
        if (field->kind == FIELD_OBJECT || field->kind == FIELD_OBJECTS)
            check_shape(field->sub);
    }
}

static void test_the_operation_table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < op_spec_count; i++) {
        const struct op_spec *spec = op_specs[i];
        assert_true(i == 0 || strcmp(op_specs[i - 1]->name, spec->name) < 0);
        assert_ptr_equal(op_spec_find(spec->name), spec);
        assert_true(spec->roles != 0 && spec->help != NULL && (spec->status == 200 || spec->status == 201));
        if (spec->in == NULL)
            continue;
        check_shape(spec->in);
        for (size_t j = 0; j < spec->in->count; j++) {
            const struct field *field = &spec->in->fields[j];
            bool in_path = (field->flags & FIELD_PATH) != 0;
            char part[80] = "/:";
            strncat(part, field->name, sizeof part - 3);
            assert_true(!in_path || strstr(spec->path, part) != NULL);
            assert_true(strcmp(spec->method, "GET") != 0 || (field->flags & (FIELD_PATH | FIELD_QUERY)) != 0);
        }
    }
    assert_null(op_spec_find("no.such"));
}

static void test_the_row_tables_are_sound(void **state)
{
    (void)state;
    for (int table = 0; table < ROW_TABLES; table++) {
        check_shape(row_shapes[table]);
        assert_string_equal(row_shapes[table]->fields[0].name, "id");
        assert_string_equal(row_shapes[table]->fields[1].name, "rev");
        assert_int_equal(row_table_find(row_shapes[table]->name), table);
    }
    assert_int_equal(row_table_find("sqlite_master"), ROW_TABLES);
}

static void test_pages_survive_and_bombs_do_not(void **state)
{
    (void)state;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf page = { 0 };
    CLEANUP(buf_free) struct buf frame = { 0 };
    CLEANUP(buf_free) struct buf back = { 0 };
    for (int i = 0; i < 5000; i++)
        buf_addf(&page, "{\"id\":%d}", i);
    assert_true(page_deflate(page.data, page.len, &frame, &err));
    assert_true(page_inflate(frame.data, frame.len, &back, &err));
    assert_string_equal(buf_text(&back), buf_text(&page));
    assert_false(page_inflate(frame.data, frame.len - 1, &back, &err));
    frame.data[frame.len / 2] ^= 0x55;
    assert_false(page_inflate(frame.data, frame.len, &back, &err));
    buf_clear(&page);
    buf_reserve(&page, SYNC_PAGE_MAX + 1);
    memset(page.data, ' ', SYNC_PAGE_MAX + 1);
    assert_false(page_deflate(page.data, SYNC_PAGE_MAX + 1, &frame, &err));
}

static void test_row_sums_tell_rows_apart(void **state)
{
    (void)state;
    assert_true(row_sum(ROW_LOT, "a", 1) != row_sum(ROW_LOT, "a", 2));
    assert_true(row_sum(ROW_LOT, "a", 1) != row_sum(ROW_NOTE, "a", 1));
    assert_true(row_sum(ROW_LOT, "a", 1) != row_sum(ROW_LOT, "b", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_the_payload_of_the_specification_3_1),
        cmocka_unit_test(test_says_which_field_is_wrong),
        cmocka_unit_test(test_a_hostile_field_name_is_cleaned_and_cut),
        cmocka_unit_test(test_lists_of_objects_are_named_by_index),
        cmocka_unit_test(test_money_keeps_every_cent),
        cmocka_unit_test(test_numbers_beyond_what_json_carries_are_refused),
        cmocka_unit_test(test_given_and_null_are_told_apart),
        cmocka_unit_test(test_lenient_reading_passes_over_what_it_does_not_know),
        cmocka_unit_test(test_rows_come_back_as_they_were_sent),
        cmocka_unit_test(test_the_operation_table_is_sound),
        cmocka_unit_test(test_the_row_tables_are_sound),
        cmocka_unit_test(test_pages_survive_and_bombs_do_not),
        cmocka_unit_test(test_row_sums_tell_rows_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
