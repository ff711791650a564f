// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/augment_options.h"

#include "engine/api/fields.h"
#include "engine/support/check.h"

#include <cmath>
#include <sstream>
#include <vector>

namespace dinoscope {
namespace {

Error badParameter(std::string sentence) {
    return Error{ErrorCode::badParameter, "augment", std::move(sentence), {}, {}};
}

std::optional<Error> checkOrder(const char* low, double lowValue, const char* high, double highValue) {
    if (lowValue <= highValue)
        return std::nullopt;
    return badParameter(std::string(low) + " is " + formatParam(lowValue) + ", above " + high + ", which is " +
                        formatParam(highValue) + ": lower the first or raise the second");
}

std::vector<double> parseNumbers(const char* id, const std::string& text) {
    std::string spaced = text;
    for (char& c : spaced)
        if (c == ',' || c == ';')
            c = ' ';
    std::istringstream stream(spaced);
    stream.imbue(std::locale::classic());
    std::vector<double> numbers;
    for (double value = 0; stream >> value;)
        numbers.push_back(value);
    if (!stream.eof() || (numbers.size() != 1 && numbers.size() != 3))
        throw EngineError(
            badParameter(std::string(id) + " is '" + text +
                         "': give one number, or three for red, green and blue, such as 0.485 0.456 0.406"));
    return numbers;
}

std::array<float, 3> perChannel(const std::vector<double>& numbers, int channels) {
    if (numbers.size() == 1)
        return {static_cast<float>(numbers[0]), static_cast<float>(numbers[0]), static_cast<float>(numbers[0])};
    if (channels == 1) {
        const auto luma = static_cast<float>(0.299 * numbers[0] + 0.587 * numbers[1] + 0.114 * numbers[2]);
        return {luma, luma, luma};
    }
    return {static_cast<float>(numbers[0]), static_cast<float>(numbers[1]), static_cast<float>(numbers[2])};
}

/// Conditions on the recipe; each value acts under these alone (view_plan.cpp, viewsOf).
constexpr const char* kMultiCrop = "augment.recipe=multi_crop";
constexpr const char* kPairs = "augment.recipe=pair|plain";
constexpr const char* kColored = "augment.recipe=multi_crop|pair";

void declareRecipe(FieldList& fields, AugmentOptions& o) {
    fields.add("augment.recipe", o.recipe, "Views")
        .choices({"multi_crop", "pair", "plain"})
        .now()
        .help("multi_crop cuts two large global crops, which differ in blur and solarize, and small local ones: the "
              "recipe of DINO. pair cuts two views as BYOL does, with colours, blur and solarize as those of the "
              "global crops; unlike BYOL's own code it rounds to 8 bits after each operation, and its blur is Pillow's "
              "with the radius given here, whatever the size of the view, in place of a window of a tenth of it. plain "
              "cuts two views and flips them, without any change of colour, blur or solarize.");
    fields.add("augment.pair_scale_min", o.pairScaleMin, "Pair scale, smallest")
        .range(0.01, 1)
        .now()
        .when(kPairs)
        .help("Smallest share of the picture's area that a view of the pair covers.");
    fields.add("augment.pair_scale_max", o.pairScaleMax, "Pair scale, largest")
        .range(0.01, 1)
        .now()
        .when(kPairs)
        .help("Largest share of the picture's area that a view of the pair covers.");
}

void declareCrops(FieldList& fields, AugmentOptions& o) {
    fields.add("augment.global_size", o.globalSize, "Global crop size")
        .unit("px")
        .range(4, 2048)
        .soft(28, 512)
        .now()
        .help("Side of the two global crops, or of both views of a pair, after resizing. Both networks see them. After "
              "a live change accuracies and "
              "neighbours are still those of whole pictures at the size that the run was begun with, so that the "
              "curves stay comparable.");
    fields.add("augment.local_size", o.localSize, "Local crop size")
        .unit("px")
        .range(4, 2048)
        .soft(14, 224)
        .now()
        .when(kMultiCrop)
        .help("Side of the local crops after resizing. Only the student sees them.");
    fields.add("augment.local_crops", o.localCrops, "Local crops")
        .range(0, 32)
        .now()
        .when(kMultiCrop)
        .help("Number of local crops of each picture. With none, a global scale from 0.14 to 1 is advised.");
    fields.add("augment.global_scale_min", o.globalScaleMin, "Global scale, smallest")
        .range(0.01, 1)
        .now()
        .when(kMultiCrop)
        .help("Smallest share of the picture's area that a global crop covers.");
    fields.add("augment.global_scale_max", o.globalScaleMax, "Global scale, largest")
        .range(0.01, 1)
        .now()
        .when(kMultiCrop)
        .help("Largest share of the picture's area that a global crop covers.");
    fields.add("augment.local_scale_min", o.localScaleMin, "Local scale, smallest")
        .range(0.01, 1)
        .now()
        .when(kMultiCrop)
        .help("Smallest share of the picture's area that a local crop covers.");
    fields.add("augment.local_scale_max", o.localScaleMax, "Local scale, largest")
        .range(0.01, 1)
        .now()
        .when(kMultiCrop)
        .help("Largest share of the picture's area that a local crop covers.");
    fields.add("augment.resample", o.resample, "Resampling")
        .choices({"bicubic", "bilinear"})
        .now()
        .help("bicubic cuts whole pixels and resizes with antialiasing, as the official code does. bilinear places the "
              "box between pixels and reads four neighbours, which suits very small pictures.");
    fields.add("augment.flip", o.flip, "Flip probability")
        .range(0, 1)
        .now()
        .help("Probability that a view is mirrored left to right.");
}

void declareColors(FieldList& fields, AugmentOptions& o) {
    fields.add("augment.jitter", o.jitter, "Jitter probability")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("Probability that brightness, contrast, saturation and hue of a view are changed, in random order.");
    fields.add("augment.brightness", o.brightness, "Brightness jitter")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("The brightness factor is drawn from 1 minus to 1 plus this value.");
    fields.add("augment.contrast", o.contrast, "Contrast jitter")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("The contrast factor is drawn from 1 minus to 1 plus this value.");
    fields.add("augment.saturation", o.saturation, "Saturation jitter")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("The saturation factor is drawn from 1 minus to 1 plus this value. Grey pictures have none.");
    fields.add("augment.hue", o.hue, "Hue jitter")
        .range(0, 0.5)
        .now()
        .when(kColored)
        .help("The hue is turned by up to this share of the colour circle, both ways. Grey pictures have none.");
    fields.add("augment.grayscale", o.grayscale, "Greyscale probability")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("Probability that a colour view loses its colours.");
}

void declareBlur(FieldList& fields, AugmentOptions& o) {
    fields.add("augment.blur_global1", o.blurGlobal1, "Blur probability, global 1")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("Probability that the first global crop, or the first view of a pair, is blurred.");
    fields.add("augment.blur_global2", o.blurGlobal2, "Blur probability, global 2")
        .range(0, 1)
        .now()
        .when(kColored)
        .help("Probability that the second global crop, or the second view of a pair, is blurred.");
    fields.add("augment.blur_local", o.blurLocal, "Blur probability, local")
        .range(0, 1)
        .now()
        .when(kMultiCrop)
        .help("Probability that a local crop is blurred.");
    fields.add("augment.blur_kind", o.blurKind, "Blur")
        .choices({"pillow", "3x3"})
        .now()
        .when(kColored)
        .help("pillow is the Gaussian approximation of the official code with a random radius; 3x3 is one small fixed "
              "binomial filter, for very small pictures.");
    fields.add("augment.blur_radius_min", o.blurRadiusMin, "Blur radius, smallest")
        .unit("px")
        .range(0, 20)
        .soft(0, 4)
        .now()
        .when(kColored)
        .when("augment.blur_kind=pillow")
        .help("Smallest standard deviation of the blur.");
    fields.add("augment.blur_radius_max", o.blurRadiusMax, "Blur radius, largest")
        .unit("px")
        .range(0, 20)
        .soft(0, 4)
        .now()
        .when(kColored)
        .when("augment.blur_kind=pillow")
        .help("Largest standard deviation of the blur.");
    fields.add("augment.solarize", o.solarize, "Solarize probability")
        .range(0, 1)
        .now()
        .when(kColored)
        .help(
            "Probability that bright pixels of the second global crop, or of the second view of a pair, are inverted.");
}

} // namespace

void declare(FieldList& fields, AugmentOptions& o) {
    declareRecipe(fields, o);
    declareCrops(fields, o);
    declareColors(fields, o);
    declareBlur(fields, o);
    fields.add("augment.mean", o.mean, "Mean of the channels")
        .help("Subtracted from pixel values between 0 and 1: one number, or three for red, green and blue.");
    fields.add("augment.std", o.std, "Deviation of the channels")
        .help("Divides pixel values after the mean is subtracted: one number, or three for red, green and blue.");
    fields.add("augment.mode", o.mode, "Decoding")
        .choices({"exact", "fast"})
        .now()
        .help(
            "exact decodes pictures at their full size; views have the bytes that Pillow gives. fast decodes a JPEG "
            "file at a half, a quarter or an eighth of its size if every crop of it still has at least as many pixels "
            "as its view. The boxes stay the same, but what is resized has been averaged over squares of 2, 4 or 8 "
            "pixels before: on photographs 99 of 100 values differ by at most 5 of 255. Small pictures and other "
            "formats are decoded as in exact.");
}

std::optional<Error> checkAugment(const AugmentOptions& o) {
    if (auto error =
            checkOrder("augment.global_scale_min", o.globalScaleMin, "augment.global_scale_max", o.globalScaleMax))
        return error;
    if (auto error = checkOrder("augment.local_scale_min", o.localScaleMin, "augment.local_scale_max", o.localScaleMax))
        return error;
    if (auto error = checkOrder("augment.pair_scale_min", o.pairScaleMin, "augment.pair_scale_max", o.pairScaleMax))
        return error;
    if (auto error = checkOrder("augment.blur_radius_min", o.blurRadiusMin, "augment.blur_radius_max", o.blurRadiusMax))
        return error;
    try {
        normalizationOf(o, 3);
    } catch (const EngineError& error) {
        return error.error();
    }
    return std::nullopt;
}

Recipe recipeOf(const AugmentOptions& options) {
    return options.recipe == "pair" ? Recipe::pair : options.recipe == "plain" ? Recipe::plain : Recipe::multiCrop;
}

ViewSet viewsOf(const AugmentOptions& options) {
    ViewSet views;
    views.globalSize = static_cast<int>(options.globalSize);
    views.locals = recipeOf(options) == Recipe::multiCrop ? static_cast<int>(options.localCrops) : 0;
    views.localSize = views.locals > 0 ? static_cast<int>(options.localSize) : 0;
    return views;
}

Normalization normalizationOf(const AugmentOptions& options, int channels) {
    const std::vector<double> mean = parseNumbers("augment.mean", options.mean);
    const std::vector<double> deviation = parseNumbers("augment.std", options.std);
    for (double value : mean)
        if (!std::isfinite(value))
            throw EngineError(
                badParameter("augment.mean holds a value that is not finite: give numbers between 0 and 1"));
    for (double value : deviation)
        if (!(value > 0) || !std::isfinite(value))
            throw EngineError(badParameter("augment.std is '" + options.std + "': every deviation must be above 0"));
    return {perChannel(mean, channels), perChannel(deviation, channels)};
}

} // namespace dinoscope
