// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/picture_view.h"
#include "engine/augment/weigh_rows.h"

#include <cstdint>
#include <vector>

namespace dinoscope {

/// Cuts a box out of a picture and resizes it to a square. Owns scratch memory that is reused; one object a thread.
/// The result is interleaved 8-bit, size x size x channels, mirrored left to right if `flipped`.
class Resampler {
public:
    /// Antialiased bicubic resize of the box alone, as Pillow does after a crop: cubic with a = -0.5 over a support of
    /// 2 max(1, shrink factor), weights renormalised at the border of the box and held in 22-bit fixed point,
    /// horizontal axis first, rounded to 8 bits after each axis. The box is whole pixels inside the picture. The bytes
    /// are those of Pillow 11.3; Pillow 13 takes the vertical axis first for some shapes.
    void bicubic(const PictureView& picture, int left, int top, int width, int height, int size, bool flipped,
                 std::uint8_t* out);

    /// The same with Pillow's bilinear filter, a triangle over a support of max(1, shrink factor): what torchvision's
    /// RandomResizedCrop does unless told otherwise (eval_linear.py).
    void smoothBilinear(const PictureView& picture, int left, int top, int width, int height, int size, bool flipped,
                        std::uint8_t* out);

    /// Resizes the whole picture like bicubic(), so that its shorter side becomes `shorterSide`, and cuts the size x
    /// size square in its middle (eval_knn.py: Resize(256, bicubic), CenterCrop(224)). Only what the square needs is
    /// computed. A picture that is a square of this size already comes out unchanged. size <= shorterSide.
    void center(const PictureView& picture, int shorterSide, int size, std::uint8_t* out);

    /// Bilinear samples at the centres of a regular grid over the box, which may lie between pixels; the border is
    /// repeated. No antialiasing. Same samples as grid_sample(align_corners=False, padding_mode=border), rounded.
    void bilinear(const PictureView& picture, double left, double top, double width, double height, int size,
                  bool flipped, std::uint8_t* out);

private:
    enum class Filter { cubic, triangle };
    struct Axis {
        int taps = 0;                                ///< room for each output's weights
        std::vector<int> first, count;               ///< per output: first input and number of inputs
        std::vector<std::int32_t> weight;            ///< outputs x taps, 22-bit fixed point
        std::vector<double> real;                    ///< weights of one output before rounding
        int begin = 0, end = 0;                      ///< inputs that the outputs need; `first` counts from begin
        int from = 0, to = 0, skip = 0, outputs = 0; ///< what is in there now
        Filter filter = Filter::cubic;
    };
    struct Sample {
        int low, high, share; ///< the two neighbours, and the second one's weight of 2048
    };

    /// Weights of outputs [skip, skip + outputs) of the `to` that `from` inputs are resized to.
    static void prepare(Axis& axis, Filter filter, int from, int to, int skip, int outputs);
    void run(const PictureView& picture, int left, int top, int size, bool flipped, std::uint8_t* out);
    static void place(std::vector<Sample>& samples, double origin, double length, int size, int limit);

    WeighRows weighRows_ = fastestWeighRows();
    Axis columns_, rows_;
    std::vector<std::uint8_t> strip_, middle_;
    std::vector<Sample> sampleX_, sampleY_;
};

} // namespace dinoscope
