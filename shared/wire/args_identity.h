// Arguments of the auth.* operations (specification 1.1, 1.2 and Authentication Endpoints).
#pragma once

#include "shared/wire/shape.h"

struct args_profile {
    const char *firstName, *lastName, *title, *organizationName;
};

struct args_professional {
    const char *employmentType, *level, *specialization, *department;
    int64_t yearsOfExperience;
    int32_t startDate;
};

struct args_register {
    const char *email, *password;
    int userType; // user_type_words
    struct args_profile profile;
    struct args_professional professional;
    bool has_professional;
    const char *timezone; // IANA; NULL: the platform's
};

struct args_login {
    const char *email, *password;
    const char *device; // the client program's device id, NULL for other callers
};

struct args_token {
    const char *token; // auth.verify_email
};

struct args_email {
    const char *email; // auth.resend_verification
};

struct args_refresh {
    const char *refreshToken;
};

extern const char *const user_type_words[]; // client, consultant

extern const struct shape shape_register, shape_login, shape_verify_email, shape_resend_verification,
    shape_refresh;

extern const struct op_spec op_auth_login, op_auth_logout, op_auth_me, op_auth_refresh, op_auth_register,
    op_auth_resend_verification, op_auth_verify_email;
