// show, note

#include "tui/cli/acts.h"
#include "tui/cli/commands.h"
#include "tui/cli/consultation_json.h"
#include "tui/cli/run.h"

#include <stdio.h>
#include <string.h>

// --- show ------------------------------------------------------------------------------------------------------------------

static void texts_json(struct cli_run *run, const char *name, const struct list *texts)
{
    json_add_key(&run->out, name);
    say(run, "[");
    for (size_t i = 0; i < texts->count; i++) {
        json_add_comma(&run->out);
        json_value(run, *LIST_AT(texts, const char *, i));
    }
    say(run, "]");
}

static void outcome_json(struct cli_run *run, const struct row_outcome *outcome)
{
    json_add_key(&run->out, "outcomes");
    say(run, "{");
    json_text(run, "summary", outcome->summary);
    texts_json(run, "keyPoints", &outcome->keyPoints);
    texts_json(run, "recommendations", &outcome->recommendations);
    texts_json(run, "decisionsMade", &outcome->decisionsMade);
    json_text(run, "nextSteps", outcome->nextSteps);
    say(run, "}");
}

static void notes_json(struct cli_run *run, const struct consultation_detail *detail)
{
    json_add_key(&run->out, "notes");
    say(run, "{");
    for (size_t i = 0; i < detail->notes.count; i++) {
        const struct note_view *note = LIST_AT(&detail->notes, struct note_view, i);
        json_text(run, note_kind_words[note->kind], note->text);
    }
    say(run, "}");
}

static void date_json(struct cli_run *run, const char *name, int32_t day)
{
    char text[CIVIL_DATE_SIZE];
    json_text(run, name, day != 0 ? civil_format_date(day, text) : NULL);
}

static void items_json(struct cli_run *run, const struct list *items)
{
    json_add_key(&run->out, "actionItems");
    say(run, "[");
    for (size_t i = 0; i < items->count; i++) {
        const struct action_item_view *item = LIST_AT(items, struct action_item_view, i);
        json_add_comma(&run->out);
        say(run, "{");
        json_text(run, "id", item->row.id);
        json_text(run, "description", item->row.description);
        json_text(run, "assignedTo",
                  item->row.assignedTo >= 0 ? action_assignee_words[item->row.assignedTo] : NULL);
        json_text(run, "priority",
                  item->row.priority >= 0 ? action_priority_words[item->row.priority] : NULL);
        date_json(run, "dueDate", item->row.dueDate);
        json_bool(run, "waits", item->waits);
        say(run, "}");
    }
    say(run, "]");
}

static void deliverables_json(struct cli_run *run, const struct list *deliverables)
{
    json_add_key(&run->out, "deliverables");
    say(run, "[");
    for (size_t i = 0; i < deliverables->count; i++) {
        const struct deliverable_view *deliverable = LIST_AT(deliverables, struct deliverable_view, i);
        json_add_comma(&run->out);
        say(run, "{");
        json_text(run, "id", deliverable->row.id);
        json_text(run, "type", deliverable->row.type);
        json_text(run, "name", deliverable->row.name);
        json_text(run, "status", deliverable->row.status);
        date_json(run, "dueDate", deliverable->row.dueDate);
        json_bool(run, "waits", deliverable->waits);
        say(run, "}");
    }
    say(run, "]");
}

static void attendees_json(struct cli_run *run, const struct list *attendees)
{
    json_add_key(&run->out, "attendees");
    say(run, "[");
    for (size_t i = 0; i < attendees->count; i++) {
        const struct attendee_view *attendee = LIST_AT(attendees, struct attendee_view, i);
        json_add_comma(&run->out);
        say(run, "{");
        json_text(run, "name", attendee->row.name);
        json_text(run, "role", attendee->row.role);
        json_text(run, "email", attendee->row.email);
        say(run, "}");
    }
    say(run, "]");
}

