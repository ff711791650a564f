// SPDX-License-Identifier: GPL-3.0-or-later
// Who may include whom: every #include of the project against the table of rooms.
#include "tests/contract/room_table.h"
#include "tests/contract/source_files.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>

namespace dinoscope::contract {
namespace {

bool inFolder(std::string_view path, std::string_view folder) {
    return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

const Room* roomOf(std::string_view path) {
    const Room* best = nullptr;
    for (const Room& room : roomTable())
        if (inFolder(path, room.folder) && (!best || room.folder.size() > best->folder.size()))
            best = &room;
    return best;
}

std::optional<Library> libraryOf(std::string_view header) {
    const auto startsWithAny = [header](std::initializer_list<std::string_view> heads) {
        return std::any_of(heads.begin(), heads.end(), [header](auto head) { return header.starts_with(head); });
    };
    if (startsWithAny({"qcustomplot"}))
        return Library::qcustomplot;
    if (startsWithAny({"torch/", "ATen/", "c10/", "caffe2/"}))
        return Library::torch;
    if (startsWithAny({"opencv2/", "opencv4/"}))
        return Library::opencv;
    if (startsWithAny({"cuda", "cublas", "cudnn", "curand", "nccl", "cub/", "thrust/", "device_launch"}))
        return Library::cuda;
    if (header.size() > 1 && header[0] == 'Q' && header.find('.') == header.npos)
        return Library::qt;
    if (startsWithAny({"Qt", "qt"}))
        return Library::qt;
    return std::nullopt;
}

bool mayInclude(const Room& room, std::string_view path) {
    return inFolder(path, room.folder) ||
           std::any_of(room.rooms.begin(), room.rooms.end(), [path](auto folder) { return inFolder(path, folder); });
}

/// The sentence of the rule that `header` breaks in `file`, or nothing.
std::string broken(const SourceFile& file, const Room& room, const std::string& include) {
    const std::string header = include.substr(1);
    if (include[0] == '"') {
        if (header.ends_with(".moc") || header.starts_with("moc_"))
            return {};
        const Room* other = roomOf(header);
        if (!other)
            return "names no file of a room by its path from the source root";
        return mayInclude(room, header) ? ""
                                        : std::string(room.folder) + " may not include " + std::string(other->folder);
    }
    const auto library = libraryOf(header);
    if (library == Library::qcustomplot)
        return mayIncludeQCustomPlot(file.path) ? "" : "only the plots of widgets may include QCustomPlot";
    if (library && std::find(room.libraries.begin(), room.libraries.end(), *library) == room.libraries.end())
        return std::string(room.folder) + " may not see this library";
    if (room.folder == "engine/api" && file.isHeader() && header.find_first_of("/.") != header.npos)
        return "a header of engine/api includes the standard library alone";
    return {};
}

TEST(Includes, FollowTheTableOfRooms) {
    std::size_t seen = 0;
    for (const SourceFile& file : sourceFiles()) {
        if (!file.isCpp())
            continue;
        const Room* room = roomOf(file.path);
        if (!room) {
            ADD_FAILURE() << file.path << " lies in no room of tests/contract/room_table.h";
            continue;
        }
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string include = includedBy(file.lines[i]);
            if (include.empty())
                continue;
            ++seen;
            const std::string rule = broken(file, *room, include);
            EXPECT_TRUE(rule.empty()) << file.path << ':' << i + 1 << ": #include " << include << ": " << rule;
        }
    }
    EXPECT_GT(seen, 100u) << "the walk over the sources found too little";
}

TEST(Includes, TheTableGoesDownwardsOnly) {
    const auto& table = roomTable();
    const auto place = [&table](std::string_view folder) {
        return std::find_if(table.begin(), table.end(), [folder](const Room& room) { return room.folder == folder; });
    };
    for (auto room = table.begin(); room != table.end(); ++room)
        for (const std::string_view other : room->rooms) {
            if (room->folder.starts_with("tests"))
                continue;
            EXPECT_LT(place(other), room) << room->folder << " names " << other << ", which does not stand above it";
            EXPECT_FALSE(other.starts_with("app")) << "nothing includes app/";
        }
}

// The checks of this file themselves: a rule that catches nothing would pass in silence.
TEST(Includes, BreachesAreFound) {
    const auto breach = [](std::string path, const std::string& include) {
        const Room* room = roomOf(path);
        return !broken(SourceFile{std::move(path), {}}, *room, include).empty();
    };
    EXPECT_TRUE(breach("ui/main_window.cpp", "\"engine/runtime/step_runner.h"));
    EXPECT_TRUE(breach("ui/main_window.cpp", "<torch/torch.h"));
    EXPECT_TRUE(breach("ui/main_window.cpp", "<opencv2/core.hpp"));
    EXPECT_TRUE(breach("ui/main_window.cpp", "<qcustomplot.h"));
    EXPECT_TRUE(breach("ui/main_window.cpp", "\"app/gui/main.h"));
    EXPECT_TRUE(breach("widgets/image_grid.cpp", "\"engine/api/image.h"));
    EXPECT_TRUE(breach("widgets/image_grid.cpp", "<qcustomplot.h"));
    EXPECT_TRUE(breach("widgets/image_grid.cpp", "\"image_grid.h"));
    EXPECT_TRUE(breach("engine/runtime/engine_loop.cpp", "<torch/torch.h"));
    EXPECT_TRUE(breach("engine/runtime/engine_loop.cpp", "<QObject"));
    EXPECT_TRUE(breach("engine/data/loader.cpp", "\"engine/train/trainer.h"));
    EXPECT_TRUE(breach("engine/train/trainer.cpp", "<QtGlobal"));
    EXPECT_TRUE(breach("engine/api/engine.h", "<nlohmann/json.hpp"));
    EXPECT_TRUE(breach("engine/api/engine.h", "\"engine/support/check.h"));
    EXPECT_TRUE(breach("app/cli/main.cpp", "\"engine/train/trainer.h"));
    EXPECT_TRUE(breach("app/cli/main.cpp", "<QCoreApplication"));
    EXPECT_FALSE(breach("ui/main_window.cpp", "<QMainWindow"));
    EXPECT_FALSE(breach("ui/main_window.cpp", "\"widgets/theme.h"));
    EXPECT_FALSE(breach("widgets/metric_plot.cpp", "<qcustomplot.h"));
    EXPECT_FALSE(breach("engine/train/trainer.cpp", "\"engine/backbones/vit.h"));
    EXPECT_FALSE(breach("engine/api/engine.h", "<functional"));
}

} // namespace
} // namespace dinoscope::contract
