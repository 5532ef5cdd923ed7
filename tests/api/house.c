#include "tests/api/house.h"

#include "server/admin/admin.h"
#include "server/core/clock.h"
#include "server/jobs/jobs.h"
#include "shared/host/host.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Mails -------------------------------------------------------------------------------------------------------------

enum { MAILS_MAX = 256 };

static pthread_mutex_t mails_lock = PTHREAD_MUTEX_INITIALIZER;
static struct caught_mail mails[MAILS_MAX];
static size_t mail_count;

static char *keep(const char *text)
{
    return strdup(text == NULL ? "" : text);
}

static bool catch_mail(struct app *app, const struct mail *mail, struct err *err)
{
    (void)app;
    (void)err;
    pthread_mutex_lock(&mails_lock);
    CHECK(mail_count < MAILS_MAX);
    mails[mail_count++] =
        (struct caught_mail){ keep(mail->to),   keep(mail->to_name), keep(mail->subject),
                              keep(mail->text), keep(mail->html),    keep(mail->message_id) };
    pthread_mutex_unlock(&mails_lock);
    return true;
}

static const struct mail_port catcher = { .send = catch_mail };

static void drop(const char *text)
{
    union {
        const char *kept;
        char *mine;
    } both = { .kept = text };
    free(both.mine);
}

void house_forget_mails(void)
{
    pthread_mutex_lock(&mails_lock);
    for (size_t i = 0; i < mail_count; i++) {
        const char *const texts[] = { mails[i].to,   mails[i].to_name, mails[i].subject,
                                      mails[i].text, mails[i].html,    mails[i].message_id };
        for (size_t j = 0; j < ARRAY_LEN(texts); j++)
            drop(texts[j]);
    }
    mail_count = 0;
    pthread_mutex_unlock(&mails_lock);
}

// The jobs' thread may be sending on; what is there does not move.
size_t house_mail_count(void)
{
    pthread_mutex_lock(&mails_lock);
    size_t count = mail_count;
    pthread_mutex_unlock(&mails_lock);
    return count;
}

const struct caught_mail *house_mail(size_t i)
{
    assert_true(i < house_mail_count());
    return &mails[i];
}

const struct caught_mail *house_mail_to(const char *email, const char *words)
{
    for (size_t i = house_mail_count(); i-- > 0;)
        if (strcmp(mails[i].to, email) == 0 && strstr(mails[i].subject, words) != NULL)
            return &mails[i];
    return NULL;
}

void house_send_mails(struct house *house)
{
    struct err err = { 0 };
    if (!job_runner_drain(house->app.jobs, &err))
        fail_msg("%s", err.message);
}

// The server --------------------------------------------------------------------------------------------------------

static int64_t time_of(const char *iso)
{
    int64_t ms = 0;
    CHECK(civil_parse_iso(iso, &ms));
    return ms;
}

static void nothing_to_wake(void *user)
{
    (void)user;
}

static void must(bool ok, const struct err *err)
{
    if (!ok)
        fail_msg("%s", err->message);
}

void house_open_at(struct house *ret_house, const char *iso)
{
    struct err err = { 0 };
    *ret_house = (struct house){ 0 };
    snprintf(ret_house->folder, sizeof ret_house->folder, "/tmp/serenity-house-XXXXXX");
    CHECK(mkdtemp(ret_house->folder) != NULL);
    struct app_config config = {
        .data = ret_house->folder,
        .public_url = "https://serenity.example",
        .mail_from = "InsightSerenity <no-reply@serenity.example>",
        .access_minutes = 15,
        .refresh_days = 30,
        .argon2_mib = 1,
        .argon2_passes = 1,
        .readers = 1,
        .test_clock = true,
    };
    must(app_create(&ret_house->app, &config, &err), &err);
    ret_house->app.mail = &catcher;
    CHECK(clock_advance_to(ret_house->app.clock, time_of(iso)));
    must(app_start(&ret_house->app, nothing_to_wake, NULL, &err), &err);
}

void house_shut(struct house *house)
{
    char command[128];
    app_stop(&house->app);
    app_destroy(&house->app);
    house_forget_mails();
    snprintf(command, sizeof command, "rm -rf '%s'", house->folder);
    CHECK(system(command) == 0);
}

int house_open(void **state)
{
    struct house *house = calloc(1, sizeof *house);
    CHECK(house != NULL);
    house_open_at(house, "2030-01-07T08:00:00Z");
    *state = house;
    return 0;
}

int house_close(void **state)
{
    house_shut(*state);
    free(*state);
    return 0;
}

void house_now(struct house *house, const char *iso)
{
    assert_true(clock_advance_to(house->app.clock, time_of(iso)));
}

void house_wait(struct house *house, int64_t ms)
{
    assert_true(clock_advance_to(house->app.clock, clock_now(house->app.clock) + ms));
}

// Questions ---------------------------------------------------------------------------------------------------------

void answer_free(struct answer *answer)
{
    cJSON_Delete(answer->data);
    op_request_free(answer->request);
    *answer = (struct answer){ 0 };
}

static struct answer run(struct house *house, const char *operation, const char *token, const char *body,
                         va_list args) PRINTF_LIKE(4, 0);
