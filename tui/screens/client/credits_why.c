#include "tui/screens/client/credits.h"

#include "tui/screens/common/format.h"

#include <string.h>

static const char *number_of(struct app *app, int64_t minutes, int64_t per_credit)
{
    char number[32];
    return app_printf(app, "%s",
                      credits_format(minutes, per_credit > 0 ? per_credit : 60, number, sizeof(number)));
}

const char *credits_why_lot(struct screen *screen, const struct lot_view *lot)
{
    struct app *app = screen->app;
    struct arena *arena = &app->frame;
    const struct zone *zone = zone_of(screen);
    const struct row_lot *row = &lot->row;
    const char *text = app_printf(app, "%s, got on %s.\n\n", row->packageName ? row->packageName : "Credits",
                                  format_date(arena, zone, row->purchasedAt, app->now));
    if (row->price > 0)
        text = app_printf(app, "%sPrice: %s.\n", text, format_money(arena, row->price, row->currency));
    text = app_printf(app, "%sOf %s credits: %s free, %s reserved, %s used, %s expired.\n\n", text,
                      number_of(app, row->total, row->minutesPerCredit),
                      number_of(app, row->free, row->minutesPerCredit),
                      number_of(app, row->reserved, row->minutesPerCredit),
                      number_of(app, row->consumed, row->minutesPerCredit),
                      number_of(app, row->expired, row->minutesPerCredit));
    const char *fits =
        row->flexible ? "It pays for sessions of 60, 90 or 120 minutes: 90 minutes cost 1.5 credits."
                      : app_printf(app, "It pays for sessions of %d minutes.", (int)row->minutesPerCredit);
    text = app_printf(app, "%s%s\n", text, fits);
    const char *until = format_date(arena, zone, row->expiresAt, app->now);
    if (!lot->usable)
        return app_printf(app,
                          "%s\nIt expired on %s. What was reserved before stays reserved; what comes back "
                          "can be used for 7 more days.",
                          text, until);
    return app_printf(app,
                      "%s\nUsable until %s (%s): a session must be booked by then, it may take place later. "
                      "The lot that expires first pays first.",
                      text, until, format_relative(arena, row->expiresAt, app->now));
}

static const struct {
    const char *kind, *word, *words;
} kinds[] = {
    { "purchase", "purchased", "The credits were bought." },
    { "grant", "granted", "The credits were given to you." },
    { "reserve", "reserved",
      "A session was booked: what it costs is set aside, taken from the fitting lot that expires first." },
    { "release", "returned",
      "A session was called off in time, or by the consultant: exactly what was set aside came back." },
    { "consume", "used",
      "A session took place, was cancelled late, or nobody came: what was set aside is used. A session costs "
      "what was booked, however long it took." },
    { "expire", "expired", "The lot ran out before a session was booked with it." },
    { "refund", "paid back", "The purchase was paid back: unused credits are taken back first." },
    { "adjust", "corrected", "An administrator corrected the balance." },
};

const char *credits_kind_word(const char *kind)
{
    for (size_t i = 0; kind && i < ARRAY_LEN(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].word;
    }
    return kind;
}

const char *credits_why_entry(struct screen *screen, const struct row_statement *entry)
{
    struct app *app = screen->app;
    const char *words = "";
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (entry->kind && strcmp(kinds[i].kind, entry->kind) == 0)
            words = kinds[i].words;
    }
    const char *text =
        app_printf(app, "%s\n\n%s", format_when(&app->frame, zone_of(screen), entry->at, app->now), words);
    if (entry->packageName)
        text = app_printf(app, "%s\n\nLot: %s", text, entry->packageName);
    if (entry->consultationCode)
        text = app_printf(app, "%s\nSession: %s", text, entry->consultationCode);
    if (entry->reason && *entry->reason)
        text = app_printf(app, "%s\nReason: %s", text, entry->reason);
    return text;
}
