// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/view_plan.h"

#include "engine/augment/augment_options.h"
#include "engine/support/random.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dinoscope {
namespace {

constexpr double kSmallestAspect = 3.0 / 4.0;
constexpr double kLargestAspect = 4.0 / 3.0;
constexpr int kBoxTries = 10;

struct Draw {
    const AugmentOptions& options;
    const ViewKey& key;
    std::uint32_t crop;

    RandomStream stream(RandomPurpose purpose) const {
        return {key.seed, static_cast<std::uint64_t>(key.epoch.value), static_cast<std::uint64_t>(key.sample.value),
                crop, purpose};
    }
};

double drawAspect(RandomStream& random) {
    return std::exp(random.uniform(std::log(kSmallestAspect), std::log(kLargestAspect)));
}

void placeBox(ViewPlan& plan, double left, double top, double width, double height) {
    plan.left = left;
    plan.top = top;
    plan.width = width;
    plan.height = height;
}

// Rounds half to even, as Python's round() does.
int roundToPixels(double value) { return static_cast<int>(std::nearbyint(value)); }

void drawPixelBox(ViewPlan& plan, RandomStream random, double low, double high, int pictureWidth, int pictureHeight) {
    const double pictureArea = static_cast<double>(pictureWidth) * pictureHeight;
    for (int attempt = 0; attempt < kBoxTries; ++attempt) {
        const double area = pictureArea * random.uniform(low, high);
        const double aspect = drawAspect(random);
        const int width = roundToPixels(std::sqrt(area * aspect));
        const int height = roundToPixels(std::sqrt(area / aspect));
        if (width < 1 || height < 1 || width > pictureWidth || height > pictureHeight)
            continue;
        const auto top = random.below(static_cast<std::uint32_t>(pictureHeight - height + 1));
        const auto left = random.below(static_cast<std::uint32_t>(pictureWidth - width + 1));
        return placeBox(plan, left, top, width, height);
    }
    int width = pictureWidth, height = pictureHeight;
    const double aspect = static_cast<double>(pictureWidth) / pictureHeight;
    if (aspect < kSmallestAspect)
        height = std::clamp(roundToPixels(width / kSmallestAspect), 1, pictureHeight);
    else if (aspect > kLargestAspect)
        width = std::clamp(roundToPixels(height * kLargestAspect), 1, pictureWidth);
    // NOLINTNEXTLINE(bugprone-integer-division): whole pixels, as torchvision takes them
    placeBox(plan, (pictureWidth - width) / 2, (pictureHeight - height) / 2, width, height);
}

void drawContinuousBox(ViewPlan& plan, RandomStream random, double low, double high, int pictureWidth,
                       int pictureHeight) {
    const double area = static_cast<double>(pictureWidth) * pictureHeight * random.uniform(low, high);
    const double aspect = drawAspect(random);
    const double width = std::min(std::sqrt(area * aspect), static_cast<double>(pictureWidth));
    const double height = std::min(std::sqrt(area / aspect), static_cast<double>(pictureHeight));
    const double top = random.uniform() * (pictureHeight - height);
    const double left = random.uniform() * (pictureWidth - width);
    placeBox(plan, left, top, width, height);
}

double drawFactor(RandomStream& random, double spread) {
    const double share = random.uniform();
    return spread > 0 ? std::max(0.0, 1.0 - spread) + share * (1.0 + spread - std::max(0.0, 1.0 - spread)) : 1.0;
}

/// Smallest and largest share of the picture's area.
std::pair<double, double> scaleOf(const AugmentOptions& options, bool isGlobal) {
    if (recipeOf(options) != Recipe::multiCrop)
        return {options.pairScaleMin, options.pairScaleMax};
    return isGlobal ? std::pair(options.globalScaleMin, options.globalScaleMax)
                    : std::pair(options.localScaleMin, options.localScaleMax);
}

void drawJitter(ViewPlan& plan, const Draw& draw, bool colored) {
    RandomStream random = draw.stream(RandomPurpose::jitter);
    if (draw.options.jitter <= 0 || random.uniform() > draw.options.jitter)
        return;
    plan.jittered = true;
    for (std::uint32_t i = 3; i > 0; --i)
        std::swap(plan.jitterOrder[i], plan.jitterOrder[random.below(i + 1)]);
    plan.brightness = drawFactor(random, draw.options.brightness);
    plan.contrast = drawFactor(random, draw.options.contrast);
    if (!colored)
        return;
    plan.saturation = drawFactor(random, draw.options.saturation);
    plan.hue = draw.options.hue > 0 ? random.uniform(-draw.options.hue, draw.options.hue) : 0.0;
}

void drawBlur(ViewPlan& plan, const Draw& draw) {
    const AugmentOptions& o = draw.options;
    const double probability = !plan.isGlobal ? o.blurLocal : plan.crop == 0 ? o.blurGlobal1 : o.blurGlobal2;
    RandomStream random = draw.stream(RandomPurpose::blur);
    plan.blurKind = o.blurKind == "3x3" ? BlurKind::binomial3x3 : BlurKind::pillow;
    if (probability <= 0 || random.uniform() > probability)
        return;
    plan.blurRadius =
        plan.blurKind == BlurKind::binomial3x3 ? std::sqrt(0.5) : random.uniform(o.blurRadiusMin, o.blurRadiusMax);
}

} // namespace

ViewPlan planView(const AugmentOptions& options, const ViewKey& key, int crop, int pictureWidth, int pictureHeight,
                  int channels) {
    const Draw draw{options, key, static_cast<std::uint32_t>(crop)};
    const bool colored = channels > 1;
    ViewPlan plan;
    plan.crop = crop;
    plan.isGlobal = crop < kGlobalCrops;
    plan.size = viewsOf(options).size(crop);
    plan.resampling = options.resample == "bilinear" ? Resampling::bilinear : Resampling::bicubic;

    const auto [low, high] = scaleOf(options, plan.isGlobal);
    const auto drawBox = plan.resampling == Resampling::bilinear ? drawContinuousBox : drawPixelBox;
    drawBox(plan, draw.stream(RandomPurpose::cropBox), low, high, pictureWidth, pictureHeight);
    plan.areaShare = plan.width * plan.height / (static_cast<double>(pictureWidth) * pictureHeight);

    plan.flipped = draw.stream(RandomPurpose::flip).uniform() < options.flip;
    if (recipeOf(options) == Recipe::plain)
        return plan;
    drawJitter(plan, draw, colored);
    plan.grayscale = colored && draw.stream(RandomPurpose::grayscale).uniform() < options.grayscale;
    drawBlur(plan, draw);
    plan.solarized = crop == 1 && draw.stream(RandomPurpose::solarize).uniform() < options.solarize;
    return plan;
}

int largestShrink(std::span<const ViewPlan> plans) {
    int shrink = 8;
    for (const ViewPlan& plan : plans)
        while (shrink > 1 && std::min(plan.width, plan.height) < static_cast<double>(plan.size) * shrink)
            shrink /= 2;
    return shrink;
}

} // namespace dinoscope
