// What a person has chosen: theme, alerts, keys. One small file:
//
//   theme = light            auto, dark, light, high-contrast, mono, or a file beside this one
//   alerts = auto            auto, bell, osc9, osc777, off: for new bookings while another window has the focus
//   [keys]
//   calendar.week = W        as action tables write keys
#pragma once

#include "shared/base/arena.h"
#include "shared/base/err.h"
#include "shared/base/list.h"
#include "tui/core/action.h"

struct key_choice {
    const char *action, *keys;
};

struct config {
    struct arena arena;
    const char *folder; // where the file lies
    const char *theme;  // NULL or auto: by the terminal
    const char *alerts; // NULL: auto
    struct list keys;   // struct key_choice
};

// Reads FOLDER/config; a missing file is an empty one. ERR_BAD_REQUEST names the line; what was read before it holds.
bool config_load(struct config *config, const char *folder, struct err *err);
bool config_parse(struct config *config, const char *text, struct err *err);
void config_free(struct config *config);
// Writes `theme = NAME` into the file, keeping everything else. Without a folder it is not kept.
bool config_save_theme(struct config *config, const char *name, struct err *err);
// The action's keys: chosen, or its own.
const char *config_keys(const struct config *config, const struct action *action);
// $SERENITY_HOME or `home` when given, else $XDG_CONFIG_HOME/serenity, else ~/.config/serenity. In the arena.
const char *config_folder(const char *home, struct arena *arena);
