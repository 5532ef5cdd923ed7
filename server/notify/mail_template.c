#include "server/notify/mail_template.h"

#include "server/core/app.h"
#include "shared/base/asset.h"
#include "shared/base/utf8.h"
#include "shared/host/host.h"

#include <string.h>

enum { TEMPLATE_MAX = 256 * 1024, TOLD_MAX = 40 };

extern const struct asset mail_assets[]; // made from assets/mail

#define OPEN (1u << BOOKING_REQUESTED | 1u << BOOKING_SCHEDULED | 1u << BOOKING_CONFIRMED)

static const struct mail_kind mail_kinds[] = {
    { .name = "booking_cancelled", .holds_in = 1u << BOOKING_CANCELLED | 1u << BOOKING_DECLINED },
    { .name = "booking_confirmed_client", .holds_in = OPEN, .only_ahead = true },
    { .name = "booking_confirmed_consultant", .holds_in = OPEN, .only_ahead = true },
    { .name = "booking_declined", .holds_in = 1u << BOOKING_DECLINED },
    { .name = "booking_rescheduled", .holds_in = OPEN, .only_ahead = true },
    { .name = "co_consultant_added", .holds_in = OPEN | 1u << BOOKING_IN_PROGRESS },
    { .name = "credits_granted" },
    { .name = "reminder_1h", .holds_in = OPEN, .only_ahead = true },
    { .name = "reminder_24h", .holds_in = OPEN, .only_ahead = true },
    { .name = "session_completed", .holds_in = 1u << BOOKING_COMPLETED },
    { .name = "verify_email", .for_unverified = true },
};

const struct mail_kind *mail_kind_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(mail_kinds); i++)
        if (strcmp(mail_kinds[i].name, name) == 0)
            return &mail_kinds[i];
    return NULL;
}

enum place { PLACE_SUBJECT, PLACE_TEXT, PLACE_HTML };

static const char *find_value(const struct list *values, const char *name, size_t length)
{
    for (size_t i = 0; i < values->count; i++) {
        const struct mail_var *var = LIST_AT(values, struct mail_var, i);
        if (strlen(var->name) == length && memcmp(var->name, name, length) == 0)
            return var->value == NULL ? "" : var->value;
    }
    return NULL;
}

static void add_escaped(struct buf *out, const char *text, size_t size)
{
    static const char *const entities[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
    };
    for (size_t i = 0; i < size; i++) {
        const char *entity = entities[(unsigned char)text[i]];
        if (entity != NULL)
            buf_add_text(out, entity);
        else
            buf_add_char(out, text[i]);
    }
}

static void add_value(struct buf *out, const char *value, enum place place)
{
    CLEANUP(buf_free) struct buf clean = { 0 };
    utf8_clean(&clean, value, strlen(value), place != PLACE_SUBJECT);
    if (place == PLACE_HTML)
        add_escaped(out, buf_text(&clean), clean.len);
    else
        buf_add(out, buf_text(&clean), clean.len);
}

static bool broken(struct err *err, const char *what, const char *name, size_t length)
{
    return err_set(err, ERR_INTERNAL, "A mail template is broken: %s {{%.*s}}.", what, (int)(length & 63),
                   name);
}

// The part after `{{#name}}` up to `{{/name}}`; NULL when it is never closed.
static const char *section_end(const char *from, const char *name, size_t length)
{
    for (const char *p = strstr(from, "{{/"); p != NULL; p = strstr(p + 3, "{{/"))
        if (strncmp(p + 3, name, length) == 0 && strncmp(p + 3 + length, "}}", 2) == 0)
            return p;
    return NULL;
}

