// What the parts of acts share.
#pragma once

#include "tests/sim/acts.h"
#include "tui/model/model.h"

struct turn { // one act under way
    struct seat *seat;
    struct model *model;
    struct chance *chance;
    struct arena arena;
    struct err err;
};

unsigned below(struct turn *turn, size_t count);
const char *new_text(struct turn *turn, const char *what);
bool pick_session(struct turn *turn, struct consultation *ret);

// acts_texts.c
void acts_reset_texts(void);
void type_note(struct turn *turn);
// Deletes lines, undoes, redoes, rewrites.
void change_note(struct turn *turn);
// The note stays open while other things happen; next time it is gone on with.
void keep_note_open(struct turn *turn);
// Refused words of a note: thrown away, or typed again.
void deal_with_refused_words(struct turn *turn, const struct refusal *refusal, bool again);
