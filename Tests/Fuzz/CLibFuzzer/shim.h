// libFuzzer's driver, for a program that has a main of its own.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int (*_Nonnull fuzz_one_input)(const uint8_t *_Nullable data, size_t size);

/// Runs the fuzzer until it is done. Returns the exit code; a finding ends the process.
int LLVMFuzzerRunDriver(int *_Nonnull count, char *_Nullable *_Nonnull *_Nonnull arguments, fuzz_one_input run);
