#include "tui/screens/common/shell.h"

#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/tabs.h"

enum { TABS_X = 10 };

static const char *tab_label(struct app *app, int index, bool tight)
{
    const struct desk *desk = desk_of_app(app);
    int count = tabs[index].count ? (int)tabs[index].count(desk) : 0;
    const char *end = tight ? "" : " ";
    if (count > 0)
        return app_printf(app, " %d %s %d%s", index + 1, tabs[index].title, count, end);
    return app_printf(app, " %d %s%s", index + 1, tabs[index].title, end);
}

static int tabs_width(struct app *app, bool tight)
{
    int width = 0;
    for (int i = 0; i < tab_count; i++)
        width += tab_allowed(desk_of_app(app), i) ? text_width(tab_label(app, i, tight)) : 0;
    return width;
}

static bool tabs_are_tight(struct app *app)
{
    return TABS_X + tabs_width(app, false) > app->grid.width;
}

static void draw_tabs(struct app *app, const struct canvas *canvas)
{
    int x = TABS_X;
    bool tight = tabs_are_tight(app);
    for (int i = 0; i < tab_count; i++) {
        if (!tab_allowed(desk_of_app(app), i))
            continue;
        const char *label = tab_label(app, i, tight);
        int width = text_width(label);
        bool here = app->depth > 0 && app->stack[0]->ops == tabs[i].ops;
        if (here)
            canvas_paper(canvas, (struct rect){ x, 0, width, 1 }, PAPER_SELECTED);
        canvas_text(canvas, x, 0, here ? INK_STRONG : INK_DIM, label);
        x += width;
    }
}

void shell_header_click(struct app *app, int at)
{
    int x = TABS_X;
    bool tight = tabs_are_tight(app);
    for (int i = 0; i < tab_count && desk_of_app(app)->account.email; i++) {
        if (!tab_allowed(desk_of_app(app), i))
            continue;
        int width = text_width(tab_label(app, i, tight));
        if (at >= x && at < x + width) {
            app_root(app, tabs[i].ops);
            return;
        }
        x += width;
    }
}

static const char *person(struct app *app)
{
    const struct desk *desk = desk_of_app(app);
    const struct row_me *me = &desk->me;
    if (!me->firstName)
        return desk->account.email ? desk->account.email : "";
    const char *name = app_printf(app, "%s %s", me->firstName, me->lastName ? me->lastName : "");
    const char *organization = desk->organization.name ? desk->organization.name : me->organizationName;
    return organization && *organization ? app_printf(app, "%s · %s", name, organization) : name;
}

void shell_header(struct app *app, const struct canvas *canvas)
{
    const struct desk *desk = desk_of_app(app);
    canvas_fill(canvas, canvas_rect(canvas), PAPER_BAR);
    canvas_text(canvas, 1, 0, INK_TITLE, "Serenity");
    if (!desk->account.email) {
        canvas_right(canvas, canvas->area.width, 0, INK_FAINT, SERENITY_VERSION);
        return;
    }
    draw_tabs(app, canvas);
    int room = canvas->area.width - TABS_X - tabs_width(app, false) - 2;
    const char *name = person(app);
    if (text_width(name) > room && desk->me.firstName)
        name = desk->me.firstName;
    if (text_width(name) <= room)
        canvas_right(canvas, canvas->area.width, 0, INK_DIM, name);
}

static int draw_link(struct app *app, const struct canvas *canvas, int x)
{
    const struct desk *desk = desk_of_app(app);
    const struct connection *link = &desk->connection;
    const struct zone *zone = desk->zone;
    int seconds = link->next_try > app->now ? (int)((link->next_try - app->now + 999) / 1000) : 0;
    switch (link->state) {
    case LINK_ONLINE:
        return canvas_text(canvas, x, 0, INK_GOOD, "● online");
    case LINK_SIGNED_OUT:
        return canvas_text(canvas, x, 0, INK_WARN, "○ signed out");
    case LINK_TOO_OLD:
        return canvas_text(canvas, x, 0, INK_BAD, "▲ too old for the server: please upgrade");
    case LINK_CONNECTING:
        if (link->loading)
            return canvas_printf(canvas, x, 0, INK_INFO, "◐ loading · %d rows so far", (int)link->loaded);
        return canvas_text(canvas, x, 0, INK_INFO, "◐ connecting");
    default:
        break;
    }
    int used = canvas_printf(canvas, x, 0, INK_WARN, "○ offline since %s",
                             format_clock(&app->frame, zone, link->since));
    if (seconds > 0)
        used += canvas_printf(canvas, x + used, 0, INK_DIM, " · next try in %d s", seconds);
    return used;
}

static int draw_outbox(struct app *app, const struct canvas *canvas, int x)
{
    const struct outbox_counts *counts = &desk_of_app(app)->outbox;
    int from = x, waiting = (int)counts->waiting;
    bool online = desk_of_app(app)->connection.state == LINK_ONLINE;
    if (waiting == 0)
        x += canvas_text(canvas, x, 0, INK_DIM, " · nothing waits");
    else
        x += canvas_printf(canvas, x, 0, online ? INK_DIM : INK_WARN, " · %d %s, saved here", waiting,
                           waiting == 1 ? "change waits" : "changes wait");
    if (counts->refused > 0)
        x += canvas_printf(canvas, x, 0, INK_BAD, " · %d refused", (int)counts->refused);
    return x - from;
}

static void draw_next(struct app *app, const struct canvas *canvas, int from)
{
    const struct desk *desk = desk_of_app(app);
    if (!desk->has_next)
        return;
    const struct row_consultation *row = &desk->next.row;
    const char *when = format_relative(&app->frame, row->start, app->now);
    if (row->status == BOOKING_IN_PROGRESS)
        when = "in session";
    else if (row->start <= app->now)
        when = "should have begun";
    bool soon = row->start - app->now < 15 * MINUTE_MS;
    const char *text = app_printf(app, "%s · %s", booking_with(desk, &desk->next), when);
    int room = canvas->area.width - from - 3;
    if (room < 12)
        return;
    int width = text_width(text);
    width = width < room ? width : room;
    canvas_text_in(canvas, canvas->area.width - 1 - width, 0, width, soon ? INK_ACCENT : INK_DIM, text);
}

int64_t shell_due(struct app *app)
{
    const struct connection *link = &desk_of_app(app)->connection;
    bool counting = link->state == LINK_OFFLINE && link->next_try > app->now;
    return counting ? app->now + (link->next_try - app->now - 1) % 1000 + 1 : 0;
}

const char *shell_corner(struct app *app)
{
    return format_clock(&app->frame, zone_of_app(app), app->now);
}

void shell_status(struct app *app, const struct canvas *canvas)
{
    int x = 1;
    x += draw_link(app, canvas, x);
    if (desk_of_app(app)->account.email)
        x += draw_outbox(app, canvas, x);
    draw_next(app, canvas, x);
}
