#include "tests/sim/run.h"

#include "shared/base/civil.h"
#include "shared/host/host.h"
#include "tests/sim/acts.h"
#include "tests/sim/firm.h"
#include "tests/sim/machine.h"
#include "tests/sim/network.h"
#include "tests/sim/rows.h"
#include "tests/sim/seat.h"
#include "tests/sim/server.h"
#include "tests/sim/trace.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum {
    STEPS = 600,
    SEATS_MIN = 2,
    SEATS_MORE = 3,      // and up to so many more
    HEAL_ROUNDS = 12000, // of HEAL_US
    REST_ROUNDS = 40,
    SETTLE_ROUNDS = 400,
    FUSE_MAX = 60,       // writes until the power fails
    START_FUSE_MAX = 40, // the same in a start
    ACCESS_MINUTES = 6,
};

static const int64_t HEAL_US = 20000, ASK_AGAIN_US = 2000000, LEAP_MAX_MS = 6 * 60 * 60 * 1000;

static struct {
    char base[96];
    struct disk_copy *firm;
} house;

static struct {
    struct chance chance;
    bool hostile;
    unsigned trouble; // how much of it, 0 to 3
    bool heals;       // there is no more of it
    int64_t crashes, cuts;
    int64_t sign_in_at[SEATS_MAX];
} world;

// Before and after ------------------------------------------------------------------------------------------------

static void clean_slate(uint64_t seed, bool show)
{
    trace_reset(show);
    machine_reset(seed);
    disk_reset(seed);
    sqlite3_randomness(0, NULL); // SQLite's own generator begins anew, from this disk
    prove_reset();
    seats_reset();
    acts_reset();
    firm_reset();
    network_reset(chance_split(seed, "network"), false);
}

static const char *server_folder(void)
{
    static char folder[120];
    snprintf(folder, sizeof folder, "%s/server", house.base);
    return folder;
}

static void create_server(int64_t access_minutes)
{
    struct err err = { 0 };
    CHECK(folder_make(server_folder(), 0700, &err));
    server_create(&(struct server_options){ server_folder(), access_minutes });
}

void run_prepare(const char *base)
{
    snprintf(house.base, sizeof house.base, "%s", base);
    disk_install();
    clean_slate(0, false);
    create_server(ACCESS_MINUTES);
    server_up();
    firm_found();
    server_down();
    if (run_failed()) {
        fprintf(stderr, "sim: %s\n", run_failure());
        CHECK(!run_failed());
    }
    house.firm = disk_save(server_node());
}

void run_finish(void)
{
    clean_slate(0, false);
    disk_copy_free(house.firm);
}

// Seats -----------------------------------------------------------------------------------------------------------

static const struct {
    const char *name, *email;
} places[] = {
    { "jane-laptop", "jane@acme.example" }, { "john-laptop", "john@example.com" },
    { "bob", "bob@beta.example" },          { "joe", "joe@acme.example" },
    { "mary", "mary@example.com" },         { "jane-phone", "jane@acme.example" },
    { "john-tablet", "john@example.com" },  { "ada", "ada@example.com" },
};

static void start_seat(struct seat *seat);

static void create_seat(size_t place)
{
    char folder[120];
    snprintf(folder, sizeof folder, "%s/%s", house.base, places[place].name);
    struct seat *seat = seat_create(&(struct seat_options){
        .name = places[place].name,
        .email = places[place].email,
        .folder = folder,
        .skew_ms = (int64_t)chance_below(&world.chance, 240000) - 120000,
    });
    start_seat(seat);
    if (seat_is_up(seat))
        act_sign_in(seat);
}

// A client and a consultant at least.
static void create_seats(void)
{
    size_t wanted = SEATS_MIN + chance_below(&world.chance, SEATS_MORE + 1);
    create_seat(0);
    create_seat(1);
    bool taken[ARRAY_LEN(places)] = { true, true };
    while (seat_count() < wanted) {
        size_t place = chance_below(&world.chance, ARRAY_LEN(places));
        if (!taken[place])
            create_seat(place);
        taken[place] = true;
    }
}

static struct seat *any_seat(void)
{
    return seat_at(chance_below(&world.chance, (unsigned)seat_count()));
}

// Crashes ---------------------------------------------------------------------------------------------------------

static enum disk_end any_end(void)
{
    return chance_once_in(&world.chance, 2) ? DISK_KILLED : DISK_POWER_FAILED;
}

static void crash_server(void)
{
    enum disk_end end = any_end();
    trace("the server %s", end == DISK_KILLED ? "is killed" : "loses power");
    world.crashes++;
    disk_cut(server_node());
    server_down();
    disk_restart(server_node(), end);
}

