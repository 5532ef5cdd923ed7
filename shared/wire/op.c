#include "shared/wire/op.h"

#include "shared/wire/args_changes.h"
#include "shared/wire/args_consultation.h"
#include "shared/wire/args_identity.h"
#include "shared/wire/args_notes.h"
#include "shared/wire/args_people.h"

#include <stdlib.h>
#include <string.h>

const struct op_spec *const op_specs[] = {
    &op_auth_login,
    &op_auth_logout,
    &op_auth_me,
    &op_auth_refresh,
    &op_auth_register,
    &op_auth_resend_verification,
    &op_auth_verify_email,
    &op_change_list,
    &op_client_add_member,
    &op_client_credits,
    &op_client_get,
    &op_client_me,
    &op_client_members,
    &op_client_remove_member,
    &op_consultant_availability_add,
    &op_consultant_availability_get,
    &op_consultant_get,
    &op_consultant_list,
    &op_consultant_me,
    &op_consultation_add_action_item,
    &op_consultation_add_co_consultant,
    &op_consultation_add_deliverable,
    &op_consultation_book,
    &op_consultation_cancel,
    &op_consultation_complete,
    &op_consultation_confirm,
    &op_consultation_decline,
    &op_consultation_get,
    &op_consultation_mine,
    &op_consultation_patch,
    &op_consultation_remove_co_consultant,
    &op_consultation_reschedule,
    &op_consultation_start,
    &op_consultation_upcoming,
    &op_credit_grant,
    &op_note_at,
    &op_note_edit,
    &op_note_get,
    &op_note_history,
    &op_note_sync,
    &op_note_write,
    &op_notification_list,
    &op_notification_read,
    &op_package_featured,
    &op_package_free_trial,
    &op_package_get,
    &op_package_list,
    &op_test_clock,
};
const size_t op_spec_count = ARRAY_LEN(op_specs);

static int compare(const void *name, const void *entry)
{
    return strcmp(name, (*(const struct op_spec *const *)entry)->name);
}

const struct op_spec *op_spec_find(const char *name)
{
    const struct op_spec *const *found = bsearch(name, op_specs, op_spec_count, sizeof op_specs[0], compare);
    return found == NULL ? NULL : *found;
}
