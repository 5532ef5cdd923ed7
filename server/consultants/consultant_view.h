// A consultant as the API shows one (specification, Consultant Record), without what clients must not see.
#pragma once

#include "server/consultants/consultant_store.h"

struct view_professional {
    const char *employmentType, *level;
    int64_t yearsOfExperience;
    struct list specialization; // const char *
};

struct view_skill {
    const char *name;
};

struct view_consultant_availability {
    const char *status, *timezone;
};

struct view_rating {
    double overall; // 0: none yet
};

struct view_performance {
    struct view_rating rating;
    int64_t totalReviews;
};

struct view_consultant {
    const char *id, *consultantCode, *userId, *name, *title, *bio;
    struct view_professional professional;
    struct list skills;          // struct view_skill
    struct list languagesSpoken; // const char *
    struct view_consultant_availability availability;
    struct view_performance performance;
};

struct view_consultant consultant_view(const struct consultant *consultant, struct arena *arena);
