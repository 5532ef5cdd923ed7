#include "shared/sync/lanes.h"

#include "shared/wire/args_consultation.h"
#include "shared/wire/args_notes.h"
#include "shared/wire/args_people.h"

#include <string.h>

// Where an operation's arguments name the thing it is about.
static const struct {
    const struct op_spec *spec;
    const char *kind;
    size_t offset;
} subjects[] = {
    { &op_consultation_add_action_item, "consultation", offsetof(struct args_action_item, id) },
    { &op_consultation_add_co_consultant, "consultation", offsetof(struct args_co_consultant, id) },
    { &op_consultation_add_deliverable, "consultation", offsetof(struct args_deliverable, consultationId) },
    { &op_consultation_book, "consultation", offsetof(struct args_book, id) },
    { &op_consultation_cancel, "consultation", offsetof(struct args_cancel, id) },
    { &op_consultation_complete, "consultation", offsetof(struct args_complete, id) },
    { &op_consultation_confirm, "consultation", offsetof(struct args_confirm, id) },
    { &op_consultation_decline, "consultation", offsetof(struct args_decline, id) },
    { &op_consultation_patch, "consultation", offsetof(struct args_patch, id) },
    { &op_consultation_remove_co_consultant, "consultation", offsetof(struct args_co_consultant, id) },
    { &op_consultation_reschedule, "consultation", offsetof(struct args_reschedule, id) },
    { &op_consultation_start, "consultation", offsetof(struct args_start, id) },
    { &op_consultant_availability_add, "consultant", offsetof(struct args_availability, id) },
    { &op_note_edit, "consultation", offsetof(struct args_note_edit, id) },
    { &op_notification_read, "notification", offsetof(struct args_id, id) },
};

static bool subject_of(const struct op_spec *spec, const void *args, const char **ret_kind,
                       const char **ret_id)
{
    for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
        if (subjects[i].spec == spec) {
            memcpy(ret_id, (const char *)args + subjects[i].offset, sizeof *ret_id);
            *ret_kind = subjects[i].kind;
            return *ret_id != NULL;
        }
    return false;
}

const char *op_consultation_of(const struct op_spec *spec, const void *args)
{
    const char *kind, *id;
    bool found = subject_of(spec, args, &kind, &id);
    return found && strcmp(kind, "consultation") == 0 ? id : NULL;
}

const char *op_lane(const struct op_spec *spec, const void *args, struct arena *arena)
{
    const char *kind, *id;
    if (!subject_of(spec, args, &kind, &id))
        return spec->name;
    return arena_printf(arena, "%s:%s", kind, id);
}

bool op_others_need(const struct op_spec *first)
{
    return first == &op_consultation_book;
}
