#include "tui/cli/run.h"

#include "shared/base/utf8.h"
#include "shared/host/host.h"
#include "shared/wire/json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *run_value(const struct cli_run *run, const char *name)
{
    for (int i = 0; run->command->options[i].name != NULL; i++)
        if (strcmp(run->command->options[i].name, name) == 0)
            return run->values[i];
    check_fail(__FILE__, __LINE__, "an option that the command does not have");
}

bool run_number(const struct cli_run *run, const char *name, int64_t min, int64_t max, int64_t absent,
                int64_t *ret)
{
    const char *text = run_value(run, name);
    *ret = absent;
    if (text == NULL)
        return true;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno == 0 && *end == '\0' && end != text && value >= min && value <= max) {
        *ret = value;
        return true;
    }
    fprintf(stderr, "serenity %s: %s takes a number from %" PRId64 " to %" PRId64 "\n", run->command->name,
            name, min, max);
    return false;
}

int run_fail(const struct cli_run *run, const struct err *err)
{
    CLEANUP(buf_free) struct buf clean = { 0 };
    utf8_clean(&clean, err->message, strlen(err->message), false);
    if (run->json) {
        CLEANUP(buf_free) struct buf json = { 0 };
        buf_addf(&json, "{\"error\":{\"code\":\"%s\",\"message\":", err_name(err->code));
        json_add_text(&json, buf_text(&clean));
        printf("%s}}\n", buf_text(&json));
    }
    fprintf(stderr, "serenity %s: %s\n", run->command->name, buf_text(&clean));
    return CLI_FAILED;
}

bool run_open(struct cli_run *run)
{
    struct err err;
    struct model_options options = { .home = run->globals->home, .server = run->globals->server };
    if (run->model != NULL || model_open(&run->model, &options, &err))
        return true;
    run_fail(run, &err);
    return false;
}

bool run_connect(struct cli_run *run)
{
    struct err err;
    if (run->net != NULL || net_start(&run->net, run->model, &err))
        return true;
    run_fail(run, &err);
    return false;
}

static void gather(struct cli_run *run)
{
    struct model_news news;
    model_take_news(run->model, &run->arena, &news);
    for (size_t i = 0; i < news.events.count; i++)
        *LIST_ADD(&run->events, &run->arena, struct model_event) =
            *LIST_AT(&news.events, struct model_event, i);
}

bool run_wait(struct cli_run *run, bool (*holds)(struct cli_run *run, int64_t arg), int64_t arg, int64_t ms)
{
    enum { LOOK_MS = 50 };
    int64_t until = host_monotonic_us() / 1000 + ms;
    for (;;) {
        gather(run);
        if (holds(run, arg))
            return true;
        int64_t left = until - host_monotonic_us() / 1000;
        if (left <= 0)
            return false;
        struct pollfd fd = { .fd = model_event_fd(run->model), .events = POLLIN };
        poll(&fd, 1, (int)(left < LOOK_MS ? left : LOOK_MS));
    }
}

// Up to date, or the first try has failed.
static bool tried(struct cli_run *run, int64_t arg)
{
    struct connection connection;
    (void)arg;
    model_connection(run->model, &connection);
    return connection.state == LINK_ONLINE || connection.state == LINK_TOO_OLD ||
           (connection.state == LINK_OFFLINE && connection.next_try != 0);
}

void run_freshen(struct cli_run *run)
{
    struct account account;
    model_account(run->model, &run->arena, &account);
    if (account.signed_in && run_connect(run))
        run_wait(run, tried, 0, CLI_BRIEF_MS);
}

static bool is_waiting(struct cli_run *run, int64_t n)
{
    struct list list = { 0 };
    model_waiting(run->model, &run->arena, &list);
    for (size_t i = 0; i < list.count; i++)
        if (LIST_AT(&list, struct waiting, i)->n == n)
            return true;
    return false;
}

