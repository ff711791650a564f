// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// Marks a loop over pixels that is compiled for AVX2 and AVX-512 (x86-64-v4) too and chosen when the program starts.
/// No version fuses multiplications with additions (-ffp-contract=off in CMakeLists.txt), so all give the same bytes.
/// Sanitizers cannot see through the choice; they get the plain version.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__)
#define DINOSCOPE_MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define DINOSCOPE_MULTIVERSION
#endif
