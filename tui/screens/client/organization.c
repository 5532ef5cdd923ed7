#include "tui/screens/client/organization.h"

#include <string.h>

bool organization_several(struct screen *screen, const char **ret_reason)
{
    struct list all = { 0 };
    model_organizations(model_of(screen), &screen->app->frame, &all);
    *ret_reason = "you belong to one organisation";
    return all.count > 1;
}

void organization_switch(struct screen *screen)
{
    struct arena *frame = &screen->app->frame;
    struct row_organization now;
    struct list all = { 0 };
    size_t next = 0;
    model_organizations(model_of(screen), frame, &all);
    if (all.count == 0)
        return;
    if (model_organization(model_of(screen), frame, &now))
        for (size_t i = 0; i < all.count; i++)
            if (strcmp(LIST_AT(&all, struct row_organization, i)->id, now.id) == 0)
                next = (i + 1) % all.count;
    model_choose_organization(model_of(screen), LIST_AT(&all, struct row_organization, next)->id);
}