static void detail_json(struct cli_run *run, const struct consultation_detail *detail)
{
    say(run, "{\"consultation\":{");
    consultation_members(run, &detail->head);
    notes_json(run, detail);
    items_json(run, &detail->action_items);
    deliverables_json(run, &detail->deliverables);
    attendees_json(run, &detail->attendees);
    if (detail->has_outcome)
        outcome_json(run, &detail->outcome);
    say(run, "}}\n");
}

static void labelled(struct cli_run *run, const char *label, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    say(run, "%-12s ", label);
    say_text(run, text);
    say(run, "\n");
}

static void head_text(struct cli_run *run, const struct consultation *c)
{
    const struct row_consultation *row = &c->row;
    say_text(run, row->code != NULL && *row->code != '\0' ? row->code : "not booked yet");
    say(run, "  %s%s%s\n", consultation_word(c), c->waits && !c->only_here ? "  (queued)" : "",
        c->refused ? "  (see serenity changes)" : "");
    say(run, "%-12s %s %s-%s\n", "when", day_words(run, row->start), clock_words(run, row->start),
        clock_words(run, row->end));
    labelled(run, "client", row->clientName);
    labelled(run, "contact", row->contactName);
    labelled(run, "consultant", row->consultantName);
    for (size_t i = 0; i < row->coConsultantNames.count; i++)
        labelled(run, "joined by", *LIST_AT(&row->coConsultantNames, const char *, i));
    labelled(run, "purpose", row->purpose);
    labelled(run, "package", row->packageName);
    if (row->actualStart != 0)
        say(run, "%-12s %s%s%s\n", "took place", clock_words(run, row->actualStart),
            row->actualEnd != 0 ? "-" : "", row->actualEnd != 0 ? clock_words(run, row->actualEnd) : "");
    labelled(run, "cancelled", row->cancelReason);
}

static void block(struct cli_run *run, const char *title, const char *text, bool waits)
{
    if (text == NULL || *text == '\0')
        return;
    say(run, "\n%s%s\n", title, waits ? " (queued)" : "");
    say_block(run, "  ", text);
}

static void list_text(struct cli_run *run, const char *title, const struct list *texts)
{
    if (texts->count > 0)
        say(run, "\n%s\n", title);
    for (size_t i = 0; i < texts->count; i++)
        say_block(run, "  - ", *LIST_AT(texts, const char *, i));
}

static void parts_text(struct cli_run *run, const struct consultation_detail *detail)
{
    for (size_t i = 0; i < detail->notes.count; i++) {
        const struct note_view *note = LIST_AT(&detail->notes, struct note_view, i);
        block(run, arena_printf(&run->arena, "notes, %s", note_kind_words[note->kind]), note->text,
              note->waits);
    }
    for (size_t i = 0; i < detail->action_items.count; i++) {
        const struct action_item_view *item = LIST_AT(&detail->action_items, struct action_item_view, i);
        block(run, "action item", item->row.description, item->waits);
    }
    for (size_t i = 0; i < detail->deliverables.count; i++) {
        const struct deliverable_view *deliverable =
            LIST_AT(&detail->deliverables, struct deliverable_view, i);
        block(run, "deliverable", deliverable->row.name, deliverable->waits);
    }
    if (!detail->has_outcome)
        return;
    block(run, "summary", detail->outcome.summary, detail->outcome_waits);
    list_text(run, "key points", &detail->outcome.keyPoints);
    list_text(run, "recommendations", &detail->outcome.recommendations);
    list_text(run, "decisions", &detail->outcome.decisionsMade);
    block(run, "next steps", detail->outcome.nextSteps, false);
}

int cli_show(struct cli_run *run)
{
    struct consultation_detail detail;
    if (!run_open(run) || !run_signed_in(run))
        return CLI_FAILED;
    run_freshen(run);
    if (!run_find(run, run->words[0], &detail))
        return CLI_FAILED;
    if (run->json) {
        detail_json(run, &detail);
    } else {
        head_text(run, &detail.head);
        parts_text(run, &detail);
    }
    return CLI_OK;
}
