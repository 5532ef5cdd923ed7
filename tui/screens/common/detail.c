#include "tui/screens/common/detail.h"

#include "shared/host/host.h"
#include "tui/screens/common/acts.h"
#include "tui/screens/common/booking_look.h"
#include "tui/screens/common/format.h"

#include <string.h>

enum { LABEL = 12 };

// --- lines ---------------------------------------------------------------------------------------------------------

static int row_of(const struct pen *pen)
{
    return pen->y - pen->top;
}

void pen_line(struct pen *pen, enum ink ink, const char *text)
{
    if (!text || !*text)
        return;
    canvas_text_in(pen->canvas, 0, row_of(pen), pen->canvas->area.width, ink, text);
    pen->y++;
}

static void wrapped(struct pen *pen, int x, enum ink ink, const char *text)
{
    int y = row_of(pen), width = pen->canvas->area.width - x;
    struct rect rect = { x, y, width, 10000 };
    pen->y += canvas_wrapped(pen->canvas, rect, 0, ink, text);
}

void pen_text(struct pen *pen, enum ink ink, const char *text)
{
    if (text && *text)
        wrapped(pen, 0, ink, text);
}

void pen_fact(struct pen *pen, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    canvas_text_in(pen->canvas, 0, row_of(pen), LABEL - 1, INK_DIM, label);
    wrapped(pen, LABEL, INK_TEXT, value);
}

void pen_heading(struct pen *pen, const char *text, const char *detail)
{
    int used = canvas_text(pen->canvas, 0, row_of(pen), INK_TITLE, text);
    if (detail && *detail)
        canvas_text_in(pen->canvas, used + 2, row_of(pen), pen->canvas->area.width - used - 2, INK_FAINT,
                       detail);
    pen->y++;
}

void pen_gap(struct pen *pen)
{
    pen->y++;
}

// --- facts ---------------------------------------------------------------------------------------------------------

static const struct zone *zone_here(const struct pen *pen)
{
    return zone_of_app(pen->app);
}

static void time_facts(struct pen *pen, const struct row_consultation *row)
{
    struct arena *arena = &pen->app->frame;
    const struct desk *desk = desk_of_app(pen->app);
    const struct zone *zone = zone_here(pen);
    pen_fact(pen, "Day", format_day_long(arena, zone_day_at(zone, row->start)));
    pen_fact(pen, "Time",
             app_printf(pen->app, "%s  (%s)", format_span(arena, zone, row->start, row->end),
                        format_relative(arena, row->start, pen->app->now)));
    const struct zone *theirs = row->timezone ? zone_db_get(model_zones(desk->model), row->timezone) : NULL;
    if (theirs && zone_offset_at(theirs, row->start, NULL) != zone_offset_at(zone, row->start, NULL))
        pen_fact(
            pen, "There",
            app_printf(pen->app, "%s %s", format_span(arena, theirs, row->start, row->end), row->timezone));
    if (row->actualStart > 0)
        pen_fact(pen, "Took place",
                 row->actualEnd > 0
                     ? format_span(arena, zone, row->actualStart, row->actualEnd)
                     : app_printf(pen->app, "since %s", format_clock(arena, zone, row->actualStart)));
}

static void person_facts(struct pen *pen, const struct row_consultation *row)
{
    pen_fact(pen, "Client", row->clientName);
    const char *contact = row->contactName;
    if (contact && row->contactTitle && *row->contactTitle)
        contact = app_printf(pen->app, "%s, %s", contact, row->contactTitle);
    pen_fact(pen, "Contact", contact);
    pen_fact(pen, "Consultant",
             row->consultantName && *row->consultantName ? row->consultantName : "chosen by the server");
}

static void credit_facts(struct pen *pen, const struct consultation *head)
{
    const struct row_consultation *row = &head->row;
    struct arena *arena = &pen->app->frame;
    const char *amount = row->freeTrial
                             ? "free trial"
                             : app_printf(pen->app, "%s of credit", format_minutes(arena, row->minutes));
    const char *state = row->creditConsumed                                     ? "used"
                        : booking_blocks_time((enum booking_status)row->status) ? "reserved"
                                                                                : "returned";
    if (row->minutes == 0) {
        pen_fact(pen, "Credit", "none is held");
        return;
    }
    pen_fact(pen, "Credit",
             app_printf(pen->app, "%s, %s%s", amount, state, head->credit_waits ? " (quoted)" : ""));
    pen_fact(pen, "From", row->packageName);
}

