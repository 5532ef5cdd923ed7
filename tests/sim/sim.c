// The deterministic simulation: the real client and the real server on one thread, over a clock, a network and disks
// that obey a seed.
//
//     sim [--first N] [--seeds COUNT]     runs seeds N, N+1, ... (from 1, 100 of them)
//     sim --seed N [--verbose]            replays one
//     sim --bug NAME                      with a planted bug: ack-before-commit, skip-dedup, drop-tombstone
//     sim --until-failure                 with --bug: stops at the first seed that fails, and fails if none does
//     sim --twice                         runs each seed twice; both must leave the same trace
#include "shared/base/check.h"
#include "tests/sim/run.h"
#include "tests/sim/trace.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    uint64_t first;
    int64_t count;
    enum bug bug;
    bool verbose, until_failure, twice;
};

static uint64_t seed_now;

// An assertion or a sanitizer ends the program: which seed was it?
static void on_abort(int signal_number)
{
    (void)signal_number;
    fprintf(stderr, "sim: seed %" PRIu64 " brought the program down; its last steps:\n", seed_now);
    trace_print_last();
}

static enum bug bug_named(const char *name)
{
    for (int bug = 0; bug < BUGS; bug++)
        if (strcmp(bug_names[bug], name) == 0)
            return (enum bug)bug;
    fprintf(stderr, "sim: there is no bug %s\n", name);
    exit(2);
}

// SERENITY_SLOW says how much slower than usual this build is (tests/run): as much fewer seeds are run.
static int64_t count_of_this_build(int64_t count)
{
    const char *slow = getenv("SERENITY_SLOW");
    int64_t times = slow == NULL ? 1 : strtoll(slow, NULL, 10);
    return times > 1 && count > times ? count / times : count;
}

static struct options read_options(int argc, char **argv)
{
    struct options options = { .first = 1, .count = 100 };
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        bool takes = true;
        if (strcmp(argv[i], "--seeds") == 0)
            options.count = count_of_this_build(strtoll(value, NULL, 10));
        else if (strcmp(argv[i], "--first") == 0)
            options.first = strtoull(value, NULL, 10);
        else if (strcmp(argv[i], "--bug") == 0)
            options.bug = bug_named(value);
        else if (strcmp(argv[i], "--seed") == 0)
            options.first = strtoull(value, NULL, 10), options.count = 1;
        else
            takes = false;
        i += takes;
        options.verbose = options.verbose || strcmp(argv[i], "--verbose") == 0;
        options.until_failure = options.until_failure || strcmp(argv[i], "--until-failure") == 0;
        options.twice = options.twice || strcmp(argv[i], "--twice") == 0;
    }
    return options;
}

static void say_failure(uint64_t seed, const struct options *options)
{
    fprintf(stderr, "seed %" PRIu64 " fails: %s\nIts last steps:\n", seed, run_failure());
    trace_print_last();
    fprintf(stderr, "Replay it: sim --seed %" PRIu64 " --verbose%s%s\n", seed,
            options->bug == BUG_NONE ? "" : " --bug ",
            options->bug == BUG_NONE ? "" : bug_names[options->bug]);
}

static void add(struct run_result *sum, const struct run_result *one)
{
    sum->counts.told_ok += one->counts.told_ok;
    sum->counts.told_rejected += one->counts.told_rejected;
    sum->counts.caches += one->counts.caches;
    sum->counts.promises += one->counts.promises;
    sum->crashes += one->crashes;
    sum->cuts += one->cuts;
}

static struct run_result run_one(uint64_t seed, const struct options *options)
{
    seed_now = seed;
    struct run_options run = { seed, options->bug, options->verbose };
    struct run_result result = run_seed(&run);
    if (!options->twice || result.failed)
        return result;
    struct run_result again = run_seed(&run);
    if (again.hash != result.hash)
        fail_run("seed %" PRIu64 " went another way the second time", seed);
    result.failed = run_failed();
    return result;
}

// How many failed.
static int run_all(const struct options *options, struct run_result *ret_sum)
{
    int failures = 0;
    for (int64_t i = 0; i < options->count && !(failures > 0 && options->until_failure); i++) {
        uint64_t seed = options->first + (uint64_t)i;
        struct run_result result = run_one(seed, options);
        add(ret_sum, &result);
        if (result.failed && !options->until_failure)
            say_failure(seed, options);
        else if (result.failed)
            printf("%s is caught by seed %" PRIu64 ": %s\n", bug_names[options->bug], seed, run_failure());
        failures += result.failed;
        if (options->verbose)
            printf("seed %" PRIu64 ": trace %016" PRIx64 "\n", seed, result.hash);
    }
    return failures;
}

// Lock files are real, and belong in memory where there is some.
static void make_base(char base[64])
{
    snprintf(base, 64, "%s/serenity-sim-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(base) != NULL);
}

static void remove_base(const char *base)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", base);
    if (system(command) != 0)
        fprintf(stderr, "sim: %s is left behind\n", base);
}

int main(int argc, char **argv)
{
    struct options options = read_options(argc, argv);
    struct run_result sum = { 0 };
    char base[64];
    signal(SIGABRT, on_abort);
    make_base(base);
    run_prepare(base);
    int failures = run_all(&options, &sum);
    run_finish();
    remove_base(base);
    printf("%" PRId64 " seeds from %" PRIu64 ": %d failed; %" PRId64 " operations done and %" PRId64
           " refused, %" PRId64 " promised, %" PRId64 " caches compared, %" PRId64 " crashes, %" PRId64
           " cuts\n",
           options.count, options.first, failures, sum.counts.told_ok, sum.counts.told_rejected,
           sum.counts.promises, sum.counts.caches, sum.crashes, sum.cuts);
    if (options.until_failure)
        return failures > 0 ? 0 : 1;
    return failures > 0 ? 1 : 0;
}
