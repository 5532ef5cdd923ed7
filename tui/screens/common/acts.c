#include "tui/screens/common/acts.h"

#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(struct app *app, const struct consultation *consultation)
{
    const struct zone *zone = zone_of_app(app);
    return app_printf(app, "%s, %s", booking_with(desk_of_app(app), consultation),
                      format_when(&app->frame, zone, consultation->row.start, app->now));
}

bool act_may(struct app *app, const struct consultation *consultation, enum booking_move move,
             const char **ret_reason)
{
    struct err err;
    *ret_reason = "no session is chosen";
    if (!consultation)
        return false;
    if (model_may(desk_of_app(app)->model, consultation, move, &err))
        return true;
    *ret_reason = app_printf(app, "%s", err.message);
    return false;
}

static char *copy_id(const struct consultation *consultation)
{
    char *id = strdup(consultation->row.id);
    CHECK(id != NULL);
    return id;
}

// --- confirm -------------------------------------------------------------------------------------------------------

static bool confirm_sent(struct app *app, struct form *form, void *data)
{
    struct err err;
    int64_t n;
    const char *notes = form_get(form, "notes");
    if (!model_confirm(desk_of_app(app)->model, data, *notes ? notes : NULL, &n, &err)) {
        form_fail(form, "notes", err.message);
        return false;
    }
    desk_did(app, "Session confirmed", n);
    return true;
}

static const char *confirm_preview(struct app *app, const struct form *form, void *data)
{
    (void)app;
    (void)form;
    (void)data;
    return "The client is told that the session will take place.";
}

void act_confirm(struct app *app, const struct consultation *consultation)
{
    static const struct form_field fields[] = {
        { .name = "notes",
          .label = "Preparation",
          .kind = FORM_AREA,
          .rows = 4,
          .hint = "private notes, if you like" },
    };
    popup_form(app, &(struct dialog){
                        .title = app_printf(app, "Confirm · %s", name_of(app, consultation)),
                        .submit = "Confirm the session",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .preview = confirm_preview,
                        .submitted = confirm_sent,
                        .data = copy_id(consultation),
                    });
}

// --- decline ---

static bool decline_sent(struct app *app, struct form *form, void *data)
{
    struct err err;
    int64_t n;
    if (!model_decline(desk_of_app(app)->model, data, form_get(form, "reason"), &n, &err)) {
        form_fail(form, "reason", err.message);
        return false;
    }
    desk_did(app, "Session declined", n);
    return true;
}

static const char *decline_preview(struct app *app, const struct form *form, void *data)
{
    struct consultation_detail detail;
    struct desk *desk = desk_of_app(app);
    (void)form;
    if (!model_consultation(desk->model, data, &app->frame, &detail))
        return "";
    const struct row_consultation *row = &detail.head.row;
    return app_printf(
        app,
        "Decline now: %s of credit returns to %s, and %s is free again. They are told why, with "
        "the nearest times that you have.",
        format_minutes(&app->frame, row->minutes), row->clientName ? row->clientName : "the client",
        format_span(&app->frame, desk->zone, row->start, row->end));
}

void act_decline(struct app *app, const struct consultation *consultation)
{
    static const struct form_field fields[] = {
        { .name = "reason",
          .label = "Reason",
          .kind = FORM_TEXT,
          .required = true,
          .hint = "the client reads it" },
    };
    popup_form(app, &(struct dialog){
                        .title = app_printf(app, "Decline · %s", name_of(app, consultation)),
                        .submit = "Decline the session",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .preview = decline_preview,
                        .submitted = decline_sent,
                        .data = copy_id(consultation),
                    });
}

// --- start ---------------------------------------------------------------------------------------------------------

static void add_attendee(struct app *app, struct args_start *args, char *line)
{
    char *rest = line;
    const char *name = strsep(&rest, ","), *role = strsep(&rest, ","), *email = strsep(&rest, ",");
    name += strspn(name, " ");
    if (!*name)
        return;
    struct args_attendee *attendee = LIST_ADD(&args->attendees.additional, &app->frame, struct args_attendee);
    attendee->name = name;
    attendee->role = role ? role + strspn(role, " ") : NULL;
    attendee->email = email ? email + strspn(email, " ") : NULL;
}