static void crash_seat(struct seat *seat)
{
    enum disk_end end = any_end();
    trace("%s %s", seat_name(seat), end == DISK_KILLED ? "is killed" : "loses power");
    world.crashes++;
    disk_cut(seat_node(seat));
    if (end == DISK_POWER_FAILED)
        prove_power_failed(seat);
    acts_leave(seat);
    seat_down(seat);
    disk_restart(seat_node(seat), end);
}

// Ends in peace: what was queued is finished, what was typed is saved.
static void stop_server(void)
{
    trace("the server stops");
    server_say_bye();
    server_down();
}

static void quit_seat(struct seat *seat)
{
    trace("%s quits", seat_name(seat));
    acts_leave(seat);
    seat_down(seat);
}

// Whose power has failed in the middle of this step dies before anybody hears from it.
static void bury_dead(void)
{
    if (disk_is_off(server_node()))
        crash_server();
    for (size_t i = 0; i < seat_count(); i++)
        if (disk_is_off(seat_node(seat_at(i))))
            crash_seat(seat_at(i));
}

// Some starts do not come to their end either.
static void maybe_fuse(int node)
{
    if (world.trouble > 0 && !world.heals && chance_once_in(&world.chance, 6))
        disk_set_fuse(node, chance_below(&world.chance, START_FUSE_MAX));
}

static void start_server(void)
{
    maybe_fuse(server_node());
    server_up();
    bury_dead();
}

static void start_seat(struct seat *seat)
{
    maybe_fuse(seat_node(seat));
    seat_up(seat);
    bury_dead();
}

static void raise_dead(unsigned once_in)
{
    if (!server_is_up() && chance_once_in(&world.chance, once_in))
        start_server();
    for (size_t i = 0; i < seat_count(); i++)
        if (!seat_is_up(seat_at(i)) && chance_once_in(&world.chance, once_in))
            start_seat(seat_at(i));
}

// Everybody is up, and stays so.
static void end_trouble(void)
{
    world.heals = true;
    disk_set_fuse(server_node(), -1);
    for (size_t i = 0; i < seat_count(); i++)
        disk_set_fuse(seat_node(seat_at(i)), -1);
    raise_dead(1);
}

// What may happen next --------------------------------------------------------------------------------------------

static void pass(int64_t most_us)
{
    machine_pass(1 + (int64_t)(chance_next(&world.chance) % (uint64_t)most_us));
}

static void step_network(void)
{
    if (!network_step())
        pass(30000);
}

static void step_server(void)
{
    if (!server_is_up() || !server_step(&world.chance))
        pass(10000);
}

// A seat with other people's rights than before learns of it with its connection; until then it may hold both.
static bool has_moved(struct seat *seat)
{
    return firm_moved() != NULL && strcmp(firm_moved(), seat_email(seat)) == 0;
}

static void prove_cache_now(struct seat *seat)
{
    if (!has_moved(seat))
        prove_cache(seat);
}

static void step_seat(void)
{
    struct seat *seat = any_seat();
    if (!seat_is_up(seat) || !seat_step(seat))
        pass(30000);
    prove_cache_now(seat);
}

static void step_act(void)
{
    struct seat *seat = any_seat();
    if (seat_is_up(seat))
        act(seat, &world.chance);
}

static void step_time(void)
{
    pass(chance_once_in(&world.chance, 4) ? 3000000 : 60000);
}

// To where something begins, or some hours on: tokens end, reminders are due.
static void step_leap(void)
{
    struct seat *seat = any_seat();
    int64_t now = host_now_ms(), at = seat_is_up(seat) ? act_next_start(seat) : 0;
    int64_t by = at > now && !chance_once_in(&world.chance, 3)
                     ? at - now - (int64_t)chance_below(&world.chance, 600000)
                     : (int64_t)(chance_next(&world.chance) % (uint64_t)LEAP_MAX_MS);
    if (by <= 0)
        return;
    trace("time passes: %d minutes", (int)(by / MINUTE_MS));
    machine_pass(by * 1000);
}

static void step_link(void)
{
    struct seat *seat = any_seat();
    world.cuts++;
    if (!seat_has_link(seat)) {
        trace("%s is online again", seat_name(seat));
        seat_set_link(seat, true);
    } else if (chance_once_in(&world.chance, 3)) {
        trace("%s hears nothing any more", seat_name(seat));
        seat_set_link(seat, false);
    } else {
        network_cut_seat(seat);
    }
}

static void step_crash(void)
{
    bool server = chance_once_in(&world.chance, 2);
    struct seat *seat = any_seat();
    if (server ? !server_is_up() : !seat_is_up(seat))
        return;
    int node = server ? server_node() : seat_node(seat);
    if (chance_once_in(&world.chance, 4)) {
        if (server)
            stop_server();
        else
            quit_seat(seat);
    } else if (chance_once_in(&world.chance, 3))
        disk_cut(node);
    else
        disk_set_fuse(node, chance_below(&world.chance, FUSE_MAX));
}