static bool expand(const char *template, const char *end, const struct list *values, enum place place,
                   struct buf *out, struct err *err)
{
    while (template <end) {
        const char *tag = strstr(template, "{{");
        if (tag == NULL || tag >= end) {
            buf_add(out, template, (size_t)(end - template));
            return true;
        }
        buf_add(out, template, (size_t)(tag - template));
        bool section = tag[2] == '#';
        const char *name = tag + 2 + section, *close = strstr(name, "}}");
        if (close == NULL || close >= end)
            return broken(err, "never closed", name, 0);
        size_t length = (size_t)(close - name);
        const char *value = find_value(values, name, length);
        if (value == NULL)
            return broken(err, "no value for", name, length);
        template = close + 2;
        if (!section) {
            add_value(out, value, place);
            continue;
        }
        const char *until = section_end(template, name, length);
        if (until == NULL || until >= end)
            return broken(err, "no end of", name, length);
        if (value[0] != '\0' && !expand(template, until, values, place, out, err))
            return false;
        template = until + length + 5;
    }
    return true;
}

// The file of the configured folder when there is one, else what was compiled in.
static bool load(const struct app *app, const char *name, const char *ending, struct arena *arena,
                 const char **ret_text, struct err *err)
{
    const char *file = arena_printf(arena, "%s%s", name, ending);
    const struct asset *asset = asset_find(mail_assets, file);
    if (app->config.assets != NULL) {
        CLEANUP(buf_free) struct buf text = { 0 };
        struct err ignored = { 0 };
        const char *path = arena_printf(arena, "%s/mail/%s", app->config.assets, file);
        if (file_read(path, TEMPLATE_MAX, &text, &ignored)) {
            *ret_text = arena_strdup(arena, buf_text(&text));
            return true;
        }
    }
    if (asset == NULL)
        return err_set(err, ERR_INTERNAL, "There is no mail template %s.", file);
    *ret_text = asset->text;
    return true;
}

static bool render(const char *template, const struct list *values, enum place place, struct arena *arena,
                   const char **ret, struct err *err)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    if (!expand(template, template + strlen(template), values, place, &out, err))
        return false;
    *ret = arena_strdup(arena, buf_text(&out));
    return true;
}

// "Subject: ..." and an empty line, then the text.
static bool split_subject(const char *text, struct arena *arena, const char **ret_subject,
                          const char **ret_body, struct err *err)
{
    static const char head[] = "Subject: ";
    const char *end = strstr(text, "\n\n");
    if (strncmp(text, head, sizeof head - 1) != 0 || end == NULL ||
        strcspn(text, "\n") != (size_t)(end - text))
        return err_set(err, ERR_INTERNAL, "A mail template is broken: it has no subject.");
    *ret_subject = arena_strndup(arena, text + sizeof head - 1, (size_t)(end - text) - (sizeof head - 1));
    *ret_body = end + 2;
    return true;
}

// The layout surrounds the mail's own part, which is HTML already.
static bool in_layout(const struct app *app, const char *html, const struct list *values, struct arena *arena,
                      const char **ret, struct err *err)
{
    static const char mark[] = "{{content}}";
    const char *layout, *before, *after;
    if (!load(app, "layout", ".html", arena, &layout, err))
        return false;
    const char *at = strstr(layout, mark);
    if (at == NULL)
        return broken(err, "no place for", "content", strlen("content"));
    if (!render(arena_strndup(arena, layout, (size_t)(at - layout)), values, PLACE_HTML, arena, &before,
                err) ||
        !render(at + sizeof mark - 1, values, PLACE_HTML, arena, &after, err))
        return false;
    *ret = arena_printf(arena, "%s%s%s", before, html, after);
    return true;
}

bool mail_render(const struct app *app, const struct mail_kind *kind, const struct list *values,
                 struct arena *arena, struct mail_text *ret, struct err *err)
{
    const char *text, *html, *subject;
    struct mail_text made;
    if (!load(app, kind->name, ".txt", arena, &text, err) ||
        !load(app, kind->name, ".html", arena, &html, err) ||
        !split_subject(text, arena, &subject, &text, err) ||
        !render(subject, values, PLACE_SUBJECT, arena, &made.subject, err) ||
        !render(text, values, PLACE_TEXT, arena, &made.text, err) ||
        !render(html, values, PLACE_HTML, arena, &html, err) ||
        !in_layout(app, html, values, arena, &made.html, err))
        return false;
    *ret = made;
    return true;
}