static struct answer run(struct house *house, const char *operation, const char *token, const char *body,
                         va_list args)
{
    struct op_request *request = op_request_create();
    request->op = op_find(operation);
    if (request->op == NULL)
        fail_msg("there is no operation %s", operation);
    request->token = arena_strdup(&request->arena, token);
    request->request_id = "test";
    request->address = "192.0.2.7";
    if (body != NULL) {
        struct err err = { 0 };
        char *text = arena_vprintf(&request->arena, body, args);
        for (char *p = text; *p != '\0'; p++)
            *p = *p == '\'' ? '"' : *p;
        request->body = json_parse(text, strlen(text), &err);
        if (request->body == NULL)
            fail_msg("%s in %s", err.message, text);
    }
    engine_run(house->app.engine, request);
    struct answer answer = { .request = request, .code = request->err.code, .message = request->err.message };
    if (request->ok)
        answer.data = cJSON_Parse(buf_text(&request->reply));
    assert_true(request->ok == (answer.data != NULL));
    return answer;
}

struct answer ask(struct house *house, const char *operation, const char *token, const char *body, ...)
{
    va_list args;
    va_start(args, body);
    struct answer answer = run(house, operation, token, body, args);
    va_end(args);
    return answer;
}

void expect(struct house *house, enum err_code code, const char *operation, const char *token,
            const char *body, ...)
{
    va_list args;
    va_start(args, body);
    CLEANUP(answer_free) struct answer answer = run(house, operation, token, body, args);
    va_end(args);
    if (answer.code != code)
        fail_msg("%s: %s (%s), not %s", operation, err_name(answer.code), answer.message, err_name(code));
}

const cJSON *json_at(const struct answer *answer, const char *path)
{
    const cJSON *at = answer->data;
    while (at != NULL && *path != '\0') {
        char name[64];
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        at = cJSON_IsArray(at) ? cJSON_GetArrayItem(at, atoi(name))
                               : cJSON_GetObjectItemCaseSensitive(at, name);
        path += length + (path[length] == '.');
    }
    return at;
}

static const cJSON *wanted(const struct answer *answer, const char *path)
{
    if (answer->data == NULL)
        fail_msg("refused: %s (%s)", err_name(answer->code), answer->message);
    const cJSON *at = json_at(answer, path);
    if (at == NULL)
        fail_msg("nothing at %s in %s", path, buf_text(&answer->request->reply));
    return at;
}

const char *text_at(const struct answer *answer, const char *path)
{
    const cJSON *at = wanted(answer, path);
    if (!cJSON_IsString(at))
        fail_msg("no text at %s in %s", path, buf_text(&answer->request->reply));
    return at->valuestring;
}

double number_at(const struct answer *answer, const char *path)
{
    const cJSON *at = wanted(answer, path);
    if (!cJSON_IsNumber(at))
        fail_msg("no number at %s in %s", path, buf_text(&answer->request->reply));
    return at->valuedouble;
}

bool bool_at(const struct answer *answer, const char *path)
{
    const cJSON *at = wanted(answer, path);
    if (!cJSON_IsBool(at))
        fail_msg("neither true nor false at %s in %s", path, buf_text(&answer->request->reply));
    return cJSON_IsTrue(at);
}

// People ------------------------------------------------------------------------------------------------------------

char *house_mailed_code(struct house *house, const char *email)
{
    house_send_mails(house);
    const struct caught_mail *mail = house_mail_to(email, "Verify");
    if (mail == NULL)
        fail_msg("no verification mail to %s", email);
    static const char before[] = "asked for it:\n\n";
    const char *code = strstr(mail->text, before);
    assert_non_null(code);
    code += sizeof before - 1;
    return strndup(code, strcspn(code, "\n"));
}

static char *verified_token(struct house *house, const char *email, struct answer *registered)
{
    char *token = strdup(text_at(registered, "tokens.accessToken"));
    char *code = house_mailed_code(house, email);
    expect(house, ERR_NONE, "auth.verify_email", NULL, "{'token':'%s'}", code);
    free(code);
    answer_free(registered);
    return token;
}

char *house_client(struct house *house, const char *email, const char *organization)
{
    struct answer answer =
        ask(house, "auth.register", NULL,
            "{'email':'%s','password':'" PASSWORD "','userType':'client','profile':"
            "{'firstName':'Jane','lastName':'Smith','title':'CFO','organizationName':'%s'}}",
            email, organization);
    return verified_token(house, email, &answer);
}

char *house_consultant(struct house *house, const char *email, const char *first, const char *last)
{
    struct answer answer =
        ask(house, "auth.register", NULL,
            "{'email':'%s','password':'" PASSWORD "','userType':'consultant','profile':"
            "{'firstName':'%s','lastName':'%s','title':'Consultant'},'professional':"
            "{'level':'senior','yearsOfExperience':15,'specialization':'Digital Transformation'},"
            "'timezone':'America/New_York'}",
            email, first, last);
    return verified_token(house, email, &answer);
}

char *house_login(struct house *house, const char *email)
{
    CLEANUP(answer_free)
    struct answer answer = ask(house, "auth.login", NULL, "{'email':'%s','password':'" PASSWORD "'}", email);
    return strdup(text_at(&answer, "tokens.accessToken"));
}

char *house_admin(struct house *house, const char *email)
{
    struct err err = { 0 };
    must(admin_create_admin(&house->app, email, PASSWORD, &err) == 0, &err);
    return house_login(house, email);
}

// The store ---------------------------------------------------------------------------------------------------------

int64_t house_int(struct house *house, const char *sql)
{
    CLEANUP(db_closep) struct db *db = NULL;
    struct err err = { 0 };
    int64_t value = 0;
    must(db_open(&db, house->app.store, DB_READER, &err) &&
             db_one_int(db, sql, DB_NO_ARGS, &value, NULL, &err),
         &err);
    return value;
}

void house_sql(struct house *house, const char *sql)
{
    CLEANUP(db_closep) struct db *db = NULL;
    struct err err = { 0 };
    must(db_open(&db, house->app.store, DB_WRITER, &err) && db_script(db, sql, &err), &err);
}
