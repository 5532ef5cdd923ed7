#include "tests/store/office.h"

#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/clock.h"
#include "server/identity/identity.h"
#include "server/jobs/daily.h"
#include "server/notify/notify.h"
#include "server/packages/packages.h"
#include "server/scheduling/scheduling.h"
#include "server/texts/texts.h"
#include "shared/base/civil.h"
#include "shared/host/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The world ---------------------------------------------------------------------------------------------------------

struct hire {
    struct office *office;
};

static bool add_client(struct op_ctx *ctx, struct office *office, const char *first, const char *last,
                       const char *organization, const char *email, struct actor *ret)
{
    const char *name = arena_printf(&office->arena, "%s %s", first, last);
    if (!client_create(ctx, email, name, "CFO", organization, &ret->client_id) ||
        !identity_create_person(ctx, email, "x", ROLE_CLIENT, first, last, "CFO", "America/New_York",
                                ret->client_id, NULL, &ret->user_id) ||
        !credits_grant_trial(ctx, ret->client_id))
        return false;
    ret->tenant = TENANT_DEFAULT;
    ret->name = name;
    ret->client_id = arena_strdup(&office->arena, ret->client_id);
    ret->user_id = arena_strdup(&office->arena, ret->user_id);
    ret->roles = ROLE_PUBLIC | ROLE_CLIENT;
    ret->verified = true;
    return true;
}

static bool add_consultant(struct op_ctx *ctx, struct office *office, const char *first, const char *last,
                           const char *specialization, const char *zone, const char *email, struct actor *ret)
{
    const char *name = arena_printf(&office->arena, "%s %s", first, last);
    if (!identity_create_person(ctx, email, "x", ROLE_CONSULTANT, first, last, NULL, zone, NULL, NULL,
                                &ret->user_id) ||
        !consultant_create(ctx, ret->user_id, name, NULL, "senior", "full_time", specialization, 12, zone,
                           &ret->consultant_id) ||
        !consultant_publish(ctx, ret->consultant_id) ||
        !person_link(ctx, ret->user_id, NULL, ret->consultant_id))
        return false;
    ret->tenant = TENANT_DEFAULT;
    ret->name = name;
    ret->consultant_id = arena_strdup(&office->arena, ret->consultant_id);
    ret->user_id = arena_strdup(&office->arena, ret->user_id);
    ret->roles = ROLE_PUBLIC | ROLE_CONSULTANT;
    ret->verified = true;
    return true;
}

static bool add_admin(struct op_ctx *ctx, struct office *office)
{
    struct actor *ret = &office->admin;
    if (!identity_create_person(ctx, "boss@example.com", "x", ROLE_ADMIN, "Ada", "Boss", NULL, "UTC", NULL,
                                NULL, &ret->user_id))
        return false;
    ret->tenant = TENANT_DEFAULT;
    ret->name = "Ada Boss";
    ret->user_id = arena_strdup(&office->arena, ret->user_id);
    ret->roles = ROLE_PUBLIC | ROLE_ADMIN;
    ret->verified = true;
    return true;
}

static bool found_run(struct op_ctx *ctx, const void *in)
{
    struct office *office = ((const struct hire *)in)->office;
    struct row_lot lot;
    return packages_seed(ctx) &&
           add_client(ctx, office, "Jane", "Smith", "Acme Corporation", "cfo@acme.example", &office->jane) &&
           add_client(ctx, office, "Bob", "Brown", "Beta Industries", "bob@beta.example", &office->bob) &&
           add_client(ctx, office, "Gina", "Green", "Gamma College", "gina@gamma.example", &office->gina) &&
           add_consultant(ctx, office, "John", "Expert", "strategic planning", "America/New_York",
                          "john@example.com", &office->john) &&
           add_consultant(ctx, office, "Mary", "Major", "executive coaching", "Europe/London",
                          "mary@example.com", &office->mary) &&
           add_admin(ctx, office) &&
           credits_grant(ctx, office->jane.client_id, "PKG-DISCOVERY-ASSESSMENT", 0, LEDGER_PURCHASE, NULL,
                         &lot) &&
           credits_grant(ctx, office->bob.client_id, "PKG-DISCOVERY-ASSESSMENT", 0, LEDGER_PURCHASE, NULL,
                         &lot);
}

static const struct shape found_shape = { .name = "Found", .size = sizeof(struct hire) };
static const struct op_spec found_spec = { .name = "office.found",
                                           .roles = ROLE_ADMIN,
                                           .kind = OP_CHANGE,
                                           .status = 200,
                                           .in = &found_shape,
                                           .help = "." };
static const struct op found_op = { .spec = &found_spec, .run = found_run };

