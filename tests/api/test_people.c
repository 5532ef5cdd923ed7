// Clients, consultants and their hours, packages, notifications: who may see and do what.
#include "server/core/row_page.h"
#include "tests/api/house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNKNOWN "01890000-0000-7000-8000-00000000dead"
#define WEEKLY                                                                                               \
    "{'id':'%s','type':'regular','period':{'startDate':'2030-01-01','endDate':'2030-12-31'},"                \
    "'recurrence':{'pattern':'weekly','daysOfWeek':[1,2,3,4,5]},"                                            \
    "'timeSlots':[{'startTime':'09:00','endTime':'12:00','timezone':'America/New_York'},"                    \
    "{'startTime':'13:00','endTime':'17:00','timezone':'America/New_York'}],"                                \
    "'capacity':{'maxSessionsPerDay':3,'bufferBetweenSessions':30}}"

struct cast {
    struct house *house;
    char *jane, *bob;  // clients
    char *john, *mary; // consultants
    char *admin;
    char jane_client[40], bob_client[40], john_id[40], mary_id[40];
};

static void copy_id(char ret[40], struct house *house, const char *operation, const char *token,
                    const char *path)
{
    CLEANUP(answer_free) struct answer a = ask(house, operation, token, NULL);
    snprintf(ret, 40, "%s", text_at(&a, path));
}

static int open_cast(void **state)
{
    struct cast *cast = calloc(1, sizeof *cast);
    CHECK(cast != NULL);
    void *house;
    house_open(&house);
    cast->house = house;
    cast->jane = house_client(house, "cfo@acmecorp.com", "Acme Corporation");
    cast->bob = house_client(house, "bob@beta.example", "Beta Industries");
    cast->john = house_consultant(house, "john@insightserenity.com", "John", "Expert");
    cast->mary = house_consultant(house, "mary@insightserenity.com", "Mary", "Keen");
    cast->admin = house_admin(house, "boss@insightserenity.com");
    copy_id(cast->jane_client, house, "client.me", cast->jane, "client.id");
    copy_id(cast->bob_client, house, "client.me", cast->bob, "client.id");
    copy_id(cast->john_id, house, "consultant.me", cast->john, "consultant.id");
    copy_id(cast->mary_id, house, "consultant.me", cast->mary, "consultant.id");
    *state = cast;
    return 0;
}

static int close_cast(void **state)
{
    struct cast *cast = *state;
    void *house = cast->house;
    house_close(&house);
    char *const tokens[] = { cast->jane, cast->bob, cast->john, cast->mary, cast->admin };
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        free(tokens[i]);
    free(cast);
    return 0;
}

// Clients -----------------------------------------------------------------------------------------------------------

static void test_a_client_is_seen_by_itself_administrators_and_its_consultants(void **state)
{
    struct cast *c = *state;
    expect(c->house, ERR_NONE, "client.get", c->jane, "{'id':'%s'}", c->jane_client);
    expect(c->house, ERR_NONE, "client.get", c->admin, "{'id':'%s'}", c->jane_client);
    CLEANUP(answer_free)
    struct answer theirs = ask(c->house, "client.get", c->bob, "{'id':'%s'}", c->jane_client);
    CLEANUP(answer_free) struct answer none = ask(c->house, "client.get", c->bob, "{'id':'" UNKNOWN "'}");
    assert_int_equal(theirs.code, ERR_NOT_FOUND);
    assert_string_equal(theirs.message, none.message); // RULES 24
    expect(c->house, ERR_NOT_FOUND, "client.get", c->john, "{'id':'%s'}", c->jane_client);

    expect(c->house, ERR_NONE, "consultant.availability_add", c->john, WEEKLY, "me");
    expect(
        c->house, ERR_NONE, "consultation.book", c->jane,
        "{'consultantId':'%s','useFreeTrialCredit':true,'schedule':{'scheduledStart':'2030-01-08T15:00:00Z',"
        "'scheduledEnd':'2030-01-08T15:15:00Z'},'purpose':'Explore'}",
        c->john_id);
    CLEANUP(answer_free)
    struct answer now = ask(c->house, "client.get", c->john, "{'id':'%s'}", c->jane_client);
    assert_string_equal(text_at(&now, "client.organizationName"), "Acme Corporation");
    assert_true(number_at(&now, "client.consultationHistory.totalConsultations") < 1);
    expect(c->house, ERR_NOT_FOUND, "client.get", c->mary, "{'id':'%s'}", c->jane_client);
    expect(c->house, ERR_FORBIDDEN, "client.me", c->john, NULL);
}

