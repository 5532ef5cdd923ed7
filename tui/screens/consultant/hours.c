// A consultant's hours: weekly ones, extra ones on dates, time off.
#include "tui/screens/common/desk.h"
#include "tui/screens/common/format.h"
#include "tui/screens/common/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hours_data {
    civil_day day;
};

static const char *const kinds[] = { "weekly hours", "time off", "extra hours", NULL };

static const char *check_days(const char *value)
{
    static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
    char copy[80], *rest = copy;
    snprintf(copy, sizeof(copy), "%s", value);
    for (char *word; (word = strsep(&rest, " ,")) != NULL;) {
        bool known = *word == '\0';
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            known |= strncasecmp(word, names[i], 3) == 0;
        if (!known)
            return "days as Mon Tue Wed";
    }
    return NULL;
}

static bool parse_span(const char *text, char from[8], char to[8])
{
    int a, b;
    if (sscanf(text, " %5[0-9:] - %5[0-9:]", from, to) != 2)
        return false;
    return civil_parse_hhmm(from, &a) && civil_parse_hhmm(to, &b) && a < b;
}

static const char *check_times(const char *value)
{
    char copy[200], *rest = copy, from[8], to[8];
    snprintf(copy, sizeof(copy), "%s", value);
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        if (word[strspn(word, " ")] && !parse_span(word, from, to))
            return "times as 09:00-12:00, 13:00-17:00";
    }
    return NULL;
}

static void hours_opened(struct app *app, struct form *form, void *data)
{
    const struct hours_data *hours = data;
    char date[CIVIL_DATE_SIZE];
    (void)app;
    form_set(form, "type", "time off");
    form_set(form, "startDate", civil_format_date(hours->day, date));
    form_set(form, "endDate", civil_format_date(hours->day, date));
    form_set(form, "times", "09:00-12:00, 13:00-17:00");
    form_set(form, "days", "Mon Tue Wed Thu Fri");
}

static void add_days(struct app *app, struct args_availability *args, const char *text)
{
    static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
    char *rest = arena_strdup(&app->frame, text);
    for (char *word; (word = strsep(&rest, " ,")) != NULL;) {
        for (size_t i = 0; i < ARRAY_LEN(names) && *word; i++) {
            if (strncasecmp(word, names[i], 3) == 0)
                *LIST_ADD(&args->recurrence.daysOfWeek, &app->frame, int64_t) = (int64_t)i;
        }
    }
    args->has_recurrence = args->recurrence.daysOfWeek.count > 0;
}

static void add_times(struct app *app, struct args_availability *args, const char *text, const char *zone)
{
    char *rest = arena_strdup(&app->frame, text);
    for (char *word; (word = strsep(&rest, ",")) != NULL;) {
        char from[8], to[8];
        if (!parse_span(word, from, to))
            continue;
        *LIST_ADD(&args->timeSlots, &app->frame, struct args_time_slot) = (struct args_time_slot){
            .startTime = arena_strdup(&app->frame, from),
            .endTime = arena_strdup(&app->frame, to),
            .timezone = zone,
        };
    }
}

static bool hours_submitted(struct app *app, struct form *form, void *data)
{
    struct desk *desk = desk_of_app(app);
    struct args_availability args = { .id = "me", .type = form_get_choice(form, "type") };
    const char *reason = form_get(form, "reason");
    struct err err;
    int64_t n = 0;
    (void)data;
    civil_parse_date(form_get(form, "startDate"), &args.period.startDate);
    civil_parse_date(form_get(form, "endDate"), &args.period.endDate);
    if (args.period.endDate < args.period.startDate) {
        form_fail(form, "endDate", "is before the first day");
        return false;
    }
    args.reason = *reason ? reason : NULL;
    if (args.type == AVAILABILITY_REGULAR)
        add_days(app, &args, form_get(form, "days"));
    if (args.type != AVAILABILITY_TIME_OFF)
        add_times(app, &args, form_get(form, "times"), zone_name(desk->zone));
    if (!model_add_availability(desk->model, &args, &n, &err)) {
        form_fail(form, err.field[0] ? err.field : "reason", err.message);
        return false;
    }
    desk_did(app, "Hours changed", n);
    return true;
}

static const char *hours_preview(struct app *app, const struct form *form, void *data)
{
    civil_day from, to;
    (void)data;
    if (!civil_parse_date(form_get(form, "startDate"), &from) ||
        !civil_parse_date(form_get(form, "endDate"), &to))
        return "";
    int days = to - from + 1;
    const char *span =
        days == 1 ? format_day(&app->frame, from)
                  : app_printf(app, "%s to %s", format_day(&app->frame, from), format_day(&app->frame, to));
    switch (form_get_choice(form, "type")) {
    case AVAILABILITY_TIME_OFF:
        return app_printf(app, "Nobody can book you on %s. Sessions already booked stay.", span);
    case AVAILABILITY_EXTRA:
        return app_printf(app, "You can be booked on %s at %s, besides your weekly hours.", span,
                          form_get(form, "times"));
    default:
        return app_printf(app, "From %s: %s, %s.", span, form_get(form, "days"), form_get(form, "times"));
    }
}

void hours_open(struct app *app, civil_day day)
{
    const struct form_field fields[] = {
        { .name = "type", .label = "What", .kind = FORM_CHOICE, .choices = kinds },
        { .name = "startDate", .label = "First day", .kind = FORM_DATE, .required = true },
        { .name = "endDate", .label = "Last day", .kind = FORM_DATE, .required = true },
        { .name = "days", .label = "Weekdays", .kind = FORM_TEXT, .check = check_days },
        { .name = "times", .label = "Times", .kind = FORM_TEXT, .check = check_times },
        { .name = "reason", .label = "Reason", .kind = FORM_TEXT, .hint = "vacation" },
    };
    struct hours_data *hours = calloc(1, sizeof(*hours));
    CHECK(hours != NULL);
    hours->day = day;
    popup_form(app, &(struct dialog){
                        .title = "Your hours",
                        .submit = "Save",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .preview = hours_preview,
                        .submitted = hours_submitted,
                        .opened = hours_opened,
                        .data = hours,
                    });
}
