#include "tui/ui/form.h"

#include "shared/base/civil.h"

#include <stdio.h>
#include <string.h>

void form_free(struct form *form)
{
    for (int i = 0; i < form->count; i++) {
        entry_free(&form->fields[i].entry);
        text_area_free(&form->fields[i].area);
    }
}

struct form_field *form_find(const struct form *form, const char *name)
{
    for (int i = 0; i < form->count; i++) {
        if (name && strcmp(form->fields[i].name, name) == 0)
            return &form->fields[i];
    }
    return NULL;
}

static const char *value_of(const struct form_field *field)
{
    if (field->kind == FORM_CHOICE)
        return field->choices[field->choice];
    return edit_text(field->kind == FORM_AREA ? &field->area.edit : &field->entry.edit);
}

const char *form_get(const struct form *form, const char *name)
{
    const struct form_field *field = form_find(form, name);
    CHECK(field != NULL);
    return value_of(field);
}

int form_get_choice(const struct form *form, const char *name)
{
    const struct form_field *field = form_find(form, name);
    CHECK(field != NULL && field->kind == FORM_CHOICE);
    return field->choice;
}

void form_set(struct form *form, const char *name, const char *value)
{
    struct form_field *field = form_find(form, name);
    CHECK(field != NULL);
    if (field->kind == FORM_CHOICE) {
        for (int i = 0; field->choices[i]; i++) {
            if (strcmp(field->choices[i], value) == 0)
                field->choice = i;
        }
    } else {
        edit_set(field->kind == FORM_AREA ? &field->area.edit : &field->entry.edit, value);
    }
    field->error[0] = '\0';
}

static const char *date_error(const char *value)
{
    civil_day day;
    return *value && !civil_parse_date(value, &day) ? "a date as 2026-01-31" : NULL;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \n\t")] == '\0';
}

static bool check_field(struct form_field *field)
{
    const char *value = value_of(field), *problem = NULL;
    if (field->required && is_blank(value))
        problem = "is needed";
    else if (field->kind == FORM_DATE)
        problem = date_error(value);
    if (!problem && field->check)
        problem = field->check(value);
    snprintf(field->error, sizeof(field->error), "%s", problem ? problem : "");
    return !problem;
}

bool form_check(struct form *form)
{
    int first_wrong = -1;
    for (int i = 0; i < form->count; i++) {
        if (!check_field(&form->fields[i]) && first_wrong < 0)
            first_wrong = i;
    }
    if (first_wrong >= 0)
        form->focus = first_wrong;
    return first_wrong < 0;
}

void form_fail(struct form *form, const char *name, const char *message)
{
    struct form_field *field = form_find(form, name);
    if (field)
        form->focus = (int)(field - form->fields);
    else
        field = &form->fields[form->count - 1];
    snprintf(field->error, sizeof(field->error), "%s", message);
}

static void move_focus(struct form *form, int by)
{
    if (form->focus < form->count)
        check_field(&form->fields[form->focus]);
    int count = form->count + 1;
    form->focus = (form->focus + by + count) % count;
}

static bool shift_date(struct form_field *field, int by)
{
    civil_day day;
    char text[CIVIL_DATE_SIZE];
    if (!civil_parse_date(edit_text(&field->entry.edit), &day))
        return false;
    edit_set(&field->entry.edit, civil_format_date(day + by, text));
    return true;
}

static enum form_result choice_key(struct form_field *field, keycode key)
{
    int count = 0;
    while (field->choices[count])
        count++;
    if (count == 0)
        return FORM_IGNORED;
    int by = key == K_LEFT || key == 'h' ? -1 : key == K_RIGHT || key == 'l' || key == ' ' ? 1 : 0;
    if (by == 0)
        return FORM_IGNORED;
    field->choice = (field->choice + by + count) % count;
    return FORM_CHANGED;
}

static enum form_result field_key(struct form_field *field, keycode key)
{
    bool changed = false, used;
    field->entry.secret = field->kind == FORM_SECRET;
    switch (field->kind) {
    case FORM_CHOICE:
        return choice_key(field, key);
    case FORM_AREA:
        used = text_area_key(&field->area, key, &changed);
        break;
    case FORM_DATE:
        if ((key == '+' && shift_date(field, 1)) || (key == '-' && shift_date(field, -1)))
            return FORM_CHANGED;
        used = entry_key(&field->entry, key, &changed);
        break;
    default:
        used = entry_key(&field->entry, key, &changed);
        break;
    }
    if (changed)
        field->error[0] = '\0';
    return changed ? FORM_CHANGED : used ? FORM_USED : FORM_IGNORED;
}

static enum form_result submit(struct form *form)
{
    return form_check(form) ? FORM_SUBMIT : FORM_USED;
}

