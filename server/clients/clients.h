// Client organisations.
#pragma once

#include "server/core/changes.h"
#include "shared/wire/args_people.h"

struct client {
    const char *id, *code, *organization_name, *type, *status, *primary_email, *contact_name, *contact_title;
    const char *industry, *company_size, *revenue;
    int64_t created_at;
};

// ERR_NOT_FOUND for an unknown id or another tenant's (RULES 24).
bool client_get(struct op_ctx *ctx, const char *id, struct client *ret);
// Makes the client of a new person; registration calls it.
bool client_create(struct op_ctx *ctx, const char *email, const char *contact_name, const char *contact_title,
                   const char *organization_name, const char **ret_id);
// The person ids of a client's people: const char *.
bool client_people(struct op_ctx *ctx, const char *client_id, struct list *ret_person_ids);

// What the organisation says of itself. type: college, company, enterprise or individual; the rest may be NULL.
bool client_describe(struct op_ctx *ctx, const char *id, const char *type, const char *industry,
                     const char *company_size, const char *revenue);
// The organisation's name, NULL when there is no such client: for row sources, which have no op_ctx.
bool client_organization(struct db *db, const char *tenant, const char *client_id, struct arena *arena,
                         const char **ret_name, struct err *err);
// Adds "client" to the reply: registration answers it too.
bool client_reply(struct op_ctx *ctx, const char *client_id);
extern const struct shape shape_client_view;

// The organisations that the person belongs to, space separated, the oldest membership first; NULL for none.
bool client_memberships(struct db *db, const char *person_id, struct arena *arena, const char **ret_clients,
                        struct err *err);
// Makes the person a member, the first one as primary contact.
bool client_join(struct op_ctx *ctx, const char *client_id, const char *person_id);
// Which of their organisations the actor means: `wanted`, or the one they act for (NULL: none). ERR_NOT_FOUND when they do
// not belong to it.
bool client_chosen(struct op_ctx *ctx, const char *wanted, const char **ret_client_id);

extern const struct op op_run_client_add_member, op_run_client_get, op_run_client_me, op_run_client_members,
    op_run_client_remove_member;
extern const struct row_source row_source_organization;
