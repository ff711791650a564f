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
constexpr std::int64_t kShownChannels = 6;

[[noreturn]] void refuse(std::string sentence) {
    throw EngineError(ErrorCode::badInput, "probes", std::move(sentence));
}

std::string shapeOf(const BackboneTraits& traits) {
    const std::string pixels = std::to_string(traits.patchSize) + " pixels";
    if (!traits.hasAttention)
        return std::to_string(traits.blocks) + " stages of a total stride of " + pixels;
    return std::to_string(traits.blocks) + " blocks of " + std::to_string(traits.heads) + " heads on patches of " +
           pixels;
}

void checkNetworks(const BackboneTraits& student, const BackboneTraits& teacher, PatchView view) {
    if (view == PatchView::attention && !(student.hasAttention && teacher.hasAttention))
        throw EngineError(ErrorCode::notAllowed, "probes",
                          "A convolutional network has no attention: look at its activations and similarities, or "
                          "choose a transformer");
    if (shapeOf(student) != shapeOf(teacher) || student.channels != teacher.channels)
        throw EngineError(ErrorCode::notAllowed, "probes",
                          "The student has " + shapeOf(student) + ", the teacher " + shapeOf(teacher) +
                              ": maps are compared only between networks of one shape");
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

/// `grid`: cells a side of the map that is shown.
void checkQuery(const BackboneTraits& traits, const AttentionRequest& request, std::int64_t grid) {
    const std::int64_t query = request.queryPatch, patches = grid * grid;
    if (query < -1 || query >= patches)
        refuse("There is no patch " + std::to_string(query) + " in a grid of " + std::to_string(grid) + " x " +
               std::to_string(grid) + ": choose one from 0 to " + std::to_string(patches - 1) +
               ", or -1 for the class token");
    if (request.view == PatchView::attention && query >= 0 &&
        traits.heads * (patches + 1) * (patches + 1) > kMostWeights)
        refuse("The attention of a patch needs all " + std::to_string(patches + 1) + " rows of " +
               std::to_string(traits.heads) + " heads, too many for " + std::to_string(grid) + " x " +
               std::to_string(grid) + " patches: ask for a smaller input side, or for the class token");
}

Image middleSquare(const Image& picture, std::int64_t side) {
    const int size = static_cast<int>(side);
    Image square{size, size, picture.channels, {}};
    square.pixels.resize(static_cast<std::size_t>(side * side * picture.channels));
    std::vector<std::uint8_t> values(square.pixels.size());
    const Planes planes{values.data(), size, size, picture.channels};
    Resampler().center(PictureView(picture), size, planes);
    interleave(planes, square.pixels.data());
    return square;
}

/// Cells a side of a block's map for an input of `patches` patches a side: each stage of a convolutional network halves
/// the map of the one before.
std::int64_t cellsOf(const BackboneTraits& traits, std::int64_t block, std::int64_t patches) {
    return traits.hasAttention ? patches : patches << (traits.blocks - 1 - block);
}

/// What is computed of one network.
struct Features {
    torch::Tensor query; ///< (D)
    torch::Tensor cells; ///< (cells, D)
};

/// One block's output for `crop` (1, C, S, S).
Features featuresOf(Backbone& network, const torch::Tensor& crop, std::int64_t block, std::int64_t query) {
    const BackboneTraits& traits = network.traits();
    const torch::Tensor tokens = network.intermediate(crop, traits.blocks - block).front().select(0, 0);
    const torch::Tensor cells = (traits.hasAttention ? tokens.slice(0, 1) : tokens).to(torch::kFloat32);
    if (query >= 0)
        return {cells.select(0, query), cells};
    return {traits.hasAttention ? tokens.select(0, 0).to(torch::kFloat32) : cells.mean(0), cells};
}

/// The `count` channels of (cells, D) that vary most over the cells, most first.
std::vector<std::int64_t> strongestChannels(const torch::Tensor& cells) {
    const torch::Tensor spread = cells.var(0, /*unbiased=*/false);
    const torch::Tensor best = std::get<1>(spread.topk(std::min(kShownChannels, cells.size(1)))).to(torch::kCPU);
    return {best.data_ptr<std::int64_t>(), best.data_ptr<std::int64_t>() + best.numel()};
}

torch::Tensor unit(const torch::Tensor& rows) { return rows / rows.norm(2, {-1}, true).clamp_min(1e-12); }

/// Both networks' answers to one question, in evaluation mode.
class MapReader {
public:
    MapReader(const AttentionRequest& request, const torch::Tensor& crop, AttentionAnswer& answer)
        : request_(request), crop_(crop), answer_(answer) {}

    void read(Backbone& student, Backbone& teacher) {
        const torch::NoGradGuard noGrad;
        const EvaluationScope studentScope(student), teacherScope(teacher);
        const torch::Tensor like = student.parameters().front();
        crop_ = crop_.to(like.device(), like.scalar_type());
        if (request_.view == PatchView::attention) {
            for (std::int64_t head = 0; head < student.traits().heads; ++head)
                answer_.parts.push_back(head);
            answer_.student = attention(student);
            answer_.teacher = attention(teacher);
            return;
        }
        const Features ofTeacher = featuresOf(teacher, crop_, answer_.block, request_.queryPatch);
        const Features ofStudent = featuresOf(student, crop_, answer_.block, request_.queryPatch);
        if (request_.view == PatchView::activation)
            answer_.parts = strongestChannels(ofTeacher.cells);
        answer_.teacher = maps(ofTeacher);
        answer_.student = maps(ofStudent);
    }

private:
    /// The class token comes first among the rows and keys.
    PatchMaps attention(Backbone& network) const {
        const AttentionRows rows = request_.queryPatch < 0 ? AttentionRows::classToken : AttentionRows::all;
        // (1, heads, 1 or T, T)
        const torch::Tensor weights = network.attention(crop_, answer_.block, rows);
        const torch::Tensor heads = weights.select(0, 0).select(1, request_.queryPatch + 1).slice(1, 1);
        return {hostValues(heads.to(torch::kFloat32).mean(0)), hostValues(heads)};
    }

    PatchMaps maps(const Features& features) const {
        if (request_.view == PatchView::similarity)
            return {hostValues(unit(features.cells).mv(unit(features.query))), {}};
        const torch::Tensor channels = torch::tensor(answer_.parts, torch::kInt64).to(features.cells.device());
        return {hostValues(features.cells.norm(2, {1}, false)),
                hostValues(features.cells.index_select(1, channels).t())};
    }

    const AttentionRequest& request_;
    torch::Tensor crop_; // (1, C, S, S)
    AttentionAnswer& answer_;
};

} // namespace

AttentionAnswer attentionOfPicture(const Image& picture, std::string caption, const Normalization& normalization,
                                   const AttentionRequest& request, Backbone& student, Backbone& teacher) {
    const BackboneTraits& traits = student.traits();
    checkNetworks(traits, teacher.traits(), request.view);
    AttentionAnswer answer;
    answer.caption = std::move(caption);
    answer.view = request.view;
    answer.block = blockOf(traits, request.block);
    answer.blocks = traits.blocks;
    const std::int64_t patches = gridOf(traits, request.inputSide);
    answer.rows = answer.columns = cellsOf(traits, answer.block, patches);
    checkQuery(traits, request, answer.rows);
    answer.picture = middleSquare(withChannels(picture, static_cast<int>(traits.channels)), patches * traits.patchSize);
    MapReader(request, pictureTensor(answer.picture, normalization), answer).read(student, teacher);
    return answer;
}

} // namespace dinoscope