const struct refusal *run_refusal(struct cli_run *run, int64_t n)
{
    struct list list = { 0 };
    model_refusals(run->model, &run->arena, &list);
    for (size_t i = 0; i < list.count; i++)
        if (LIST_AT(&list, struct refusal, i)->n == n)
            return LIST_AT(&list, struct refusal, i);
    return NULL;
}

static bool answered_or_hopeless(struct cli_run *run, int64_t n)
{
    struct connection connection;
    model_connection(run->model, &connection);
    bool offline = connection.state == LINK_OFFLINE && connection.next_try != 0;
    return offline || connection.state == LINK_SIGNED_OUT || !is_waiting(run, n);
}

enum cli_fate run_fate(struct cli_run *run, int64_t n)
{
    struct account account;
    model_account(run->model, &run->arena, &account);
    if (account.signed_in && run_connect(run))
        run_wait(run, answered_or_hopeless, n, CLI_ACT_MS);
    if (is_waiting(run, n))
        return FATE_QUEUED;
    return run_refusal(run, n) != NULL ? FATE_REFUSED : FATE_SAVED;
}

bool run_signed_in(struct cli_run *run)
{
    struct account account;
    struct err err;
    model_account(run->model, &run->arena, &account);
    if (account.user_id != NULL)
        return true;
    err_set(&err, ERR_UNAUTHENTICATED,
            "nobody has signed in here; use: serenity login --email E --password-stdin");
    run_fail(run, &err);
    return false;
}

void run_close(struct cli_run *run)
{
    net_stop(run->net);
    model_close(run->model);
    arena_free(&run->arena);
    buf_free(&run->out);
}

// --- printing ------------------------------------------------------------------------------------------------------------

void say(struct cli_run *run, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_add_text(&run->out, arena_vprintf(&run->arena, format, args));
    va_end(args);
}

void say_text(struct cli_run *run, const char *text)
{
    if (text != NULL)
        utf8_clean(&run->out, text, strlen(text), false);
}

void say_block(struct cli_run *run, const char *indent, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t length = strcspn(text, "\n");
        buf_add_text(&run->out, indent);
        utf8_clean(&run->out, text, length, false);
        buf_add_char(&run->out, '\n');
        text += length + (text[length] == '\n');
    }
}

static struct civil local_civil(struct cli_run *run, int64_t at)
{
    return civil_from_ms(zone_to_local(model_zone(run->model), at));
}

const char *day_words(struct cli_run *run, int64_t at)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct civil civil = local_civil(run, at);
    int weekday = civil_weekday(civil_day_from_ymd(civil.year, civil.month, civil.day));
    return arena_printf(&run->arena, "%s %d %s %d", days[weekday], civil.day, months[civil.month - 1],
                        civil.year);
}

const char *clock_words(struct cli_run *run, int64_t at)
{
    struct civil civil = local_civil(run, at);
    return arena_printf(&run->arena, "%02d:%02d", civil.hour, civil.minute);
}

void json_value(struct cli_run *run, const char *text)
{
    if (text == NULL) {
        buf_add_text(&run->out, "null");
        return;
    }
    CLEANUP(buf_free) struct buf clean = { 0 };
    utf8_clean(&clean, text, strlen(text), true);
    json_add_text(&run->out, buf_text(&clean));
}

void json_text(struct cli_run *run, const char *name, const char *text)
{
    json_add_key(&run->out, name);
    json_value(run, text);
}

void json_int(struct cli_run *run, const char *name, int64_t value)
{
    json_add_key(&run->out, name);
    buf_addf(&run->out, "%" PRId64, value);
}

void json_bool(struct cli_run *run, const char *name, bool value)
{
    json_add_key(&run->out, name);
    buf_add_text(&run->out, value ? "true" : "false");
}

void json_when(struct cli_run *run, const char *name, int64_t at)
{
    json_add_key(&run->out, name);
    json_add_time(&run->out, at);
}

void json_centi(struct cli_run *run, const char *name, int64_t centi)
{
    char text[32];
    json_add_key(&run->out, name);
    buf_add_text(&run->out, centi_format(centi, text, sizeof text));
}
