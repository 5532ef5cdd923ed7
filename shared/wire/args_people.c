#include "shared/wire/args_people.h"

#include "shared/wire/op.h"

#define ID_IN_PATH .kind = FIELD_TEXT, .min = 1, .max = 64, .flags = FIELD_PATH | FIELD_REQUIRED

const char *const availability_type_words[] = { "regular", "time_off", "extra", NULL };
const char *const recurrence_pattern_words[] = { "weekly", NULL };

static const struct field id_fields[] = {
    { FIELD(struct args_id, id), ID_IN_PATH },
};
const struct shape shape_id = SHAPE(struct args_id, "Id", id_fields);
const struct shape shape_package_id = SHAPE(struct args_id, "PackageId", id_fields);

static const struct field page_fields[] = {
    { FIELD(struct args_page, limit), .kind = FIELD_INT, .min = 1, .max = 200, .flags = FIELD_QUERY },
    { FIELD(struct args_page, cursor), .kind = FIELD_TEXT, .max = 200, .flags = FIELD_QUERY,
      .help = "nextCursor of the page before" },
    { FIELD(struct args_page, skill), .kind = FIELD_TEXT, .max = 100, .flags = FIELD_QUERY },
    { FIELD(struct args_page, language), .kind = FIELD_TEXT, .max = 64, .flags = FIELD_QUERY },
};
const struct shape shape_page = SHAPE(struct args_page, "Page", page_fields);

static const struct field slot_range_fields[] = {
    { FIELD(struct args_slot_range, id), ID_IN_PATH },
    { FIELD(struct args_slot_range, from), .kind = FIELD_TIME, .flags = FIELD_QUERY },
    { FIELD(struct args_slot_range, to), .kind = FIELD_TIME, .flags = FIELD_QUERY },
    { FIELD(struct args_slot_range, minutes), .kind = FIELD_INT, .min = 15, .max = 480,
      .flags = FIELD_QUERY },
};
const struct shape shape_slot_range = SHAPE(struct args_slot_range, "SlotRange", slot_range_fields);

static const struct field period_fields[] = {
    { FIELD(struct args_period, startDate), .kind = FIELD_DATE, .flags = FIELD_REQUIRED },
    { FIELD(struct args_period, endDate), .kind = FIELD_DATE, .flags = FIELD_REQUIRED },
};
static const struct shape shape_period = SHAPE(struct args_period, "Period", period_fields);

static const struct field recurrence_fields[] = {
    { FIELD(struct args_recurrence, pattern), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED,
      .words = recurrence_pattern_words },
    { FIELD(struct args_recurrence, daysOfWeek), .kind = FIELD_INTS, .min = 0, .max = 6,
      .flags = FIELD_REQUIRED, .help = "0 is Sunday" },
};
static const struct shape shape_recurrence = SHAPE(struct args_recurrence, "Recurrence", recurrence_fields);

static const struct field time_slot_fields[] = {
    { FIELD(struct args_time_slot, startTime), .kind = FIELD_TEXT, .min = 5, .max = 5,
      .flags = FIELD_REQUIRED, .help = "HH:MM" },
    { FIELD(struct args_time_slot, endTime), .kind = FIELD_TEXT, .min = 5, .max = 5, .flags = FIELD_REQUIRED,
      .help = "HH:MM, up to 24:00" },
    { FIELD(struct args_time_slot, timezone), .kind = FIELD_TEXT, .min = 1, .max = 64 },
};
static const struct shape shape_time_slot = SHAPE(struct args_time_slot, "TimeSlot", time_slot_fields);

static const struct field capacity_fields[] = {
    { FIELD(struct args_capacity, maxSessionsPerDay), .kind = FIELD_INT, .min = 0, .max = 48 },
    { FIELD(struct args_capacity, bufferBetweenSessions), .kind = FIELD_INT, .min = 0, .max = 480,
      .help = "Minutes" },
};
static const struct shape shape_capacity = SHAPE(struct args_capacity, "Capacity", capacity_fields);

