// Notes: who reads and writes which, and that no text is ever overwritten by one who did not see it.
#include "server/core/changes.h"
#include "server/scheduling/scheduling.h"
#include "shared/domain/notes.h"
#include "tests/store/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static cJSON *patch(struct office *office, const struct actor *who, const char *id, const char *members,
                    enum err_code expected)
{
    return office_run(office, &op_run_consultation_patch, who, expected, "{\"id\":\"%s\",%s}", id, members);
}

static void write_note(struct office *office, const struct actor *who, const char *id, const char *members)
{
    cJSON_Delete(patch(office, who, id, members, ERR_NONE));
}

static cJSON *look(struct office *office, const struct actor *who, const char *id)
{
    return office_run(office, &op_run_consultation_get, who, ERR_NONE, "{\"id\":\"%s\"}", id);
}

static void test_private_notes_never_reach_the_client(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    write_note(
        office, &office->john, id,
        "\"notes\":{\"consultant\":\"SECRET-C\",\"internal\":\"SECRET-I\"},\"preparationNotes\":\"SECRET-P\","
        "\"preparationMaterials\":[{\"type\":\"framework\",\"name\":\"SECRET-M\",\"url\":\"s3://t\"}]");
    write_note(office, &office->john, id,
               "\"liveNotes\":{\"text\":\"Shared\",\"keyDiscussionPoints\":[\"Legacy ERP\"],"
               "\"opportunitiesIdentified\":[\"Cloud\"]}");
    cJSON *data = look(office, &office->jane, id);
    char *text = cJSON_PrintUnformatted(data);
    assert_null(strstr(text, "SECRET"));
    cJSON_free(text);
    assert_string_equal(json_text(data, "consultation.liveNotes.text"), "Shared");
    assert_string_equal(json_text(data, "consultation.liveNotes.keyDiscussionPoints.0"), "Legacy ERP");
    cJSON_Delete(data);
    data = look(office, &office->john, id);
    assert_string_equal(json_text(data, "consultation.notes.consultant"), "SECRET-C");
    assert_string_equal(json_text(data, "consultation.notes.internal"), "SECRET-I");
    assert_string_equal(json_text(data, "consultation.preparationNotes"), "SECRET-P");
    assert_string_equal(json_text(data, "consultation.preparationMaterials.0.name"), "SECRET-M");
    cJSON_Delete(data);
    data = look(office, &office->admin, id); // internal, but not the consultant's own
    assert_string_equal(json_text(data, "consultation.notes.internal"), "SECRET-I");
    assert_null(json_at(data, "consultation.notes.consultant"));
    assert_null(json_at(data, "consultation.preparationNotes"));
    cJSON_Delete(data);
    data = office_run(office, &op_run_consultation_mine, &office->jane, ERR_NONE, "{}");
    assert_null(json_at(data, "consultations.0.preparationNotes"));
    cJSON_Delete(data);
}

static void test_notes_audiences(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    write_note(office, &office->john, id,
               "\"notes\":{\"consultant\":\"C\",\"internal\":\"I\"},\"preparationNotes\":\"P\","
               "\"liveNotes\":{\"text\":\"L\"}");
    const char *host = arena_printf(&office->arena, "u:%s", office->john.user_id);
    const struct {
        const char *kind, *audience;
    } expected[] = {
        { "consultant", host },
        { "preparation", host },
        { "internal", arena_printf(&office->arena, "%s role:default:admin", host) },
        { "live",
          arena_printf(&office->arena, "org:%s %s role:default:admin", office->jane.client_id, host) },
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++)
        assert_int_equal(
            testbed_int(&office->bed,
                        arena_printf(&office->arena,
                                     "SELECT count(*) FROM note n JOIN change c ON c.id = n.id AND "
                                     "c.tbl = %d AND c.now = n.audience WHERE n.id = '%s:%s' AND "
                                     "n.audience = '%s'",
                                     ROW_NOTE, id, expected[i].kind, expected[i].audience)),
            1);
}

