// Which area reads which table's rows for sync.
#include "server/clients/clients.h"
#include "server/consultants/consultants.h"
#include "server/core/changes.h"
#include "server/credits/credits.h"
#include "server/identity/identity.h"
#include "server/notify/notify.h"
#include "server/packages/packages.h"
#include "server/scheduling/scheduling.h"

const struct row_source *const row_sources[ROW_TABLES] = {
    [ROW_ME] = &row_source_me,
    [ROW_POLICY] = &row_source_policy,
    [ROW_PACKAGE] = &row_source_package,
    [ROW_CONSULTANT] = &row_source_consultant,
    [ROW_AVAILABILITY] = &row_source_availability,
    [ROW_LOT] = &row_source_lot,
    [ROW_CONSULTATION] = &row_source_consultation,
    [ROW_OUTCOME] = &row_source_outcome,
    [ROW_NOTE] = &row_source_note,
    [ROW_ACTION_ITEM] = &row_source_action_item,
    [ROW_DELIVERABLE] = &row_source_deliverable,
    [ROW_ATTENDEE] = &row_source_attendee,
    [ROW_STATEMENT] = &row_source_statement,
    [ROW_NOTIFICATION] = &row_source_notification,
    [ROW_NOTE_REVISION] = &row_source_note_revision,
    [ROW_ORGANIZATION] = &row_source_organization,
};
