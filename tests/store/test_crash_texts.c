// Power failures while two people type in a note, over several snapshots, and while words deleted long ago are purged: at
// every moment what was acknowledged is in the text, and the text loads and is what its row says.
//
//     test_crash_texts [--all | --points N] [--seed S]
#include "server/core/audit.h"
#include "server/db/migrations.h"
#include "tests/store/crash_trial.h"
#include "tests/store/typist.h"

#include <stdlib.h>

enum { EDITS = 60, SIZE = 4000 }; // a snapshot after every 17th

static const uint64_t A = 0x1111111122222221, B = 0x1111111122222222;

static void type(struct typist *typist, int n)
{
    char words[SIZE + 1];
    memset(words, 'a' + n % 26, SIZE);
    words[SIZE - 1] = '\n';
    words[SIZE] = '\0';
    typist_type(typist, text_length(typist->text), words);
    assert_int_equal(typist_send(typist), ERR_NONE);
    crash_vfs_mark(typist->head);
}

static void run(const char *folder)
{
    void *state = NULL;
    testbed_use_folder(folder);
    assert_int_equal(office_open(&state), 0);
    struct office *office = state;
    const char *id = office_book(office, "2030-01-09T14:00:00Z");
    struct typist john = typist_open(office, &office->john, id, NOTE_SHARED, A);
    struct typist jane = typist_open(office, &office->jane, id, NOTE_SHARED, B);
    for (int n = 0; n < EDITS; n++)
        type(n % 3 == 0 ? &jane : &john, n);
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM text_snapshot"), 2);
    assert_true(testbed_int(&office->bed, "SELECT min(n) FROM text_update") > 17);
    typist_remove(&john, 0, SIZE);
    assert_int_equal(typist_send(&john), ERR_NONE);
    crash_vfs_mark(john.head);
    office_set_clock(office, "2030-02-10T08:00:00Z");
    office_finish_job(office, &job_notes_purge, "{}");
    assert_int_equal(testbed_int(&office->bed, "SELECT count(*) FROM text_update"), 0);
    type(&john, EDITS);
    office_prove(office);
    typist_close(&john);
    typist_close(&jane);
    struct texts *texts = office->bed.app.texts;
    testbed_stop(&office->bed);
    texts_free(texts);
    arena_free(&office->arena);
    free(office);
}

static bool inspect(const char *store, size_t point, const int64_t *marks, size_t count, size_t *ret_lost)
{
    struct err err = { 0 };
    CLEANUP(db_closep) struct db *db = NULL;
    CLEANUP(buf_free) struct buf wrong = { 0 };
    int64_t head = 0;
    if (!store_prepare(store, 1, &err) || !db_open(&db, store, DB_READER, &err) ||
        !db_one_int(db, "SELECT COALESCE(MAX(head), 0) FROM note", DB_NO_ARGS, &head, NULL, &err))
        return false;
    for (size_t i = 0; i < count; i++)
        *ret_lost += head < marks[i];
    if (!db_integrity(db, &wrong, &err) || !scheduling_check(db, &wrong, &err) ||
        !texts_check(db, &wrong, &err) || !audit_check(db, &wrong, &err))
        buf_add_text(&wrong, err.message);
    if (wrong.len > 0 && *ret_lost == 0)
        print_message("point %zu: %s\n", point, buf_text(&wrong));
    return wrong.len == 0;
}

int main(int argc, char **argv)
{
    const struct crash_trial trial = { run, inspect };
    return crash_trial_main(argc, argv, &trial);
}