static void found(struct office *office)
{
    struct hire hire = { office };
    struct op_request *request = op_request_create();
    request->op = &found_op;
    request->args = &hire;
    request->trusted = true;
    request->actor = office->platform;
    engine_run(office->bed.app.engine, request);
    if (!request->ok)
        fail_msg("the office cannot open: %s", request->err.message);
    op_request_free(request);
}

static void set_hours(struct office *office, const struct actor *consultant, const char *zone)
{
    office_do(
        office, &op_run_consultant_availability_add, consultant, ERR_NONE,
        "{\"id\":\"me\",\"type\":\"regular\",\"period\":{\"startDate\":\"2030-01-01\","
        "\"endDate\":\"2030-12-31\"},\"recurrence\":{\"pattern\":\"weekly\",\"daysOfWeek\":[1,2,3,4,5]},"
        "\"timeSlots\":[{\"startTime\":\"09:00\",\"endTime\":\"17:00\",\"timezone\":\"%s\"}]}",
        zone);
}

int office_open(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    assert_non_null(office);
    testbed_open(&office->bed, NULL);
    office->bed.app.config.public_url = "http://localhost";
    office->bed.app.config.mail_from = "InsightSerenity <hello@example.com>";
    office->platform =
        (struct actor){ .tenant = TENANT_DEFAULT, .roles = ROLE_PUBLIC | ROLE_ADMIN, .system = true };
    office_set_clock(office, OFFICE_NOW);
    found(office);
    set_hours(office, &office->john, "America/New_York");
    set_hours(office, &office->mary, "Europe/London");
    *state = office;
    return 0;
}

int office_close(void **state)
{
    struct office *office = *state;
    struct texts *texts = office->bed.app.texts;
    testbed_close(&office->bed);
    texts_free(texts);
    arena_free(&office->arena);
    free(office);
    return 0;
}

// Running -----------------------------------------------------------------------------------------------------------

int64_t office_time(const char *iso)
{
    int64_t at = 0;
    assert_true(civil_parse_iso(iso, &at));
    return at;
}

void office_set_clock(struct office *office, const char *iso)
{
    assert_true(clock_advance_to(office->bed.app.clock, office_time(iso)));
}

void office_restart(struct office *office)
{
    struct texts *texts = office->bed.app.texts;
    int64_t now = app_now(&office->bed.app);
    char iso[CIVIL_ISO_SIZE];
    testbed_stop(&office->bed);
    texts_free(texts);
    testbed_start(&office->bed, NULL);
    office_set_clock(office, civil_format_iso(now + 1, iso));
}

static cJSON *run(struct office *office, const struct op *op, const struct actor *actor,
                  enum err_code expected, const char *args)
{
    struct op_request *request = testbed_run(&office->bed, op, actor, args, NULL);
    if (request->err.code != expected)
        print_error("%s: %s %s %s\n(%.400s)\n", op->spec->name, err_name(request->err.code),
                    request->err.field, request->err.message, args);
    assert_int_equal(request->err.code, expected);
    assert_int_equal(request->ok, expected == ERR_NONE);
    const char *text = request->ok ? buf_text(&request->reply) : request->err.details;
    struct err err = { 0 };
    cJSON *json = text == NULL ? NULL : json_parse(text, strlen(text), &err);
    if (text != NULL && json == NULL)
        fail_msg("%s answers broken JSON: %s\n%s", op->spec->name, err.message, text);
    op_request_free(request);
    return json;
}

cJSON *office_run(struct office *office, const struct op *op, const struct actor *actor,
                  enum err_code expected, const char *args, ...)
{
    va_list list;
    va_start(list, args);
    char *text = arena_vprintf(&office->arena, args, list);
    va_end(list);
    return run(office, op, actor, expected, text);
}

void office_do(struct office *office, const struct op *op, const struct actor *actor, enum err_code expected,
               const char *args, ...)
{
    va_list list;
    va_start(list, args);
    char *text = arena_vprintf(&office->arena, args, list);
    va_end(list);
    cJSON_Delete(run(office, op, actor, expected, text));
}

const char *office_book(struct office *office, const char *start)
{
    char end[CIVIL_ISO_SIZE];
    civil_format_iso(office_time(start) + 90 * (int64_t)MINUTE_MS, end);
    cJSON *data =
        office_run(office, &op_run_consultation_book, &office->jane, ERR_NONE,
                   "{\"consultantId\":\"%s\",\"schedule\":{\"scheduledStart\":\"%s\",\"scheduledEnd\":\"%s\","
                   "\"timezone\":\"America/New_York\"},\"purpose\":\"Organizational capability assessment\","
                   "\"useCredits\":true}",
                   office->john.consultant_id, start, end);
    const char *id = arena_strdup(&office->arena, json_text(data, "consultation.id"));
    cJSON_Delete(data);
    return id;
}