static void step_firm(void)
{
    if (server_is_up())
        firm_act(&world.chance);
}

enum sort { WORK, TROUBLE };

static const struct {
    unsigned weight;
    enum sort sort;
    void (*step)(void);
} steps[] = {
    { 120, WORK, step_network }, { 110, WORK, step_server }, { 60, WORK, step_seat },
    { 40, WORK, step_act },      { 24, WORK, step_time },    { 4, WORK, step_firm },
    { 3, WORK, step_leap },      { 3, TROUBLE, step_link },  { 2, TROUBLE, step_crash },
};

static unsigned weight_of(size_t i)
{
    return steps[i].weight * (steps[i].sort == TROUBLE ? world.trouble : 1);
}

static void step(void)
{
    unsigned total = 0;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        total += weight_of(i);
    unsigned chosen = chance_below(&world.chance, total);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (chosen < weight_of(i)) {
            steps[i].step();
            break;
        }
        chosen -= weight_of(i);
    }
    bury_dead();
    raise_dead(12);
    pass(2000);
}

// Healing ---------------------------------------------------------------------------------------------------------

// What stood in the way is gone. After a hostile network nobody can know what was lost, so all connect anew.
static void heal(void)
{
    trace("all heals");
    end_trouble();
    for (size_t i = 0; i < seat_count(); i++) {
        seat_set_link(seat_at(i), true);
        if (world.hostile)
            network_cut_seat(seat_at(i));
        act_flush(seat_at(i));
    }
    network_set_hostile(false);
}

static void ask_to_sign_in(size_t index)
{
    if (machine_time() < world.sign_in_at[index])
        return;
    world.sign_in_at[index] = machine_time() + ASK_AGAIN_US;
    act_sign_in(seat_at(index));
}

static bool seat_is_at_rest(struct seat *seat)
{
    CLEANUP(arena_free) struct arena arena = { 0 };
    struct seat_view view;
    seat_look(seat, &arena, &view);
    return view.online && view.up_to_date && view.waiting == 0;
}

static bool all_rest(void)
{
    for (size_t i = 0; i < seat_count(); i++)
        if (!seat_is_at_rest(seat_at(i)))
            return false;
    return network_is_quiet();
}

static void turn_everything(void)
{
    while (network_step()) {
    }
    for (int i = 0; i < 64 && server_step(&world.chance); i++) {
    }
    for (size_t i = 0; i < seat_count(); i++) {
        ask_to_sign_in(i);
        seat_step(seat_at(i));
    }
    machine_pass(HEAL_US);
}

// A while at rest: timers may still have something to say.
static void come_to_rest(void)
{
    int rested = 0;
    for (int round = 0; round < HEAL_ROUNDS && rested < REST_ROUNDS && !run_failed(); round++) {
        turn_everything();
        rested = all_rest() ? rested + 1 : 0;
    }
}

// The run ---------------------------------------------------------------------------------------------------------

static void begin(const struct run_options *options)
{
    memset(&world, 0, sizeof world);
    world.chance = chance_split(options->seed, "world");
    world.hostile = chance_once_in(&world.chance, 4);
    world.trouble = chance_below(&world.chance, 4);
    clean_slate(options->seed, options->show);
    bugs_plant(options->bug);
    create_server(ACCESS_MINUTES);
    disk_load(server_node(), house.firm);
    trace("seed %llu%s", (unsigned long long)options->seed, world.hostile ? ", a hostile network" : "");
    start_server();
    create_seats();
}

static void tear_down(void)
{
    bugs_plant(BUG_NONE);
    for (size_t i = 0; i < seat_count(); i++)
        if (seat_is_up(seat_at(i))) {
            acts_leave(seat_at(i));
            seat_down(seat_at(i));
        }
    if (server_is_up())
        server_down();
    network_clear();
    prove_forget();
}

// Most runs begin when everybody has signed in and fetched what there is.
static void settle_in(void)
{
    if (chance_once_in(&world.chance, 5))
        return;
    end_trouble();
    for (int round = 0; round < SETTLE_ROUNDS && !all_rest(); round++)
        turn_everything();
    world.heals = false;
    trace("all have settled in");
}

struct run_result run_seed(const struct run_options *options)
{
    begin(options);
    settle_in();
    network_set_hostile(world.hostile);
    for (int i = 0; i < STEPS && !run_failed(); i++)
        step();
    if (!run_failed()) {
        heal();
        come_to_rest();
    }
    if (!run_failed())
        prove_end();
    struct run_result result = {
        .failed = run_failed(),
        .hash = trace_hash(),
        .counts = prove_counts(),
        .crashes = world.crashes,
        .cuts = world.cuts,
    };
    tear_down();
    return result;
}
