// The net thread: it turns the loop until the program ends.

#include "tui/net/net_internal.h"

#include <signal.h>

static void *work(void *user)
{
    struct net *net = user;
    while (!atomic_load(&net->stop))
        loop_turn(net->loop);
    net_say_goodbye(net);
    return NULL;
}

static bool start_thread(struct net *net, struct err *err)
{
    return pthread_create(&net->thread, NULL, work, net) == 0 ||
           err_set(err, ERR_INTERNAL, "cannot start a thread");
}

// The threads leave every signal to the program.
bool net_start(struct net **ret_net, struct model *model, struct err *err)
{
    sigset_t all, before;
    struct net *net = NULL;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool open = net_open(&net, model, err);
    bool good = open && start_thread(net, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (good)
        *ret_net = net;
    else if (open)
        net_close(net);
    return good;
}

void net_stop(struct net *net)
{
    if (net == NULL)
        return;
    port_set_wake(net->model, NULL, NULL);
    atomic_store(&net->stop, true);
    loop_wake(net->loop);
    pthread_join(net->thread, NULL);
    net_close(net);
}
