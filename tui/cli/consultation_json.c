#include "tui/cli/consultation_json.h"

#include <string.h>

#define MEMBER(member) offsetof(struct row_consultation, member)

static const struct {
    const char *name;
    enum { TEXT, TIME, INT, BOOL } kind;
    size_t offset;
} members[] = {
    { "id", TEXT, MEMBER(id) },
    { "code", TEXT, MEMBER(code) },
    { "start", TIME, MEMBER(start) },
    { "end", TIME, MEMBER(end) },
    { "timezone", TEXT, MEMBER(timezone) },
    { "clientId", TEXT, MEMBER(clientId) },
    { "clientName", TEXT, MEMBER(clientName) },
    { "contactName", TEXT, MEMBER(contactName) },
    { "consultantId", TEXT, MEMBER(consultantId) },
    { "consultantName", TEXT, MEMBER(consultantName) },
    { "type", TEXT, MEMBER(type) },
    { "purpose", TEXT, MEMBER(purpose) },
    { "packageName", TEXT, MEMBER(packageName) },
    { "minutes", INT, MEMBER(minutes) },
    { "freeTrial", BOOL, MEMBER(freeTrial) },
    { "actualStart", TIME, MEMBER(actualStart) },
    { "actualEnd", TIME, MEMBER(actualEnd) },
    { "bookedAt", TIME, MEMBER(bookedAt) },
    { "confirmedAt", TIME, MEMBER(confirmedAt) },
    { "cancelledAt", TIME, MEMBER(cancelledAt) },
    { "cancelReason", TEXT, MEMBER(cancelReason) },
    { "creditConsumed", BOOL, MEMBER(creditConsumed) },
};

const char *consultation_word(const struct consultation *consultation)
{
    enum booking_stage stage = consultation_stage(consultation);
    bool theirs = consultation->only_here || (stage == STAGE_HELD && (consultation->part & ROLE_CLIENT) != 0);
    return theirs && stage != STAGE_OVER ? booking_stage_words[stage]
                                         : booking_status_words[consultation->row.status];
}

static void co_consultants(struct cli_run *run, const struct row_consultation *row)
{
    json_add_key(&run->out, "coConsultants");
    say(run, "[");
    for (size_t i = 0; i < row->coConsultantIds.count && i < row->coConsultantNames.count; i++) {
        json_add_comma(&run->out);
        say(run, "{");
        json_text(run, "id", *LIST_AT(&row->coConsultantIds, const char *, i));
        json_text(run, "name", *LIST_AT(&row->coConsultantNames, const char *, i));
        say(run, "}");
    }
    say(run, "]");
}

void consultation_members(struct cli_run *run, const struct consultation *consultation)
{
    json_text(run, "status", booking_status_words[consultation->row.status]);
    json_text(run, "stage", booking_stage_words[consultation_stage(consultation)]);
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        const void *at = (const char *)&consultation->row + members[i].offset;
        switch (members[i].kind) {
        case TEXT:
            json_text(run, members[i].name, *(const char *const *)at);
            break;
        case TIME:
            json_when(run, members[i].name, *(const int64_t *)at);
            break;
        case INT:
            json_int(run, members[i].name, *(const int64_t *)at);
            break;
        case BOOL:
            json_bool(run, members[i].name, *(const bool *)at);
            break;
        }
    }
    co_consultants(run, &consultation->row);
    json_bool(run, "waits", consultation->waits);
    json_bool(run, "onlyHere", consultation->only_here);
    json_bool(run, "refused", consultation->refused);
}

void consultation_json(struct cli_run *run, const struct consultation *consultation)
{
    json_add_comma(&run->out);
    say(run, "{");
    consultation_members(run, consultation);
    say(run, "}");
}
