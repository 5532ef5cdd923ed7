// The operation table's server half, in the order of op_specs (shared/wire/op.c); a new operation is one line in each.
#include "server/admin/admin.h"
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/change_list.h"
#include "server/credits/credits.h"
#include "server/identity/identity.h"
#include "server/notify/notify.h"
#include "server/packages/packages.h"
#include "server/scheduling/scheduling.h"

#include <stdlib.h>
#include <string.h>

const struct op *const op_table[] = {
    &op_run_auth_login,
    &op_run_auth_logout,
    &op_run_auth_me,
    &op_run_auth_refresh,
    &op_run_auth_register,
    &op_run_auth_resend_verification,
    &op_run_auth_verify_email,
    &op_run_change_list,
    &op_run_client_add_member,
    &op_run_client_credits,
    &op_run_client_get,
    &op_run_client_me,
    &op_run_client_members,
    &op_run_client_remove_member,
    &op_run_consultant_availability_add,
    &op_run_consultant_availability_get,
    &op_run_consultant_get,
    &op_run_consultant_list,
    &op_run_consultant_me,
    &op_run_consultation_add_action_item,
    &op_run_consultation_add_co_consultant,
    &op_run_consultation_add_deliverable,
    &op_run_consultation_book,
    &op_run_consultation_cancel,
    &op_run_consultation_complete,
    &op_run_consultation_confirm,
    &op_run_consultation_decline,
    &op_run_consultation_get,
    &op_run_consultation_mine,
    &op_run_consultation_patch,
    &op_run_consultation_remove_co_consultant,
    &op_run_consultation_reschedule,
    &op_run_consultation_start,
    &op_run_consultation_upcoming,
    &op_run_credit_grant,
    &op_run_note_at,
    &op_run_note_edit,
    &op_run_note_get,
    &op_run_note_history,
    &op_run_note_sync,
    &op_run_note_write,
    &op_run_notification_list,
    &op_run_notification_read,
    &op_run_package_featured,
    &op_run_package_free_trial,
    &op_run_package_get,
    &op_run_package_list,
    &op_run_test_clock,
};
const size_t op_table_count = ARRAY_LEN(op_table);

static int compare(const void *name, const void *entry)
{
    return strcmp(name, (*(const struct op *const *)entry)->spec->name);
}

const struct op *op_find(const char *name)
{
    const struct op *const *found = bsearch(name, op_table, op_table_count, sizeof(op_table[0]), compare);
    return found == NULL ? NULL : *found;
}
