// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Marks a loop that is compiled for AVX-512 and for AVX2 with FMA too and chosen when the program starts. The versions
/// may differ in the last bit; on one machine the same one always runs. The names are levels of instruction sets, not
/// processors: a processor's name would choose the version on that very model alone.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define DINOSCOPE_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define DINOSCOPE_KERNEL
#endif