// Consultants -------------------------------------------------------------------------------------------------------

static void test_the_directory_pages_and_filters(void **state)
{
    struct cast *c = *state;
    for (int i = 0; i < 5; i++) {
        char email[40];
        snprintf(email, sizeof email, "c%d@insightserenity.com", i);
        free(house_consultant(c->house, email, "Carl", "Third"));
    }
    char after[64] = "";
    size_t seen = 0;
    for (int page = 0; page < 4; page++) {
        CLEANUP(answer_free)
        struct answer a = after[0] == '\0'
                              ? ask(c->house, "consultant.list", c->jane, "{'limit':3}")
                              : ask(c->house, "consultant.list", c->jane, "{'limit':3,'cursor':'%s'}", after);
        assert_true(number_at(&a, "total") > 6.5 && number_at(&a, "total") < 7.5);
        seen += (size_t)cJSON_GetArraySize(json_at(&a, "consultants"));
        if (cJSON_IsNull(json_at(&a, "nextCursor")))
            break;
        snprintf(after, sizeof after, "%s", text_at(&a, "nextCursor"));
    }
    assert_int_equal(seen, 7);
    CLEANUP(answer_free)
    struct answer some = ask(c->house, "consultant.list", c->jane, "{'skill':'digital TRANSFORMATION'}");
    assert_int_equal(cJSON_GetArraySize(json_at(&some, "consultants")), 7);
    CLEANUP(answer_free)
    struct answer nobody = ask(c->house, "consultant.list", c->jane, "{'skill':'Digital'}");
    assert_int_equal(cJSON_GetArraySize(json_at(&nobody, "consultants")), 0);
    expect(c->house, ERR_BAD_REQUEST, "consultant.list", c->jane, "{'cursor':'made up'}");
    expect(c->house, ERR_UNAUTHENTICATED, "consultant.list", NULL, NULL);
}

static void test_hours_come_back_as_they_were_given(void **state)
{
    struct cast *c = *state;
    CLEANUP(answer_free)
    struct answer a = ask(c->house, "consultant.availability_add", c->john, WEEKLY, "me");
    assert_string_equal(text_at(&a, "availability.type"), "regular");
    assert_string_equal(text_at(&a, "availability.consultantId"), c->john_id);
    CLEANUP(answer_free)
    struct answer b = ask(c->house, "consultant.availability_get", c->jane, "{'id':'%s'}", c->john_id);
    assert_string_equal(text_at(&b, "availability.0.period.endDate"), "2030-12-31");
    assert_string_equal(text_at(&b, "availability.0.recurrence.pattern"), "weekly");
    assert_int_equal(cJSON_GetArraySize(json_at(&b, "availability.0.recurrence.daysOfWeek")), 5);
    assert_string_equal(text_at(&b, "availability.0.timeSlots.1.startTime"), "13:00");
    assert_string_equal(text_at(&b, "availability.0.timeSlots.1.endTime"), "17:00");
    assert_string_equal(text_at(&b, "availability.0.timeSlots.1.timezone"), "America/New_York");
    assert_true(number_at(&b, "availability.0.capacity.bufferBetweenSessions") > 29);
    assert_null(json_at(&b, "slots"));
    assert_int_equal(house_int(c->house, "SELECT count(*) FROM change WHERE tbl = 4 AND now = 'pub'"), 1);
}

