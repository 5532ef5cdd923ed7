#include "server/packages/package_view.h"

#define TEXT .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1
#define OPT  FIELD_OMIT_EMPTY

static const struct field details_fields[] = {
    { FIELD(struct view_package_details, name), TEXT },
    { FIELD(struct view_package_details, type), TEXT },
    { FIELD(struct view_package_details, category), TEXT },
    { FIELD(struct view_package_details, description), TEXT },
    { FIELD(struct view_package_details, features), .kind = FIELD_TEXTS },
};
static const struct shape details_shape =
    SHAPE(struct view_package_details, "PackageDetails", details_fields);

static const struct field duration_fields[] = {
    { FIELD(struct view_duration, minutes), .kind = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1,
      .max = 1440 },
};
static const struct shape duration_shape = SHAPE(struct view_duration, "PackageDuration", duration_fields);

static const struct field credits_fields[] = {
    { FIELD(struct view_package_credits, total), .kind = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1,
      .max = 10000 },
    { FIELD(struct view_package_credits, duration), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &duration_shape },
    { FIELD(struct view_package_credits, expiresAfterDays), .kind = FIELD_INT, .flags = FIELD_REQUIRED,
      .min = 1, .max = 3660 },
    { FIELD(struct view_package_credits, flexible), .kind = FIELD_BOOL, .flags = OPT,
      .help = "May be used in blocks of 60, 90 or 120 minutes" },
};
static const struct shape credits_shape =
    SHAPE(struct view_package_credits, "PackageCredits", credits_fields);

static const struct field pricing_fields[] = {
    { FIELD(struct view_package_pricing, amount), .kind = FIELD_MONEY, .flags = FIELD_REQUIRED, .min = 0,
      .max = 1000000000 },
    { FIELD(struct view_package_pricing, currency), .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 3,
      .max = 3 },
    { FIELD(struct view_package_pricing, pricePerCredit), .kind = FIELD_MONEY, .flags = OPT },
};
static const struct shape pricing_shape =
    SHAPE(struct view_package_pricing, "PackagePricing", pricing_fields);

static const struct field availability_fields[] = {
    { FIELD(struct view_package_availability, status), TEXT },
    { FIELD(struct view_package_availability, featuredPackage), .kind = FIELD_BOOL },
    { FIELD(struct view_package_availability, displayOrder), .kind = FIELD_INT },
};
static const struct shape availability_shape =
    SHAPE(struct view_package_availability, "PackageAvailability", availability_fields);

static const struct field marketing_fields[] = {
    { FIELD(struct view_package_marketing, badge), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape marketing_shape =
    SHAPE(struct view_package_marketing, "PackageMarketing", marketing_fields);

static const struct field metadata_fields[] = {
    { FIELD(struct view_package_metadata, targetAudience), .kind = FIELD_TEXT, .flags = OPT },
    { FIELD(struct view_package_metadata, recommendedFor), .kind = FIELD_TEXT, .flags = OPT },
};
static const struct shape metadata_shape =
    SHAPE(struct view_package_metadata, "PackageMetadata", metadata_fields);

static const struct field package_fields[] = {
    { FIELD(struct view_package, packageId), TEXT },
    { FIELD(struct view_package, details), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &details_shape },
    { FIELD(struct view_package, credits), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &credits_shape },
    { FIELD(struct view_package, pricing), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &pricing_shape },
    { FIELD(struct view_package, availability), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &availability_shape },
    { FIELD(struct view_package, marketing), .kind = FIELD_OBJECT, .sub = &marketing_shape },
    { FIELD(struct view_package, metadata), .kind = FIELD_OBJECT, .sub = &metadata_shape },
};
const struct shape shape_package_view = SHAPE(struct view_package, "Package", package_fields);

static const struct field file_fields[] = {
    { FIELD(struct view_package_file, packages), .kind = FIELD_OBJECTS, .flags = FIELD_REQUIRED,
      .sub = &shape_package_view },
};
const struct shape shape_package_file = SHAPE(struct view_package_file, "PackageFile", file_fields);
