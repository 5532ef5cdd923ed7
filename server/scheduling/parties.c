#include "server/scheduling/parties.h"

#include "server/clients/clients.h"
#include "server/identity/identity.h"
#include "server/scheduling/co_consultants.h"

static bool load_co_consultants(struct op_ctx *ctx, const struct consultation *c, struct list *ret)
{
    struct list ids = { 0 };
    if (c->co_consultant_ids.count > 0 && !co_consultants_people(ctx, c->id, &ids))
        return false;
    for (size_t i = 0; i < ids.count; i++) {
        struct person person;
        if (!person_get(ctx, *LIST_AT(&ids, const char *, i), &person))
            return false;
        *LIST_ADD(ret, ctx->arena, struct party_person) = (struct party_person){ person.id, person.timezone };
    }
    return true;
}

bool parties_of_client(struct op_ctx *ctx, const struct consultation *consultation, const char *client_email,
                       struct parties *ret)
{
    struct parties parties = { .client_email = client_email };
    struct person host;
    if (!client_people(ctx, consultation->client_id, &parties.client_people) ||
        !person_get(ctx, consultation_host(ctx, consultation), &host) ||
        !load_co_consultants(ctx, consultation, &parties.co_consultants))
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
