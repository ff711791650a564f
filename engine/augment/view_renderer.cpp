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

void normalize(const Planes& view, const Levels& levels, float* out) {
    for (std::size_t c = 0; c < static_cast<std::size_t>(view.channels); ++c, out += view.pixels()) {
        const std::uint8_t* plane = view.plane(static_cast<int>(c));
        for (std::size_t i = 0; i < view.pixels(); ++i)
            out[i] = levels[c][plane[i]];
    }
}

} // namespace

ViewRenderer::ViewRenderer(const Normalization& normalization) : levels_(levelsOf(normalization)) {}

Planes ViewRenderer::room(int size, int channels) {
    Planes view{nullptr, size, size, channels};
    if (values_.size() < view.bytes())
        values_.resize(view.bytes());
    view.values = values_.data();
    return view;
}

void ViewRenderer::jitter(const ViewPlan& plan, const Planes& view) {
    for (JitterStep step : plan.jitterOrder) {
        if (step == JitterStep::brightness && plan.brightness != 1.0)
            adjustBrightness(view, plan.brightness);
        else if (step == JitterStep::contrast && plan.contrast != 1.0)
            adjustContrast(view, plan.contrast);
        else if (step == JitterStep::saturation && view.channels == 3 && plan.saturation != 1.0)
            adjustSaturation(view, plan.saturation);
        else if (step == JitterStep::hue && view.channels == 3 && plan.hue != 0.0)
            shiftHue(view, plan.hue);
    }
}

Planes ViewRenderer::renderPlanes(const PictureView& picture, const ViewPlan& plan) {
    const Planes view = room(plan.size, picture.channels);
    const double scale = 1.0 / picture.shrink;
    const PictureBox box{plan.left * scale, plan.top * scale, plan.width * scale, plan.height * scale};
    if (plan.resampling == Resampling::bilinear)
        resampler_.bilinear(picture, box, plan.flipped, view);
    else if (plan.resampling == Resampling::smoothBilinear)
        resampler_.smoothBilinear(picture, box, plan.flipped, view);
    else
        resampler_.bicubic(picture, box, plan.flipped, view);
    if (plan.jittered)
        jitter(plan, view);
    if (plan.grayscale && view.channels == 3)
        toGrayscale(view);
    if (plan.blurRadius > 0) {
        if (plan.blurKind == BlurKind::binomial3x3)
            blur_.binomial(view);
        else
            blur_.gaussian(view, plan.blurRadius);
    }
    if (plan.solarized)
        solarize(view);
    return view;
}

void ViewRenderer::render(const PictureView& picture, const ViewPlan& plan, float* out) {
    normalize(renderPlanes(picture, plan), levels_, out);
}

Image ViewRenderer::renderPixels(const PictureView& picture, const ViewPlan& plan) {
    const Planes view = renderPlanes(picture, plan);
    Image image{view.width, view.height, view.channels, {}};
    image.pixels.resize(view.bytes());
    interleave(view, image.pixels.data());
    return image;
}

void ViewRenderer::renderCenter(const PictureView& picture, int shorterSide, int size, float* out) {
    const Planes view = room(size, picture.channels);
    resampler_.center(picture, shorterSide, view);
    normalize(view, levels_, out);
}

} // namespace dinoscope
