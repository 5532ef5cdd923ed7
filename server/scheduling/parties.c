#include "server/scheduling/parties.h"

#include "server/clients/clients.h"
#include "server/identity/identity.h"

bool parties_of_client(struct op_ctx *ctx, const struct consultation *consultation, const char *client_email,
                       struct parties *ret)
{
    struct parties parties = { .client_email = client_email };
    struct person host;
    if (!client_people(ctx, consultation->client_id, &parties.client_people) ||
        !person_get(ctx, consultation_host(ctx, consultation), &host))
        return false;
    parties.host_id = host.id;
    parties.host_email = host.email;
    parties.host_zone = host.timezone;
    *ret = parties;
    return true;
}

bool parties_load(struct op_ctx *ctx, const struct consultation *consultation, struct parties *ret)
{
    struct client client;
    return client_get(ctx, consultation->client_id, &client) &&
           parties_of_client(ctx, consultation, client.primary_email, ret);
}
