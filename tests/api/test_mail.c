// Mails: what they say, that no text of a person breaks out of its place, and that nothing is sent about what no longer
// holds (RULES 20, TRAPS 14).
#include "server/integrations/mime.h"
#include "server/jobs/jobs.h"
#include "server/notify/mail_template.h"
#include "shared/host/host.h"
#include "tests/api/house.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *const kinds[] = {
    "booking_cancelled",
    "booking_confirmed_client",
    "booking_confirmed_consultant",
    "booking_declined",
    "co_consultant_added",
    "booking_rescheduled",
    "credits_granted",
    "reminder_1h",
    "reminder_24h",
    "session_completed",
    "verify_email",
};

static struct list values_with(struct arena *arena, const char *text)
{
    static const char *const names[] = { "first_name", "email",   "public_url", "code",    "when",
                                         "with",       "purpose", "note",       "credits", "package",
                                         "expires",    "hours",   "token",      "link" };
    struct list values = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        *LIST_ADD(&values, arena, struct mail_var) = (struct mail_var){ names[i], text };
    return values;
}

static struct mail_text render(struct house *house, struct arena *arena, const char *kind, const char *text)
{
    struct list values = values_with(arena, text);
    struct mail_text mail = { 0 };
    struct err err = { 0 };
    assert_non_null(mail_kind_find(kind));
    if (!mail_render(&house->app, mail_kind_find(kind), &values, arena, &mail, &err))
        fail_msg("%s: %s", kind, err.message);
    return mail;
}

// Templates ---------------------------------------------------------------------------------------------------------

static void test_every_template_is_whole(void **state)
{
    struct arena arena = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct mail_text mail = render(*state, &arena, kinds[i], "VALUE");
        const char *const parts[] = { mail.subject, mail.text, mail.html };
        for (size_t j = 0; j < ARRAY_LEN(parts); j++)
            if (strstr(parts[j], "{{") != NULL || strstr(parts[j], "}}") != NULL || parts[j][0] == '\0')
                fail_msg("%s: %s", kinds[i], parts[j]);
        assert_non_null(strstr(mail.text, "VALUE"));
        assert_non_null(strstr(mail.html, "<p>Hello VALUE,</p>"));
        assert_non_null(strstr(mail.html, "</html>"));
        assert_null(strchr(mail.subject, '\n'));
    }
    arena_free(&arena);
}

static void test_text_of_people_is_escaped_where_it_stands(void **state)
{
    struct arena arena = { 0 };
    static const char hostile[] = "<script>alert(\"x\")</script>&'{{email}}{{#note}}";
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct mail_text mail = render(*state, &arena, kinds[i], hostile);
        assert_null(strstr(mail.html, "<script"));
        assert_non_null(strstr(mail.html, "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"));
        assert_non_null(strstr(mail.html, "{{email}}")); // a value is not a template
    }
    arena_free(&arena);
}

static void test_a_subject_is_one_line(void **state)
{
    struct arena arena = { 0 };
    struct mail_text mail =
        render(*state, &arena, "reminder_1h", "Eve\r\nBcc: all@acme.example\r\n\r\nBuy!\x1b[2J\xe2\x80\xae");
    assert_null(strpbrk(mail.subject, "\r\n\x1b"));
    assert_null(strstr(mail.subject, "\xe2\x80\xae"));
    arena_free(&arena);
}

static void test_empty_parts_are_left_out(void **state)
{
    struct arena arena = { 0 };
    struct list values = values_with(&arena, "X");
    for (size_t i = 0; i < values.count; i++)
        if (strcmp(LIST_AT(&values, struct mail_var, i)->name, "purpose") == 0)
            LIST_AT(&values, struct mail_var, i)->value = "";
    struct mail_text mail;
    struct err err = { 0 };
    struct house *house = *state;
    assert_true(mail_render(&house->app, mail_kind_find("reminder_1h"), &values, &arena, &mail, &err));
    assert_null(strstr(mail.text, "about"));
    assert_null(strstr(mail.html, "About"));
    arena_free(&arena);
}

