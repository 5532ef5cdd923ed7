// What the files about open texts share.
#pragma once

#include "tui/model/internal.h"
#include "tui/model/replica.h"
#include "tui/model/texts.h"

struct model_text {
    struct model *model;
    char consultation_id[ID_SIZE];
    enum note_kind kind;
    unsigned roles; // who this person is in the consultation, as of the last look
    struct replica replica;
    struct buf content; // of the text, when content_known
    bool content_known;
    struct model_text *next;
};
