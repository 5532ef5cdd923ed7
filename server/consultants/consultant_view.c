#include "server/consultants/consultant_view.h"

#include "server/consultants/consultants.h"

static const struct field professional_fields[] = {
    { FIELD(struct view_professional, employmentType), .kind = FIELD_TEXT },
    { FIELD(struct view_professional, level), .kind = FIELD_TEXT },
    { FIELD(struct view_professional, yearsOfExperience), .kind = FIELD_INT },
    { FIELD(struct view_professional, specialization), .kind = FIELD_TEXTS },
};
static const struct shape professional_shape =
    SHAPE(struct view_professional, "ProfessionalProfile", professional_fields);

static const struct field skill_fields[] = {
    { FIELD(struct view_skill, name), .kind = FIELD_TEXT },
};
static const struct shape skill_shape = SHAPE(struct view_skill, "Skill", skill_fields);

static const struct field availability_fields[] = {
    { FIELD(struct view_consultant_availability, status), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant_availability, timezone), .kind = FIELD_TEXT, .help = "IANA zone" },
};
static const struct shape availability_shape =
    SHAPE(struct view_consultant_availability, "ConsultantStatus", availability_fields);

static const struct field rating_fields[] = {
    { FIELD(struct view_rating, overall), .kind = FIELD_REAL },
};
static const struct shape rating_shape = SHAPE(struct view_rating, "Rating", rating_fields);

static const struct field performance_fields[] = {
    { FIELD(struct view_performance, rating), .kind = FIELD_OBJECT, .sub = &rating_shape },
    { FIELD(struct view_performance, totalReviews), .kind = FIELD_INT },
};
static const struct shape performance_shape =
    SHAPE(struct view_performance, "Performance", performance_fields);

static const struct field consultant_fields[] = {
    { FIELD(struct view_consultant, id), .kind = FIELD_ID },
    { FIELD(struct view_consultant, consultantCode), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant, userId), .kind = FIELD_ID },
    { FIELD(struct view_consultant, name), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant, title), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant, bio), .kind = FIELD_TEXT },
    { FIELD(struct view_consultant, professional), .kind = FIELD_OBJECT, .sub = &professional_shape },
    { FIELD(struct view_consultant, skills), .kind = FIELD_OBJECTS, .sub = &skill_shape },
    { FIELD(struct view_consultant, languagesSpoken), .kind = FIELD_TEXTS },
    { FIELD(struct view_consultant, availability), .kind = FIELD_OBJECT, .sub = &availability_shape },
    { FIELD(struct view_consultant, performance), .kind = FIELD_OBJECT, .sub = &performance_shape },
};
const struct shape shape_consultant_view = SHAPE(struct view_consultant, "Consultant", consultant_fields);

struct view_consultant consultant_view(const struct consultant *consultant, struct arena *arena)
{
    const struct row_consultant *row = &consultant->row;
    struct view_consultant view = {
        .id = row->id,
        .consultantCode = row->code,
        .userId = row->userId,
        .name = row->name,
        .title = row->title,
        .bio = row->bio,
        .professional = { consultant->employment_type, row->level, row->yearsOfExperience,
                          row->specialization },
        .languagesSpoken = row->languages,
        .availability = { row->status, row->timezone },
        .performance = { { row->rating }, row->reviews },
    };
    for (size_t i = 0; i < row->skills.count; i++)
        LIST_ADD(&view.skills, arena, struct view_skill)->name = *LIST_AT(&row->skills, const char *, i);
    return view;
}

bool consultant_reply(struct op_ctx *ctx, const char *consultant_id)
{
    struct consultant consultant;
    if (!consultant_load(ctx, consultant_id, &consultant))
        return false;
    struct view_consultant view = consultant_view(&consultant, ctx->arena);
    reply_shape(ctx, "consultant", &shape_consultant_view, &view);
    return true;
}
