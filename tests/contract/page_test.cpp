// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages for readers promise: their links lead to files, their folders and their tests exist.
#include "tests/contract/room_table.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <regex>

namespace dinoscope::contract {
namespace {

namespace fs = std::filesystem;

fs::path root() {
    const char* folder = std::getenv("DINOSCOPE_SOURCE");
    return folder ? folder : ".";
}

std::string page(const char* name) {
    std::ifstream file(root() / name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Pages, LinksLeadToFiles) {
    const std::regex link(R"(\]\(([^)#:]+)\))");
    for (const char* name : {"README.md", "ARCHITECTURE.md"}) {
        const std::string text = page(name);
        ASSERT_FALSE(text.empty()) << name << " is missing";
        for (auto found = std::sregex_iterator(text.begin(), text.end(), link); found != std::sregex_iterator();
             ++found)
            EXPECT_TRUE(fs::exists(root() / (*found)[1].str())) << name << " links to " << (*found)[1];
    }
}

TEST(Pages, TheMapNamesEveryRoom) {
    const std::string map = page("ARCHITECTURE.md");
    for (const Room& room : roomTable()) {
        if (!room.folder.starts_with("tests/") && fs::exists(root() / room.folder)) {
            const std::string name(room.folder.substr(room.folder.rfind('/') + 1));
            EXPECT_NE(map.find(name + '/'), std::string::npos) << room.folder << " is not on the map";
        }
    }
}

} // namespace
} // namespace dinoscope::contract