static void test_free_slots_are_those_that_can_be_booked(void **state)
{
    struct cast *c = *state;
    expect(c->house, ERR_NONE, "consultant.availability_add", c->john, WEEKLY, "me");
    CLEANUP(answer_free)
    struct answer a =
        ask(c->house, "consultant.availability_get", c->jane,
            "{'id':'%s','from':'2030-01-08T00:00:00Z','to':'2030-01-09T00:00:00Z','minutes':90}", c->john_id);
    // 09:00 to 10:30 in New York at the earliest, 15:30 to 17:00 at the latest: 7 and 11 starts on the grid of 15 minutes
    assert_int_equal(cJSON_GetArraySize(json_at(&a, "slots")), 18);
    assert_string_equal(text_at(&a, "slots.0.start"), "2030-01-08T14:00:00Z");
    assert_string_equal(text_at(&a, "slots.0.end"), "2030-01-08T15:30:00Z");
    assert_string_equal(text_at(&a, "slots.17.start"), "2030-01-08T20:30:00Z");
    CLEANUP(answer_free)
    struct answer off = ask(c->house, "consultant.availability_add", c->john,
                            "{'id':'me','type':'time_off','reason':'Training','affectsBookings':true,"
                            "'period':{'startDate':'2030-01-08','endDate':'2030-01-08'}}");
    assert_true(number_at(&off, "affectedBookings") < 1);
    CLEANUP(answer_free)
    struct answer b =
        ask(c->house, "consultant.availability_get", c->jane,
            "{'id':'%s','from':'2030-01-08T00:00:00Z','to':'2030-01-09T00:00:00Z','minutes':90}", c->john_id);
    assert_int_equal(cJSON_GetArraySize(json_at(&b, "slots")), 0);
    assert_string_equal(text_at(&b, "availability.1.type"), "time_off");
    assert_false(cJSON_IsString(json_at(&b, "availability.1.reason"))); // why he is away is his own business
    CLEANUP(answer_free)
    struct answer own = ask(c->house, "consultant.availability_get", c->john, "{'id':'me'}");
    assert_string_equal(text_at(&own, "availability.1.reason"), "Training");
}

static void test_time_off_says_which_bookings_it_would_leave(void **state)
{
    struct cast *c = *state;
    expect(c->house, ERR_NONE, "consultant.availability_add", c->john, WEEKLY, "me");
    expect(
        c->house, ERR_NONE, "consultation.book", c->jane,
        "{'consultantId':'%s','useFreeTrialCredit':true,'schedule':{'scheduledStart':'2030-01-08T15:00:00Z',"
        "'scheduledEnd':'2030-01-08T15:15:00Z'}}",
        c->john_id);
    CLEANUP(answer_free)
    struct answer a = ask(c->house, "consultant.availability_add", c->john,
                          "{'id':'me','type':'time_off','affectsBookings':true,"
                          "'period':{'startDate':'2030-01-07','endDate':'2030-01-08'}}");
    assert_true(number_at(&a, "affectedBookings") > 0.5);
}

static void test_overlapping_time_slots_are_joined(void **state)
{
    struct cast *c = *state;
    CLEANUP(answer_free)
    struct answer a = ask(
        c->house, "consultant.availability_add", c->john,
        "{'id':'me','type':'extra','period':{'startDate':'2030-02-02','endDate':'2030-02-02'},'timeSlots':["
        "{'startTime':'13:00','endTime':'24:00'},{'startTime':'09:00','endTime':'11:00'},"
        "{'startTime':'10:30','endTime':'12:00'},{'startTime':'12:00','endTime':'12:30'}]}");
    assert_int_equal(cJSON_GetArraySize(json_at(&a, "availability.timeSlots")), 2);
    assert_string_equal(text_at(&a, "availability.timeSlots.0.startTime"), "09:00");
    assert_string_equal(text_at(&a, "availability.timeSlots.0.endTime"), "12:30");
    assert_string_equal(text_at(&a, "availability.timeSlots.1.endTime"), "24:00");
    assert_string_equal(text_at(&a, "availability.timeSlots.0.timezone"),
                        "America/New_York"); // the consultant's
}

