// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/image.h"
#include "engine/api/metric.h"

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
        given      ///< `image` itself
    };
    Kind kind = Kind::sample;
    std::int64_t index = 0;
    Image image;
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

/// The source picture and all its crops: those of the last batch, or those that epoch `reroll` would cut.
struct CropsRequest {
    PictureRef picture;
    std::int64_t reroll = 0; ///< another number, other crops; ignored for the last batch
};
struct CropsAnswer {
    Image source;
    std::string caption; ///< what, class, index
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
    std::vector<float> student; ///< (studentViews, K), row-major
    std::vector<float> teacher; ///< (teacherViews, K)
    std::vector<float> center;  ///< (K), as used in that step's loss
    double studentTemperature = 0, teacherTemperature = 0;
    std::vector<Image> views; ///< one a student view; the first `teacherViews` are also the teacher's
    std::vector<std::int32_t> teacherWins, studentWins; ///< (K): rows of the last batch in which k is largest
};

/// Attention of one block for one picture, of both networks.
struct AttentionRequest {
    PictureRef picture;
    std::int64_t block = -1; ///< counted from 0; -1: the last
    std::int64_t inputSide =
        0; ///< side of the square network input in pixels; 0: the smallest that gives 7 x 7 patches
    std::int64_t queryPatch = -1; ///< patch whose attention is asked for, row-major; -1: the class token
};
struct AttentionAnswer {
    std::string caption;
    Image picture; ///< as fed to the network, before normalisation
    std::int64_t block = 0, blocks = 0, heads = 0;
    std::int64_t rows = 0, columns = 0; ///< patch grid
    std::vector<float> student;         ///< (heads, rows, columns): attention of the query to each patch
    std::vector<float> teacher;
};

using ProbeQuestion = std::variant<CropsRequest, SoftmaxRequest, AttentionRequest>;

/// Kinds of probes, in the order of ProbeQuestion's alternatives.
enum class ProbeKind { crops, softmax, attention };
inline ProbeKind probeKind(const ProbeQuestion& question) { return static_cast<ProbeKind>(question.index()); }

struct ProbeRequest {
    JobId id = 0; ///< chosen by the asker; a newer id of the same kind makes older answers stale
    ProbeQuestion question;
    std::string moment; ///< empty: the live model; else a checkpoint of the run
};

struct ProbeResult {
    JobId id = 0;
    ProbeKind kind = ProbeKind::crops;
    Step step{};
    std::variant<std::monostate, CropsAnswer, SoftmaxAnswer, AttentionAnswer> answer; ///< monostate: see error
    std::optional<Error> error;
};

} // namespace dinoscope
