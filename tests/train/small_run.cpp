// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/train/small_run.h"

#include "engine/support/random.h"
#include "engine/train/catalog.h"

#include <fstream>
#include <stdexcept>

namespace dinoscope::testing {
namespace {

constexpr std::uint32_t kSide = 16;

void writeIdx(const std::filesystem::path& file, const std::vector<std::uint32_t>& dimensions,
              const std::vector<std::uint8_t>& values) {
    std::string bytes{0, 0, 8, static_cast<char>(dimensions.size())};
    for (std::uint32_t d : dimensions)
        for (int shift : {24, 16, 8, 0})
            bytes.push_back(static_cast<char>(d >> shift));
    bytes.append(values.begin(), values.end());
    std::ofstream(file, std::ios::binary) << bytes;
}

void writeSet(const std::filesystem::path& folder, const std::string& name, std::int64_t count, std::uint64_t seed) {
    std::vector<std::uint8_t> pixels, labels;
    for (std::int64_t i = 0; i < count; ++i) {
        RandomStream random(seed, 0, static_cast<std::uint64_t>(i), 0, RandomPurpose::preview);
        const auto label = static_cast<std::uint8_t>(i % 4);
        labels.push_back(label);
        for (std::uint32_t y = 0; y < kSide; ++y)
            for (std::uint32_t x = 0; x < kSide; ++x) {
                const std::uint32_t along[] = {x, y, x + y, x + kSide - y};
                const std::uint32_t stripe = along[label] / 3 % 2 * 160;
                pixels.push_back(static_cast<std::uint8_t>(stripe + random.nextU32() % 64));
            }
    }
    const auto n = static_cast<std::uint32_t>(count);
    writeIdx(folder / (name + "-images-idx3-ubyte"), {n, kSide, kSide}, pixels);
    writeIdx(folder / (name + "-labels-idx1-ubyte"), {n}, labels);
}

const SmallRun::Texts kSmall = {{"run.batch_size", "8"},        {"run.threads", "1"},
                                {"backbone.arch", "vit_micro"}, {"backbone.patch_size", "4"},
                                {"head.out_dim", "32"},         {"head.hidden_dim", "24"},
                                {"head.bottleneck_dim", "16"},  {"head.use_bn", "true"},
                                {"augment.global_size", "16"},  {"augment.local_size", "8"},
                                {"augment.local_crops", "3"},   {"augment.mean", "0.4"},
                                {"augment.std", "0.3"},         {"optim.epochs", "10"},
                                {"optim.warmup_epochs", "0"},   {"optim.lr", "0.05"},
                                {"eval.every_seconds", "0"},    {"eval.references", "40"},
                                {"eval.queries", "16"},         {"eval.k", "5"}};

} // namespace

void writeStripes(const std::filesystem::path& folder, std::int64_t train, std::int64_t test) {
    writeSet(folder, "train", train, 1);
    writeSet(folder, "t10k", test, 2);
}

std::vector<double> Recorder::of(Metric metric) const {
    std::vector<double> values;
    for (const MetricPoint& point : points)
        if (point.metric == static_cast<std::uint32_t>(metric))
            values.push_back(point.value);
    return values;
}

std::vector<std::tuple<std::uint32_t, std::int64_t, double>> Recorder::timeless() const {
    std::vector<std::tuple<std::uint32_t, std::int64_t, double>> kept;
    for (const MetricPoint& point : points)
        if (point.metric != static_cast<std::uint32_t>(Metric::imagesPerSecond) &&
            point.metric != static_cast<std::uint32_t>(Metric::waitShare))
            kept.emplace_back(point.metric, point.step.value, point.value);
    return kept;
}

OpenCommand SmallRun::command(const std::filesystem::path& data, const Texts& changes, const std::string& runFolder) {
    const EngineCatalog catalog = makeCatalog();
    ParamSet params(catalog.params);
    Texts all = kSmall;
    all["data.path"] = data.string();
    for (const auto& [id, text] : changes)
        all[id] = text;
    for (const auto& [id, text] : all)
        if (const auto error = params.setText(catalog.params, id, text))
            throw std::invalid_argument(error->message);
    return {params, runFolder, 0, 0};
}

SmallRun::SmallRun(const Texts& changes, const std::string& runFolder) : catalog(makeCatalog()) {
    writeStripes(data.path(), 64, 16);
    run = std::make_unique<LiveRun>(command(data.path(), changes, runFolder), catalog, RunStart{}, recorder,
                                    [](const WorkProgress&) { return true; });
}

void SmallRun::train(int steps) {
    for (int i = 0; i < steps; ++i) {
        while (run->hasWork())
            run->workSlice(recorder);
        while (run->step(recorder) == StepOutcome::waiting) {
        }
    }
}

} // namespace dinoscope::testing