static void test_who_may_change_hours(void **state)
{
    struct cast *c = *state;
    expect(c->house, ERR_FORBIDDEN, "consultant.availability_add", c->mary, WEEKLY, c->john_id);
    expect(c->house, ERR_FORBIDDEN, "consultant.availability_add", c->jane, WEEKLY, c->john_id);
    expect(c->house, ERR_UNAUTHENTICATED, "consultant.availability_add", NULL, WEEKLY, c->john_id);
    expect(c->house, ERR_NOT_FOUND, "consultant.availability_add", c->admin, WEEKLY, UNKNOWN);
    expect(c->house, ERR_NOT_FOUND, "consultant.availability_add", c->admin, WEEKLY, "me");
    expect(c->house, ERR_NONE, "consultant.availability_add", c->admin, WEEKLY, c->john_id);
    CLEANUP(answer_free)
    struct answer fresh =
        ask(c->house, "auth.register", NULL,
            "{'email':'new@consulting.com','password':'" PASSWORD "','userType':'consultant','profile':"
            "{'firstName':'N','lastName':'W'}}");
    expect(c->house, ERR_NOT_VERIFIED, "consultant.availability_add", text_at(&fresh, "tokens.accessToken"),
           WEEKLY, "me");
    assert_int_equal(house_int(c->house, "SELECT count(*) FROM availability"), 1);
}

#define PERIOD "'period':{'startDate':'2030-01-01','endDate':'2030-01-31'}"
#define DAYS   "'recurrence':{'pattern':'weekly','daysOfWeek':[1]}"
#define SLOT   "'timeSlots':[{'startTime':'09:00','endTime':'12:00'}]"

static void test_hours_that_make_no_sense(void **state)
{
    struct cast *c = *state;
    static const char *const bad[] = {
        "'type':'regular'," PERIOD "," SLOT,  // no days
        "'type':'regular'," PERIOD "," DAYS,  // no hours
        "'type':'extra'," PERIOD,             // no hours
        "'type':'time_off'," PERIOD "," SLOT, // days off are whole
        "'type':'regular'," PERIOD "," SLOT ",'recurrence':{'pattern':'weekly','daysOfWeek':[]}",
        "'type':'regular'," PERIOD "," SLOT ",'recurrence':{'pattern':'weekly','daysOfWeek':[7]}",
        "'type':'regular'," PERIOD "," SLOT ",'recurrence':{'pattern':'daily','daysOfWeek':[1]}",
        "'type':'extra','period':{'startDate':'2030-02-01','endDate':'2030-01-31'}," SLOT,
        "'type':'extra','period':{'startDate':'2030-02-30','endDate':'2030-03-31'}," SLOT,
        "'type':'extra','period':{'startDate':'2030-01-01','endDate':'2050-01-31'}," SLOT,
        "'type':'extra'," PERIOD ",'timeSlots':[{'startTime':'12:00','endTime':'12:00'}]",
        "'type':'extra'," PERIOD ",'timeSlots':[{'startTime':'12:00','endTime':'09:00'}]",
        "'type':'extra'," PERIOD ",'timeSlots':[{'startTime':'09:00','endTime':'24:01'}]",
        "'type':'extra'," PERIOD ",'timeSlots':[{'startTime':'9:00','endTime':'12:00'}]",
        "'type':'extra'," PERIOD
        ",'timeSlots':[{'startTime':'09:00','endTime':'12:00','timezone':'Mars/Base'}]",
        "'type':'extra'," PERIOD ",'timeSlots':[{'startTime':'09:00','endTime':'10:00','timezone':'UTC'},"
        "{'startTime':'11:00','endTime':'12:00','timezone':'Europe/London'}]",
        "'type':'extra'," PERIOD "," SLOT ",'capacity':{'maxSessionsPerDay':-1}",
        "'type':'extra'," PERIOD "," SLOT ",'surprise':1",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(answer_free)
        struct answer a = ask(c->house, "consultant.availability_add", c->john, "{'id':'me',%s}", bad[i]);
        if (a.code != ERR_BAD_REQUEST)
            fail_msg("%s: %s", bad[i], err_name(a.code));
    }
    assert_int_equal(house_int(c->house, "SELECT count(*) FROM availability"), 0);
}

