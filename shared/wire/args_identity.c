#include "shared/wire/args_identity.h"

#include "shared/wire/op.h"

const char *const user_type_words[] = { "client", "consultant", NULL };

#define NAME     .kind = FIELD_TEXT, .min = 1, .max = 100, .flags = FIELD_REQUIRED
#define EMAIL    .kind = FIELD_TEXT, .min = 3, .max = 254, .flags = FIELD_REQUIRED
#define PASSWORD .kind = FIELD_TEXT, .min = 1, .max = 1024, .flags = FIELD_REQUIRED | FIELD_SECRET
#define TOKEN    .kind = FIELD_TEXT, .min = 1, .max = 1024, .flags = FIELD_REQUIRED | FIELD_SECRET

static const struct field profile_fields[] = {
    { FIELD(struct args_profile, firstName), NAME },
    { FIELD(struct args_profile, lastName), NAME },
    { FIELD(struct args_profile, title), .kind = FIELD_TEXT, .max = 100 },
    { FIELD(struct args_profile, organizationName), .kind = FIELD_TEXT, .max = 200 },
};
static const struct shape shape_profile = SHAPE(struct args_profile, "Profile", profile_fields);

static const struct field professional_fields[] = {
    { FIELD(struct args_professional, employmentType), .kind = FIELD_TEXT, .max = 32 },
    { FIELD(struct args_professional, level), .kind = FIELD_TEXT, .max = 32 },
    { FIELD(struct args_professional, specialization), .kind = FIELD_TEXT, .max = 200 },
    { FIELD(struct args_professional, department), .kind = FIELD_TEXT, .max = 100 },
    { FIELD(struct args_professional, yearsOfExperience), .kind = FIELD_INT, .min = 0, .max = 80 },
    { FIELD(struct args_professional, startDate), .kind = FIELD_DATE },
};
static const struct shape shape_professional =
    SHAPE(struct args_professional, "Professional", professional_fields);

static const struct field register_fields[] = {
    { FIELD(struct args_register, email), EMAIL },
    { FIELD(struct args_register, password), PASSWORD },
    { FIELD(struct args_register, userType), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED,
      .words = user_type_words },
    { FIELD(struct args_register, profile), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &shape_profile },
    { FIELD(struct args_register, professional), .kind = FIELD_OBJECT, .sub = &shape_professional,
      .has = offsetof(struct args_register, has_professional) },
    { FIELD(struct args_register, timezone), .kind = FIELD_TEXT, .min = 1, .max = 64, .help = "IANA zone" },
};
const struct shape shape_register = SHAPE(struct args_register, "Register", register_fields);

static const struct field login_fields[] = {
    { FIELD(struct args_login, email), EMAIL },
    { FIELD(struct args_login, password), PASSWORD },
    { FIELD(struct args_login, device), .kind = FIELD_TEXT, .max = 64 },
};
const struct shape shape_login = SHAPE(struct args_login, "Login", login_fields);

static const struct field verify_email_fields[] = {
    { FIELD(struct args_token, token), TOKEN },
};
const struct shape shape_verify_email = SHAPE(struct args_token, "VerifyEmail", verify_email_fields);

static const struct field resend_fields[] = {
    { FIELD(struct args_email, email), EMAIL },
};
const struct shape shape_resend_verification = SHAPE(struct args_email, "ResendVerification", resend_fields);

static const struct field refresh_fields[] = {
    { FIELD(struct args_refresh, refreshToken), TOKEN },
};
const struct shape shape_refresh = SHAPE(struct args_refresh, "RefreshToken", refresh_fields);

const struct op_spec op_auth_login = {
    .name = "auth.login",
    .method = "POST",
    .path = "/api/v1/auth/login",
    .roles = ROLE_PUBLIC,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_login,
    .help = "Signs in with e-mail and password.",
};
const struct op_spec op_auth_logout = {
    .name = "auth.logout",
    .method = "POST",
    .path = "/api/v1/auth/logout",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_CHANGE,
    .status = 200,
    .help = "Ends the session; its tokens stop working at once.",
};
const struct op_spec op_auth_me = {
    .name = "auth.me",
    .method = "GET",
    .path = "/api/users/me",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .help = "The person who is signed in.",
};
const struct op_spec op_auth_refresh = {
    .name = "auth.refresh",
    .method = "POST",
    .path = "/api/v1/auth/refresh-token",
    .roles = ROLE_PUBLIC,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_refresh,
    .help = "A new access token for a refresh token, which is replaced.",
};
const struct op_spec op_auth_register = {
    .name = "auth.register",
    .method = "POST",
    .path = "/api/v1/auth/register",
    .roles = ROLE_PUBLIC,
    .kind = OP_CHANGE,
    .status = 201,
    .in = &shape_register,
    .help = "Registers a client or a consultant.",
};
const struct op_spec op_auth_resend_verification = {
    .name = "auth.resend_verification",
    .method = "POST",
    .path = "/api/v1/auth/resend-verification",
    .roles = ROLE_PUBLIC,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_resend_verification,
    .help = "Sends the verification mail again, if the account waits for it.",
};
const struct op_spec op_auth_verify_email = {
    .name = "auth.verify_email",
    .method = "POST",
    .path = "/api/v1/auth/verify-email",
    .roles = ROLE_PUBLIC,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_verify_email,
    .help = "Verifies an e-mail address with the token from the mail.",
};