static void test_a_missing_value_is_an_error_not_a_hole(void **state)
{
    struct arena arena = { 0 };
    struct list values = { 0 };
    struct mail_text mail;
    struct err err = { 0 };
    struct house *house = *state;
    *LIST_ADD(&values, &arena, struct mail_var) = (struct mail_var){ "first_name", "Jane" };
    assert_false(mail_render(&house->app, mail_kind_find("reminder_1h"), &values, &arena, &mail, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
    arena_free(&arena);
}

static void write_template(struct house *house, const char *name, const char *text)
{
    char path[160];
    struct err err = { 0 };
    snprintf(path, sizeof path, "%s/assets/mail", house->folder);
    assert_true(folder_make(path, 0700, &err));
    snprintf(path, sizeof path, "%s/assets/mail/%s", house->folder, name);
    assert_true(file_write_atomic(path, text, strlen(text), 0600, &err));
}

static void test_the_assets_folder_comes_first_and_its_mistakes_are_told(void **state)
{
    struct house *house = *state;
    struct arena arena = { 0 };
    char assets[128];
    snprintf(assets, sizeof assets, "%s/assets", house->folder);
    house->app.config.assets = assets;
    write_template(house, "reminder_1h.txt", "Subject: Soon\n\nDear {{first_name}}, {{when}}\n");
    struct mail_text mail = render(house, &arena, "reminder_1h", "X");
    assert_string_equal(mail.subject, "Soon");
    assert_string_equal(mail.text, "Dear X, X\n");
    static const char *const broken[] = { "no subject\n\nx", "Subject: x\nno empty line",
                                          "Subject: x\n\n{{nothing}}", "Subject: x\n\n{{when",
                                          "Subject: x\n\n{{#when}} never ended" };
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct list values = values_with(&arena, "X");
        struct err err = { 0 };
        write_template(house, "reminder_1h.txt", broken[i]);
        assert_false(mail_render(&house->app, mail_kind_find("reminder_1h"), &values, &arena, &mail, &err));
        assert_int_equal(err.code, ERR_INTERNAL);
    }
    house->app.config.assets = NULL;
    arena_free(&arena);
}

// MIME --------------------------------------------------------------------------------------------------------------

static const struct mail plain = {
    .from = "InsightSerenity <no-reply@serenity.example>",
    .to = "cfo@acmecorp.com",
    .to_name = "Jane Smith",
    .subject = "Booked",
    .text = "Hello Jane\n",
    .html = "<p>Hello</p>\n",
    .message_id = "<01a2090a-1134-7440-8910-b24d6ac1b6d4@serenity.example>",
    .at = 1767103200000, // 2025-12-30T14:00:00Z
};

static void write_mime(const struct mail *mail, struct buf *out)
{
    struct err err = { 0 };
    if (!mime_write(mail, out, &err))
        fail_msg("%s", err.message);
}

static void test_a_plain_mail_reads_like_one(void **state)
{
    (void)state;
    CLEANUP(buf_free) struct buf out = { 0 };
    write_mime(&plain, &out);
    static const char start[] = "From: InsightSerenity\r\n <no-reply@serenity.example>\r\n"
                                "To: Jane Smith\r\n <cfo@acmecorp.com>\r\n"
                                "Subject: Booked\r\n"
                                "Date: Tue, 30 Dec 2025 14:00:00 +0000\r\n"
                                "Message-ID: <01a2090a-1134-7440-8910-b24d6ac1b6d4@serenity.example>\r\n";
    assert_int_equal(strncmp(out.data, start, sizeof start - 1), 0);
    assert_non_null(strstr(out.data, "\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello Jane\r\n"));
    CLEANUP(buf_free) struct buf again = { 0 };
    write_mime(&plain, &again);
    assert_string_equal(out.data, again.data); // a retry is the same mail
}

// Every line ends with CRLF, is short enough and is ASCII; no header but ours.
static void check_form(const struct buf *out)
{
    static const char *const headers[] = { "From:",         "To:",          "Subject:",
                                           "Date:",         "Message-ID:",  "Auto-Submitted:",
                                           "MIME-Version:", "Content-Type:" };
    bool in_head = true;
    size_t seen = 0;
    for (const char *line = out->data; *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        assert_non_null(end);
        assert_true(end - line <= 998);
        for (const char *p = line; p < end; p++)
            assert_true((unsigned char)*p < 127 && *p != '\n' && *p != '\r');
        if (end == line)
            in_head = false;
        else if (in_head && *line != ' ')
            assert_int_equal(strncmp(line, headers[seen], strlen(headers[seen])), 0), seen++;
        line = end + 2;
    }
    assert_int_equal(seen, ARRAY_LEN(headers));
}

static void test_hostile_names_and_subjects_stay_in_their_header(void **state)
{
    (void)state;
    static const char *const hostile[] = {
        "Eve\r\nBcc: everyone@acme.example",
        "Eve\nSubject: other",
        "\"Eve\" <other@acme.example>, Mallory",
        "Ev\\\"e",
        "=?UTF-8?B?RXZl?=",
        "\xc3\x89v\xc3\xa9 \xe2\x80\x94 \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xf0\x9f\x8e\x89",
        "",
        "a very long name of somebody whose parents could not decide and therefore took all of them, one "
        "after another, "
        "until the clerk ran out of paper and asked them to stop",
    };
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        CLEANUP(buf_free) struct buf out = { 0 };
        struct mail mail = plain;
        mail.to_name = hostile[i];
        mail.subject = hostile[i];
        mail.text = hostile[i];
        mail.html = hostile[i];
        write_mime(&mail, &out);
        check_form(&out);
    }
}