static void test_ranges_that_make_no_sense(void **state)
{
    struct cast *c = *state;
    static const char *const bad[] = {
        "'from':'2030-01-01T00:00:00Z'",
        "'to':'2030-01-01T00:00:00Z'",
        "'from':'2030-01-02T00:00:00Z','to':'2030-01-01T00:00:00Z'",
        "'from':'2030-01-01T00:00:00Z','to':'2030-06-01T00:00:00Z'",
        "'from':'2030-01-01T00:00:00Z','to':'2030-01-02T00:00:00Z','minutes':1",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        expect(c->house, ERR_BAD_REQUEST, "consultant.availability_get", c->jane, "{'id':'%s',%s}",
               c->john_id, bad[i]);
}

// Packages ----------------------------------------------------------------------------------------------------------

static void test_the_seven_packages_are_the_specifications(void **state)
{
    struct cast *c = *state;
    static const struct {
        const char *id, *name;
        double price, credits, minutes, days;
    } table[] = {
        { "PKG-FREE-TRIAL", "Free Trial Consultation", 0, 1, 15, 30 },
        { "PKG-DISCOVERY-ASSESSMENT", "Discovery & Assessment Program", 4500, 4, 90, 60 },
        { "PKG-STRATEGIC-PLANNING", "Strategic Planning", 12500, 8, 120, 120 },
        { "PKG-TRANSFORMATION-PARTNERSHIP", "Transformation Partnership", 24900, 12, 120, 180 },
        { "PKG-QUARTERLY-ADVISORY", "Quarterly Advisory", 8900, 16, 60, 90 },
        { "PKG-ANNUAL-PARTNERSHIP", "Annual Partnership", 32900, 80, 60, 365 },
        { "PKG-WORKSHOP-TRAINING", "Workshop & Training", 9800, 6, 180, 180 },
    };
    CLEANUP(answer_free) struct answer a = ask(c->house, "package.list", NULL, NULL);
    assert_int_equal((int)number_at(&a, "total"), ARRAY_LEN(table));
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        CLEANUP(answer_free)
        struct answer one = ask(c->house, "package.get", NULL, "{'id':'%s'}", table[i].id);
        assert_string_equal(text_at(&one, "package.details.name"), table[i].name);
        assert_int_equal((int)number_at(&one, "package.pricing.amount"), (int)table[i].price);
        assert_int_equal((int)number_at(&one, "package.credits.total"), (int)table[i].credits);
        assert_int_equal((int)number_at(&one, "package.credits.duration.minutes"), (int)table[i].minutes);
        assert_int_equal((int)number_at(&one, "package.credits.expiresAfterDays"), (int)table[i].days);
        assert_string_equal(text_at(&one, "package.pricing.currency"), "USD");
        char path[40];
        snprintf(path, sizeof path, "packages.%zu.packageId", i);
        assert_string_equal(text_at(&a, path), table[i].id); // in this order
    }
}

static void test_package_details_of_the_specification(void **state)
{
    struct cast *c = *state;
    CLEANUP(answer_free) struct answer trial = ask(c->house, "package.free_trial", NULL, NULL);
    assert_string_equal(text_at(&trial, "package.details.type"), "free_trial");
    assert_string_equal(text_at(&trial, "package.details.features.4"), "No credit card required");
    assert_string_equal(text_at(&trial, "package.metadata.targetAudience"), "new_clients");
    CLEANUP(answer_free)
    struct answer discovery = ask(c->house, "package.get", NULL, "{'id':'PKG-DISCOVERY-ASSESSMENT'}");
    assert_string_equal(text_at(&discovery, "package.details.features.0"),
                        "4 strategic consultation sessions (90 minutes each)");
    assert_int_equal((int)number_at(&discovery, "package.pricing.pricePerCredit"), 1125); // example 1
    CLEANUP(answer_free)
    struct answer annual = ask(c->house, "package.get", NULL, "{'id':'PKG-ANNUAL-PARTNERSHIP'}");
    assert_true(bool_at(&annual, "package.credits.flexible"));
    assert_int_equal((int)(number_at(&annual, "package.pricing.pricePerCredit") * 100), 41125); // example 2
    CLEANUP(answer_free) struct answer featured = ask(c->house, "package.featured", NULL, NULL);
    assert_int_equal((int)number_at(&featured, "total"), 3);
    expect(c->house, ERR_NOT_FOUND, "package.get", NULL, "{'id':'PKG-NONE'}");
}

