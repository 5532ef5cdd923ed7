// A package as the API shows it (specification 2.1) and as assets/packages.json holds it.
#pragma once

#include "server/core/op.h"

struct view_package_details {
    const char *name, *type, *category, *description;
    struct list features; // const char *
};

struct view_duration {
    int64_t minutes;
};

struct view_package_credits {
    int64_t total;
    struct view_duration duration;
    int64_t expiresAfterDays;
    bool flexible; // RULES 1
};

struct view_package_pricing {
    int64_t amount; // minor units
    const char *currency;
    int64_t pricePerCredit; // minor units; made when it is shown
};

struct view_package_availability {
    const char *status;
    bool featuredPackage;
    int64_t displayOrder;
};

struct view_package_marketing {
    const char *badge;
};

struct view_package_metadata {
    const char *targetAudience, *recommendedFor;
};

struct view_package {
    const char *packageId;
    struct view_package_details details;
    struct view_package_credits credits;
    struct view_package_pricing pricing;
    struct view_package_availability availability;
    struct view_package_marketing marketing;
    struct view_package_metadata metadata;
};

extern const struct shape shape_package_view;

struct view_package_file {
    struct list packages; // struct view_package
};
extern const struct shape shape_package_file;
