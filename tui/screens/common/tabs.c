#include "tui/screens/common/tabs.h"

#include "tui/screens/common/views.h"

static int64_t count_unread(const struct desk *desk)
{
    return desk->unread;
}

static int64_t count_refused(const struct desk *desk)
{
    return desk->outbox.refused;
}

const struct tab tabs[] = {
    { "Calendar", &calendar_ops, 0, NULL },
    { "Sessions", &sessions_ops, 0, NULL },
    { "Credits", &credits_ops, ROLE_CLIENT, NULL },
    { "Consultants", &directory_ops, ROLE_CLIENT | ROLE_ADMIN, NULL },
    { "Inbox", &inbox_ops, 0, count_unread },
    { "Changes", &changes_ops, 0, count_refused },
};
const int tab_count = ARRAY_LEN(tabs);

bool tab_allowed(const struct desk *desk, int index)
{
    return tabs[index].roles == 0 || (desk->roles & tabs[index].roles);
}

static bool may_open(struct screen *screen, int index, const char **ret_reason)
{
    const struct desk *desk = desk_of(screen);
    *ret_reason = desk->account.email ? "not for your role" : "sign in first";
    return desk->account.email && tab_allowed(desk, index);
}

#define TAB_ACTION(name, index)                                                                              \
    static bool can_##name(struct screen *screen, const char **why)                                          \
    {                                                                                                        \
        return may_open(screen, index, why);                                                                 \
    }                                                                                                        \
    static void run_##name(struct screen *screen)                                                            \
    {                                                                                                        \
        app_root(screen->app, tabs[index].ops);                                                              \
    }

TAB_ACTION(calendar, 0)
TAB_ACTION(sessions, 1)
TAB_ACTION(credits, 2)
TAB_ACTION(directory, 3)
TAB_ACTION(inbox, 4)
TAB_ACTION(changes, 5)

static void run_find(struct screen *screen)
{
    sessions_find(app_root(screen->app, &sessions_ops));
}

static bool can_book(struct screen *screen, const char **ret_reason)
{
    const struct desk *desk = desk_of(screen);
    *ret_reason = desk->account.email ? "clients book sessions" : "sign in first";
    return desk->account.email && desk_is(desk, ROLE_CLIENT);
}

static void run_book(struct screen *screen)
{
    book_open(screen->app, &(struct book_target){ 0 });
}

static bool can_undo(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "there is nothing to take back";
    return desk_of(screen)->undo_count > 0;
}

static void run_undo(struct screen *screen)
{
    struct desk *desk = desk_of(screen);
    struct undo_step step = desk->undo[--desk->undo_count];
    struct err err;
    if (model_withdraw(desk->model, step.n, &err))
        app_toast(screen->app, TOAST_INFO, "Taken back", step.title);
    else
        app_toast(screen->app, TOAST_FAIL, "It cannot be taken back any more", err.message);
}

static bool can_connect(struct screen *screen, const char **ret_reason)
{
    enum link_state state = desk_of(screen)->connection.state;
    *ret_reason = state == LINK_SIGNED_OUT ? "sign in first" : "you are online";
    return state == LINK_OFFLINE;
}

static void run_connect(struct screen *screen)
{
    model_connect_now(model_of(screen));
}

static bool can_sign_out(struct screen *screen, const char **ret_reason)
{
    *ret_reason = "nobody is signed in";
    return desk_of(screen)->account.signed_in;
}

static void sign_out(struct app *app, void *data)
{
    struct err err;
    (void)data;
    struct desk *desk = desk_of_app(app);
    if (!model_sign_out(desk->model, desk->outbox.waiting > 0, &err))
        desk_failed(app, "Not signed out", &err);
}

static void run_sign_out(struct screen *screen)
{
    const struct desk *desk = desk_of(screen);
    int waiting = (int)desk->outbox.waiting;
    const char *text = "The copy of your data on this device is deleted.";
    if (waiting > 0)
        text =
            app_printf(screen->app, "%s\n\n%d %s not reached the server: signing out throws %s away.", text,
                       waiting, waiting == 1 ? "change has" : "changes have", waiting == 1 ? "it" : "them");
    popup_ask(screen->app, &(struct question){
                               .title = "Sign out",
                               .text = text,
                               .yes = waiting > 0 ? "Throw away and sign out" : "Sign out",
                               .no = "Stay",
                               .act = sign_out,
                           });
}

const struct action desk_actions[] = {
    { "go.calendar", "1 g>c", "calendar", "Days, weeks, months and the agenda.", 0, can_calendar,
      run_calendar },
    { "go.sessions", "2 g>s", "all sessions", "Every consultation, newest first.", 0, can_sessions,
      run_sessions },
    { "go.find", "/", "find a session", "Type a few letters of client, purpose or code.", 0, can_sessions,
      run_find },
    { "go.credits", "3 g>k", "credits", "Lots, what expires when, and the statement.", 0, can_credits,
      run_credits },
    { "go.consultants", "4 g>d", "consultants", "Who can be booked.", 0, can_directory, run_directory },
    { "go.inbox", "5 g>i", "inbox", "What happened while you were away.", 0, can_inbox, run_inbox },
    { "go.changes", "6 g>o", "changes", "What waits to be sent, and what was refused.", 0, can_changes,
      run_changes },
    { "go.book", "B", "book a session", "Choose a consultant, a day and a time.", 0, can_book, run_book },
    { "act.undo", "u", "take back", "Takes back the last change that was not sent yet.", 0, can_undo,
      run_undo },
    { "act.connect", "C", "connect now", "Tries to reach the server at once.", 0, can_connect, run_connect },
    { "act.sign_out", "", "sign out", "Deletes the copy of your data on this device.", 0, can_sign_out,
      run_sign_out },
};
const size_t desk_action_count = ARRAY_LEN(desk_actions);