// Notifications -----------------------------------------------------------------------------------------------------

static void test_notifications_are_ones_own(void **state)
{
    struct cast *c = *state;
    expect(c->house, ERR_NONE, "consultant.availability_add", c->john, WEEKLY, "me");
    expect(
        c->house, ERR_NONE, "consultation.book", c->jane,
        "{'consultantId':'%s','useFreeTrialCredit':true,'schedule':{'scheduledStart':'2030-01-08T15:00:00Z',"
        "'scheduledEnd':'2030-01-08T15:15:00Z'}}",
        c->john_id);
    CLEANUP(answer_free) struct answer johns = ask(c->house, "notification.list", c->john, NULL);
    assert_int_equal((int)number_at(&johns, "unread"), 1);
    const char *id = text_at(&johns, "notifications.0.id");
    CLEANUP(answer_free) struct answer marys = ask(c->house, "notification.list", c->mary, NULL);
    assert_int_equal((int)number_at(&marys, "total"), 0);
    expect(c->house, ERR_NOT_FOUND, "notification.read", c->mary, "{'id':'%s'}", id);
    expect(c->house, ERR_NOT_FOUND, "notification.read", c->john, "{'id':'" UNKNOWN "'}");
    CLEANUP(answer_free) struct answer read = ask(c->house, "notification.read", c->john, "{'id':'%s'}", id);
    char at[40];
    snprintf(at, sizeof at, "%s", text_at(&read, "notification.readAt"));
    house_wait(c->house, MINUTE_MS);
    CLEANUP(answer_free) struct answer again = ask(c->house, "notification.read", c->john, "{'id':'%s'}", id);
    assert_string_equal(text_at(&again, "notification.readAt"), at);
    CLEANUP(answer_free) struct answer after = ask(c->house, "notification.list", c->john, "{'limit':1}");
    assert_int_equal((int)number_at(&after, "unread"), 0);
    expect(c->house, ERR_BAD_REQUEST, "notification.list", c->john, "{'skill':'x'}");
}

// Row sources -------------------------------------------------------------------------------------------------------

struct reading {
    struct db *db;
    struct arena arena;
    struct buf out;
};

static void start_reading(struct cast *c, struct reading *ret)
{
    struct err err = { 0 };
    *ret = (struct reading){ 0 };
    assert_true(db_open(&ret->db, c->house->app.store, DB_READER, &err));
}

static void end_reading(struct reading *r)
{
    db_close(r->db);
    arena_free(&r->arena);
    buf_free(&r->out);
}

// Pages of one row each, until the end; how many rows there were.
static int page_through(struct reading *r, enum row_table table, const char *principals)
{
    const char *after = "";
    int total = 0;
    for (;;) {
        struct err err = { 0 };
        int count = 0;
        bool found = false;
        buf_clear(&r->out);
        assert_true(row_sources[table]->page(r->db, TENANT_DEFAULT, principals, after, 1, &r->arena, &r->out,
                                             &after, &count, &err));
        if (count == 0)
            return total;
        assert_int_equal(count, 1);
        total++;
        struct buf alone = { 0 };
        assert_true(row_sources[table]->read(r->db, TENANT_DEFAULT, after, &r->arena, &alone, &found, &err));
        assert_true(found);
        assert_string_equal(buf_text(&alone), buf_text(&r->out)); // both ways give the same row
        buf_free(&alone);
    }
}