static const struct field availability_fields[] = {
    { FIELD(struct args_availability, id), ID_IN_PATH, .help = "The consultant, or me" },
    { FIELD(struct args_availability, ruleId), .kind = FIELD_ID },
    { FIELD(struct args_availability, type), .kind = FIELD_ENUM, .flags = FIELD_REQUIRED,
      .words = availability_type_words },
    { FIELD(struct args_availability, period), .kind = FIELD_OBJECT, .flags = FIELD_REQUIRED,
      .sub = &shape_period },
    { FIELD(struct args_availability, recurrence), .kind = FIELD_OBJECT, .sub = &shape_recurrence,
      .has = offsetof(struct args_availability, has_recurrence) },
    { FIELD(struct args_availability, timeSlots), .kind = FIELD_OBJECTS, .max = 24, .sub = &shape_time_slot },
    { FIELD(struct args_availability, capacity), .kind = FIELD_OBJECT, .sub = &shape_capacity,
      .has = offsetof(struct args_availability, has_capacity) },
    { FIELD(struct args_availability, reason), .kind = FIELD_TEXT, .max = 500 },
    { FIELD(struct args_availability, affectsBookings), .kind = FIELD_BOOL },
};
const struct shape shape_availability = SHAPE(struct args_availability, "Availability", availability_fields);

static const struct field grant_fields[] = {
    { FIELD(struct args_grant, id), ID_IN_PATH },
    { FIELD(struct args_grant, packageId), .kind = FIELD_TEXT, .min = 1, .max = 64, .flags = FIELD_REQUIRED },
    { FIELD(struct args_grant, credits), .kind = FIELD_INT, .min = 0, .max = 10000,
      .help = "Left out: what the package holds" },
    { FIELD(struct args_grant, reason), .kind = FIELD_TEXT, .max = 500 },
};
const struct shape shape_grant = SHAPE(struct args_grant, "GrantCredits", grant_fields);

static const struct field client_choice_fields[] = {
    { FIELD(struct args_client_choice, clientId), .kind = FIELD_ID, .flags = FIELD_QUERY,
      .help = "Of which organisation, for whoever belongs to several" },
};
const struct shape shape_client_choice =
    SHAPE(struct args_client_choice, "ClientChoice", client_choice_fields);

static const struct field member_add_fields[] = {
    { FIELD(struct args_member_add, id), ID_IN_PATH },
    { FIELD(struct args_member_add, email), .kind = FIELD_TEXT, .min = 3, .max = 254, .flags = FIELD_REQUIRED,
      .help = "Of somebody who is registered as a client" },
};
const struct shape shape_member_add = SHAPE(struct args_member_add, "AddMember", member_add_fields);

static const struct field member_id_fields[] = {
    { FIELD(struct args_member, id), ID_IN_PATH },
    { FIELD(struct args_member, userId), ID_IN_PATH },
};
const struct shape shape_member_id = SHAPE(struct args_member, "MemberId", member_id_fields);

static const struct field clock_fields[] = {
    { FIELD(struct args_clock, now), .kind = FIELD_TIME, .flags = FIELD_REQUIRED },
};
const struct shape shape_clock = SHAPE(struct args_clock, "Clock", clock_fields);

