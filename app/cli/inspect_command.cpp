// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/interrupts.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>

namespace dinoscope {
namespace {

/// Text of a foreign file, without what a terminal would obey.
std::string harmless(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t extent : shape)
        text.append(text.empty() ? "" : " x ").append(std::to_string(extent));
    return text.empty() ? "scalar" : text;
}

void print(const FileReport& report) {
    std::cout << report.path << ": " << report.kind << ", " << report.tensors.size() << " tensors\n";
    std::size_t width = 0;
    for (const FileTensor& tensor : report.tensors)
        width = std::max(width, tensor.name.size());
    for (const FileTensor& tensor : report.tensors)
        std::cout << "  " << std::left << std::setw(static_cast<int>(width)) << harmless(tensor.name) << "  "
                  << std::setw(4) << tensor.type << "  " << shapeText(tensor.shape) << "\n";
    const auto section = [](const char* title, bool empty) {
        if (!empty)
            std::cout << title << "\n";
    };
    section("Other values:", report.facts.empty());
    for (const auto& [name, value] : report.facts)
        std::cout << "  " << harmless(name) << " = " << harmless(value) << "\n";
    section("Parameters of a run that goes on from it:", report.params.empty());
    for (const auto& [id, value] : report.params)
        std::cout << "  " << id << " = " << formatParam(value) << "\n";
    for (const std::string& id : report.open)
        std::cout << "  " << id << " has to be given\n";
    for (const std::string& note : report.notes)
        std::cout << harmless(note) << "\n";
    std::cout << std::flush;
}

nlohmann::ordered_json asJson(const FileReport& report) {
    using Json = nlohmann::ordered_json;
    Json tensors = Json::array(), facts = Json::object(), params = Json::object();
    for (const FileTensor& tensor : report.tensors)
        tensors.push_back({{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}});
    for (const auto& [name, value] : report.facts)
        facts[name] = value;
    for (const auto& [id, value] : report.params)
        params[id] = std::visit([](const auto& v) { return Json(v); }, value);
    return {{"path", report.path}, {"kind", report.kind}, {"tensors", std::move(tensors)}, {"values", std::move(facts)},
            {"params", params},    {"open", report.open}, {"notes", report.notes}};
}

void inspect(const std::string& path, bool json, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    const auto report = std::get<FileReport>(session.perform(JobRequest(InspectRequest{path})));
    if (json)
        std::cout << asJson(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    else
        print(report);
}

} // namespace

void addInspectCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    struct Wishes {
        std::string path;
        bool json = false;
    };
    auto wishes = std::make_shared<Wishes>();
    CLI::App* command = program.add_subcommand(
        "inspect", "Says what a .pth or safetensors file holds: tensors, shapes, options, epoch");
    command->add_option("file", wishes->path, "A file of networks")->required()->type_name("FILE");
    command->add_flag("--json", wishes->json, "Print one JSON object");
    command->callback([=] { choose([=] { inspect(wishes->path, wishes->json, makeEngine); }); });
}

} // namespace dinoscope
