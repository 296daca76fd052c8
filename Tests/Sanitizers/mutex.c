// Shows ThreadSanitizer what it cannot see of Swift's Mutex: a lock that is taken or given back
// while others wait for it. The kernel does that for a library that is not instrumented. Loaded
// before that library, in runs under the sanitizer alone.
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#define SELF __attribute__((swift_context)) void *handle
#define HANDLE "$s15Synchronization12_MutexHandleV"
#define LOCK HANDLE "9_lockSlowyys6UInt32VF"
#define UNLOCK HANDLE "11_unlockSlowyyF"

// Of the sanitizer, in the program that is run; other programs have none.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

__attribute__((swiftcall)) void lock_slowly(uint32_t thread, SELF) __asm__(LOCK);
__attribute__((swiftcall)) void unlock_slowly(SELF) __asm__(UNLOCK);

typedef __attribute__((swiftcall)) void lock_function(uint32_t thread, SELF);
typedef __attribute__((swiftcall)) void unlock_function(SELF);

static lock_function *original_lock;
static unlock_function *original_unlock;

__attribute__((constructor)) static void find_originals(void) {
  original_lock = (lock_function *)dlsym(RTLD_NEXT, LOCK);
  original_unlock = (unlock_function *)dlsym(RTLD_NEXT, UNLOCK);
}

__attribute__((swiftcall)) void lock_slowly(uint32_t thread, SELF) {
  original_lock(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

__attribute__((swiftcall)) void unlock_slowly(SELF) {
  if (__tsan_release) __tsan_release(handle);
  original_unlock(handle);
}
