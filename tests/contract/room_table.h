// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dinoscope::contract {

/// Outside libraries whose headers are kept inside certain rooms.
enum class Library { torch, opencv, cuda, qt, qcustomplot };

/// One room of the house: what its files may include beside their own folder, the standard library and the small
/// libraries that no rule speaks of.
struct Room {
    std::string_view folder;
    std::vector<std::string_view> rooms;
    std::vector<Library> libraries;
};

/// The table of ARCHITECTURE.md. A file belongs to the room with the longest folder that holds it. Reading order is
/// dependency order: a room of the engine names only rooms above it here, `objectives` and its neighbours included.
inline const std::vector<Room>& roomTable() {
    using enum Library;
    static const std::vector<Room> table = {
        {"engine/api", {}, {}},
        {"engine/support", {"engine/api"}, {}},
        {"engine/runtime", {"engine/api", "engine/support"}, {}},
        {"engine/formats", {"engine/api", "engine/support"}, {}},
        {"engine/kernels", {"engine/api", "engine/support"}, {torch, cuda}},
        {"engine/augment", {"engine/api", "engine/support", "engine/formats", "engine/kernels"}, {opencv}},
        {"engine/data",
         {"engine/api", "engine/support", "engine/formats", "engine/kernels", "engine/augment"},
         {opencv}},
        {"engine/backbones", {"engine/api", "engine/support", "engine/formats", "engine/kernels"}, {torch}},
        {"engine/heads",
         {"engine/api", "engine/support", "engine/formats", "engine/kernels", "engine/backbones"},
         {torch}},
        {"engine/optim", {"engine/api", "engine/support", "engine/formats", "engine/kernels"}, {torch}},
        {"engine/objectives",
         {"engine/api", "engine/support", "engine/kernels", "engine/augment", "engine/data", "engine/backbones",
          "engine/heads", "engine/optim"},
         {torch}},
        {"engine/eval",
         {"engine/api", "engine/support", "engine/kernels", "engine/augment", "engine/data", "engine/backbones",
          "engine/heads", "engine/optim"},
         {torch, opencv}},
        {"engine/probes",
         {"engine/api", "engine/support", "engine/kernels", "engine/augment", "engine/data", "engine/backbones",
          "engine/heads", "engine/optim"},
         {torch, opencv}},
        {"engine/checkpoint",
         {"engine/api", "engine/support", "engine/formats", "engine/backbones", "engine/heads", "engine/optim",
          "engine/objectives"},
         {torch}},
        {"engine/distributed", {"engine/api", "engine/support", "engine/kernels"}, {torch}},
        {"engine/train",
         {"engine/api", "engine/support", "engine/runtime", "engine/formats", "engine/kernels", "engine/augment",
          "engine/data", "engine/backbones", "engine/heads", "engine/optim", "engine/objectives", "engine/eval",
          "engine/probes", "engine/checkpoint", "engine/distributed"},
         {torch}},
        {"widgets", {}, {qt}},
        {"ui", {"widgets", "engine/api"}, {qt}},
        {"app/gui", {"ui", "widgets", "engine/api"}, {qt}},
        {"app/cli", {"engine/api"}, {}},
        {"tests/ui", {"tests", "app/gui", "ui", "widgets", "engine/api", "engine/support", "engine/runtime"}, {qt}},
        {"tests/widgets", {"tests", "widgets"}, {qt}},
        {"tests/support", {"engine/api", "engine/support"}, {qt}},
        {"tests", {"engine"}, {torch, opencv, cuda}},
    };
    return table;
}

/// QCustomPlot is a guest of the plots alone: files of widgets/ (and their tests) with "plot" in their names.
inline bool mayIncludeQCustomPlot(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return (path.starts_with("widgets/") || path.starts_with("tests/widgets/")) && name.find("plot") != name.npos;
}

} // namespace dinoscope::contract