static void test_addresses_that_could_break_out_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "a@b.example\r\nRCPT TO:<c@d.example>",
                                       "a@b.example>",
                                       "a b@c.example",
                                       "a@b.example,c@d.example",
                                       "nobody",
                                       "" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(buf_free) struct buf out = { 0 };
        struct err err = { 0 };
        struct mail mail = plain;
        mail.to = bad[i];
        assert_false(mime_write(&mail, &out, &err));
    }
    CLEANUP(buf_free) struct buf out = { 0 };
    struct err err = { 0 };
    struct mail mail = plain;
    mail.message_id = "<a@b>\r\nX: y";
    assert_false(mime_write(&mail, &out, &err));
}

// Python's own parser of mails reads back what was meant.
static void test_another_parser_reads_what_was_meant(void **state)
{
    struct house *house = *state;
    CLEANUP(buf_free) struct buf out = { 0 };
    struct err err = { 0 };
    char path[128], command[1024];
    struct mail mail = plain;
    mail.to_name = "Zo\xc3\xab M\xc3\xbcller, Dr. \"Z\"";
    mail.subject = "Gebucht: Prozess\xc3\xbc"
                   "berarbeitung f\xc3\xbcr die Bestellabwicklung \xe2\x80\x94 n\xc3\xa4"
                   "chste Woche Donnerstag";
    mail.text = "=20 literal\n.dot\n trailing blank \nGr\xc3\xbc\xc3\x9f"
                "e, https://x.example/?token=abc=def\n"
                "a line that is far longer than seventy-six characters, so that it has to be broken softly "
                "and joined "
                "again by whoever reads it\n";
    write_mime(&mail, &out);
    check_form(&out);
    snprintf(path, sizeof path, "%s/mail.eml", house->folder);
    assert_true(file_write_atomic(path, out.data, out.len, 0600, &err));
    snprintf(command, sizeof command,
             "python3 -c \"import email,email.policy,sys\n"
             "m=email.message_from_bytes(open('%s','rb').read(),policy=email.policy.default)\n"
             "assert not m.defects,m.defects\n"
             "sys.stdout.write(m['subject']+'\\n'+m['to'].addresses[0].display_name+'\\n'+m['to'].addresses["
             "0].addr_spec+'\\n'"
             "+m.get_body(('plain',)).get_payload(decode=True).decode().replace('\\r\\n','\\n'))\"",
             path);
    FILE *python = popen(command, "r");
    assert_non_null(python);
    char text[4096];
    size_t size = fread(text, 1, sizeof text - 1, python);
    text[size] = '\0';
    assert_int_equal(pclose(python), 0);
    CLEANUP(buf_free) struct buf wanted = { 0 };
    buf_addf(&wanted, "%s\n%s\n%s\n%s", mail.subject, mail.to_name, mail.to, mail.text);
    assert_string_equal(text, buf_text(&wanted));
}

// Files -------------------------------------------------------------------------------------------------------------

