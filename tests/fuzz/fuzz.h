/* fuzz.h - what every fuzzed reader defines: the entry that libFuzzer and replay.c call. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Feeds one input to a reader. Whatever the bytes, it returns 0; a crash, a leak, a wrong read or
   undefined behaviour is the sanitizers' to find. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
