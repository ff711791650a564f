// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/model_file.h"

#include "engine/checkpoint/pickled_model.h"
#include "engine/formats/pth_file.h"
#include "engine/support/check.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace dinoscope {
namespace {

void addSafetensors(ModelFile& model) {
    const SafetensorsFile file(model.path);
    model.kind = "safetensors file";
    for (const auto& [name, text] : file.metadata())
        model.facts[name] = text;
    const auto isNetworkOf = [](const TensorView& view, const char* role) { return view.name.starts_with(role); };
    const bool roles = std::any_of(file.tensors().begin(), file.tensors().end(), [&](const TensorView& view) {
        return isNetworkOf(view, "student.") || isNetworkOf(view, "teacher.");
    });
    NetworkNames names;
    for (const TensorView& view : file.tensors()) {
        if (view.name == "center") {
            model.state.emplace_back(view.name, toTensor(view));
            continue;
        }
        const std::string role = !roles ? "teacher." : view.name.substr(0, 8);
        if (role != "student." && role != "teacher.") {
            names.leftOut.push_back(view.name);
            continue;
        }
        if (const auto name = names.own(roles ? view.name.substr(8) : view.name))
            model.state.emplace_back(role + *name, toTensor(view));
    }
    names.report(model.notes);
}

} // namespace

bool isSafetensors(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::array<char, 9> start{};
    file.read(start.data(), start.size());
    return file.gcount() == static_cast<std::streamsize>(start.size()) && start[6] == 0 && start[7] == 0 &&
           start[8] == '{';
}

std::string optionText(const OptionValue& value) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    if (const auto* flag = std::get_if<bool>(&value))
        text << (*flag ? "true" : "false");
    else if (const auto* numbers = std::get_if<std::vector<double>>(&value))
        for (std::size_t i = 0; i < numbers->size(); ++i)
            text << (i ? " " : "") << (*numbers)[i];
    else if (const auto* whole = std::get_if<std::int64_t>(&value))
        text << *whole;
    else if (const auto* real = std::get_if<double>(&value))
        text << *real;
    else
        text << std::get<std::string>(value);
    return text.str();
}

bool ModelFile::has(const std::string& prefix) const {
    return std::any_of(state.begin(), state.end(), [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

torch::Tensor ModelFile::find(const std::string& name) const {
    const auto found = std::find_if(state.begin(), state.end(), [&](const auto& entry) { return entry.first == name; });
    return found == state.end() ? torch::Tensor() : found->second;
}

ModelFile readModelFile(const std::string& path) {
    ModelFile model;
    model.path = path;
    if (isSafetensors(path))
        addSafetensors(model);
    else
        addPickled(model, PthFile(path));
    const auto isNetwork = [&model](const std::string& role) {
        return model.has(role + "backbone.patch_embed.proj.") || model.has(role + "backbone.conv1.");
    };
    if (!isNetwork("teacher.") && !isNetwork("student."))
        throw EngineError(ErrorCode::badInput, "checkpoint",
                          "'" + path +
                              "' holds no network that this program knows: name a DINO checkpoint, a file of a "
                              "Vision Transformer's or a ResNet's weights, or safetensors of one.");
    return model;
}

} // namespace dinoscope