static void test_rows_for_sync_are_those_one_may_see(void **state)
{
    struct cast *c = *state;
    struct reading r;
    expect(c->house, ERR_NONE, "consultant.availability_add", c->john, WEEKLY, "me");
    expect(
        c->house, ERR_NONE, "consultation.book", c->jane,
        "{'consultantId':'%s','useFreeTrialCredit':true,'schedule':{'scheduledStart':'2030-01-08T15:00:00Z',"
        "'scheduledEnd':'2030-01-08T15:15:00Z'}}",
        c->john_id);
    CLEANUP(answer_free) struct answer jane = ask(c->house, "auth.me", c->jane, NULL);
    CLEANUP(answer_free)
    struct answer hidden =
        ask(c->house, "auth.register", NULL,
            "{'email':'new@consulting.com','password':'" PASSWORD "','userType':'consultant','profile':"
            "{'firstName':'N','lastName':'W'}}");
    char janes[128], news[128];
    snprintf(janes, sizeof janes, "pub u:%s role:default:client", text_at(&jane, "user.id"));
    snprintf(news, sizeof news, "pub u:%s", text_at(&hidden, "user.id"));
    start_reading(c, &r);
    assert_int_equal(page_through(&r, ROW_ME, janes), 1);
    assert_int_equal(page_through(&r, ROW_PACKAGE, janes), 7);
    assert_int_equal(page_through(&r, ROW_CONSULTANT, janes), 2);
    assert_int_equal(page_through(&r, ROW_CONSULTANT, news), 3); // and the one that is not published
    assert_int_equal(page_through(&r, ROW_AVAILABILITY, janes), 1);
    assert_int_equal(page_through(&r, ROW_NOTIFICATION, janes), 1);
    assert_int_equal(page_through(&r, ROW_NOTIFICATION, news), 0);
    assert_int_equal(page_through(&r, ROW_ME, "pub"), 0);
    assert_int_equal(page_through(&r, ROW_PACKAGE, ""), 0);
    end_reading(&r);
}

static void test_rows_that_are_gone_or_another_tenants(void **state)
{
    struct cast *c = *state;
    static const enum row_table tables[] = { ROW_ME, ROW_PACKAGE, ROW_CONSULTANT, ROW_AVAILABILITY,
                                             ROW_NOTIFICATION };
    struct reading r;
    struct err err = { 0 };
    start_reading(c, &r);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        bool found = true;
        assert_true(
            row_sources[tables[i]]->read(r.db, TENANT_DEFAULT, UNKNOWN, &r.arena, &r.out, &found, &err));
        assert_false(found);
    }
    bool found = true;
    assert_true(
        row_sources[ROW_CONSULTANT]->read(r.db, "elsewhere", c->john_id, &r.arena, &r.out, &found, &err));
    assert_false(found);
    assert_int_equal(r.out.len, 0);
    end_reading(&r);
}

static void test_another_tenants_things_do_not_exist(void **state)
{
    struct cast *c = *state;
    house_sql(c->house, "INSERT INTO tenant (id, name, epoch, created_at) VALUES ('other', 'Other', 'e', 1);"
                        "UPDATE client SET tenant = 'other' WHERE organization_name = 'Beta Industries';"
                        "UPDATE consultant SET tenant = 'other' WHERE name = 'Mary Keen'");
    expect(c->house, ERR_NOT_FOUND, "client.get", c->admin, "{'id':'%s'}", c->bob_client);
    expect(c->house, ERR_NOT_FOUND, "consultant.get", c->jane, "{'id':'%s'}", c->mary_id);
    expect(c->house, ERR_NOT_FOUND, "consultant.availability_get", c->admin, "{'id':'%s'}", c->mary_id);
    expect(c->house, ERR_NOT_FOUND, "consultant.availability_add", c->admin, WEEKLY, c->mary_id);
    CLEANUP(answer_free) struct answer a = ask(c->house, "consultant.list", c->jane, NULL);
    assert_int_equal((int)number_at(&a, "total"), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, open_cast, close_cast)
    const struct CMUnitTest tests[] = {
        TEST(test_a_client_is_seen_by_itself_administrators_and_its_consultants),
        TEST(test_the_directory_pages_and_filters),
        TEST(test_hours_come_back_as_they_were_given),
        TEST(test_free_slots_are_those_that_can_be_booked),
        TEST(test_time_off_says_which_bookings_it_would_leave),
        TEST(test_overlapping_time_slots_are_joined),
        TEST(test_who_may_change_hours),
        TEST(test_hours_that_make_no_sense),
        TEST(test_ranges_that_make_no_sense),
        TEST(test_the_seven_packages_are_the_specifications),
        TEST(test_package_details_of_the_specification),
        TEST(test_notifications_are_ones_own),
        TEST(test_rows_for_sync_are_those_one_may_see),
        TEST(test_rows_that_are_gone_or_another_tenants),
        TEST(test_another_tenants_things_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