static void test_files_are_written_once_and_closed_to_others(void **state)
{
    struct house *house = *state;
    char path[160];
    struct err err = { 0 };
    struct stat status;
    assert_true(mail_files.send(&house->app, &plain, &err));
    assert_true(mail_files.send(&house->app, &plain, &err)); // a retry
    snprintf(path, sizeof path, "%s/mail", house->folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/mail/20251230T140000Z-01a2090a-1134-7440-8910-b24d6ac1b6d4.eml",
             house->folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    snprintf(path, sizeof path, "%s/mail", house->folder);
    DIR *folder = opendir(path);
    int files = 0;
    while (readdir(folder) != NULL)
        files++;
    closedir(folder);
    assert_int_equal(files, 3); // ".", ".." and the mail
}

// What is still true when it is sent ----------------------------------------------------------------------------------

struct scene {
    char *jane, *john;
    char john_id[40], booking[40];
};

static void set_scene(struct house *house, struct scene *ret)
{
    ret->jane = house_client(house, "cfo@acmecorp.com", "Acme Corporation");
    ret->john = house_consultant(house, "john@insightserenity.com", "John", "Expert");
    expect(house, ERR_NONE, "consultant.availability_add", ret->john,
           "{'id':'me','type':'regular','period':{'startDate':'2030-01-01','endDate':'2030-12-31'},"
           "'recurrence':{'pattern':'weekly','daysOfWeek':[1,2,3,4,5]},'timeSlots':[{'startTime':'09:00',"
           "'endTime':'17:00'}]}");
    CLEANUP(answer_free) struct answer me = ask(house, "consultant.me", ret->john, NULL);
    snprintf(ret->john_id, sizeof ret->john_id, "%s", text_at(&me, "consultant.id"));
    house_send_mails(house);
    house_forget_mails();
    CLEANUP(answer_free)
    struct answer a = ask(
        house, "consultation.book", ret->jane,
        "{'consultantId':'%s','useFreeTrialCredit':true,'schedule':{'scheduledStart':'2030-01-15T15:00:00Z',"
        "'scheduledEnd':'2030-01-15T15:15:00Z','timezone':'Europe/London'},'purpose':'Explore'}",
        ret->john_id);
    snprintf(ret->booking, sizeof ret->booking, "%s", text_at(&a, "consultation.id"));
}

static void clear_scene(struct scene *scene)
{
    free(scene->jane);
    free(scene->john);
}

static void test_both_sides_hear_of_a_booking(void **state)
{
    struct house *house = *state;
    struct scene scene;
    set_scene(house, &scene);
    house_send_mails(house);
    const struct caught_mail *to_jane = house_mail_to("cfo@acmecorp.com", "Booked: ");
    const struct caught_mail *to_john = house_mail_to("john@insightserenity.com", "New booking: ");
    assert_non_null(to_jane);
    assert_non_null(to_john);
    assert_non_null(strstr(to_jane->text, "Tue 15 Jan 2030, 15:00-15:15 GMT"));
    assert_non_null(strstr(to_john->text, "Tue 15 Jan 2030, 10:00-10:15 EST"));
    assert_non_null(strstr(to_john->text, "Explore"));
    assert_string_equal(to_jane->to_name, "Jane Smith");
    size_t before = house_mail_count();
    house_send_mails(house);
    assert_int_equal(house_mail_count(), before); // once
    clear_scene(&scene);
}

static void test_a_confirmation_is_not_sent_of_what_was_cancelled_meanwhile(void **state)
{
    struct house *house = *state;
    struct scene scene;
    set_scene(house, &scene);
    house_send_mails(house);
    house_forget_mails();
    expect(house, ERR_NONE, "consultation.cancel", scene.jane, "{'id':'%s','reason':'Not needed'}",
           scene.booking);
    // As if the mail server had been away until now.
    house_sql(house, "UPDATE job SET state = 'waiting' WHERE kind = 'mail.send' AND "
                     "payload LIKE '%booking_confirmed%'");
    house_wait(house, MINUTE_MS);
    house_send_mails(house);
    const struct caught_mail *mail = house_mail_to("cfo@acmecorp.com", "Cancelled: ");
    assert_non_null(mail);
    assert_non_null(strstr(mail->text, "The credit is returned."));
    assert_null(house_mail_to("cfo@acmecorp.com", "Booked: "));
    assert_null(house_mail_to("john@insightserenity.com", "New booking: "));
    assert_int_equal(
        house_int(house, "SELECT count(*) FROM job WHERE kind = 'mail.send' AND state = 'skipped'"), 2);
    clear_scene(&scene);
}

static void test_reminders_speak_of_the_time_that_holds(void **state)
{
    struct house *house = *state;
    struct scene scene;
    set_scene(house, &scene);
    expect(house, ERR_NONE, "consultation.reschedule", scene.jane,
           "{'id':'%s','schedule':{'scheduledStart':'2030-01-16T16:00:00Z','scheduledEnd':'2030-01-16T16:15:"
           "00Z'}}",
           scene.booking);
    house_send_mails(house);
    house_forget_mails();
    house_now(house, "2030-01-14T16:00:00Z"); // a day before the first time
    house_send_mails(house);
    assert_int_equal(house_mail_count(), 0);
    house_now(house, "2030-01-15T16:00:01Z");
    house_send_mails(house);
    const struct caught_mail *mail = house_mail_to("cfo@acmecorp.com", "Tomorrow: ");
    assert_non_null(mail);
    assert_non_null(strstr(mail->text, "16 Jan 2030"));
    assert_int_equal(house_mail_count(), 2); // one each
    house_now(house, "2030-01-16T15:00:01Z");
    house_send_mails(house);
    assert_non_null(house_mail_to("john@insightserenity.com", "In one hour: "));
    assert_int_equal(house_mail_count(), 4);
    clear_scene(&scene);
}

static void test_no_reminder_of_what_was_cancelled(void **state)
{
    struct house *house = *state;
    struct scene scene;
    set_scene(house, &scene);
    expect(house, ERR_NONE, "consultation.cancel", scene.jane, "{'id':'%s'}", scene.booking);
    house_send_mails(house);
    house_forget_mails();
    house_now(house, "2030-01-16T00:00:00Z");
    house_send_mails(house);
    assert_int_equal(house_mail_count(), 0);
    clear_scene(&scene);
}

static void test_nothing_goes_to_people_who_are_suspended(void **state)
{
    struct house *house = *state;
    struct scene scene;
    set_scene(house, &scene);
    house_send_mails(house);
    house_forget_mails();
    house_sql(house, "UPDATE person SET status = 'suspended' WHERE email = 'cfo@acmecorp.com'");
    house_now(house, "2030-01-14T15:00:01Z");
    house_send_mails(house);
    assert_null(house_mail_to("cfo@acmecorp.com", ""));
    assert_non_null(house_mail_to("john@insightserenity.com", "Tomorrow: "));
    clear_scene(&scene);
}

static bool never_sent(struct app *app, const struct mail *mail, struct err *err)
{
    (void)app;
    (void)mail;
    return err_set(err, ERR_UNAVAILABLE, "The mail server is away.");
}

static void test_a_mail_that_cannot_leave_is_tried_again(void **state)
{
    struct house *house = *state;
    const struct mail_port *works = house->app.mail;
    static const struct mail_port away = { .send = never_sent };
    house->app.mail = &away;
    CLEANUP(answer_free)
    struct answer a =
        ask(house, "auth.register", NULL,
            "{'email':'a@b.example','password':'" PASSWORD "','userType':'client','profile':{'firstName':'A',"
            "'lastName':'B','organizationName':'C'}}");
    text_at(&a, "user.id");
    struct err ignored = { 0 };
    job_runner_drain(house->app.jobs, &ignored);
    assert_int_equal(house_int(house,
                               "SELECT count(*) FROM job WHERE kind = 'mail.send' AND state = 'waiting' AND "
                               "attempts > 0 AND last_error LIKE '%away%'"),
                     1);
    house->app.mail = works;
    house_wait(house, DAY_MS / 2);
    house_send_mails(house);
    assert_non_null(house_mail_to("a@b.example", "Verify"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        TEST(test_every_template_is_whole),
        TEST(test_text_of_people_is_escaped_where_it_stands),
        TEST(test_a_subject_is_one_line),
        TEST(test_empty_parts_are_left_out),
        TEST(test_a_missing_value_is_an_error_not_a_hole),
        TEST(test_the_assets_folder_comes_first_and_its_mistakes_are_told),
        TEST(test_a_plain_mail_reads_like_one),
        TEST(test_hostile_names_and_subjects_stay_in_their_header),
        TEST(test_addresses_that_could_break_out_are_refused),
        TEST(test_another_parser_reads_what_was_meant),
        TEST(test_files_are_written_once_and_closed_to_others),
        TEST(test_both_sides_hear_of_a_booking),
        TEST(test_a_confirmation_is_not_sent_of_what_was_cancelled_meanwhile),
        TEST(test_reminders_speak_of_the_time_that_holds),
        TEST(test_no_reminder_of_what_was_cancelled),
        TEST(test_nothing_goes_to_people_who_are_suspended),
        TEST(test_a_mail_that_cannot_leave_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
