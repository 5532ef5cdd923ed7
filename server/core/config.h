// The server's options: one table from which the command line, the configuration file, the environment, --help, the
// sample file and the man page are made. Secrets come from files or the environment, never from arguments.
#pragma once

#include "shared/base/arena.h"
#include "shared/base/buf.h"
#include "shared/base/err.h"

#include <stdint.h>

struct app_config {
    const char *data;   // the data folder, holding everything
    const char *listen; // "127.0.0.1:PORT" or "unix:PATH"
    const char *config_file;
    bool test_clock;
    const char *log_level;  // debug, info, warn, error
    const char *log_format; // auto, json, text
    const char *public_url; // what links in mails start with; NULL until it listens
    const char *mail_from;
    const char *smtp_host; // NULL: mails become files in DATA/mail
    int64_t smtp_port;
    const char *smtp_tls; // starttls, tls, none
    const char *smtp_user;
    const char *smtp_password; // from SERENITY_SMTP_PASSWORD, the configuration file, or the next
    const char *smtp_password_file;
    const char *trusted_proxies; // addresses whose X-Forwarded-For counts
    int64_t access_minutes;      // life of an access token, 15
    int64_t refresh_days;        // 30
    int64_t rate_per_minute;     // requests of one user or address; 0 none
    int64_t login_rate_per_minute;
    int64_t argon2_mib, argon2_passes; // 64, 3
    int64_t readers;                   // reader threads, 1
    int64_t connections;               // most open connections
    const char *assets; // folder of mail templates and the like; NULL: where they are installed
};

struct config_option {
    const char
        *name; // "--listen" on the command line, "listen" in the file, SERENITY_LISTEN in the environment
    enum { CONFIG_TEXT, CONFIG_INT, CONFIG_BOOL } kind;
    size_t offset;
    const char *fallback; // the default, as text; NULL none
    int64_t min, max;
    bool secret; // refused as an argument
    const char *metavar;
    const char *help;
};
extern const struct config_option config_options[];
extern const size_t config_option_count;

// Defaults, then the file, then the environment, then the arguments. argv: what stands before a subcommand, options
// only; *ret_next is the index of the first word that is none. Strings live in the arena.
bool config_load(struct app_config *ret, int argc, char **argv, int *ret_next, struct arena *arena,
                 struct err *err);
// The text of --help and of the sample file.
void config_print_help(struct buf *out);
void config_print_sample(struct buf *out);
