// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/augment_options.h"
#include "engine/augment/blur.h"
#include "engine/augment/color_ops.h"
#include "engine/augment/resample.h"
#include "engine/augment/view_plan.h"
#include "engine/data/picture_decoder.h"
#include "engine/support/check.h"
#include "engine/train/replay.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>

namespace dinoscope {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr double kResampledLevels = 2, kResampledMean = 0.3, kOtherLevels = 1; ///< of 255
constexpr double kShare = 0.03, kLogAspect = 0.005;
constexpr int kMostBoxes = 10'000'000, kLargestView = 4096;

[[noreturn]] void badRecording(const fs::path& path, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "train", "'" + path.string() + "' cannot be replayed: " + what);
}

Json readJson(const fs::path& path) {
    std::ifstream file(path);
    Json json = Json::parse(file, nullptr, false);
    if (json.is_discarded())
        badRecording(path, "it is not JSON");
    return json;
}

Image readPicture(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        badRecording(path, "the file cannot be opened");
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    Image picture;
    decodePicture({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, path.string(), picture);
    return picture;
}

/// A picture as planes, with their memory.
struct Sheet {
    Sheet(int width, int height) : values(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
        planes = {values.data(), width, height, 3};
    }
    explicit Sheet(const Image& picture) : Sheet(picture.width, picture.height) {
        separate(picture.pixels.data(), planes);
    }
    Sheet(const Sheet&) = delete;
    Sheet& operator=(const Sheet&) = delete;

    std::vector<std::uint8_t> values;
    Planes planes;
};

/// The box of the entry, inside the picture.
PictureBox boxOf(const fs::path& path, const Json& entry, const Image& picture) {
    const int left = entry.at("left"), top = entry.at("top"), width = entry.at("width"), height = entry.at("height");
    if (left < 0 || top < 0 || width < 1 || height < 1 || width > picture.width - left || height > picture.height - top)
        badRecording(path, "a box lies outside of the picture");
    return {double(left), double(top), double(width), double(height)};
}

std::unique_ptr<Sheet> operate(const fs::path& path, const Json& entry, const Image& source) {
    const std::string op = entry.at("op");
    if (op == "resized_crop") {
        const int size = entry.at("size");
        if (size < 1 || size > kLargestView)
            badRecording(path, "a view has " + std::to_string(size) + " pixels a side");
        auto view = std::make_unique<Sheet>(size, size);
        Resampler().bicubic(PictureView(source), boxOf(path, entry, source), false, view->planes);
        return view;
    }
    auto view = std::make_unique<Sheet>(source);
    if (op == "horizontal_flip")
        Resampler().bicubic(PictureView(source), {0, 0, double(source.width), double(source.height)}, true,
                            view->planes);
    else if (op == "brightness")
        adjustBrightness(view->planes, entry.at("factor"));
    else if (op == "contrast")
        adjustContrast(view->planes, entry.at("factor"));
    else if (op == "saturation")
        adjustSaturation(view->planes, entry.at("factor"));
    else if (op == "hue")
        shiftHue(view->planes, std::clamp(entry.at("factor").get<double>(), -0.5, 0.5));
    else if (op == "gaussian_blur")
        Blur().gaussian(view->planes, std::clamp(entry.at("radius").get<double>(), 0.0, 20.0));
    else if (op == "solarize")
        solarize(view->planes);
    else if (op == "grayscale")
        toGrayscale(view->planes);
    else
        badRecording(path, "there is no operation '" + op + "'");
    return view;
}

Comparison comparisonOf(std::string what, double difference, double tolerance, const ReplayOptions& options) {
    Comparison comparison;
    comparison.what = std::move(what);
    comparison.relative = comparison.absolute = difference;
    comparison.tolerance = options.tolerance.value_or(tolerance);
    return comparison;
}

/// The largest difference in levels, and for resampled pictures the mean one.
void compareLevels(const Sheet& made, const Image& recorded, const Json& entry, const ReplayOptions& options,
                   std::vector<Comparison>& comparisons) {
    const std::string op = entry.at("op"), what = entry.at("file").get<std::string>() + " (" + op + ")";
    if (recorded.width != made.planes.width || recorded.height != made.planes.height) {
        comparisons.push_back(comparisonOf(what + ", size", std::numeric_limits<double>::infinity(), 0, options));
        return;
    }
    const Sheet expected(recorded);
    int largest = 0;
    std::size_t where = 0;
    double sum = 0;
    for (std::size_t i = 0; i < made.values.size(); ++i) {
        const int difference = std::abs(int{made.values[i]} - int{expected.values[i]});
        sum += difference;
        if (difference > largest) {
            largest = difference;
            where = i;
        }
    }
    const bool resampled = op == "resized_crop" || op == "gaussian_blur";
    comparisons.push_back(
        comparisonOf(what + ", largest", largest, resampled ? kResampledLevels : kOtherLevels, options));
    if (largest > 0)
        comparisons.back().where = "value " + std::to_string(where);
    if (resampled)
        comparisons.push_back(
            comparisonOf(what + ", mean", sum / static_cast<double>(made.values.size()), kResampledMean, options));
}

/// Moments and quantiles of boxes, by their names in the file.
Json statisticsOf(const fs::path& path, const Json& recorded, bool global) {
    const int n = recorded.at("n");
    int width = 0, height = 0;
    const std::string size = recorded.at("image");
    if (std::sscanf(size.c_str(), "%dx%d", &width, &height) != 2 || width < 1 || height < 1 || n < 1 || n > kMostBoxes)
        badRecording(path, "its n or its image is out of range");
    AugmentOptions options;
    (global ? options.globalScaleMin : options.localScaleMin) = recorded.at("scale").at(0);
    (global ? options.globalScaleMax : options.localScaleMax) = recorded.at("scale").at(1);
    if (const auto error = checkAugment(options))
        throw EngineError(*error);
    std::vector<double> areas, aspects;
    double top = 0, left = 0;
    for (int i = 0; i < n; ++i) {
        const ViewPlan plan =
            planView(options, {1, Epoch{0}, SampleIndex{i}}, global ? 0 : kGlobalCrops, width, height, 3);
        areas.push_back(plan.areaShare);
        aspects.push_back(std::log(plan.aspect()));
        top += plan.top / n;
        left += plan.left / n;
    }
    const auto moments = [n](const std::vector<double>& values) {
        double mean = 0, square = 0;
        for (const double value : values)
            mean += value / n;
        for (const double value : values)
            square += (value - mean) * (value - mean) / n;
        return std::pair(mean, std::sqrt(square));
    };
    const auto [areaMean, areaDeviation] = moments(areas);
    const auto [aspectMean, aspectDeviation] = moments(aspects);
    std::sort(areas.begin(), areas.end());
    Json quantiles = Json::array();
    for (const double share : {0.05, 0.25, 0.5, 0.75, 0.95})
        quantiles.push_back(areas[static_cast<std::size_t>(share * (n - 1))]);
    return {{"area_mean", areaMean},
            {"area_std", areaDeviation},
            {"area_quantiles", quantiles},
            {"log_aspect_mean", aspectMean},
            {"log_aspect_std", aspectDeviation},
            {"top_mean", top},
            {"left_mean", left}};
}

std::vector<double> numbersOf(const Json& value) {
    return value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value.get<double>()};
}

} // namespace