struct finish_args {
    const struct job_kind *kind;
    const char *payload;
};

static bool finish_run(struct op_ctx *ctx, const void *in)
{
    const struct finish_args *args = in;
    struct job job = { .kind = args->kind->name, .payload = args->payload, .run_at = ctx->now };
    return args->kind->finish(ctx, &job);
}
static const struct shape finish_shape = { .name = "Finish", .size = sizeof(struct finish_args) };
static const struct op_spec finish_spec = { .name = "office.finish",
                                            .roles = ROLE_ADMIN,
                                            .kind = OP_CHANGE,
                                            .status = 200,
                                            .in = &finish_shape,
                                            .help = "." };
static const struct op finish_op = { .spec = &finish_spec, .run = finish_run };

void office_finish_job(struct office *office, const struct job_kind *kind, const char *payload, ...)
{
    va_list list;
    va_start(list, payload);
    struct finish_args args = { kind, arena_vprintf(&office->arena, payload, list) };
    va_end(list);
    struct op_request *request = op_request_create();
    request->op = &finish_op;
    request->args = &args;
    request->trusted = true;
    request->actor = office->platform;
    engine_run(office->bed.app.engine, request);
    if (!request->ok)
        fail_msg("%s: %s", kind->name, request->err.message);
    op_request_free(request);
}

// Looking -----------------------------------------------------------------------------------------------------------

const cJSON *json_at(const cJSON *json, const char *path)
{
    char word[64];
    while (json != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        assert_true(length < sizeof word);
        memcpy(word, path, length);
        word[length] = '\0';
        json = cJSON_IsArray(json) ? cJSON_GetArrayItem(json, atoi(word))
                                   : cJSON_GetObjectItemCaseSensitive(json, word);
        path += length + (path[length] == '.');
    }
    return json;
}

const char *json_text(const cJSON *json, const char *path)
{
    const cJSON *at = json_at(json, path);
    if (!cJSON_IsString(at))
        fail_msg("no text at %s in %s", path, json == NULL ? "nothing" : cJSON_Print(json));
    return at->valuestring;
}

double json_number(const cJSON *json, const char *path)
{
    const cJSON *at = json_at(json, path);
    if (!cJSON_IsNumber(at))
        fail_msg("no number at %s in %s", path, json == NULL ? "nothing" : cJSON_Print(json));
    return at->valuedouble;
}

void office_prove(struct office *office)
{
    struct err err = { 0 };
    struct buf out = { 0 };
    struct db *db = NULL;
    assert_true(db_open(&db, office->bed.path, DB_READER, &err));
    bool checked =
        credits_check(db, &out, &err) && scheduling_check(db, &out, &err) && texts_check(db, &out, &err);
    db_close(db);
    if (!checked)
        fail_msg("the check failed: %s", err.message);
    if (out.len > 0)
        fail_msg("the check found:\n%s", buf_text(&out));
    buf_free(&out);
}

struct balance office_balance(struct office *office, const struct actor *actor)
{
    static const char *const columns[] = { "free", "reserved", "consumed" };
    int64_t values[3];
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        values[i] = testbed_int(
            &office->bed, arena_printf(&office->arena,
                                       "SELECT COALESCE(SUM(%s), 0) FROM lot WHERE client_id = '%s' AND "
                                       "free_trial = 0",
                                       columns[i], actor->client_id));
    return (struct balance){ values[0], values[1], values[2] };
}

// What the engine needs of the areas: the rows that these tests change --------------------------------------------------

const struct row_source *const row_sources[ROW_TABLES] = {
    [ROW_ME] = &row_source_me,
    [ROW_POLICY] = &row_source_policy,
    [ROW_PACKAGE] = &row_source_package,
    [ROW_CONSULTANT] = &row_source_consultant,
    [ROW_AVAILABILITY] = &row_source_availability,
    [ROW_LOT] = &row_source_lot,
    [ROW_CONSULTATION] = &row_source_consultation,
    [ROW_OUTCOME] = &row_source_outcome,
    [ROW_NOTE] = &row_source_note,
    [ROW_ACTION_ITEM] = &row_source_action_item,
    [ROW_DELIVERABLE] = &row_source_deliverable,
    [ROW_ATTENDEE] = &row_source_attendee,
    [ROW_STATEMENT] = &row_source_statement,
    [ROW_NOTIFICATION] = &row_source_notification,
    [ROW_NOTE_REVISION] = &row_source_note_revision,
};

const struct job_kind *const job_kinds[] = { &job_consultation_remind, &job_credits_expire, &job_mail_send };
const size_t job_kind_count = ARRAY_LEN(job_kinds);

// Tests run the jobs that they are about by hand.
const struct job_kind *const daily_jobs[] = { NULL };
const size_t daily_job_count = 0;
