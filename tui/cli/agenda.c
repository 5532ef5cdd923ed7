// agenda

#include "tui/cli/commands.h"
#include "tui/cli/consultation_json.h"
#include "tui/cli/run.h"

#include <stdio.h>
#include <string.h>

static bool read_range(struct cli_run *run, int64_t *ret_from, int64_t *ret_to)
{
    int64_t days;
    const struct zone *zone = model_zone(run->model);
    civil_day first = zone_day_at(zone, model_now(run->model));
    const char *from = run_value(run, "--from");
    if (from != NULL && !civil_parse_date(from, &first)) {
        fprintf(stderr, "serenity agenda: --from takes a date such as 2026-12-01\n");
        return false;
    }
    if (!run_number(run, "--days", 1, 36500, 7, &days))
        return false;
    *ret_from = zone_day_minute(zone, first, 0);
    *ret_to = zone_day_minute(zone, first + (civil_day)days, 0);
    return true;
}

static void agenda_json(struct cli_run *run, const struct list *list)
{
    struct connection connection;
    model_connection(run->model, &connection);
    say(run, "{");
    json_add_key(&run->out, "consultations");
    say(run, "[");
    for (size_t i = 0; i < list->count; i++)
        consultation_json(run, LIST_AT(list, struct consultation, i));
    say(run, "]");
    json_int(run, "total", (int64_t)list->count);
    json_bool(run, "online", connection.state == LINK_ONLINE);
    say(run, "}\n");
}

static void line(struct cli_run *run, const struct consultation *c, bool as_client)
{
    say(run, "  %s-%s  ", clock_words(run, c->row.start), clock_words(run, c->row.end));
    say_text(run, as_client ? c->row.consultantName : c->row.clientName);
    say(run, "  ");
    say_text(run, c->row.purpose != NULL ? c->row.purpose : c->row.type);
    say(run, "  %s", consultation_word(c));
    if (c->row.code != NULL && c->row.code[0] != '\0')
        say(run, "  %s", c->row.code);
    say(run, "%s%s\n", c->waits && !c->only_here ? "  (queued)" : "",
        c->refused && !c->only_here ? "  (refused)" : "");
}

static void agenda_text(struct cli_run *run, const struct list *list)
{
    const char *day = "";
    bool as_client = (model_roles(run->model) & (ROLE_CONSULTANT | ROLE_ADMIN)) == 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct consultation *c = LIST_AT(list, struct consultation, i);
        const char *its = day_words(run, c->row.start);
        if (strcmp(its, day) != 0)
            say(run, "%s%s\n", i > 0 ? "\n" : "", its);
        day = its;
        line(run, c, as_client);
    }
    if (list->count == 0)
        say(run, "nothing in these days\n");
}

int cli_agenda(struct cli_run *run)
{
    int64_t from, to;
    struct list list = { 0 };
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!read_range(run, &from, &to))
        return CLI_USAGE;
    model_consultations(run->model, from, to, &run->arena, &list);
    (run->json ? agenda_json : agenda_text)(run, &list);
    return CLI_OK;
}