Slices<ReplayReport> replayImageOps(std::string folder, ReplayOptions options) {
    ReplayReport report{"image-ops", folder, {}, "Differences are levels of 255, not shares.", {}};
    const fs::path manifest = fs::path(folder) / "manifest.json";
    const Json entries = readJson(manifest);
    const Image source = readPicture(fs::path(folder) / "source.png");
    WorkProgress progress{"Replaying " + folder, 0, static_cast<std::int64_t>(entries.size())};
    for (const Json& entry : entries) {
        try {
            const std::unique_ptr<Sheet> made = operate(manifest, entry, source);
            const fs::path file = fs::path(folder) / fs::path(entry.at("file").get<std::string>()).filename();
            compareLevels(*made, readPicture(file), entry, options, report.comparisons);
        } catch (const Json::exception& error) {
            badRecording(manifest, std::string("an entry is incomplete: ") + error.what());
        }
        ++progress.done;
        co_yield progress;
    }
    co_return report;
}

Slices<ReplayReport> replayCropStatistics(std::string file, ReplayOptions options) {
    ReplayReport report{"crop statistics", file, {}, "Means of log aspects are compared by their differences.", {}};
    const Json recordings = readJson(file);
    WorkProgress progress{"Replaying " + file, 0, 2};
    for (const char* kind : {"global", "local"}) {
        try {
            const Json& recorded = recordings.at(kind);
            const Json computed = statisticsOf(file, recorded, kind == std::string("global"));
            for (const auto& [name, value] : computed.items()) {
                const std::string what = std::string(kind) + "." + name;
                const std::vector<double> expected = numbersOf(recorded.at(name));
                if (name == "log_aspect_mean")
                    report.comparisons.push_back(
                        comparisonOf(what, std::abs(numbersOf(value).front() - expected.front()), kLogAspect, options));
                else
                    report.comparisons.push_back(
                        compareSeries(what, numbersOf(value), expected, options.tolerance.value_or(kShare)));
            }
        } catch (const Json::exception& error) {
            badRecording(file, std::string("it is incomplete: ") + error.what());
        }
        ++progress.done;
        co_yield progress;
    }
    co_return report;
}

} // namespace dinoscope
