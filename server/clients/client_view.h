// A client organisation as the API shows it (specification, client journey 1.1 and consultant journey 4.1).
#pragma once

#include "server/clients/clients.h"

struct view_client_status {
    const char *current;
    bool isActive;
};

struct view_demographics {
    const char *industry, *companySize, *revenue; // "" when not said
};

struct view_contact_information {
    const char *primaryEmail, *contactName, *contactTitle;
};

struct view_client_history {
    int64_t totalConsultations;
    struct list previousTopics, preferredConsultants; // const char *
};

struct view_client {
    const char *id, *clientCode, *organizationName, *type;
    struct view_client_status status;
    struct view_demographics demographics;
    struct view_contact_information contactInformation;
    struct view_client_history consultationHistory;
    int64_t createdAt;
};

struct view_client client_view(const struct client *client);
