// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/augment_options.h"
#include "engine/augment/picture_view.h"

#include <optional>

namespace dinoscope {

class ViewRenderer;
struct ViewKey;

/// How a whole picture becomes what a network sees when it is evaluated (eval_knn.py, eval_linear.py): the shorter side
/// is resized to `resizeSide`, the longer one to int(resizeSide * longer / shorter), bicubic as Pillow does it; the
/// middle square of `cropSide` is taken, at offsets rounded half to even; then (pixel / 255 - mean) / std. The bytes in
/// between are those of Pillow 11.3 and torchvision.
struct EvaluationTransform {
    int resizeSide = 256; ///< 0 keeps the picture's own size
    int cropSide = 224;
    Normalization normalization{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}}; ///< of ImageNet
};

/// The transform for networks that see pictures of `side` pixels. In general the proportion of the official code, 256
/// to 224: resizeSide = side * 8 / 7. A set whose pictures all have one size (`uniform`) no larger than `side` is seen
/// whole: as it is if the size fits, else with the shorter side resized to `side`.
EvaluationTransform evaluationTransform(std::optional<PictureSize> uniform, int side,
                                        const Normalization& normalization);

/// @returns what is wrong with a transform, or nothing.
std::optional<Error> checkTransform(const EvaluationTransform& transform);

/// Writes (channels, cropSide, cropSide) floats, row-major planes. `renderer` was made with transform.normalization;
/// one a thread. @throws EngineError(badInput) if a picture whose size is kept is smaller than the square.
void renderEvaluation(ViewRenderer& renderer, const PictureView& picture, const EvaluationTransform& transform,
                      float* out);

/// The same for training a linear classifier (eval_linear.py): RandomResizedCrop(cropSide) with an area of 0.08 to 1
/// and smooth bilinear resampling, mirrored with probability 1/2, normalised. The choices are a pure function of `key`.
void renderLinearTraining(ViewRenderer& renderer, const PictureView& picture, const EvaluationTransform& transform,
                          const ViewKey& key, float* out);

} // namespace dinoscope
