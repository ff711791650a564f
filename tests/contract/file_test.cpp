// SPDX-License-Identifier: GPL-3.0-or-later
// What every file of the project keeps: its licence line, its size, and a few habits.
#include "tests/contract/source_files.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace dinoscope::contract {
namespace {

constexpr std::size_t kMaxLines = 500;

TEST(Files, OpenWithTheirLicence) {
    for (const SourceFile& file : sourceFiles()) {
        const auto end = file.lines.begin() + std::min<std::ptrdiff_t>(2, std::ssize(file.lines));
        EXPECT_TRUE(std::any_of(file.lines.begin(), end,
                                [](const std::string& line) {
                                    return line.find("SPDX-License-Identifier: GPL-3.0-or-later") != line.npos;
                                }))
            << file.path << " has no SPDX line at its head";
    }
    EXPECT_GT(sourceFiles().size(), 50u);
}

TEST(Files, StaySmall) {
    for (const SourceFile& file : sourceFiles())
        EXPECT_LE(file.lines.size(), kMaxLines) << file.path << ": cut it into parts with names of their own";
}

TEST(Files, HeadersAreGuardedAndOpenNoNamespace) {
    for (const SourceFile& file : sourceFiles()) {
        if (!file.isHeader())
            continue;
        EXPECT_NE(std::find(file.lines.begin(), file.lines.end(), "#pragma once"), file.lines.end())
            << file.path << " lacks '#pragma once'";
        for (const std::string& line : file.lines)
            EXPECT_FALSE(line.starts_with("using namespace")) << file.path << ": " << line;
    }
}

} // namespace
} // namespace dinoscope::contract
