// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/file_contents.h"

#include "engine/checkpoint/model_file.h"
#include "engine/checkpoint/model_params.h"
#include "engine/checkpoint/pickled_model.h"
#include "engine/formats/pth_file.h"
#include "engine/support/check.h"

namespace dinoscope {
namespace {

constexpr std::size_t kMostTensors = 100'000;

FileTensor describe(std::string name, ElementType type, std::vector<std::int64_t> shape) {
    return {std::move(name), std::string(elementName(type)), std::move(shape)};
}

std::string keyText(const PickleValue& key) {
    if (const auto text = key.text())
        return std::string(*text);
    const auto number = key.integer();
    return number ? std::to_string(*number) : "?";
}

void collectTensors(const PickleValue& value, const std::string& name, std::vector<FileTensor>& out) {
    if (out.size() >= kMostTensors)
        return;
    if (const StoredTensor* tensor = value.tensor()) {
        out.push_back(describe(name, tensor->type, tensor->shape));
        return;
    }
    const std::string prefix = name.empty() ? name : name + ".";
    if (const PickleMap* map = value.map())
        for (const auto& [key, entry] : map->entries())
            collectTensors(*entry, prefix + keyText(*key), out);
    for (std::size_t i = 0; i < value.items().size(); ++i)
        collectTensors(*value.items()[i], prefix + std::to_string(i), out);
}

} // namespace

FileReport inspectFile(const std::string& path) {
    FileReport report;
    report.path = path;
    if (isSafetensors(path)) {
        report.kind = "safetensors file";
        const SafetensorsFile file(path);
        for (const TensorView& view : file.tensors())
            report.tensors.push_back(describe(view.name, view.type, view.shape));
        for (const auto& [name, text] : file.metadata())
            report.facts.emplace_back(name, text);
    } else {
        const PthFile file(path);
        report.kind = containerName(file);
        collectTensors(file.root(), "", report.tensors);
        for (const std::string& name : file.unknownGlobals())
            report.notes.push_back("The file names " + name + ", which is unknown here; it was not run.");
    }
    try {
        const ModelFile model = readModelFile(path);
        const ModelParams params = paramsOf(model);
        report.kind = model.kind;
        report.params = params.values;
        report.open = params.open;
        report.notes = model.notes;
        report.facts.clear();
        for (const auto& [name, value] : model.facts)
            report.facts.emplace_back(name, optionText(value));
    } catch (const EngineError& error) {
        report.notes.push_back(error.error().message);
    }
    return report;
}

} // namespace dinoscope
