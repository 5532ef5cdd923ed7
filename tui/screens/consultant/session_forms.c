#include "tui/screens/consultant/session_forms.h"

#include "tui/core/draft.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy_id(const char *id)
{
    char *copy = strdup(id);
    CHECK(copy != NULL);
    return copy;
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static int32_t date_of(const struct form *form, const char *name)
{
    civil_day day;
    return civil_parse_date(form_get(form, name), &day) ? day : 0;
}

static bool sent(struct app *app, struct form *form, const char *field, bool done, const char *what,
                 int64_t n, const struct err *err)
{
    if (done)
        desk_did(app, what, n);
    else
        form_fail(form, err->field[0] ? err->field : field, err->message);
    return done;
}

// --- action items --------------------------------------------------------------------------------------------------

static void item_opened(struct app *app, struct form *form, void *data)
{
    char date[CIVIL_DATE_SIZE];
    (void)data;
    civil_day today = zone_day_at(zone_of_app(app), app->now);
    form_set(form, "dueDate", civil_format_date(today + 7, date));
    form_set(form, "priority", "medium");
}

static bool item_submitted(struct app *app, struct form *form, void *data)
{
    struct args_action_item args = {
        .id = data,
        .description = form_get(form, "description"),
        .assignedTo = form_get_choice(form, "assignedTo"),
        .dueDate = date_of(form, "dueDate"),
        .priority = form_get_choice(form, "priority"),
    };
    struct err err;
    int64_t n = 0;
    bool done = model_add_action_item(desk_of_app(app)->model, &args, &n, &err);
    return sent(app, form, "description", done, "Action item added", n, &err);
}

void session_add_item(struct app *app, const char *consultation_id)
{
    const struct form_field fields[] = {
        { .name = "description",
          .label = "What",
          .kind = FORM_AREA,
          .rows = 2,
          .required = true,
          .hint = "Review the technology inventory" },
        { .name = "assignedTo", .label = "Who", .kind = FORM_CHOICE, .choices = action_assignee_words },
        { .name = "dueDate", .label = "Until", .kind = FORM_DATE, .hint = "YYYY-MM-DD" },
        { .name = "priority", .label = "Priority", .kind = FORM_CHOICE, .choices = action_priority_words },
    };
    popup_form(app, &(struct dialog){
                        .title = "Action item",
                        .submit = "Add",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .opened = item_opened,
                        .submitted = item_submitted,
                        .data = copy_id(consultation_id),
                    });
}

// --- deliverables --------------------------------------------------------------------------------------------------

static const char *const deliverable_types[] = { "assessment_report", "roadmap", "presentation", "document",
                                                 NULL };
static const char *const deliverable_states[] = { "planned", "in_progress", "completed", NULL };

static bool deliverable_submitted(struct app *app, struct form *form, void *data)
{
    struct args_deliverable args = {
        .consultationId = data,
        .type = form_get(form, "type"),
        .name = form_get(form, "name"),
        .description = or_null(form_get(form, "description")),
        .status = form_get(form, "status"),
        .dueDate = date_of(form, "dueDate"),
        .file = { .name = or_null(form_get(form, "file")), .url = or_null(form_get(form, "url")) },
    };
    struct err err;
    int64_t n = 0;
    bool done = model_add_deliverable(desk_of_app(app)->model, &args, &n, &err);
    return sent(app, form, "name", done, "Deliverable added", n, &err);
}

void session_add_deliverable(struct app *app, const char *consultation_id)
{
    const struct form_field fields[] = {
        { .name = "name",
          .label = "Name",
          .kind = FORM_TEXT,
          .required = true,
          .hint = "Digital Transformation Readiness Assessment" },
        { .name = "type", .label = "Kind", .kind = FORM_CHOICE, .choices = deliverable_types },
        { .name = "description", .label = "About", .kind = FORM_AREA, .rows = 2 },
        { .name = "status", .label = "State", .kind = FORM_CHOICE, .choices = deliverable_states },
        { .name = "dueDate", .label = "Until", .kind = FORM_DATE, .hint = "YYYY-MM-DD" },
        { .name = "file", .label = "File", .kind = FORM_TEXT, .hint = "assessment.pdf" },
        { .name = "url", .label = "Link", .kind = FORM_TEXT, .hint = "https://…" },
    };
    popup_form(app, &(struct dialog){
                        .title = "Deliverable",
                        .submit = "Add",
                        .fields = fields,
                        .count = ARRAY_LEN(fields),
                        .width = 84,
                        .submitted = deliverable_submitted,
                        .data = copy_id(consultation_id),
                    });
}

// --- the end -------------------------------------------------------------------------------------------------------

struct completion {
    char id[ID_SIZE];
    char draft[ID_SIZE + 16];
    int64_t start, end; // as booked, or since it runs
    int minutes;        // of credit
    char package[120];
    int64_t grace;
    int items, deliverables;
};

static void add_lines(struct list *ret, struct arena *arena, const char *text)
{
    char *lines = arena_strdup(arena, text);
    for (char *line; (line = strsep(&lines, "\n")) != NULL;) {
        line += strspn(line, " \t");
        if (strncmp(line, "- ", 2) == 0)
            line += 2;
        if (*line)
            *LIST_ADD(ret, arena, const char *) = line;
    }
}

static bool complete_submitted(struct app *app, struct form *form, void *data)
{
    const struct completion *completion = data;
    struct args_complete args = {
        .id = completion->id,
        .outcomes = { .summary = form_get(form, "summary") },
        .nextSteps = or_null(form_get(form, "nextSteps")),
        .internalNotes = or_null(form_get(form, "internalNotes")),
    };
    add_lines(&args.outcomes.keyPoints, &app->frame, form_get(form, "keyPoints"));
    add_lines(&args.outcomes.recommendations, &app->frame, form_get(form, "recommendations"));
    add_lines(&args.outcomes.decisionsMade, &app->frame, form_get(form, "decisions"));
    struct err err;
    int64_t n = 0;
    bool done = model_complete(desk_of_app(app)->model, &args, &n, &err);
    if (done)
        draft_drop(app, completion->draft);
    return sent(app, form, "summary", done, "Session completed", n, &err);
}

static void complete_opened(struct app *app, struct form *form, void *data)
{
    const struct completion *completion = data;
    draft_load(app, completion->draft, form);
}

static void complete_changed(struct app *app, const struct form *form, void *data)
{
    const struct completion *completion = data;
    draft_save(app, completion->draft, form);
}

static const char *complete_preview(struct app *app, const struct form *form, void *data)
{
    const struct completion *completion = data;
    struct arena *arena = &app->frame;
    (void)form;
    int64_t took = (app->now - completion->start) / MINUTE_MS;
    int64_t billed = booking_overrun_minutes(completion->end, app->now, completion->grace);
    const char *credit = completion->minutes > 0
                             ? app_printf(app, "%s of credit of %s are used.",
                                          format_minutes(arena, completion->minutes), completion->package)
                             : "No credit is used.";
    const char *overrun =
        billed > 0 ? app_printf(app, " %d minutes over are billed by invoice.", (int)billed) : "";
    return app_printf(app, "Complete now: it took %s. %s%s %s and %s go with it.",
                      format_minutes(arena, took), credit, overrun,
                      format_count(arena, completion->items, "action item"),
                      format_count(arena, completion->deliverables, "deliverable"));
}

void session_complete(struct app *app, const struct consultation_detail *detail,
                      const struct booking_policy *policy)
{
    const struct form_field fields[] = {
        { .name = "summary",
          .label = "Summary",
          .kind = FORM_AREA,
          .rows = 3,
          .required = true,
          .hint = "what was found out, in two sentences" },
        { .name = "keyPoints", .label = "Key points", .kind = FORM_AREA, .rows = 3, .hint = "one a line" },
        { .name = "recommendations",
          .label = "Recommendations",
          .kind = FORM_AREA,
          .rows = 3,
          .hint = "one a line" },
        { .name = "decisions", .label = "Decisions", .kind = FORM_AREA, .rows = 2, .hint = "one a line" },
        { .name = "nextSteps", .label = "Next steps", .kind = FORM_AREA, .rows = 2 },
        { .name = "internalNotes",
          .label = "Internal",
          .kind = FORM_AREA,
          .rows = 2,
          .hint = "only you and administrators read this" },
    };
    const struct row_consultation *row = &detail->head.row;
    struct completion *completion = calloc(1, sizeof(*completion));
    CHECK(completion != NULL);
    snprintf(completion->id, sizeof(completion->id), "%s", row->id);
    snprintf(completion->draft, sizeof(completion->draft), "complete-%s", row->id);
    snprintf(completion->package, sizeof(completion->package), "%s",
             row->packageName ? row->packageName : "the package");
    completion->start = row->actualStart > 0 ? row->actualStart : row->start;
    completion->end = row->end;
    completion->minutes = row->freeTrial ? 0 : (int)row->minutes;
    completion->grace = policy->grace_minutes;
    completion->items = (int)detail->action_items.count;
    completion->deliverables = (int)detail->deliverables.count;
    popup_form(app,
               &(struct dialog){
                   .title = app_printf(app, "Complete · %s", booking_with(desk_of_app(app), &detail->head)),
                   .submit = "Complete the session",
                   .fields = fields,
                   .count = ARRAY_LEN(fields),
                   .width = 100,
                   .preview = complete_preview,
                   .submitted = complete_submitted,
                   .opened = complete_opened,
                   .changed = complete_changed,
                   .data = completion,
               });
}
