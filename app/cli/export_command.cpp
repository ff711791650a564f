// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>
#include <sstream>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

struct ExportWishes {
    ExportRequest request;
    std::int64_t at = -1;
    bool json = false;
};

std::string formatHelp() {
    std::string text = "Form of what is written:";
    for (const ExportFormat& format : exportFormats())
        text += "\n  " + format.id + ": " + format.help;
    return text;
}

std::vector<std::string> formatIds() {
    std::vector<std::string> ids;
    for (const ExportFormat& format : exportFormats())
        ids.push_back(format.id);
    return ids;
}

void print(const ExportReport& report) {
    std::cout << "Exported " << report.what << ", " << std::fixed << std::setprecision(1)
              << static_cast<double>(report.bytes) / 1e6 << " MB:\n";
    for (const std::string& file : report.files)
        std::cout << "  " << file << "\n";
    std::cout << report.compared << "\n";
    for (const std::string& note : report.notes)
        std::cout << note << "\n";
    std::istringstream lines(report.example);
    for (std::string line; std::getline(lines, line);)
        std::cout << "    " << line << "\n";
    std::cout << std::flush;
}

Json asJson(const ExportReport& report) {
    return {{"what", report.what},         {"files", report.files}, {"bytes", report.bytes},
            {"compared", report.compared}, {"notes", report.notes}, {"example", report.example}};
}

void exportNow(ExportWishes wishes, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    if (wishes.at >= 0)
        wishes.request.at = Step{wishes.at};
    const auto report = std::get<ExportReport>(session.perform(JobRequest(wishes.request)));
    progress.finish();
    if (wishes.json)
        std::cout << asJson(report).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    else
        print(report);
}

} // namespace

void addExportCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    auto wishes = std::make_shared<ExportWishes>();
    ExportRequest& request = wishes->request;
    CLI::App* command =
        program.add_subcommand("export", "Writes networks, features or curves of a run or a file for other programs");
    command->add_option("SOURCE", request.source, "Folder of a run, or a file of networks (.pth, .safetensors)")
        ->required();
    command->add_option("--to", request.format, formatHelp())
        ->required()
        ->type_name("FORMAT")
        ->check(CLI::IsMember(formatIds()));
    command->add_option("--out", request.path, "File or folder to write")->required()->type_name("PATH");
    command->add_option("--network", request.network, "teacher or student")
        ->capture_default_str()
        ->check(CLI::IsMember({"teacher", "student"}));
    command->add_option("--at", wishes->at, "Of a run: the checkpoint of this step; without it the newest")
        ->type_name("STEP")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--head", request.head, "Take the projection head along");
    command->add_option("--heads", request.heads, "Attention heads, where a file does not decide")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_option("--side", request.side, "Side of the input in pixels; without it any")
        ->type_name("PIXELS")
        ->check(CLI::PositiveNumber);
    command->add_flag("--attention", request.attention, "onnx: also the attention of the last block");
    command->add_option("--pictures", request.pictures, "features, attention: folder or data set of pictures")
        ->type_name("PATH");
    command->add_flag("--official-loading", request.officialLoading,
                      "features, attention: load pictures as data.official_loading does");
    command->add_option("--count", request.count, "features, attention: so many pictures at most")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_option("--threads", request.threads, "Compute threads; without it one a processor")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_flag("--replace", request.replace, "Replace what is at PATH already");
    command->add_flag("--json", wishes->json, "Print one JSON object");
    command->callback([=] { choose([=] { exportNow(*wishes, makeEngine); }); });
}

} // namespace dinoscope
