// Booking a session, or moving one: what the screen holds, shared by the files that read and draw it.
#pragma once

#include "tui/screens/common/desk.h"
#include "tui/screens/common/views.h"
#include "tui/ui/entry.h"
#include "tui/ui/list_view.h"
#include "tui/ui/month.h"
#include "tui/ui/text_area.h"

enum book_part { PART_WHO, PART_LENGTH, PART_DAY, PART_TIME, PART_PURPOSE, PART_NOTES, PART_SEND, PARTS };

struct length_choice {
    int minutes;
    bool free_trial;
};

enum { LENGTHS_MAX = 8, CONSULTANTS_ASKED = 12 };

struct book_data {
    struct arena arena; // of consultants and slots
    char reschedule_id[ID_SIZE], wanted_id[ID_SIZE];
    bool moving;
    struct consultation moved; // when moving
    struct list consultants;   // struct row_consultant
    struct list_view who;      // line 0: any; when moving: the only line
    struct length_choice lengths[LENGTHS_MAX];
    int length_count, length;
    struct month month;
    struct list times;          // struct slot of every day shown, by start, each once
    struct list_view day_times; // of the chosen day
    size_t first_of_day;
    enum slots_state state;
    int64_t fetched_at;
    bool unchecked; // open hours of the cache, because nothing better is known
    char why[ERR_MESSAGE_MAX];
    struct booking_policy policy;
    struct entry purpose;
    struct text_area notes;
    enum book_part part;
    struct rect areas[PARTS]; // of the last drawing
};

// Reads consultants, lengths and times anew, and asks for times that are not known.
void book_read(struct screen *screen);
// The times of the chosen day.
void book_use_day(struct book_data *data);
// NULL: any consultant.
const struct row_consultant *book_consultant(const struct book_data *data);
// NULL: none is chosen.
const struct slot *book_slot(const struct book_data *data);
const struct length_choice *book_length(const struct book_data *data);
void book_draw(struct screen *screen, const struct canvas *canvas);
// "Book now: 1 credit of ... is reserved." In the frame's arena. ret_possible: false when it says why not.
const char *book_effect(struct screen *screen, bool *ret_possible);