void detail_facts(struct pen *pen, const struct consultation_detail *detail)
{
    const struct consultation *head = &detail->head;
    const struct row_consultation *row = &head->row;
    struct arena *arena = &pen->app->frame;
    const struct zone *zone = zone_here(pen);
    time_facts(pen, row);
    pen_gap(pen);
    person_facts(pen, row);
    pen_gap(pen);
    pen_fact(pen, "Kind", booking_type(arena, head));
    credit_facts(pen, head);
    pen_gap(pen);
    pen_fact(pen, "Booked", format_when(arena, zone, row->bookedAt, pen->app->now));
    if (row->confirmedAt > 0)
        pen_fact(pen, "Confirmed", format_when(arena, zone, row->confirmedAt, pen->app->now));
    if (row->cancelledAt > 0)
        pen_fact(pen, row->status == BOOKING_DECLINED ? "Declined" : "Cancelled",
                 format_when(arena, zone, row->cancelledAt, pen->app->now));
    pen_fact(pen, "Reason", row->cancelReason);
    if (row->reschedules > 0)
        pen_fact(pen, "Moved", app_printf(pen->app, "%d of 2 times", (int)row->reschedules));
    if (head->waits)
        pen_line(pen, INK_WARN, "↑ a change waits to be sent");
    if (head->refused)
        pen_line(pen, INK_BAD,
                 head->only_here ? "! the booking was refused" : "! a change was refused: see Changes");
    pen_gap(pen);
    detail_attendees(pen, detail);
}

void detail_attendees(struct pen *pen, const struct consultation_detail *detail)
{
    const struct list *joined = &detail->head.row.coConsultantNames;
    if (detail->attendees.count == 0 && joined->count == 0)
        return;
    pen_heading(pen, "Attendees", NULL);
    for (size_t i = 0; i < joined->count; i++)
        pen_line(pen, INK_TEXT, app_printf(pen->app, "%s  co-consultant", *LIST_AT(joined, const char *, i)));
    for (size_t i = 0; i < detail->attendees.count; i++) {
        const struct attendee_view *attendee = LIST_AT(&detail->attendees, struct attendee_view, i);
        const char *name = attendee->row.name ? attendee->row.name : "";
        const char *role = attendee->row.role ? attendee->row.role : "";
        pen_line(pen, INK_TEXT, app_printf(pen->app, "%s  %s%s", name, role, attendee->waits ? " ↑" : ""));
    }
}

// --- texts ---------------------------------------------------------------------------------------------------------

void detail_action_items(struct pen *pen, const struct consultation_detail *detail)
{
    static const enum ink inks[] = { INK_DIM, INK_TEXT, INK_BAD };
    static const char *const signs[] = { " ", "·", "!" };
    for (size_t i = 0; i < detail->action_items.count; i++) {
        const struct action_item_view *item = LIST_AT(&detail->action_items, struct action_item_view, i);
        int priority = item->row.priority >= 0 && item->row.priority <= 2 ? item->row.priority : 1;
        canvas_text(pen->canvas, 0, row_of(pen), inks[priority], item->row.done ? "✓" : signs[priority]);
        wrapped(pen, 2, INK_TEXT, item->row.description ? item->row.description : "");
        const char *due = item->row.dueDate ? format_day(&pen->app->frame, item->row.dueDate) : "no date";
        int who = item->row.assignedTo == 1 ? 1 : 0;
        const char *line = app_printf(pen->app, "  %s · %s · %s%s", action_assignee_words[who], due,
                                      action_priority_words[priority], item->waits ? " · ↑ waits" : "");
        pen_line(pen, INK_DIM, line);
    }
}

void detail_deliverables(struct pen *pen, const struct consultation_detail *detail)
{
    for (size_t i = 0; i < detail->deliverables.count; i++) {
        const struct deliverable_view *item = LIST_AT(&detail->deliverables, struct deliverable_view, i);
        canvas_text(pen->canvas, 0, row_of(pen), INK_ACCENT, "▤");
        wrapped(pen, 2, INK_TEXT, item->row.name ? item->row.name : "");
        const char *status = item->row.status ? item->row.status : "",
                   *file = item->row.fileName ? item->row.fileName : item->row.fileUrl;
        const char *line = app_printf(pen->app, "  %s%s%s%s", status, file && *status ? " · " : "",
                                      file ? file : "", item->waits ? " · ↑ waits" : "");
        if (*status || file || item->waits)
            pen_line(pen, INK_DIM, line);
        if (item->row.description && *item->row.description)
            wrapped(pen, 2, INK_DIM, item->row.description);
    }
}

