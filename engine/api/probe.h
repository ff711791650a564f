// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/image.h"
#include "engine/api/metric.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dinoscope {

// A probe is one question about one model at one moment. It never changes training: no weight, no BatchNorm buffer, no
// random number of the run. Requests and answers are plain values.

/// The picture a probe is about.
struct PictureRef {
    enum class Kind {
        lastBatch, ///< row `index` of the batch of the newest step
        sample,    ///< picture `index` of the training source
        given      ///< `image` itself, which belongs to no set
    };
    Kind kind = Kind::sample;
    std::int64_t index = 0;
    std::shared_ptr<const Image> image =
        {};                ///< of a given picture; shared, because questions are asked again and again
    std::string name = {}; ///< of a given picture, for the caption; empty: it has none
};

/// How one view was made, with the view itself.
struct ViewInfo {
    Image image; ///< after augmentation, before normalisation
    bool isGlobal = false;
    double left = 0, top = 0; ///< crop box in pixels of the source picture
    double width = 0, height = 0;
    double areaShare = 0; ///< box area / picture area
    double aspect = 1;    ///< box width / box height
    bool flipped = false;
    bool jittered = false;
    double brightness = 1, contrast = 1, saturation = 1, hue = 0; ///< meaningful if jittered
    bool grayscale = false;
    double blurRadius = 0; ///< 0: not blurred
    bool solarized = false;
    bool seenByTeacher = false;
    bool seenByStudent = true;
};

/// The longest side of a source picture in an answer.
inline constexpr int kShownSide = 1024;
/// The source picture and all its crops: those of the last batch, or those that epoch `reroll` would cut.
struct CropsRequest {
    PictureRef picture;
    std::int64_t reroll = 0; ///< another number, other crops; ignored for the last batch
};
struct CropsAnswer {
    Image source;                       ///< to be looked at: at most kShownSide pixels a side
    std::int64_t width = 0, height = 0; ///< of the picture itself, in pixels, as the boxes are
    std::int64_t sample = -1;           ///< of the training source; -1: a given picture
    std::string caption;                ///< what, class, index
    std::vector<ViewInfo> views;
};

/// Raw logits of every view of one picture, before temperature and centring; the laboratory's arithmetic is in
/// softmax_lab.h and needs no engine.
struct SoftmaxRequest {
    PictureRef picture;
};
struct SoftmaxAnswer {
    std::string caption;
    bool runningStatistics = false; ///< true: BatchNorm used its running statistics (picture outside the batch)
    std::int64_t prototypes = 0;    ///< K
    std::int64_t studentViews = 0, teacherViews = 0;
    std::int64_t sharedViews = 2; ///< how many of the student's first views are also the teacher's: 2 or 0
    std::vector<float> student;   ///< (studentViews, K), row-major
    std::vector<float> teacher;   ///< (teacherViews, K)
    std::vector<float> center;    ///< (K), as used in that step's loss
    double studentTemperature = 0, teacherTemperature = 0;
    std::vector<Image> views; ///< all: first the teacher's; the last `studentViews` are the student's
    std::vector<std::int32_t> teacherWins, studentWins; ///< (K): rows of the last batch in which k is largest
};

/// What is shown of each patch; of a convolutional network, of each cell of a stage's map.
enum class PatchView {
    attention,  ///< softmax weights of a query's row; transformers only
    activation, ///< L2 norm of the patch's features over their channels
    similarity  ///< cosine similarity of the patch's features with the query's
};

/// Maps over the patches of one picture, of one block of both networks.
struct AttentionRequest {
    PictureRef picture;
    std::int64_t block = -1; ///< or stage of a convolutional network, counted from 0; -1: the last
    std::int64_t inputSide =
        0; ///< side of the square network input in pixels; 0: the smallest that gives 7 x 7 patches
    /// Patch that asks, row-major; -1: the class token, or of a convolutional network the mean of all cells.
    std::int64_t queryPatch = -1;
    PatchView view = PatchView::attention;
};
/// The maps of one network.
struct PatchMaps {
    std::vector<float> whole; ///< (rows, columns): mean of the heads' attention; norm; similarity
    std::vector<float> parts; ///< (parts, rows, columns): one a head or channel
};
struct AttentionAnswer {
    std::string caption;
    Image picture; ///< as fed to the network, before normalisation
    PatchView view = PatchView::attention;
    std::int64_t block = 0, blocks = 0;
    std::int64_t rows = 0, columns = 0; ///< patch grid
    /// Numbers of the parts, from 0: all heads; of activations the channels that vary most in the teacher's map, most
    /// first; none of similarities.
    std::vector<std::int64_t> parts;
    PatchMaps student, teacher;
};

/// The nearest pictures of one picture in the feature space of both networks, by cosine similarity, among the
/// references of the run's newest evaluation.
struct NeighboursRequest {
    PictureRef picture;
    std::int64_t count = 8; ///< neighbours of each network, at least 1
};
struct Neighbour {
    std::int64_t sample = 0; ///< of the training source
    double similarity = 0;   ///< cosine, -1 to 1
    std::int32_t label = -1; ///< index into RunInfo::classNames; -1: none
    Image image;
};
struct NeighboursAnswer {
    std::string caption;
    Image picture;
    std::int32_t label = -1;
    std::int64_t references = 0;             ///< 0: there was no evaluation yet, and both lists are empty
    Step measured{};                         ///< when the features of the references were computed
    bool isReference = false;                ///< the picture is one itself, and left out; else its features are of now
    std::vector<Neighbour> student, teacher; ///< nearest first
};

/// Some pictures of the training source, small; no network is asked.
struct SamplesRequest {
    std::vector<std::int64_t> samples; ///< numbers of pictures, at most kMostSamples
    std::int64_t side = 96;            ///< of the square that each is to fit into, 8 to 512 pixels
};
inline constexpr std::size_t kMostSamples = 256;
struct SamplePicture {
    std::int64_t sample = 0;
    std::int32_t label = -1; ///< index into RunInfo::classNames; -1: none
    std::string caption;     ///< what, class, index
    Image image;             ///< with its proportions
    std::string problem;     ///< why it cannot be read; empty: it can
};
/// Reading takes a limited time: the first of the pictures asked for, at least one. Ask again for the others.
struct SamplesAnswer {
    std::vector<SamplePicture> pictures;
};

using ProbeQuestion = std::variant<CropsRequest, SoftmaxRequest, AttentionRequest, NeighboursRequest, SamplesRequest>;

/// Kinds of probes, in the order of ProbeQuestion's alternatives.
enum class ProbeKind { crops, softmax, attention, neighbours, samples };
inline ProbeKind probeKind(const ProbeQuestion& question) { return static_cast<ProbeKind>(question.index()); }

struct ProbeRequest {
    JobId id = 0; ///< chosen by the asker; a newer id of the same kind makes older answers stale
    ProbeQuestion question;
    std::optional<Step> moment; ///< nothing: the run as it is; else its checkpoint of that step
};

struct ProbeResult {
    JobId id = 0;
    ProbeKind kind = ProbeKind::crops;
    Step step{};
    std::variant<std::monostate, CropsAnswer, SoftmaxAnswer, AttentionAnswer, NeighboursAnswer, SamplesAnswer>
        answer; ///< monostate: see error
    std::optional<Error> error;
};

} // namespace dinoscope