static bool start_sent(struct app *app, struct form *form, void *data)
{
    struct desk *desk = desk_of_app(app);
    struct args_start args = { .id = data };
    char *lines = arena_strdup(&app->frame, form_get(form, "attendees"));
    for (char *line; (line = strsep(&lines, "\n")) != NULL;)
        add_attendee(app, &args, line);
    struct err err;
    int64_t n;
    if (!model_start(desk->model, &args, &n, &err)) {
        form_fail(form, "attendees", err.message);
        return false;
    }
    desk_did(app, "Session started", n);
    return true;
}

static void start_done(struct app *app, void *data)
{
    consultation_open(app, data);
}

static const char *start_preview(struct app *app, const struct form *form, void *data)
{
    struct consultation_detail detail;
    struct desk *desk = desk_of_app(app);
    (void)form;
    if (!model_consultation(desk->model, data, &app->frame, &detail))
        return "";
    const struct zone *zone = desk->zone;
    return app_printf(app, "The clock starts at %s. Booked are %s until %s.",
                      format_clock(&app->frame, zone, app->now),
                      format_minutes(&app->frame, booking_minutes(&detail.head)),
                      format_clock(&app->frame, zone, detail.head.row.end));
}

void act_start(struct app *app, const struct consultation *consultation)
{
    static const struct form_field fields[] = {
        { .name = "attendees",
          .label = "Also there",
          .kind = FORM_AREA,
          .rows = 3,
          .hint = "one a line: Michael Johnson, CTO, cto@acmecorp.com" },
    };
    popup_form(app, &(struct dialog){
                        .title = app_printf(app, "Start · %s", name_of(app, consultation)),
                        .submit = "Start the session",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .preview = start_preview,
                        .submitted = start_sent,
                        .done = start_done,
                        .data = copy_id(consultation),
                    });
}

// --- cancel --------------------------------------------------------------------------------------------------------

const char *act_cancel_effect_text(struct app *app, const char *id)
{
    struct desk *desk = desk_of_app(app);
    struct cancel_preview preview;
    if (!model_cancel_preview(desk->model, id, &app->frame, &preview))
        return "";
    const struct zone *zone = desk->zone;
    const char *amount = format_credits(&app->frame, preview.centi);
    const char *package = preview.package_name ? preview.package_name : "the package";
    const char *many = preview.centi == 100 ? "s" : "";
    if (preview.minutes == 0)
        return "Cancel now: no credit is involved.";
    if (preview.effect == CANCEL_CONSUMES)
        return app_printf(app, "Cancel now: %s of %s %s used up, because cancelling was free only until %s.",
                          amount, package, *many ? "is" : "are",
                          format_when(&app->frame, zone, preview.deadline, app->now));
    const char *text = app_printf(app, "Cancel now: %s return%s to %s", amount, many, package);
    if (preview.usable_until > 0)
        text = app_printf(app, "%s, usable until %s (%s)", text,
                          format_date(&app->frame, zone, preview.usable_until, app->now),
                          format_relative(&app->frame, preview.usable_until, app->now));
    return app_printf(app, "%s.", text);
}

static const char *cancel_preview(struct app *app, const struct form *form, void *data)
{
    (void)form;
    return act_cancel_effect_text(app, data);
}

static bool cancel_sent(struct app *app, struct form *form, void *data)
{
    struct err err;
    int64_t n;
    if (!model_cancel(desk_of_app(app)->model, data, form_get(form, "reason"), &n, &err)) {
        form_fail(form, "reason", err.message);
        return false;
    }
    desk_did(app, "Session cancelled", n);
    return true;
}

void act_cancel(struct app *app, const struct consultation *consultation)
{
    static const struct form_field fields[] = {
        { .name = "reason",
          .label = "Reason",
          .kind = FORM_TEXT,
          .required = true,
          .hint = "the other side reads it" },
    };
    popup_form(app, &(struct dialog){
                        .title = app_printf(app, "Cancel · %s", name_of(app, consultation)),
                        .submit = "Cancel the session",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .preview = cancel_preview,
                        .submitted = cancel_sent,
                        .data = copy_id(consultation),
                    });
}

void act_reschedule(struct app *app, const struct consultation *consultation)
{
    book_open(app, &(struct book_target){
                       .consultant_id = consultation->row.consultantId,
                       .reschedule_id = consultation->row.id,
                       .at = consultation->row.start,
                   });
}