const struct note_view *detail_note(const struct consultation_detail *detail, enum note_kind kind)
{
    for (size_t i = 0; i < detail->notes.count; i++) {
        const struct note_view *note = LIST_AT(&detail->notes, struct note_view, i);
        if (note->kind == kind)
            return note;
    }
    return NULL;
}

static void texts(struct pen *pen, const char *title, const struct list *items)
{
    if (items->count == 0)
        return;
    pen_line(pen, INK_STRONG, title);
    for (size_t i = 0; i < items->count; i++) {
        canvas_text(pen->canvas, 0, row_of(pen), INK_ACCENT, "•");
        wrapped(pen, 2, INK_TEXT, *LIST_AT(items, const char *, i));
    }
}

static void outcome(struct pen *pen, const struct consultation_detail *detail)
{
    if (!detail->has_outcome)
        return;
    pen_heading(pen, "Outcome", detail->outcome_waits ? "waits to be sent" : NULL);
    pen_text(pen, INK_TEXT, detail->outcome.summary);
    texts(pen, "Key points", &detail->outcome.keyPoints);
    texts(pen, "Recommendations", &detail->outcome.recommendations);
    texts(pen, "Decisions", &detail->outcome.decisionsMade);
    if (detail->outcome.nextSteps && *detail->outcome.nextSteps) {
        pen_line(pen, INK_STRONG, "Next steps");
        pen_text(pen, INK_TEXT, detail->outcome.nextSteps);
    }
    pen_gap(pen);
}

static void note(struct pen *pen, const char *title, const char *who, const struct note_view *note)
{
    if (!note || !note->text || !*note->text)
        return;
    if (note->author_name && *note->author_name)
        who = app_printf(pen->app, "%s · last %s", who, note->author_name);
    pen_heading(pen, title, note->waits ? app_printf(pen->app, "%s · ↑ waits", who) : who);
    pen_text(pen, INK_TEXT, note->text);
    pen_gap(pen);
}

void detail_texts(struct pen *pen, const struct consultation_detail *detail)
{
    int before = pen->y;
    outcome(pen, detail);
    if (detail->action_items.count > 0) {
        pen_heading(pen, "Action items", NULL);
        detail_action_items(pen, detail);
        pen_gap(pen);
    }
    if (detail->deliverables.count > 0) {
        pen_heading(pen, "Deliverables", NULL);
        detail_deliverables(pen, detail);
        pen_gap(pen);
    }
    note(pen, "From the client", "everyone reads it", detail_note(detail, NOTE_CLIENT));
    note(pen, "Shared document", "everyone writes it", detail_note(detail, NOTE_SHARED));
    note(pen, "Session notes", "everyone reads them", detail_note(detail, NOTE_LIVE));
    note(pen, "Private notes", "only the consultant", detail_note(detail, NOTE_CONSULTANT));
    note(pen, "Preparation", "only the consultants", detail_note(detail, NOTE_PREPARATION));
    note(pen, "Internal", "consultants and administrators", detail_note(detail, NOTE_INTERNAL));
    if (pen->y == before)
        pen_line(pen, INK_DIM, "Nothing has been written yet.");
}

const char *detail_why(struct app *app, const struct consultation_detail *detail)
{
    const struct row_consultation *row = &detail->head.row;
    struct arena *arena = &app->frame;
    const char *package = row->packageName ? row->packageName : "a package";
    if (row->minutes == 0)
        return "No credit is held for this session.";
    const char *text =
        row->freeTrial
            ? "The free trial pays for this session: 15 minutes, once."
            : app_printf(
                  app,
                  "The session was booked for %s, so it costs %s of credit, however long it takes. They "
                  "come from %s: of the lots that fit, the one that expires first.",
                  format_minutes(arena, booking_minutes(&detail->head)), format_minutes(arena, row->minutes),
                  package);
    if (row->creditConsumed)
        return app_printf(app, "%s\n\nThe credit is used.", text);
    if (!booking_is_open((enum booking_status)row->status))
        return text;
    return app_printf(app, "%s\n\nThe credit is reserved now and used when the session is completed.\n\n%s",
                      text, act_cancel_effect_text(app, row->id));
}
