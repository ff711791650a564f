// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/attention_probe.h"

#include "engine/augment/resample.h"
#include "engine/backbones/backbone.h"
#include "engine/probes/evaluation_scope.h"
#include "engine/probes/given_picture.h"
#include "engine/probes/tensor_values.h"
#include "engine/support/check.h"

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::int64_t kLargestSide = 2048;    // pixels
constexpr std::int64_t kMostPatches = 64;      // a side
constexpr std::int64_t kFewestPatches = 7;     // a side, when none is asked for
constexpr std::int64_t kMostWeights = 1 << 25; // of a whole matrix with all heads, 128 MiB

[[noreturn]] void refuse(std::string sentence) {
    throw EngineError(ErrorCode::badInput, "probes", std::move(sentence));
}

void checkNetworks(const BackboneTraits& student, const BackboneTraits& teacher) {
    if (!student.hasAttention || !teacher.hasAttention)
        throw EngineError(ErrorCode::notAllowed, "probes",
                          "A convolutional network has no attention: choose a transformer, or look at its crops");
    const auto shape = [](const BackboneTraits& t) {
        return std::to_string(t.blocks) + " blocks of " + std::to_string(t.heads) + " heads on patches of " +
               std::to_string(t.patchSize) + " pixels";
    };
    if (shape(student) != shape(teacher) || student.channels != teacher.channels)
        throw EngineError(ErrorCode::notAllowed, "probes",
                          "The student has " + shape(student) + ", the teacher " + shape(teacher) +
                              ": attention is compared only between networks of one shape");
}

std::int64_t blockOf(const BackboneTraits& traits, std::int64_t wanted) {
    const std::int64_t block = wanted == -1 ? traits.blocks - 1 : wanted;
    if (block < 0 || block >= traits.blocks)
        refuse("There is no block " + std::to_string(wanted) + " in a network of " + std::to_string(traits.blocks) +
               " blocks: choose one from 0 to " + std::to_string(traits.blocks - 1) + ", or -1 for the last");
    return block;
}

/// Patches a side.
std::int64_t gridOf(const BackboneTraits& traits, std::int64_t wantedSide) {
    const std::int64_t patch = traits.patchSize;
    const std::int64_t most = std::clamp<std::int64_t>(kLargestSide / patch, 1, kMostPatches);
    if (wantedSide == 0)
        return std::min(most, std::max(kFewestPatches, traits.imageSize / patch));
    if (wantedSide < patch)
        refuse("An input side of " + std::to_string(wantedSide) + " pixels is below one patch of " +
               std::to_string(patch) + ": ask for more, or for 0 to get the smallest useful side");
    if (wantedSide / patch > most)
        refuse("An input side of " + std::to_string(wantedSide) + " pixels gives " +
               std::to_string(wantedSide / patch) + " patches a side: ask for at most " + std::to_string(most * patch) +
               " pixels");
    return wantedSide / patch;
}

void checkQuery(const BackboneTraits& traits, std::int64_t query, std::int64_t grid) {
    const std::int64_t patches = grid * grid;
    if (query < -1 || query >= patches)
        refuse("There is no patch " + std::to_string(query) + " in a grid of " + std::to_string(grid) + " x " +
               std::to_string(grid) + ": choose one from 0 to " + std::to_string(patches - 1) +
               ", or -1 for the class token");
    if (query >= 0 && traits.heads * (patches + 1) * (patches + 1) > kMostWeights)
        refuse("The attention of a patch needs all " + std::to_string(patches + 1) + " rows of " +
               std::to_string(traits.heads) + " heads, too many for " + std::to_string(grid) + " x " +
               std::to_string(grid) + " patches: ask for a smaller input side, or for the class token");
}

Image middleSquare(const Image& picture, std::int64_t side) {
    const int size = static_cast<int>(side);
    Image square{size, size, picture.channels, {}};
    square.pixels.resize(static_cast<std::size_t>(side * side * picture.channels));
    Resampler().center(PictureView(picture), size, size, square.pixels.data());
    return square;
}

/// (heads, rows, columns) of the query's row; -1 is the class token, which comes first.
std::vector<float> patchWeights(Backbone& network, const torch::Tensor& crop, std::int64_t block, std::int64_t query) {
    const torch::NoGradGuard noGrad;
    const EvaluationScope evaluation(network);
    const torch::Tensor like = network.parameters().front();
    const AttentionRows rows = query < 0 ? AttentionRows::classToken : AttentionRows::all;
    // (1, heads, 1 or T, T)
    const torch::Tensor weights = network.attention(crop.to(like.device(), like.scalar_type()), block, rows);
    return hostValues(weights.select(0, 0).select(1, query + 1).slice(1, 1));
}

} // namespace

AttentionAnswer attentionOfPicture(const Image& picture, std::string caption, const Normalization& normalization,
                                   const AttentionRequest& request, Backbone& student, Backbone& teacher) {
    const BackboneTraits& traits = student.traits();
    checkNetworks(traits, teacher.traits());
    AttentionAnswer answer;
    answer.caption = std::move(caption);
    answer.block = blockOf(traits, request.block);
    answer.blocks = traits.blocks;
    answer.heads = traits.heads;
    answer.rows = answer.columns = gridOf(traits, request.inputSide);
    checkQuery(traits, request.queryPatch, answer.rows);
    answer.picture =
        middleSquare(withChannels(picture, static_cast<int>(traits.channels)), answer.rows * traits.patchSize);
    const torch::Tensor crop = pictureTensor(answer.picture, normalization);
    answer.student = patchWeights(student, crop, answer.block, request.queryPatch);
    answer.teacher = patchWeights(teacher, crop, answer.block, request.queryPatch);
    return answer;
}

} // namespace dinoscope