static void test_who_may_write_what(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    static const char *const not_the_clients[] = {
        "\"notes\":{\"consultant\":\"x\"}", "\"notes\":{\"internal\":\"x\"}",
        "\"liveNotes\":{\"text\":\"x\"}",   "\"preparationNotes\":\"x\"",
        "\"preparationMaterials\":[]",
    };
    static const char *const not_the_consultants[] = { "\"notes\":{\"client\":\"x\"}", "\"purpose\":\"x\"",
                                                       "\"objectives\":[\"x\"]" };
    for (size_t i = 0; i < ARRAY_LEN(not_the_clients); i++)
        cJSON_Delete(patch(office, &office->jane, id, not_the_clients[i], ERR_FORBIDDEN));
    for (size_t i = 0; i < ARRAY_LEN(not_the_consultants); i++)
        cJSON_Delete(patch(office, &office->john, id, not_the_consultants[i], ERR_FORBIDDEN));
    cJSON_Delete(patch(office, &office->bob, id, "\"purpose\":\"x\"", ERR_NOT_FOUND));
    // half of it allowed is nothing written
    cJSON_Delete(patch(office, &office->jane, id, "\"purpose\":\"Changed\",\"preparationNotes\":\"x\"",
                       ERR_FORBIDDEN));
    cJSON *data =
        patch(office, &office->jane, id, "\"purpose\":\"New\",\"objectives\":[\"One\",\"Two\"]", ERR_NONE);
    assert_string_equal(json_text(data, "consultation.purpose"), "New");
    assert_string_equal(json_text(data, "consultation.objectives.1"), "Two");
    cJSON_Delete(data);
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    cJSON_Delete(patch(office, &office->jane, id, "\"purpose\":\"Later\"", ERR_WRONG_STATE));
    write_note(office, &office->john, id, "\"liveNotes\":{\"text\":\"Now\"}");
}

// Two writers -------------------------------------------------------------------------------------------------------

static int revision(struct office *office, const char *id, const char *kind)
{
    cJSON *data = look(office, &office->john, id);
    int rev = (int)json_number(data, arena_printf(&office->arena, "consultation.noteRevisions.%s", kind));
    cJSON_Delete(data);
    return rev;
}

static cJSON *write_live(struct office *office, const char *id, const char *text, int base)
{
    return patch(office, &office->john, id,
                 arena_printf(&office->arena, "\"baseRev\":%d,\"liveNotes\":{\"text\":\"%s\"}", base, text),
                 ERR_NONE);
}

static void live_is(const cJSON *data, const char *text, bool merged)
{
    assert_string_equal(json_text(data, "consultation.liveNotes.text"), text);
    assert_int_equal(cJSON_IsTrue(json_at(data, "merged")), merged);
}

// Both, each once, and no more than both.
static void live_holds(const cJSON *data, const char *one, const char *other)
{
    const char *text = json_text(data, "consultation.liveNotes.text");
    assert_non_null(strstr(text, one));
    assert_non_null(strstr(text, other));
    assert_int_equal(strlen(text), strlen(one) + strlen(other));
    assert_true(cJSON_IsTrue(json_at(data, "merged")));
}

static void test_a_queued_edit_keeps_both_texts(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    cJSON_Delete(write_live(office, id, "Start", 0));
    int seen = revision(office, id, "live");
    cJSON *data = write_live(office, id, "From the desk", seen);
    live_is(data, "From the desk", false);
    cJSON_Delete(data);
    office_set_clock(office, "2030-01-09T14:05:00Z");
    data = write_live(office, id, "From the train", seen); // never saw the desk's
    live_holds(data, "From the desk", "From the train");
    cJSON_Delete(data);
    // the train's text grows on, still queued from before: its own part is replaced, the desk's stays
    data = write_live(office, id, "From the train, longer", seen);
    live_holds(data, "From the desk", "From the train, longer");
    cJSON_Delete(data);
    data = write_live(office, id, "From the train, longer", seen); // nobody answered: once more
    live_holds(data, "From the desk", "From the train, longer");
    cJSON_Delete(data);
    // who saw it all may write it as they like
    data = write_live(office, id, "One text", revision(office, id, "live"));
    live_is(data, "One text", false);
    cJSON_Delete(data);
}

static void test_no_conflict_where_nothing_is_lost(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    cJSON_Delete(write_live(office, id, "One", 0));
    int seen = revision(office, id, "live");
    cJSON_Delete(write_live(office, id, "One two", seen));
    int stored = revision(office, id, "live");
    cJSON *data = write_live(office, id, "One two", seen); // the same text again
    live_is(data, "One two", false);
    cJSON_Delete(data);
    assert_int_equal(revision(office, id, "live"), stored); // and no new revision
    data = write_live(office, id, "One two three", seen);   // typed on, both still queued
    live_is(data, "One two three", false);
    cJSON_Delete(data);
    data = write_live(office, id, "Two", 0); // without a base: the writer means it
    live_is(data, "Two", false);
    cJSON_Delete(data);
}