const struct op_spec op_client_add_member = {
    .name = "client.add_member",
    .method = "POST",
    .path = "/api/clients/:id/members",
    .roles = ROLE_CLIENT | ROLE_ADMIN,
    .kind = OP_CHANGE,
    .status = 201,
    .in = &shape_member_add,
    .help = "Lets somebody belong to the organisation; its primary contact and administrators may.",
};
const struct op_spec op_client_credits = {
    .name = "client.credits",
    .method = "GET",
    .path = "/api/clients/me/credits",
    .roles = ROLE_CLIENT,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_client_choice,
    .help = "The caller's credits: lots, what is reserved, what expires.",
};
const struct op_spec op_client_get = {
    .name = "client.get",
    .method = "GET",
    .path = "/api/clients/:id",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_id,
    .help = "A client organisation, as its consultant sees it.",
};
const struct op_spec op_client_me = {
    .name = "client.me",
    .method = "GET",
    .path = "/api/clients/me",
    .roles = ROLE_CLIENT,
    .kind = OP_QUERY,
    .status = 200,
    .help = "The caller's organisation.",
};
const struct op_spec op_client_members = {
    .name = "client.members",
    .method = "GET",
    .path = "/api/clients/:id/members",
    .roles = ROLE_CLIENT | ROLE_ADMIN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_id,
    .help = "Who belongs to the organisation.",
};
const struct op_spec op_client_remove_member = {
    .name = "client.remove_member",
    .method = "DELETE",
    .path = "/api/clients/:id/members/:userId",
    .roles = ROLE_CLIENT | ROLE_ADMIN,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_member_id,
    .help = "Ends a membership: the primary contact and administrators may, and whoever leaves.",
};
const struct op_spec op_consultant_availability_add = {
    .name = "consultant.availability_add",
    .method = "POST",
    .path = "/api/consultants/:id/availability",
    .roles = ROLE_CONSULTANT | ROLE_ADMIN,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 201,
    .in = &shape_availability,
    .help = "Adds weekly hours, time off or extra hours.",
};
const struct op_spec op_consultant_availability_get = {
    .name = "consultant.availability_get",
    .method = "GET",
    .path = "/api/consultants/:id/availability",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_slot_range,
    .help = "A consultant's hours and, for a range, the free slots of a length.",
};
const struct op_spec op_consultant_get = {
    .name = "consultant.get",
    .method = "GET",
    .path = "/api/consultants/:id",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_id,
    .help = "One consultant's profile.",
};
const struct op_spec op_consultant_list = {
    .name = "consultant.list",
    .method = "GET",
    .path = "/api/consultants",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_page,
    .help = "Consultants, in pages.",
};
const struct op_spec op_consultant_me = {
    .name = "consultant.me",
    .method = "GET",
    .path = "/api/consultants/me",
    .roles = ROLE_CONSULTANT,
    .kind = OP_QUERY,
    .status = 200,
    .help = "The caller's own consultant profile.",
};
const struct op_spec op_credit_grant = {
    .name = "credit.grant",
    .method = "POST",
    .path = "/api/clients/:id/credits",
    .roles = ROLE_ADMIN,
    .kind = OP_CHANGE,
    .status = 201,
    .in = &shape_grant,
    .help = "Gives a client credits of a package.",
};
const struct op_spec op_notification_list = {
    .name = "notification.list",
    .method = "GET",
    .path = "/api/users/me/notifications",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_page,
    .help = "The caller's notifications, newest first.",
};
const struct op_spec op_notification_read = {
    .name = "notification.read",
    .method = "PATCH",
    .path = "/api/users/me/notifications/:id",
    .roles = ROLE_ANYONE_SIGNED_IN,
    .kind = OP_CHANGE,
    .offline = true,
    .status = 200,
    .in = &shape_id,
    .help = "Marks a notification as read.",
};
const struct op_spec op_package_featured = {
    .name = "package.featured",
    .method = "GET",
    .path = "/api/consultations/packages/featured",
    .roles = ROLE_PUBLIC,
    .kind = OP_QUERY,
    .status = 200,
    .help = "The packages that are put first.",
};
const struct op_spec op_package_free_trial = {
    .name = "package.free_trial",
    .method = "GET",
    .path = "/api/consultations/packages/free-trial",
    .roles = ROLE_PUBLIC,
    .kind = OP_QUERY,
    .status = 200,
    .help = "The free trial.",
};
const struct op_spec op_package_get = {
    .name = "package.get",
    .method = "GET",
    .path = "/api/consultations/packages/:id",
    .roles = ROLE_PUBLIC,
    .kind = OP_QUERY,
    .status = 200,
    .in = &shape_package_id,
    .help = "One package.",
};
const struct op_spec op_package_list = {
    .name = "package.list",
    .method = "GET",
    .path = "/api/consultations/packages",
    .roles = ROLE_PUBLIC,
    .kind = OP_QUERY,
    .status = 200,
    .help = "All packages on offer.",
};
const struct op_spec op_test_clock = {
    .name = "test.clock",
    .method = "POST",
    .path = "/api/v1/test/clock",
    .roles = ROLE_ADMIN,
    .kind = OP_CHANGE,
    .status = 200,
    .in = &shape_clock,
    .help = "Moves the server's clock forward and runs what has become due (test servers).",
};
