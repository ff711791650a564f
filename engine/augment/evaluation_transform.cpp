// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/evaluation_transform.h"

#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <string>

namespace dinoscope {
namespace {

constexpr int kLargestSide = 4096;

AugmentOptions linearTrainingOptions(int side) {
    AugmentOptions options;
    options.globalSize = side;
    options.globalScaleMin = 0.08;
    options.globalScaleMax = 1;
    options.flip = 0.5;
    options.jitter = options.grayscale = options.solarize = 0;
    options.blurGlobal1 = options.blurGlobal2 = options.blurLocal = 0;
    return options;
}

} // namespace

EvaluationTransform evaluationTransform(std::optional<PictureSize> uniform, int side,
                                        const Normalization& normalization) {
    EvaluationTransform transform{side * 8 / 7, side, normalization};
    if (uniform && std::min(uniform->width, uniform->height) <= side)
        transform.resizeSide = std::min(uniform->width, uniform->height) == side ? 0 : side;
    return transform;
}

std::optional<Error> checkTransform(const EvaluationTransform& t) {
    const auto wrong = [](std::string sentence) {
        return Error{ErrorCode::badParameter, "augment", std::move(sentence), {}, {}};
    };
    if (t.cropSide < 1 || t.cropSide > kLargestSide || t.resizeSide < 0 || t.resizeSide > kLargestSide)
        return wrong("pictures are resized to " + std::to_string(t.resizeSide) + " and cut to " +
                     std::to_string(t.cropSide) + " pixels: give sides of 1 to " + std::to_string(kLargestSide));
    if (t.resizeSide > 0 && t.resizeSide < t.cropSide)
        return wrong("pictures are resized to " + std::to_string(t.resizeSide) + " pixels, less than the " +
                     std::to_string(t.cropSide) + " that are cut out of them: raise the first or lower the second");
    for (std::size_t c = 0; c < 3; ++c)
        if (!(t.normalization.std[c] > 0))
            return wrong("the deviation of a channel is " + std::to_string(t.normalization.std[c]) +
                         ": give one above 0");
    return std::nullopt;
}

void renderEvaluation(ViewRenderer& renderer, const PictureView& picture, const EvaluationTransform& transform,
                      float* out) {
    const int shorter = std::min(picture.width, picture.height);
    if (transform.resizeSide == 0 && shorter < transform.cropSide)
        throw EngineError(ErrorCode::badInput, "augment",
                          "a picture of " + std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                              " pixels is smaller than the square of " + std::to_string(transform.cropSide) +
                              " that is cut out of it: choose a side to resize to");
    renderer.renderCenter(picture, transform.resizeSide == 0 ? shorter : transform.resizeSide, transform.cropSide, out);
}

void renderLinearTraining(ViewRenderer& renderer, const PictureView& picture, const EvaluationTransform& transform,
                          const ViewKey& key, float* out) {
    ViewPlan plan =
        planView(linearTrainingOptions(transform.cropSide), key, 0, picture.width, picture.height, picture.channels);
    plan.resampling = Resampling::smoothBilinear;
    renderer.render(picture, plan, out);
}

} // namespace dinoscope
