// auth.register (specification 1.1): a client or a consultant signs up.
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/app.h"
#include "server/identity/email.h"
#include "server/identity/identity_view.h"
#include "server/identity/password.h"
#include "server/identity/session_store.h"
#include "server/identity/verification.h"
#include "shared/host/host.h"

#include <string.h>

enum { USER_CLIENT, USER_CONSULTANT }; // user_type_words

enum { OWN_WORDS_MAX = 12 };

// The words of a text, split at blanks.
static size_t add_words(struct op_ctx *ctx, const char *text, const char **words, size_t count)
{
    char *rest = text == NULL ? NULL : arena_strdup(ctx->arena, text), *next;
    for (; rest != NULL && count < OWN_WORDS_MAX; rest = next) {
        next = strchr(rest, ' ');
        if (next != NULL)
            *next++ = '\0';
        if (rest[0] != '\0')
            words[count++] = rest;
    }
    return count;
}

static bool check_password(struct op_ctx *ctx, const struct args_register *args)
{
    const char *own[OWN_WORDS_MAX + 1] = { "insightserenity" };
    size_t count = add_words(ctx, args->profile.firstName, own, 1);
    count = add_words(ctx, args->profile.lastName, own, count);
    count = add_words(ctx, arena_strndup(ctx->arena, args->email, strcspn(args->email, "@")), own, count);
    add_words(ctx, args->profile.organizationName, own, count);
    return password_check(args->password, own, ctx->err);
}

static bool check(struct op_ctx *ctx, const struct args_register *args)
{
    const struct args_profile *profile = &args->profile;
    if (!email_check(args->email, ctx->err))
        return false;
    if (args->userType == USER_CLIENT &&
        (profile->organizationName == NULL || profile->organizationName[0] == '\0'))
        return err_field(ctx->err, "profile.organizationName", "A client names its organization.");
    if (args->timezone != NULL && zone_db_get(ctx->app->zones, args->timezone) == NULL)
        return err_field(ctx->err, "timezone", "There is no time zone of that name.");
    return check_password(ctx, args);
}

static bool prepare(struct op_ctx *ctx, const void *in)
{
    const struct args_register *args = in;
    const char *hash;
    if (!check(ctx, args) || !password_hash(ctx->app, args->password, ctx->arena, &hash, ctx->err))
        return false;
    ctx->prepared = arena_strdup(ctx->arena, hash);
    return true;
}

static bool make_client(struct op_ctx *ctx, const struct args_register *args, const char *person_id)
{
    const struct args_profile *profile = &args->profile;
    const char *contact = arena_printf(ctx->arena, "%s %s", profile->firstName, profile->lastName), *id;
    return client_create(ctx, args->email, contact, profile->title, profile->organizationName, &id) &&
           person_link(ctx, person_id, id, NULL);
}

static bool make_consultant(struct op_ctx *ctx, const struct args_register *args, const char *person_id,
                            const char *timezone)
{
    const struct args_profile *profile = &args->profile;
    const struct args_professional *work = &args->professional;
    const char *name = arena_printf(ctx->arena, "%s %s", profile->firstName, profile->lastName), *id;
    return consultant_create(ctx, person_id, name, profile->title, work->level, work->employmentType,
                             work->specialization, work->yearsOfExperience, timezone, &id) &&
           person_link(ctx, person_id, NULL, id);
}

static bool make_person(struct op_ctx *ctx, const struct args_register *args, const char **ret_id)
{
    bool client = args->userType == USER_CLIENT;
    struct new_person person = {
        .email = args->email,
        .password_hash = ctx->prepared,
        .first_name = args->profile.firstName,
        .last_name = args->profile.lastName,
        .title = args->profile.title,
        .timezone = args->timezone == NULL ? "UTC" : args->timezone,
        .status = PERSON_PENDING,
        .roles = ROLE_PUBLIC | (client ? ROLE_CLIENT : ROLE_CONSULTANT),
    };
    return person_insert(ctx, &person, ret_id) &&
           (client ? make_client(ctx, args, *ret_id) : make_consultant(ctx, args, *ret_id, person.timezone));
}

static bool run(struct op_ctx *ctx, const void *in)
{
    const struct args_register *args = in;
    struct account account;
    struct tokens tokens;
    const char *id, *session_id;
    bool found = false;
    ctx->actor.tenant = TENANT_DEFAULT;
    if (!make_person(ctx, args, &id) || !account_by_id(ctx, id, &account, &found) ||
        !session_start(ctx, &account, NULL, &tokens, &session_id))
        return false;
    ctx->target = id;
    act_as(ctx, &account, session_id);
    if (!verification_send(ctx, &account) || !user_reply_whole(ctx, &account))
        return false;
    tokens_reply(ctx, &tokens);
    return true;
}

const struct op op_run_auth_register = {
    .spec = &op_auth_register,
    .run = run,
    .prepare = prepare,
    .reply_name = "user",
    .reply_shape = &shape_user,
};
