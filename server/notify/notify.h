// Telling people: notifications in the terminal (rows that sync) and mails (jobs in the same transaction, RULES 20).
#pragma once

#include "server/core/changes.h"
#include "server/jobs/jobs.h"
#include "shared/wire/args_people.h"

// A notification row for one person, pushed live. consultation_id may be NULL.
bool notify_person(struct op_ctx *ctx, const char *person_id, const char *kind, const char *title,
                   const char *body, const char *consultation_id);

// Marks as read what the person was told until then.
bool notifications_read_until(struct op_ctx *ctx, const char *person_id, int64_t until);

struct mail_var {
    const char *name, *value;
};
// Queues a mail made from assets/mail/<template>.{html,txt}. key: unique per (booking, version, kind, person).
// consultation_id and sequence: checked again at sending, NULL and 0 for none. run_at: UTC ms; what is past due for a
// reminder when made is not made at all (TRAPS 14): that is the caller's choice.
bool mail_queue(struct op_ctx *ctx, const char *template_name, const char *person_id, const char *key,
                int64_t run_at, const char *consultation_id, int64_t sequence, const struct mail_var *vars,
                size_t count);

// The same for a mail about no booking, with secrets (tokens, links): they wait sealed in the job and are never
// readable in the store.
bool mail_queue_secret(struct op_ctx *ctx, const char *template_name, const char *person_id, const char *key,
                       const struct mail_var *vars, size_t count, const struct mail_var *secrets,
                       size_t secret_count);

extern const struct op op_run_notification_list, op_run_notification_read;
extern const struct row_source row_source_notification;
extern const struct job_kind job_mail_send;
