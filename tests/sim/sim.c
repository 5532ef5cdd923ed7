// The deterministic simulation: the real client and the real server on one thread, over a clock, a network and disks
// that obey a seed.
//
//     sim [--first N] [--seeds COUNT]     runs seeds N, N+1, ... (from 1, 100 of them)
//     sim --seed N [--verbose]            replays one
//     sim --bug NAME                      with a planted bug: ack-before-commit, skip-dedup, drop-tombstone, skip-sync,
//                                         drop-tail, forget-typed
//     sim --bug NAME --must-be-caught     until a seed fails that holds without the bug; fails when none does
//     sim --twice                         runs each seed twice; both must leave the same trace
#include "shared/base/check.h"
#include "tests/sim/run.h"
#include "tests/sim/trace.h"

#include <ftw.h>
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
    bool verbose, must_be_caught, twice;
};

enum { ENDLESS_S = 200 }; // a run takes a twentieth of a second

static uint64_t seed_now;

// An assertion, a sanitizer, a wild pointer or a run that does not end brings the program down: which seed was it?
// NOLINTBEGIN(bugprone-signal-handler): not safe in a handler, and nothing is left to be safe for.
static void on_end(int number)
{
    signal(number, SIG_DFL);
    fprintf(stderr, "sim: seed %" PRIu64 " brought the program down; its last steps:\n", seed_now);
    trace_print_last();
    raise(number);
}
// NOLINTEND(bugprone-signal-handler)

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

static bool read_flag(struct options *options, const char *word)
{
    bool *flag = strcmp(word, "--verbose") == 0          ? &options->verbose
                 : strcmp(word, "--must-be-caught") == 0 ? &options->must_be_caught
                 : strcmp(word, "--twice") == 0          ? &options->twice
                                                         : NULL;
    if (flag != NULL)
        *flag = true;
    return flag != NULL;
}

static bool read_value(struct options *options, const char *word, const char *value)
{
    if (value == NULL)
        return false;
    if (strcmp(word, "--seeds") == 0)
        options->count = count_of_this_build(strtoll(value, NULL, 10));
    else if (strcmp(word, "--first") == 0)
        options->first = strtoull(value, NULL, 10);
    else if (strcmp(word, "--bug") == 0)
        options->bug = bug_named(value);
    else if (strcmp(word, "--seed") == 0)
        *options = (struct options){ strtoull(value, NULL, 10), 1,     options->bug,
                                     options->verbose,          false, options->twice };
    else
        return false;
    return true;
}

static struct options read_options(int argc, char **argv)
{
    struct options options = { .first = 1, .count = 100 };
    for (int i = 1; i < argc; i++) {
        if (read_flag(&options, argv[i]))
            continue;
        if (!read_value(&options, argv[i], argv[i + 1])) {
            fprintf(stderr, "sim: what is %s?\n", argv[i]);
            exit(2);
        }
        i++;
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
    sum->counts.lines += one->counts.lines;
    sum->counts.refused_lines += one->counts.refused_lines;
    sum->counts.edits += one->counts.edits;
    sum->counts.replicas += one->counts.replicas;
    sum->crashes += one->crashes;
    sum->cuts += one->cuts;
}

// A run that proves nothing would show here.
static void say_sum(const struct options *options, const struct run_result *sum)
{
    printf("%" PRId64 " seeds from %" PRIu64 ": %" PRId64 " operations done and %" PRId64 " refused, %" PRId64
           " promised, %" PRId64 " caches compared, %" PRId64 " lines typed and %" PRId64
           " of them refused, %" PRId64 " edits, %" PRId64 " replicas compared, %" PRId64 " crashes, %" PRId64
           " cuts\n",
           options->count, options->first, sum->counts.told_ok, sum->counts.told_rejected,
           sum->counts.promises, sum->counts.caches, sum->counts.lines, sum->counts.refused_lines,
           sum->counts.edits, sum->counts.replicas, sum->crashes, sum->cuts);
}

// So many seeds must have met with something of everything.
static bool proves_something(const struct options *options, const struct run_result *sum)
{
    enum { MANY = 20 };
    bool good =
        options->count < MANY || (sum->counts.told_ok > 0 && sum->counts.told_rejected > 0 &&
                                  sum->counts.caches > 0 && sum->counts.lines > 0 && sum->counts.edits > 0 &&
                                  sum->counts.replicas > 0 && sum->crashes > 0 && sum->cuts > 0);
    if (!good)
        fprintf(stderr, "sim: these runs prove nothing\n");
    return good;
}

static struct run_result run_one(uint64_t seed, const struct options *options)
{
    seed_now = seed;
    alarm(ENDLESS_S);
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
    for (int64_t i = 0; i < options->count; i++) {
        uint64_t seed = options->first + (uint64_t)i;
        struct run_result result = run_one(seed, options);
        add(ret_sum, &result);
        if (result.failed)
            say_failure(seed, options);
        failures += result.failed;
        if (options->verbose)
            printf("seed %" PRIu64 ": trace %016" PRIx64 "\n", seed, result.hash);
    }
    return failures;
}

// The test of the tests: it is the bug that a seed finds, and nothing else.
static bool catch_bug(const struct options *options)
{
    for (int64_t i = 0; i < options->count; i++) {
        char how[512];
        uint64_t seed = options->first + (uint64_t)i;
        if (!run_one(seed, options).failed)
            continue;
        snprintf(how, sizeof how, "%s", run_failure());
        struct options without = *options;
        without.bug = BUG_NONE;
        if (run_one(seed, &without).failed) {
            say_failure(seed, &without);
            return false;
        }
        printf("%s is caught by seed %" PRIu64 ", number %" PRId64 ": %s\n", bug_names[options->bug], seed,
               i + 1, how);
        return true;
    }
    fprintf(stderr, "sim: %" PRId64 " seeds did not catch %s\n", options->count, bug_names[options->bug]);
    return false;
}

// Lock files are real, and belong in memory where there is some.
static void make_base(char base[64])
{
    snprintf(base, 64, "%s/serenity-sim-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(base) != NULL);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void remove_base(const char *base)
{
    if (nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
        fprintf(stderr, "sim: %s is left behind\n", base);
}

int main(int argc, char **argv)
{
    struct options options = read_options(argc, argv);
    struct run_result sum = { 0 };
    char base[64];
    signal(SIGABRT, on_end);
    signal(SIGSEGV, on_end);
    signal(SIGALRM, on_end);
    make_base(base);
    run_prepare(base);
    bool good = options.must_be_caught ? catch_bug(&options) : run_all(&options, &sum) == 0;
    run_finish();
    remove_base(base);
    if (!options.must_be_caught) {
        say_sum(&options, &sum);
        good = proves_something(&options, &sum) && good;
    }
    return good ? 0 : 1;
}
