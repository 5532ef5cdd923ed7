// Invariants that hold in every build: a bug stops the process, never corrupts what it holds.
#pragma once

_Noreturn void check_fail(const char *file, int line, const char *what);

#define CHECK(condition) ((condition) ? (void)0 : check_fail(__FILE__, __LINE__, #condition))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// Runs `function(&variable)` when the variable leaves its scope.
#define CLEANUP(function) __attribute__((cleanup(function)))

#define PRINTF_LIKE(format_index, first) __attribute__((format(printf, format_index, first)))
