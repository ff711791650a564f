// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/view_renderer.h"

#include "engine/augment/color_ops.h"

#include <cstddef>

namespace dinoscope {
namespace {

using Levels = std::array<std::array<float, 256>, 3>;

Levels levelsOf(const Normalization& normalization) {
    Levels levels;
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t v = 0; v < 256; ++v)
            levels[c][v] = (static_cast<float>(v) / 255.0f - normalization.mean[c]) / normalization.std[c];
    return levels;
}

void toPlanes(const std::uint8_t* pixels, std::size_t count, int channels, const Levels& levels, float* out) {
    if (channels == 1) {
        for (std::size_t i = 0; i < count; ++i)
            out[i] = levels[0][pixels[i]];
        return;
    }
    for (std::size_t i = 0; i < count; ++i, pixels += 3) {
        out[i] = levels[0][pixels[0]];
        out[count + i] = levels[1][pixels[1]];
        out[2 * count + i] = levels[2][pixels[2]];
    }
}

} // namespace

ViewRenderer::ViewRenderer(const Normalization& normalization) : levels_(levelsOf(normalization)) {}

void ViewRenderer::jitter(const ViewPlan& plan, std::uint8_t* pixels, std::size_t count, int channels) {
    for (JitterStep step : plan.jitterOrder) {
        if (step == JitterStep::brightness && plan.brightness != 1.0)
            adjustBrightness(pixels, count, channels, plan.brightness);
        else if (step == JitterStep::contrast && plan.contrast != 1.0)
            adjustContrast(pixels, count, channels, plan.contrast);
        else if (step == JitterStep::saturation && channels == 3 && plan.saturation != 1.0)
            adjustSaturation(pixels, count, plan.saturation);
        else if (step == JitterStep::hue && channels == 3 && plan.hue != 0.0)
            shiftHue(pixels, count, plan.hue);
    }
}

void ViewRenderer::renderInto(const PictureView& picture, const ViewPlan& plan, std::uint8_t* pixels) {
    const int channels = picture.channels;
    const auto count = static_cast<std::size_t>(plan.size) * static_cast<std::size_t>(plan.size);
    const int left = static_cast<int>(plan.left), top = static_cast<int>(plan.top);
    const int width = static_cast<int>(plan.width), height = static_cast<int>(plan.height);
    if (plan.resampling == Resampling::bilinear)
        resampler_.bilinear(picture, plan.left, plan.top, plan.width, plan.height, plan.size, plan.flipped, pixels);
    else if (plan.resampling == Resampling::smoothBilinear)
        resampler_.smoothBilinear(picture, left, top, width, height, plan.size, plan.flipped, pixels);
    else
        resampler_.bicubic(picture, left, top, width, height, plan.size, plan.flipped, pixels);
    if (plan.jittered)
        jitter(plan, pixels, count, channels);
    if (plan.grayscale && channels == 3)
        toGrayscale(pixels, count);
    if (plan.blurRadius > 0) {
        if (plan.blurKind == BlurKind::binomial3x3)
            blur_.binomial(pixels, plan.size, plan.size, channels);
        else
            blur_.gaussian(pixels, plan.size, plan.size, channels, plan.blurRadius);
    }
    if (plan.solarized)
        solarize(pixels, count * static_cast<std::size_t>(channels));
}

void ViewRenderer::render(const PictureView& picture, const ViewPlan& plan, float* out) {
    const auto count = static_cast<std::size_t>(plan.size) * static_cast<std::size_t>(plan.size);
    pixels_.resize(count * static_cast<std::size_t>(picture.channels));
    renderInto(picture, plan, pixels_.data());
    toPlanes(pixels_.data(), count, picture.channels, levels_, out);
}

Image ViewRenderer::renderPixels(const PictureView& picture, const ViewPlan& plan) {
    Image image{plan.size, plan.size, picture.channels, {}};
    image.pixels.resize(static_cast<std::size_t>(plan.size) * static_cast<std::size_t>(plan.size) *
                        static_cast<std::size_t>(picture.channels));
    renderInto(picture, plan, image.pixels.data());
    return image;
}

void ViewRenderer::renderCenter(const PictureView& picture, int shorterSide, int size, float* out) {
    const auto count = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    pixels_.resize(count * static_cast<std::size_t>(picture.channels));
    resampler_.center(picture, shorterSide, size, pixels_.data());
    toPlanes(pixels_.data(), count, picture.channels, levels_, out);
}

} // namespace dinoscope
