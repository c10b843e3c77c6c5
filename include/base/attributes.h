// attributes — the compiler features this program uses, under names of its own.
//
// CLEANUP(f) calls f(&variable) when the variable leaves its scope. DEFINE_CLEANUP(type, free_fn)
// makes `free_fn` + `p`, the form for locals that are pointers: CLEANUP(catalog_freep).
// ASSERT stays on in releases: it runs the crash hook (which restores the terminal), prints,
// aborts.
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#define NO_RETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define CLEANUP(function) __attribute__((cleanup(function)))

#define DEFINE_CLEANUP(type, free_function)                                                        \
    UNUSED static inline void free_function##p(type **owner) {                                     \
        free_function(*owner);                                                                     \
    }                                                                                              \
    struct attributes_want_a_semicolon

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ASSERT(condition) ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))

// A place that no input may reach; `what` says what went wrong.
#define UNREACHABLE(what) assert_failed(what, __FILE__, __LINE__)

// Called before the message of a failed ASSERT is printed; the console sets it to leave curses.
typedef void assert_crash_hook_fn(void);
void assert_set_crash_hook(assert_crash_hook_fn *hook);
NO_RETURN void assert_failed(const char *condition, const char *file, int line);
