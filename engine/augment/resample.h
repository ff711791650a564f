// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/picture_view.h"
#include "engine/augment/planes.h"
#include "engine/augment/weigher.h"

#include <cstdint>
#include <span>
#include <vector>

namespace dinoscope {

/// A part of a picture in pixels.
struct PictureBox {
    double left = 0, top = 0, width = 0, height = 0;
};

/// Cuts a box out of a picture and resizes it to `out`, mirrored left to right if `flipped`. Owns scratch memory that
/// is reused; one object a thread. `out` has the picture's channels.
class Resampler {
public:
    /// By default the fastest way of this processor; all give the same bytes.
    explicit Resampler(const Weigher& weigher = weighers().back()) : weigher_(&weigher) {}

    /// Antialiased bicubic resize of the box alone, as Pillow does after a crop: cubic with a = -0.5 over a support of
    /// 2 max(1, shrink factor), weights renormalised at the border of the box and held in 22-bit fixed point,
    /// horizontal axis first, rounded to 8 bits after each axis. The bytes are those of Pillow 11.3; Pillow 13 takes
    /// the vertical axis first for some shapes. A box between pixels, which Pillow has none of after a crop, keeps its
    /// place exactly and sees every pixel that it touches.
    void bicubic(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out);

    /// The same with Pillow's bilinear filter, a triangle over a support of max(1, shrink factor): what torchvision's
    /// RandomResizedCrop does unless told otherwise (eval_linear.py).
    void smoothBilinear(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out);

    /// Resizes the whole picture like bicubic(), so that its shorter side becomes `shorterSide`, and cuts the square
    /// `out` from its middle (eval_knn.py: Resize(256, bicubic), CenterCrop(224)). Only what the square needs is
    /// computed. A picture that is a square of this size already comes out unchanged. out.width <= shorterSide.
    void center(const PictureView& picture, int shorterSide, const Planes& out);

    /// Bilinear samples at the centres of a regular grid over the box, which may lie between pixels; the border is
    /// repeated. No antialiasing. Same samples as grid_sample(align_corners=False, padding_mode=border), rounded.
    void bilinear(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out);

private:
    enum class Filter { cubic, triangle };
    /// What is resized to what: inputs [begin, end) may be read, of which `length` from `origin` on become `to`
    /// outputs; the first `skip` of these are left out, then `outputs` are made.
    struct Span {
        Filter filter = Filter::cubic;
        double origin = 0, length = 0;
        int begin = 0, end = 0, to = 0, skip = 0, outputs = 0;
        bool operator==(const Span&) const = default;
    };
    struct Axis {
        Span span;                                    ///< what is in there now
        int begin = 0, end = 0;                       ///< inputs that the outputs need; groups count from begin
        std::ptrdiff_t room = 0;                      ///< words of one output
        std::vector<std::int32_t> firstGroup, groups; ///< per output
        std::vector<std::int32_t> words;              ///< outputs x room
        std::vector<double> real;                     ///< weights of one output before rounding
        std::vector<std::int32_t> fixed;              ///< and after, from the start of its first group
        WeighedAxis view() const;
    };
    struct Sample {
        int low, high, share; ///< the two neighbours, and the second one's weight of 2048
    };

    void prepare(Axis& axis, const Span& span) const;
    void prepareOutput(Axis& axis, int output, int first, int end, double center, double stretch) const;
    void resize(const PictureView& picture, const PictureBox& box, Filter filter, bool flipped, const Planes& out);
    void run(const PictureView& picture, bool flipped, const Planes& out);
    static void place(std::vector<Sample>& samples, double origin, double length, int size, int limit);

    const Weigher* weigher_;
    Axis columns_, rows_;
    std::vector<std::uint8_t> strip_, middle_;
    std::vector<Sample> sampleX_, sampleY_;
};

} // namespace dinoscope