enum form_result form_key(struct form *form, keycode key)
{
    bool on_button = form->focus == form->count;
    bool in_area = !on_button && form->fields[form->focus].kind == FORM_AREA;
    switch (key) {
    case K_ESC:
        return FORM_CANCEL;
    case K_CTRL | 's':
        return submit(form);
    case K_TAB:
        move_focus(form, 1);
        return FORM_USED;
    case K_BACKTAB:
        move_focus(form, -1);
        return FORM_USED;
    default:
        break;
    }
    if (!in_area && (key == K_UP || key == K_DOWN)) {
        move_focus(form, key == K_UP ? -1 : 1);
        return FORM_USED;
    }
    if (on_button)
        return key == K_ENTER || key == ' ' ? submit(form) : FORM_IGNORED;
    if (!in_area && key == K_ENTER) {
        move_focus(form, 1);
        return FORM_USED;
    }
    return field_key(&form->fields[form->focus], key);
}

void form_paste(struct form *form, const char *text)
{
    if (form->focus == form->count)
        return;
    struct form_field *field = &form->fields[form->focus];
    if (field->kind == FORM_AREA)
        text_area_paste(&field->area, text);
    else if (field->kind != FORM_CHOICE)
        entry_paste(&field->entry, text);
}

static int field_rows(const struct form_field *field)
{
    return (field->kind == FORM_AREA ? field->rows : 1) + 1;
}

int form_height(const struct form *form)
{
    int rows = 1;
    for (int i = 0; i < form->count; i++)
        rows += field_rows(&form->fields[i]);
    return rows;
}

static int label_width(const struct form *form)
{
    int width = 0;
    for (int i = 0; i < form->count; i++) {
        int label = text_width(form->fields[i].label);
        width = label > width ? label : width;
    }
    return width;
}

static void draw_choice(const struct form_field *field, const struct canvas *canvas, struct rect rect,
                        bool focused)
{
    int x = rect.x;
    for (int i = 0; field->choices[i]; i++) {
        bool chosen = i == field->choice;
        int width = text_width(field->choices[i]) + 2;
        if (chosen)
            canvas_paper(canvas, (struct rect){ x, rect.y, width, 1 },
                         focused ? PAPER_SELECTED : PAPER_MARKED);
        canvas_text(canvas, x + 1, rect.y, chosen ? INK_TEXT : INK_DIM, field->choices[i]);
        x += width + 1;
    }
}

static void draw_field(struct form_field *field, const struct canvas *canvas, struct rect rect, int label,
                       bool focused)
{
    enum ink ink = focused ? INK_TITLE : field->error[0] ? INK_BAD : INK_DIM;
    canvas_text_in(canvas, rect.x, rect.y, label, ink, field->label);
    struct rect value = { rect.x + label + 2, rect.y, rect.width - label - 2, field_rows(field) - 1 };
    if (field->kind == FORM_CHOICE) {
        draw_choice(field, canvas, value, focused);
    } else if (field->kind == FORM_AREA) {
        canvas_fill(canvas, value, PAPER_INPUT);
        struct canvas inner = canvas_sub(canvas, rect_inset(value, 1, 0));
        text_area_draw(&field->area, &inner, focused, field->hint);
    } else {
        field->entry.secret = field->kind == FORM_SECRET;
        int width = field->kind == FORM_DATE && value.width > 14 ? 14 : value.width;
        entry_draw(&field->entry, canvas, value.x, value.y, width, focused, field->hint);
    }
    if (field->error[0])
        canvas_text_in(canvas, value.x, value.y + value.height, value.width, INK_BAD, field->error);
}

static void draw_button(const struct form *form, const struct canvas *canvas, int y, int label, bool focused)
{
    int x = label + 2, width = text_width(form->submit) + 4;
    canvas_paper(canvas, (struct rect){ x, y, width, 1 }, focused ? PAPER_SELECTED : PAPER_MARKED);
    canvas_text(canvas, x + 2, y, INK_STRONG, form->submit);
}

static void scroll_to_focus(struct form *form, int height)
{
    int start = 0;
    for (int i = 0; i < form->focus && i < form->count; i++)
        start += field_rows(&form->fields[i]);
    int end = start + (form->focus < form->count ? field_rows(&form->fields[form->focus]) : 1);
    if (end > form->top + height)
        form->top = end - height;
    if (start < form->top)
        form->top = start;
    if (form_height(form) <= height)
        form->top = 0;
}

void form_draw(struct form *form, const struct canvas *canvas, bool focused)
{
    scroll_to_focus(form, canvas->area.height);
    int label = label_width(form), y = -form->top;
    for (int i = 0; i < form->count; i++) {
        struct form_field *field = &form->fields[i];
        struct rect rect = { 0, y, canvas->area.width, field_rows(field) };
        draw_field(field, canvas, rect, label, focused && form->focus == i);
        y += rect.height;
    }
    draw_button(form, canvas, y, label, focused && form->focus == form->count);
}
