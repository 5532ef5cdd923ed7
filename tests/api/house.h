// A whole server without listeners, for tests of what people ask of it: a store in a folder of its own, every area
// wired as in serenityd, mails caught instead of sent, the clock in the test's hand.
#pragma once

#include "server/core/app.h"
#include "server/core/op.h"
#include "server/integrations/mail.h"
#include "shared/base/civil.h"

#define PASSWORD "SecurePass123!"

struct house {
    struct app app;
    char folder[64];
};

struct caught_mail { // as the port got it; the text lives until the house closes or forgets
    const char *to, *to_name, *subject, *text, *html, *message_id;
};

// cmocka's setup and teardown; *state is the house. It starts on Monday, 2030-01-07, 08:00 UTC.
int house_open(void **state);
int house_close(void **state);
// The same at another time.
void house_open_at(struct house *ret_house, const char *iso);
void house_shut(struct house *house);
void house_now(struct house *house, const char *iso);
void house_wait(struct house *house, int64_t ms);

// An answer, or a refusal. Free with answer_free (CLEANUP).
struct answer {
    struct op_request *request;
    cJSON *data; // NULL when refused
    enum err_code code;
    const char *message;
};
void answer_free(struct answer *answer);
// Runs the operation with a bearer token (NULL: nobody). body: JSON with ' for ", or NULL.
struct answer ask(struct house *house, const char *operation, const char *token, const char *body, ...)
    PRINTF_LIKE(4, 5);
// The same, expected to end like that; nothing else is asked of it.
void expect(struct house *house, enum err_code code, const char *operation, const char *token,
            const char *body, ...) PRINTF_LIKE(5, 6);

// The text at a dotted path of the answer ("user.profile.firstName", "packages.0.packageId"); fails when it is none.
const char *text_at(const struct answer *answer, const char *path);
double number_at(const struct answer *answer, const char *path);
bool bool_at(const struct answer *answer, const char *path);
const cJSON *json_at(const struct answer *answer, const char *path); // NULL when there is nothing

// Registers a client or consultant and verifies the address by the mail's code; the access token (malloc'd).
char *house_client(struct house *house, const char *email, const char *organization);
char *house_consultant(struct house *house, const char *email, const char *first, const char *last);
char *house_admin(struct house *house, const char *email);
char *house_login(struct house *house, const char *email);
// The code in the newest verification mail to that address (malloc'd).
char *house_mailed_code(struct house *house, const char *email);

// Sends what is due; then the mails caught so far.
void house_send_mails(struct house *house);
size_t house_mail_count(void);
const struct caught_mail *house_mail(size_t i);
// The newest mail to that address whose subject holds those words; NULL when there is none.
const struct caught_mail *house_mail_to(const char *email, const char *words);
void house_forget_mails(void);

// One number out of the store. sql: a literal.
int64_t house_int(struct house *house, const char *sql);
void house_sql(struct house *house, const char *sql);
