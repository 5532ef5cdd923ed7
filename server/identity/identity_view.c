#include "server/identity/identity_view.h"

#include "server/clients/clients.h"
#include "server/consultants/consultants.h"

#include <string.h>

static const struct field status_fields[] = {
    { FIELD(struct view_account_status, status), .kind = FIELD_TEXT },
    { FIELD(struct view_account_status, createdAt), .kind = FIELD_TIME },
};
static const struct shape status_shape = SHAPE(struct view_account_status, "AccountStatus", status_fields);

static const struct field verified_fields[] = {
    { FIELD(struct view_verified, verified), .kind = FIELD_BOOL },
    { FIELD(struct view_verified, verifiedAt), .kind = FIELD_TIME },
};
static const struct shape verified_shape = SHAPE(struct view_verified, "Verified", verified_fields);

static const struct field verification_fields[] = {
    { FIELD(struct view_verification, email), .kind = FIELD_OBJECT, .sub = &verified_shape },
};
static const struct shape verification_shape =
    SHAPE(struct view_verification, "Verification", verification_fields);

static const struct field profile_fields[] = {
    { FIELD(struct view_profile, firstName), .kind = FIELD_TEXT },
    { FIELD(struct view_profile, lastName), .kind = FIELD_TEXT },
    { FIELD(struct view_profile, displayName), .kind = FIELD_TEXT },
    { FIELD(struct view_profile, title), .kind = FIELD_TEXT },
};
static const struct shape profile_shape = SHAPE(struct view_profile, "UserProfile", profile_fields);

static const struct field user_fields[] = {
    { FIELD(struct view_user, id), .kind = FIELD_ID },
    { FIELD(struct view_user, email), .kind = FIELD_TEXT },
    { FIELD(struct view_user, roles), .kind = FIELD_TEXTS },
    { FIELD(struct view_user, clientId), .kind = FIELD_ID },
    { FIELD(struct view_user, consultantId), .kind = FIELD_ID },
    { FIELD(struct view_user, accountStatus), .kind = FIELD_OBJECT, .sub = &status_shape },
    { FIELD(struct view_user, verification), .kind = FIELD_OBJECT, .sub = &verification_shape },
    { FIELD(struct view_user, profile), .kind = FIELD_OBJECT, .sub = &profile_shape },
    { FIELD(struct view_user, timezone), .kind = FIELD_TEXT, .help = "IANA zone" },
};
const struct shape shape_user = SHAPE(struct view_user, "User", user_fields);

static struct list roles_list(unsigned roles, struct arena *arena)
{
    char words[64];
    struct list list = { 0 };
    char *rest = arena_strdup(arena, roles_format(roles, words, sizeof words));
    for (char *word = strtok_r(rest, ",", &rest); word != NULL; word = strtok_r(NULL, ",", &rest))
        *LIST_ADD(&list, arena, const char *) = word;
    return list;
}

void user_reply(struct op_ctx *ctx, const struct account *account)
{
    const struct person *person = &account->person;
    struct view_user view = {
        .id = person->id,
        .email = person->email,
        .roles = roles_list(person->roles, ctx->arena),
        .clientId = person->client_id,
        .consultantId = person->consultant_id,
        .accountStatus = { person->status, account->created_at },
        .verification = { { account->verified_at != 0, account->verified_at } },
        .profile = { person->first_name, person->last_name, person->name, person->title },
        .timezone = person->timezone,
    };
    reply_shape(ctx, "user", &shape_user, &view);
}

bool user_reply_whole(struct op_ctx *ctx, const struct account *account)
{
    const struct person *person = &account->person;
    user_reply(ctx, account);
    return (person->client_id == NULL || client_reply(ctx, person->client_id)) &&
           (person->consultant_id == NULL || consultant_reply(ctx, person->consultant_id));
}
