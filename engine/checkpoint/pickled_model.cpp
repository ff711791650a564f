// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/pickled_model.h"

#include "engine/formats/pth_file.h"

#include <algorithm>
#include <cstring>

namespace dinoscope {
namespace {

constexpr std::size_t kNamed = 5;       ///< left out tensors that a note names
constexpr std::size_t kMostFacts = 200; ///< of a file
constexpr int kDeepestFact = 3;

bool endsWith(const std::string& text, std::string_view end) { return text.ends_with(end); }

torch::Tensor toTensor(const StoredTensor& stored) {
    const std::vector<std::byte> bytes = packedBytes(stored);
    TensorView view;
    view.type = stored.type;
    view.shape = stored.shape;
    view.bytes = bytes;
    return toTensor(view);
}

std::optional<OptionValue> optionOf(const PickleValue& value) {
    if (const auto flag = value.boolean())
        return OptionValue(*flag);
    if (const auto whole = value.integer())
        return OptionValue(*whole);
    if (const auto real = value.real())
        return OptionValue(*real);
    if (const auto text = value.text())
        return OptionValue(std::string(*text));
    if (value.items().empty() || value.items().size() > 16)
        return std::nullopt;
    std::vector<double> numbers;
    for (const PickleValue* item : value.items()) {
        const auto number = item->number();
        if (!number)
            return std::nullopt;
        numbers.push_back(*number);
    }
    return OptionValue(std::move(numbers));
}

/// Entries of a map or attributes of an object.
const PickleMap* entriesOf(const PickleValue* value) {
    if (!value)
        return nullptr;
    if (const PickleObject* object = value->object())
        return object->attributes();
    return value->map();
}

void collectOptions(const PickleValue* from, const std::string& prefix, int depth,
                    std::map<std::string, OptionValue>& out) {
    const PickleMap* entries = entriesOf(from);
    if (!entries)
        return;
    for (const auto& [key, value] : entries->entries()) {
        const auto name = key->text();
        if (!name || out.size() >= kMostFacts)
            continue;
        if (const auto option = optionOf(*value))
            out[prefix + std::string(*name)] = *option;
        else if (depth > 1)
            collectOptions(value, prefix + std::string(*name) + ".", depth - 1, out);
    }
}

bool holdsTensors(const PickleValue* value) {
    const PickleMap* entries = value ? value->map() : nullptr;
    return entries && std::any_of(entries->entries().begin(), entries->entries().end(),
                                  [](const auto& entry) { return entry.value->tensor() && entry.key->text(); });
}

/// Adds one state dict; @returns the names of its tensors in the file's order.
std::vector<std::string> addNetwork(ModelFile& model, const PickleValue& network, const std::string& role) {
    NetworkNames names;
    std::vector<std::string> order;
    for (const auto& [key, value] : network.map()->entries()) {
        const auto text = key->text();
        if (!text || !value->tensor())
            continue;
        if (const auto name = names.own(std::string(*text))) {
            model.state.emplace_back(role + *name, toTensor(*value->tensor()));
            order.push_back(*name);
        }
    }
    names.report(model.notes);
    return order;
}

/// Names of the student's parameters in the order in which the official code numbers them for its optimiser: those that
/// decay, then the others. `frozenGain`: the last layer's gain is in no group.
std::vector<std::string> optimizerOrder(const ModelFile& model, const std::vector<std::string>& names,
                                        bool frozenGain) {
    std::vector<std::string> decaying, plain;
    for (const std::string& name : names) {
        if (endsWith(name, ".running_mean") || endsWith(name, ".running_var") ||
            endsWith(name, ".num_batches_tracked") || (frozenGain && endsWith(name, "last_layer.weight_g")))
            continue;
        const bool decays = !endsWith(name, ".bias") && model.find("student." + name).dim() != 1;
        (decays ? decaying : plain).push_back(name);
    }
    decaying.insert(decaying.end(), plain.begin(), plain.end());
    return decaying;
}

std::int64_t updatesOf(const PickleValue& slot) {
    const PickleValue* step = slot.find("step");
    if (!step)
        return 0;
    if (const StoredTensor* tensor = step->tensor(); tensor && tensor->elements() == 1)
        return toTensor(*tensor).to(torch::kInt64).item<std::int64_t>();
    return static_cast<std::int64_t>(step->number().value_or(0));
}

std::size_t groupedParameters(const PickleValue& optimizer) {
    std::size_t count = 0;
    if (const PickleValue* groups = optimizer.find("param_groups"))
        for (const PickleValue* group : groups->items())
            if (const PickleValue* params = group->find("params"))
                count += params->items().size();
    return count;
}

void addOptimizer(ModelFile& model, const PickleValue& optimizer, const std::vector<std::string>& names) {
    const PickleValue* state = optimizer.find("state");
    if (!state || !state->map())
        return;
    const std::size_t count = groupedParameters(optimizer);
    std::vector<std::string> order = optimizerOrder(model, names, true);
    if (order.size() != count)
        order = optimizerOrder(model, names, false);
    if (order.size() != count) {
        model.notes.push_back("The optimiser's state belongs to other parameters than the student's and was left out.");
        return;
    }
    std::vector<std::int64_t> updates;
    for (std::size_t i = 0; i < count; ++i) {
        const PickleValue* slot = state->map()->find(static_cast<std::int64_t>(i));
        updates.push_back(slot ? updatesOf(*slot) : 0);
        if (!slot)
            continue;
        bool remembers = false;
        for (const char* word : {"exp_avg", "exp_avg_sq", "momentum_buffer", "mu"}) {
            const PickleValue* moment = slot->find(word);
            if (!moment || !moment->tensor())
                continue;
            model.state.emplace_back(std::string("optimizer.").append(word).append(".").append(order[i]),
                                     toTensor(*moment->tensor()));
            remembers = true;
        }
        if (remembers && updates.back() == 0)
            updates.back() = 1; // SGD and LARS keep a buffer without counting
    }
    model.state.emplace_back("optimizer.updates", torch::tensor(updates, torch::kInt64));
}

void addCheckpoint(ModelFile& model, const PickleValue& root) {
    model.kind = "DINO checkpoint, " + model.kind;
    std::vector<std::string> names;
    if (holdsTensors(root.find("student")))
        names = addNetwork(model, *root.find("student"), "student.");
    if (holdsTensors(root.find("teacher")))
        addNetwork(model, *root.find("teacher"), "teacher.");
    if (const PickleValue* loss = root.find("dino_loss"))
        if (const PickleValue* center = loss->find("center"); center && center->tensor())
            model.state.emplace_back("center", toTensor(*center->tensor()));
    if (const PickleValue* optimizer = root.find("optimizer"); optimizer && !names.empty())
        addOptimizer(model, *optimizer, names);
    if (const PickleValue* epoch = root.find("epoch"))
        model.epoch = epoch->integer();
    collectOptions(root.find("args"), "", 1, model.args);
}

} // namespace

std::optional<std::string> NetworkNames::own(std::string name) {
    for (bool more = true; more;) {
        more = false;
        for (const std::string_view prefix : {"module.", "_orig_mod."})
            if (name.starts_with(prefix)) {
                name.erase(0, prefix.size());
                more = true;
            }
    }
    for (const auto& [theirs, ours] :
         {std::pair{"last_layer.parametrizations.weight.original0", "last_layer.weight_g"},
          std::pair{"last_layer.parametrizations.weight.original1", "last_layer.weight_v"}})
        if (endsWith(name, theirs))
            name.replace(name.size() - std::strlen(theirs), std::string::npos, ours);
    if (name.starts_with("head.mlp.") || name.starts_with("head.last_layer."))
        return name;
    const bool prefixed = name.starts_with("backbone.");
    const std::string bare = prefixed ? name.substr(9) : name;
    if (bare.starts_with("head") || bare.starts_with("fc.") || bare.starts_with("fc_norm.")) {
        leftOut.push_back(name);
        return std::nullopt;
    }
    return "backbone." + bare;
}

void NetworkNames::report(std::vector<std::string>& notes) const {
    if (leftOut.empty())
        return;
    std::string note = "Left out, since they belong to no DINO network: ";
    for (std::size_t i = 0; i < leftOut.size() && i < kNamed; ++i)
        note.append(i ? ", " : "").append(leftOut[i]);
    if (leftOut.size() > kNamed)
        note.append(" and ").append(std::to_string(leftOut.size() - kNamed)).append(" more");
    notes.push_back(note + ".");
}

std::string containerName(const PthFile& file) {
    return file.container() == PthFile::Container::zip ? "PyTorch file (ZIP container)"
                                                       : "PyTorch file (container from before 1.6)";
}

void addPickled(ModelFile& model, const PthFile& file) {
    model.kind = containerName(file);
    const PickleValue& root = file.root();
    if (holdsTensors(root.find("student")) || holdsTensors(root.find("teacher"))) {
        addCheckpoint(model, root);
    } else {
        for (const char* key : {"state_dict", "model"})
            if (holdsTensors(root.find(key)) && model.state.empty())
                addNetwork(model, *root.find(key), "teacher.");
        if (model.state.empty() && holdsTensors(&root))
            addNetwork(model, root, "teacher.");
    }
    collectOptions(&root, "", kDeepestFact, model.facts);
    for (const std::string& name : file.unknownGlobals())
        model.notes.push_back("The file names " + name +
                              ", which is unknown here; it was not run and its contents were " + "left out.");
}

} // namespace dinoscope
