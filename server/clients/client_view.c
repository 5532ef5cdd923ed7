#include "server/clients/client_view.h"

#include "server/scheduling/scheduling.h"

#include <string.h>

static const struct field status_fields[] = {
    { FIELD(struct view_client_status, current), .kind = FIELD_TEXT },
    { FIELD(struct view_client_status, isActive), .kind = FIELD_BOOL },
};
static const struct shape status_shape = SHAPE(struct view_client_status, "ClientStatus", status_fields);

static const struct field demographics_fields[] = {
    { FIELD(struct view_demographics, industry), .kind = FIELD_TEXT },
    { FIELD(struct view_demographics, companySize), .kind = FIELD_TEXT },
    { FIELD(struct view_demographics, revenue), .kind = FIELD_TEXT },
};
static const struct shape demographics_shape =
    SHAPE(struct view_demographics, "Demographics", demographics_fields);

static const struct field contact_fields[] = {
    { FIELD(struct view_contact_information, primaryEmail), .kind = FIELD_TEXT },
    { FIELD(struct view_contact_information, contactName), .kind = FIELD_TEXT },
    { FIELD(struct view_contact_information, contactTitle), .kind = FIELD_TEXT },
};
static const struct shape contact_shape =
    SHAPE(struct view_contact_information, "ContactInformation", contact_fields);

static const struct field history_fields[] = {
    { FIELD(struct view_client_history, totalConsultations), .kind = FIELD_INT },
    { FIELD(struct view_client_history, previousTopics), .kind = FIELD_TEXTS },
    { FIELD(struct view_client_history, preferredConsultants), .kind = FIELD_TEXTS },
};
static const struct shape history_shape =
    SHAPE(struct view_client_history, "ConsultationHistory", history_fields);

static const struct field client_fields[] = {
    { FIELD(struct view_client, id), .kind = FIELD_ID },
    { FIELD(struct view_client, clientCode), .kind = FIELD_TEXT },
    { FIELD(struct view_client, organizationName), .kind = FIELD_TEXT },
    { FIELD(struct view_client, type), .kind = FIELD_TEXT },
    { FIELD(struct view_client, status), .kind = FIELD_OBJECT, .sub = &status_shape },
    { FIELD(struct view_client, demographics), .kind = FIELD_OBJECT, .sub = &demographics_shape },
    { FIELD(struct view_client, contactInformation), .kind = FIELD_OBJECT, .sub = &contact_shape },
    { FIELD(struct view_client, consultationHistory), .kind = FIELD_OBJECT, .sub = &history_shape },
    { FIELD(struct view_client, createdAt), .kind = FIELD_TIME },
};
const struct shape shape_client_view = SHAPE(struct view_client, "Client", client_fields);

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

struct view_client client_view(const struct client *client)
{
    return (struct view_client){
        .id = client->id,
        .clientCode = client->code,
        .organizationName = client->organization_name,
        .type = client->type,
        .status = { client->status, strcmp(client->status, "active") == 0 },
        .demographics = { or_empty(client->industry), or_empty(client->company_size),
                          or_empty(client->revenue) },
        .contactInformation = { client->primary_email, client->contact_name, client->contact_title },
        .createdAt = client->created_at,
    };
}

bool client_reply(struct op_ctx *ctx, const char *client_id)
{
    struct client client;
    struct client_history history = { 0 };
    if (!client_get(ctx, client_id, &client) || !scheduling_client_history(ctx, client_id, &history))
        return false;
    struct view_client view = client_view(&client);
    view.consultationHistory =
        (struct view_client_history){ history.completed, history.topics, history.consultants };
    reply_shape(ctx, "client", &shape_client_view, &view);
    return true;
}
