// login, logout, status

#include "tui/cli/commands.h"
#include "tui/cli/run.h"

#include "shared/base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOGIN_MS = 30 * 1000, FIRST_SYNC_MS = 10 * 1000, PASSWORD_MAX = 1024 };

static bool read_password(char *password, size_t size)
{
    if (fgets(password, (int)size, stdin) == NULL)
        return false;
    password[strcspn(password, "\r\n")] = '\0';
    return password[0] != '\0';
}

static bool sign_in_ended(struct cli_run *run, int64_t arg)
{
    (void)arg;
    for (size_t i = 0; i < run->events.count; i++) {
        enum model_event_kind kind = LIST_AT(&run->events, struct model_event, i)->kind;
        if (kind == MODEL_SIGNED_IN || kind == MODEL_SIGN_IN_FAILED)
            return true;
    }
    return false;
}

static const struct model_event *sign_in_failure(const struct cli_run *run)
{
    for (size_t i = 0; i < run->events.count; i++)
        if (LIST_AT(&run->events, struct model_event, i)->kind == MODEL_SIGN_IN_FAILED)
            return LIST_AT(&run->events, struct model_event, i);
    return NULL;
}

static bool is_online(struct cli_run *run, int64_t arg)
{
    struct connection connection;
    (void)arg;
    model_connection(run->model, &connection);
    return connection.state == LINK_ONLINE;
}

static int signed_in(struct cli_run *run)
{
    struct account account;
    struct row_me me;
    model_account(run->model, &run->arena, &account);
    bool known = model_me(run->model, &run->arena, &me);
    if (run->json) {
        say(run, "{");
        json_text(run, "email", account.email);
        json_text(run, "server", account.server);
        json_text(run, "roles", known ? me.roles : NULL);
        say(run, "}\n");
    } else {
        say(run, "signed in as ");
        say_text(run, account.email);
        say(run, "\n");
    }
    return CLI_OK;
}

int cli_login(struct cli_run *run)
{
    char password[PASSWORD_MAX];
    struct err err;
    const char *email = run_value(run, "--email");
    if (email == NULL || run_value(run, "--password-stdin") == NULL) {
        fputs("serenity login: --email and --password-stdin are needed\n", stderr);
        return CLI_USAGE;
    }
    if (!read_password(password, sizeof password)) {
        err_set(&err, ERR_BAD_REQUEST, "no password came on standard input");
        return run_fail(run, &err);
    }
    bool asked = run_open(run) && run_connect(run);
    if (!asked)
        return CLI_FAILED;
    asked = model_sign_in(run->model, run->globals->server, email, password, &err);
    explicit_bzero(password, sizeof password);
    if (!asked)
        return run_fail(run, &err);
    if (!run_wait(run, sign_in_ended, 0, LOGIN_MS)) {
        err_set(&err, ERR_OFFLINE, "the server did not answer");
        return run_fail(run, &err);
    }
    const struct model_event *failure = sign_in_failure(run);
    if (failure != NULL)
        return run_fail(run, &failure->err);
    run_wait(run, is_online, 0, FIRST_SYNC_MS);
    return signed_in(run);
}

int cli_logout(struct cli_run *run)
{
    struct err err;
    bool discard = run_value(run, "--discard") != NULL;
    if (!run_open(run) || !run_connect(run))
        return CLI_FAILED;
    if (!model_sign_out(run->model, discard, &err)) {
        if (err.code == ERR_CONFLICT)
            snprintf(err.message + strlen(err.message), sizeof err.message - strlen(err.message),
                     "; with --discard they are thrown away");
        return run_fail(run, &err);
    }
    say(run, run->json ? "{\"signedOut\":true}\n" : "signed out\n");
    return CLI_OK;
}

static const char *const state_words[] = {
    [LINK_SIGNED_OUT] = "signed out", [LINK_OFFLINE] = "offline", [LINK_CONNECTING] = "connecting",
    [LINK_ONLINE] = "online",         [LINK_TOO_OLD] = "too old",
};

static void status_json(struct cli_run *run, const struct account *account,
                        const struct connection *connection, const struct outbox_counts *counts)
{
    say(run, "{");
    json_text(run, "server", account->server);
    json_text(run, "email", account->email);
    json_bool(run, "signedIn", account->signed_in);
    json_bool(run, "online", connection->state == LINK_ONLINE);
    json_text(run, "state", state_words[connection->state]);
    json_when(run, "since", connection->since);
    json_text(run, "why", connection->why[0] != '\0' ? connection->why : NULL);
    json_int(run, "waiting", counts->waiting);
    json_int(run, "refused", counts->refused);
    say(run, "}\n");
}

static void status_text(struct cli_run *run, const struct account *account,
                        const struct connection *connection, const struct outbox_counts *counts)
{
    say(run, "server   %s\n", account->server);
    say(run, "account  ");
    say_text(run, account->email != NULL ? account->email : "nobody has signed in");
    say(run, "\nstate    %s", state_words[connection->state]);
    if (connection->state == LINK_OFFLINE && connection->since != 0)
        say(run, " since %s %s", day_words(run, connection->since), clock_words(run, connection->since));
    if (connection->why[0] != '\0') {
        say(run, " (");
        say_text(run, connection->why);
        say(run, ")");
    }
    say(run, "\nwaiting  %lld\nrefused  %lld\n", (long long)counts->waiting, (long long)counts->refused);
}

int cli_status(struct cli_run *run)
{
    struct account account;
    struct connection connection;
    struct outbox_counts counts;
    if (!run_open(run))
        return CLI_FAILED;
    run_freshen(run);
    model_account(run->model, &run->arena, &account);
    model_connection(run->model, &connection);
    model_outbox_counts(run->model, &counts);
    (run->json ? status_json : status_text)(run, &account, &connection, &counts);
    return CLI_OK;
}
