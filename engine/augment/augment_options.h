// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace dinoscope {

class FieldList;

/// How views are cut and changed. The defaults are those of the official DINO code (main_dino.py,
/// DataAugmentationDINO). Mean and std belong to a run; everything else may change live.
struct AugmentOptions {
    std::string recipe = "multi_crop"; ///< multi_crop | pair | plain
    std::int64_t globalSize = 224;     ///< side of the two global crops in pixels
    std::int64_t localSize = 96;       ///< side of a local crop in pixels
    std::int64_t localCrops = 8;
    double globalScaleMin = 0.4, globalScaleMax = 1.0; ///< share of the picture's area
    double localScaleMin = 0.05, localScaleMax = 0.4;
    double pairScaleMin = 0.08, pairScaleMax = 1.0; ///< the same for both views of pair and plain
    std::string resample = "bicubic";               ///< bicubic | bilinear
    double flip = 0.5;                              ///< probability
    double jitter = 0.8;                            ///< probability of the four operations below
    double brightness = 0.4, contrast = 0.4, saturation = 0.2, hue = 0.1;
    double grayscale = 0.2; ///< probability
    double blurGlobal1 = 1.0, blurGlobal2 = 0.1, blurLocal = 0.5;
    std::string blurKind = "pillow"; ///< pillow | 3x3
    double blurRadiusMin = 0.1, blurRadiusMax = 2.0;
    double solarize = 0.2;                  ///< probability, second global crop only
    std::string mean = "0.485 0.456 0.406"; ///< one number, or one for red, green and blue
    std::string std = "0.229 0.224 0.225";
    std::string mode = "exact"; ///< exact | fast: whether pictures may be decoded at a part of their size

    bool operator==(const AugmentOptions&) const = default;
};

/// Number of global crops; the teacher sees these and no other.
inline constexpr int kGlobalCrops = 2;

/// multiCrop: two global crops and any number of local ones, the official DINO recipe. pair: two views as BYOL takes
/// them (arXiv 2006.07733, appendix B), asymmetric in blur and solarize. plain: two views that are cut and flipped
/// only.
enum class Recipe { multiCrop, pair, plain };
Recipe recipeOf(const AugmentOptions& options);

void declare(FieldList& fields, AugmentOptions& options);

/// Checks what single ranges cannot: minima against maxima, the texts of mean and std.
/// @returns the error whose sentence names both values, or nothing.
std::optional<Error> checkAugment(const AugmentOptions& options);

/// The views that a picture is cut into, global ones first; both views of a pair count as global. Loaders, networks,
/// probes and checks ask viewsOf(), not the options.
struct ViewSet {
    int globals = kGlobalCrops, locals = 0;
    int globalSize = 0, localSize = 0; ///< sides in pixels; no local views have no size

    int count() const { return globals + locals; }
    int size(int view) const { return view < globals ? globalSize : localSize; }
    /// Pixels of all views together.
    std::int64_t pixels() const {
        return std::int64_t{globals} * globalSize * globalSize + std::int64_t{locals} * localSize * localSize;
    }
    bool operator==(const ViewSet&) const = default;
};
ViewSet viewsOf(const AugmentOptions& options);

/// Per-channel constants: value = (pixel / 255 - mean) / std.
struct Normalization {
    std::array<float, 3> mean{}, std{};
};

/// The constants for pictures of `channels` channels. One number stands for all channels; three numbers become one for
/// grey pictures by the luma weights 0.299, 0.587, 0.114.
/// @throws EngineError(badParameter) if a text is not one or three numbers, or a deviation is not positive.
Normalization normalizationOf(const AugmentOptions& options, int channels);

} // namespace dinoscope
