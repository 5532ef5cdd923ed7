// Sending by SMTP, against a small server on loopback (smtp_sink.py).
#include "server/integrations/mail.h"
#include "shared/host/host.h"
#include "tests/api/house.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct sink {
    pid_t pid;
    FILE *said;
    int port;
};

static struct sink sink_start(const char *mode, const char *certificate)
{
    int pipes[2];
    struct sink sink = { 0 };
    assert_int_equal(pipe(pipes), 0);
    sink.pid = fork();
    assert_true(sink.pid >= 0);
    if (sink.pid == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        execlp("python3", "python3", SMTP_SINK, mode, certificate, (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    sink.said = fdopen(pipes[0], "r");
    char line[32];
    assert_non_null(fgets(line, sizeof line, sink.said));
    sink.port = atoi(line);
    return sink;
}

// What the sink got on the next connection.
static cJSON *sink_got(struct sink *sink)
{
    char *line = NULL;
    size_t size = 0;
    assert_true(getline(&line, &size, sink->said) > 0);
    cJSON *got = cJSON_Parse(line);
    free(line);
    assert_non_null(got);
    return got;
}

static void sink_stop(struct sink *sink)
{
    kill(sink->pid, SIGKILL);
    waitpid(sink->pid, NULL, 0);
    fclose(sink->said);
}

static const struct mail mail = {
    .from = "InsightSerenity <no-reply@serenity.example>",
    .to = "cfo@acmecorp.com",
    .to_name = "Jane Smith",
    .subject = "Booked",
    .text = "Hello Jane\n.a line with a dot\n",
    .html = "<p>Hello</p>\n",
    .message_id = "<job@serenity.example>",
    .at = 1767103200000,
};

static void aim(struct house *house, const struct sink *sink, const char *tls)
{
    house->app.config.smtp_host = "127.0.0.1";
    house->app.config.smtp_port = sink->port;
    house->app.config.smtp_tls = tls;
}

static const char *member(const cJSON *got, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(got, name));
    return text == NULL ? "" : text;
}

static void test_a_mail_arrives(void **state)
{
    struct house *house = *state;
    struct sink sink = sink_start("plain", NULL);
    struct err err = { 0 };
    aim(house, &sink, "none");
    if (!mail_smtp.send(&house->app, &mail, &err))
        fail_msg("%s", err.message);
    cJSON *got = sink_got(&sink);
    assert_non_null(strstr(member(got, "from"), "<no-reply@serenity.example>"));
    assert_string_equal(member(got, "ehlo"), "serenity.example");
    assert_non_null(strstr(member(got, "data"), "\r\nSubject: Booked\r\n"));
    assert_non_null(strstr(member(got, "data"), "Hello Jane\r\n.a line with a dot\r\n"));
    const cJSON *to = cJSON_GetObjectItemCaseSensitive(got, "to");
    assert_int_equal(cJSON_GetArraySize(to), 1);
    assert_non_null(strstr(cJSON_GetArrayItem(to, 0)->valuestring, "<cfo@acmecorp.com>"));
    cJSON_Delete(got);
    sink_stop(&sink);
}

static void test_it_signs_in_when_told_how(void **state)
{
    struct house *house = *state;
    struct sink sink = sink_start("auth", NULL);
    struct err err = { 0 };
    aim(house, &sink, "none");
    assert_false(mail_smtp.send(&house->app, &mail, &err)); // the server asks for it
    cJSON_Delete(sink_got(&sink));
    house->app.config.smtp_user = "mailer";
    house->app.config.smtp_password = "wrong";
    assert_false(mail_smtp.send(&house->app, &mail, &err));
    assert_null(strstr(err.message, "wrong"));
    cJSON_Delete(sink_got(&sink));
    house->app.config.smtp_password = "s3cret";
    assert_true(mail_smtp.send(&house->app, &mail, &err));
    cJSON *got = sink_got(&sink);
    assert_string_equal(member(got, "user"), "mailer");
    cJSON_Delete(got);
    sink_stop(&sink);
}

static void test_a_refusal_is_told(void **state)
{
    struct house *house = *state;
    struct sink sink = sink_start("reject", NULL);
    struct err err = { 0 };
    aim(house, &sink, "none");
    assert_false(mail_smtp.send(&house->app, &mail, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "550"));
    sink_stop(&sink);
}

static void test_a_server_that_is_not_there(void **state)
{
    struct house *house = *state;
    struct sink sink = sink_start("plain", NULL);
    struct err err = { 0 };
    aim(house, &sink, "none");
    sink_stop(&sink);
    assert_false(mail_smtp.send(&house->app, &mail, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
}

// Never in clear what was to be encrypted: not to a server without STARTTLS, not to one whose certificate nobody signed.
static void test_encryption_is_not_given_up(void **state)
{
    struct house *house = *state;
    struct err err = { 0 };
    struct sink sink = sink_start("plain", NULL);
    aim(house, &sink, "starttls");
    assert_false(mail_smtp.send(&house->app, &mail, &err));
    cJSON *got = sink_got(&sink);
    assert_string_equal(member(got, "from"), "");
    cJSON_Delete(got);
    sink_stop(&sink);

    char certificate[128], command[1024];
    snprintf(certificate, sizeof certificate, "%s/cert.pem", house->folder);
    snprintf(command, sizeof command,
             "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
             "subjectAltName=IP:127.0.0.1 "
             "-keyout %s/key.pem -out %s/crt.pem 2>/dev/null && cat %s/key.pem %s/crt.pem > %s",
             house->folder, house->folder, house->folder, house->folder, certificate);
    assert_int_equal(system(command), 0);
    static const char *const modes[] = { "starttls", "tls" };
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        sink = sink_start(modes[i], certificate);
        aim(house, &sink, modes[i]);
        assert_false(mail_smtp.send(&house->app, &mail, &err));
        if (strstr(err.message, "certificate") == NULL)
            fail_msg("%s: %s", modes[i], err.message);
        got = sink_got(&sink);
        assert_string_equal(member(got, "from"), "");
        cJSON_Delete(got);
        sink_stop(&sink);
    }
}

// It takes connections and says nothing.
static int deaf_server(int *ret_port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    int deaf = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(deaf >= 0);
    assert_int_equal(bind(deaf, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(deaf, 16), 0);
    assert_int_equal(getsockname(deaf, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return deaf;
}

static void test_a_deaf_server_does_not_keep_ours_from_stopping(void **state)
{
    struct house *house = *state;
    struct sink sink = { 0 };
    int deaf = deaf_server(&sink.port);
    aim(house, &sink, "none");
    house->app.mail = &mail_smtp;
    for (int i = 0; i < 3; i++)
        expect(house, ERR_NONE, "auth.register", NULL,
               "{'email':'c%d@acmecorp.com','password':'" PASSWORD "','userType':'client',"
               "'profile':{'firstName':'Jane','lastName':'Smith','organizationName':'Acme'}}",
               i);
    while (house_int(house, "SELECT count(*) FROM job WHERE kind = 'mail.send' AND state = 'running'") == 0)
        usleep(10000);
    int64_t began = host_monotonic_us();
    app_stop(&house->app);
    assert_true(host_monotonic_us() - began < 4000000);
    // no try is lost: all wait for the next start
    assert_int_equal(house_int(house,
                               "SELECT count(*) FROM job WHERE kind = 'mail.send' AND state = 'waiting' "
                               "AND attempts = 0 AND lease_until = 0"),
                     3);
    close(deaf);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, house_open, house_close)
    const struct CMUnitTest tests[] = {
        TEST(test_a_mail_arrives),
        TEST(test_it_signs_in_when_told_how),
        TEST(test_a_refusal_is_told),
        TEST(test_a_server_that_is_not_there),
        TEST(test_encryption_is_not_given_up),
        TEST(test_a_deaf_server_does_not_keep_ours_from_stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