static void test_lists_of_live_notes_merge_too(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    write_note(office, &office->john, id, "\"liveNotes\":{\"keyDiscussionPoints\":[\"A\"]}");
    int seen = revision(office, id, "live");
    write_note(office, &office->john, id, "\"liveNotes\":{\"keyDiscussionPoints\":[\"A\",\"B\"]}");
    cJSON *data =
        patch(office, &office->john, id,
              arena_printf(&office->arena,
                           "\"baseRev\":%d,\"liveNotes\":{\"keyDiscussionPoints\":[\"A\",\"C\"]}", seen),
              ERR_NONE);
    assert_string_equal(json_text(data, "consultation.liveNotes.keyDiscussionPoints.0"), "B");
    assert_string_equal(json_text(data, "consultation.liveNotes.keyDiscussionPoints.1"), "A");
    assert_string_equal(json_text(data, "consultation.liveNotes.keyDiscussionPoints.2"), "C");
    cJSON_Delete(data);
}

static void test_the_clients_note_has_its_own_revision(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    write_note(office, &office->jane, id, "\"notes\":{\"client\":\"Bring the plan\"}");
    int seen = revision(office, id, "client");
    office_do(office, &op_run_consultation_confirm, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    // confirming changed the booking, not the note
    cJSON *data = patch(office, &office->jane, id,
                        arena_printf(&office->arena, "\"baseRev\":%d,\"notes\":{\"client\":\"Other\"}", seen),
                        ERR_NONE);
    assert_string_equal(json_text(data, "consultation.notes.client"), "Other");
    cJSON_Delete(data);
    data = patch(office, &office->jane, id,
                 arena_printf(&office->arena, "\"baseRev\":%d,\"notes\":{\"client\":\"Third\"}", seen),
                 ERR_NONE);
    assert_true(cJSON_IsTrue(json_at(data, "merged")));
    assert_non_null(strstr(json_text(data, "consultation.notes.client"), "Other"));
    assert_non_null(strstr(json_text(data, "consultation.notes.client"), "Third"));
    cJSON_Delete(data);
}

static void test_what_is_said_at_the_end_is_added(void **state)
{
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    write_note(office, &office->john, id, "\"notes\":{\"internal\":\"Watch the budget\"}");
    office_set_clock(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_consultation_start, &office->john, ERR_NONE, "{\"id\":\"%s\"}", id);
    cJSON *data = office_run(office, &op_run_consultation_complete, &office->john, ERR_NONE,
                             "{\"id\":\"%s\",\"internalNotes\":\"Excellent\"}", id);
    const char *text = json_text(data, "consultation.notes.internal");
    assert_non_null(strstr(text, "Watch the budget"));
    assert_non_null(strstr(text, "Excellent"));
    cJSON_Delete(data);
}

// Two texts that are too much together, neither of whose writers saw the other's.
static void test_merged_texts_have_a_limit(void **state)
{
    enum { SIZE = 135 * 1000, FITS = NOTE_LENGTH_MAX / SIZE };
    struct office *office = *state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    office_do(office, &op_run_note_write, &office->john, ERR_NONE,
              "{\"id\":\"%s\",\"kind\":\"live\",\"text\":\"x\"}", id);
    for (int i = 0; i <= FITS; i++) {
        char *text = arena_alloc(&office->arena, SIZE + 1);
        memset(text, 'a' + i, SIZE);
        office_do(office, &op_run_note_write, &office->john, i < FITS ? ERR_NONE : ERR_TOO_LARGE,
                  "{\"id\":\"%s\",\"kind\":\"live\",\"baseHead\":1,\"text\":\"%s\"}", id, text);
    }
    cJSON *data = look(office, &office->john, id);
    assert_int_equal(strlen(json_text(data, "consultation.liveNotes.text")), FITS * SIZE);
    cJSON_Delete(data);
    office_prove(office);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
static const struct CMUnitTest tests[] = {
    TEST(test_private_notes_never_reach_the_client),
    TEST(test_notes_audiences),
    TEST(test_who_may_write_what),
    TEST(test_a_queued_edit_keeps_both_texts),
    TEST(test_no_conflict_where_nothing_is_lost),
    TEST(test_lists_of_live_notes_merge_too),
    TEST(test_the_clients_note_has_its_own_revision),
    TEST(test_what_is_said_at_the_end_is_added),
    TEST(test_merged_texts_have_a_limit),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
